/** Everything about one place: the record first, then the outlook, its causes, and what would change it. */

import { useEffect, useState } from "preact/hooks";
import { download, getPlace, getPyramid, getSeries, getServices, isStatic, getLevers } from "../api";
import { Closing } from "../charts/Closing";
import { Fan } from "../charts/Fan";
import { Lines, type Course } from "../charts/Lines";
import { Pyramid } from "../charts/Pyramid";
import { Correct } from "../parts/Correct";
import { Twin } from "../parts/Figure";
import { useAsked } from "../parts/hooks";
import { Keep } from "../parts/Keep";
import { Levers } from "../parts/Levers";
import { middleYear } from "../map/Map";
import { Await, bothNames, Go, PlaceLink } from "../parts/small";
import { Sources } from "../parts/Sources";
import { WhyPart } from "../parts/WhyPart";
import { chance, change, exact, people, percent, year as yearOf } from "../numbers";
import { atLevel } from "../scales";
import { address, go, lang, pick, run } from "../state";
import type { Place, PlaceSeries, Series } from "../types";
import { t, type Key } from "../words";
import { MOST_COMPARED } from "../address";

const SECTIONS: [string, Key][] = [
  ["track", "track"], ["answer", "answer"], ["fan", "fan"], ["pyramid", "pyramid"], ["components", "components"], ["why", "why"],
  ["moved", "moved"], ["levers", "levers"], ["jobs", "jobs"], ["homes", "homes"], ["budget", "budget"], ["services", "services"],
  ["peers", "peers"], ["sources", "sources"],
];

export function PlaceView() {
  const now = run.value!, code = address.value.place;
  const place = useAsked(() => getPlace(code), [code, now.id, lang.value]);
  useEffect(() => {
    if (place.value?.code === code) document.title = `${bothNames(place.value.name, place.value.name_en)[0]} · ${pick(now.names)} · hinterland`;
  }, [place.value, code, lang.value]);
  const series = useAsked(() => getSeries(code), [code, now.id]);
  const pyramid = useAsked(() => getPyramid(code), [code, now.id]);
  const services = useAsked(() => getServices(code), [code, now.id]);
  const levers = useAsked(isStatic() || !now.live ? null : () => getLevers(code), [code, now.id, now.live]);
  const current = place.value?.code === code ? place : { ...place, value: undefined };
  return (
    <Await asked={current} height={600}>
      {(told) => {
        const [first, second] = bothNames(told.name, told.name_en);
        const ready = series.value?.code === code ? series : { ...series, value: undefined };
        const named = (value: PlaceSeries, name: string) => value.series.find((one) => one.variable.name === name);
        return (
          <article class="place">
            <header class="place-head">
              <h1 tabIndex={-1}>{first} {second && <span class="second" lang={lang.value === "en" ? undefined : "en"}>{second}</span>}</h1>
              <p class="lead">{t("place_lead", { region: pick(told.region_name), code: told.code, people: exact(told.people), base: now.base_year })}</p>
              <p class="row actions">
                <AddToComparison code={code} />
                <Downloads code={code} />
                <a href="#sources">{t("source_link")}</a>
                <Correct code={code} name={`${first} ${second}`.trim()} shown={told.answer.map(pick).join(" ").slice(0, 400)} />
              </p>
            </header>
            <Contents />
            <div class="sections">
              <Track told={told} />
              <section id="answer" aria-labelledby="answer-title">
                <h2 id="answer-title">{t("answer")}</h2>
                {told.answer.map((words, i) => <p key={i} class="said">{pick(words)}</p>)}
                <Chances told={told} />
                {told.notes.length > 0 && (
                  <details class="notes"><summary>{t("notes")}</summary><ul>{told.notes.map((words, i) => <li key={i}>{pick(words)}</li>)}</ul></details>
                )}
              </section>
              <section id="fan" aria-labelledby="fan-title">
                <h2 id="fan-title">{t("fan")}</h2>
                <Await asked={ready} height={380}>
                  {(value) => {
                    const people = named(value, "people");
                    return people && <Fan title={t("fan")} name={first} file={`people-${code}`} series={people} />;
                  }}
                </Await>
              </section>
              <section id="pyramid" aria-labelledby="pyramid-title">
                <h2 id="pyramid-title">{t("pyramid")}</h2>
                <Await asked={pyramid.value?.code === code ? pyramid : { ...pyramid, value: undefined }} height={420}>
                  {(value) => <Pyramid data={value} name={first} file={`ages-${code}`} />}
                </Await>
              </section>
              <section id="components" aria-labelledby="components-title">
                <h2 id="components-title">{t("components")}</h2>
                <Await asked={ready} height={260}>
                  {(value) => (
                    <>
                      <div class="pair">
                        <Lines title={t("natural")} file={`births-deaths-${code}`} courses={courses(value, ["births", "deaths"], true)} />
                        <Lines title={t("moves")} file={`moves-${code}`} courses={courses(value, ["arrivals", "departures"], true)} />
                      </div>
                      <p class="note">{t("per_year")}</p>
                    </>
                  )}
                </Await>
              </section>
              <WhyPart code={code} name={first} />
              <section id="levers" aria-labelledby="levers-title">
                <h2 id="levers-title">{t("levers")}</h2>
                <p>{t("levers_lead")}</p>
                <Await asked={ready}>
                  {(value) => {
                    const people = named(value, "people");
                    return people && <Levers code={code} name={first} series={people} />;
                  }}
                </Await>
                <Keep code={code} currency={pick(levers.value?.[0]?.currency)} />
              </section>
              <Await asked={ready}>{(value) => <Livelihood value={value} code={code} base={now.base_year} />}</Await>
              <section id="services" aria-labelledby="services-title">
                <h2 id="services-title">{t("services")}</h2>
                <Await asked={services.value?.code === code ? services : { ...services, value: undefined }}>
                  {(value) => (value.services.length ? <Closing data={value} file={`services-${code}`} /> : <p class="quiet">{t("services_none")}</p>)}
                </Await>
              </section>
              <Peers told={told} />
              <section id="sources" aria-labelledby="sources-title">
                <h2 id="sources-title">{t("sources")}</h2>
                <Sources />
              </section>
            </div>
          </article>
        );
      }}
    </Await>
  );
}

function Contents() {
  return (
    <nav class="contents" aria-label={t("sections")}>
      <ul>{SECTIONS.map(([id, key]) => <li key={id}><a href={`#${id}`}>{t(key)}</a></li>)}</ul>
    </nav>
  );
}

/** Years ahead at which past errors are drawn; the table holds them all. */
const TOLD_AHEAD = [5, 10, 20, 30, 50, 80];

function Track({ told }: { told: Place }) {
  const { track } = told, shown = track.misses.filter((one) => TOLD_AHEAD.includes(one.years)), listed = shown.length ? shown : track.misses;
  const worst = Math.max(...listed.map((one) => one.error), 0.01);
  return (
    <section id="track" class="track" aria-labelledby="track-title">
      <h2 id="track-title">{t("track")}</h2>
      {track.words.map((words, i) => <p key={i}>{pick(words)}</p>)}
      {track.misses.length > 0 && (
        <>
          <h3>{t("misses")}</h3>
          <ul class="misses">
            {listed.map((one) => (
              <li key={one.years}>
                <span class="when">+{one.years}</span><span class="bar" style={{ "--part": one.error / worst }} /><span class="number">{percent(one.error, 1)}</span>
                <span class="unseen">{t("track_miss", { years: one.years, error: percent(one.error, 1) })}</span>
              </li>
            ))}
          </ul>
          <Twin title={t("misses")} table={() => ({
            head: [t("miss_years"), t("miss_error")], rows: track.misses.map((one) => [one.years, one.error]),
            told: (value, column) => (column && typeof value === "number" ? percent(value, 1) : String(value)),
          })} />
        </>
      )}
      {pick(track.measured) && <p class="note">{t("track_measured", { what: pick(track.measured) })}</p>}
    </section>
  );
}

function Chances({ told }: { told: Place }) {
  const now = run.value!, said = lang.value;
  const losses = [...new Set(told.chances.map((one) => one.loss))], years = [...new Set(told.chances.map((one) => one.year))];
  if (!losses.length) return null;
  const last = years[years.length - 1], focus = middleYear(now);
  const shown = years.filter((year) => [now.base_year + 10, focus, focus + 25, last].includes(year));
  return (
    <>
    <div class="scroll" tabIndex={0} role="region" aria-label={t("chances")}>
      <table class="chances">
        <caption>{t("chances")}</caption>
        <thead>
          <tr><th scope="col">{t("year")}</th>{losses.map((loss) => <th key={loss} scope="col">{t("chance_of", { loss: percent(loss), base: now.base_year })}</th>)}</tr>
        </thead>
        <tbody>
          {shown.map((year) => (
            <tr key={year}><th scope="row">{t("chance_by", { year })}</th>
              {losses.map((loss) => {
                const found = told.chances.find((one) => one.year === year && one.loss === loss);
                return <td key={loss} class="number">{found ? chance(found.chance, now.members, said) : "–"}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
    <Twin title={t("chances")} table={() => ({
      head: [t("year"), ...losses.map((loss) => t("chance_of", { loss: percent(loss), base: now.base_year }))],
      rows: years.map((year) => [year, ...losses.map((loss) => told.chances.find((one) => one.year === year && one.loss === loss)?.chance ?? null)]),
      told: (value, column) => (column && typeof value === "number" ? chance(value, now.members, said) : String(value ?? "–")),
    })} />
    </>
  );
}

/** Courses of variables with their 80% bands; flows as persons a year. */
function courses(value: PlaceSeries, names: string[], yearly = false): Course[] {
  return names.flatMap((name, i): Course[] => {
    const one = value.series.find((series) => series.variable.name === name);
    if (!one) return [];
    const lengths = one.years.map((year, k) => (yearly ? Math.max(1, k ? year - one.years[k - 1] : year - run.value!.base_year) : 1));
    const scaled = (level: number) => (atLevel(one.levels, one.bands, level) ?? []).map((v, k) => (v === null ? null : v / lengths[k]));
    return [{
      label: pick(one.variable.label), years: one.years, median: scaled(0.5), low: scaled(0.1), high: scaled(0.9),
      past: one.past.length && !yearly ? { years: one.past_years, values: one.past } : undefined, style: ((i % 4) + 1) as Course["style"],
    }];
  });
}

/** A stock as an index of its base year; null where it starts from nothing. */
function indexed(series: Series | undefined, style: Course["style"]): Course[] {
  const middle = series && atLevel(series.levels, series.bands, 0.5), start = middle?.[0];
  if (!series || !middle || !start) return [];
  const over = (level: number) => (atLevel(series.levels, series.bands, level) ?? []).map((v) => (v === null ? null : (100 * v) / start));
  return [{ label: pick(series.variable.label), years: series.years, median: over(0.5), low: over(0.1), high: over(0.9), style }];
}

const ACTIVITIES = ["jobs_farm", "jobs_mine", "jobs_routine", "jobs_advanced", "jobs_tradable", "jobs_local", "jobs_public"];

function Livelihood({ value, code, base }: { value: PlaceSeries; code: string; base: number }) {
  const of = (name: string) => value.series.find((one) => one.variable.name === name);
  const jobs = of("jobs");
  const plain = (v: number) => String(Math.round(v));
  return (
    <>
      <section id="jobs" aria-labelledby="jobs-title">
        <h2 id="jobs-title">{t("jobs")}</h2>
        {jobs ? (
          <>
            <div class="pair">
              <Lines title={pick(jobs.variable.label)} file={`jobs-${code}`} courses={courses(value, ["jobs"])} />
              <Activities value={value} base={base} />
            </div>
            <p class="note">{t("jobs_note")}</p>
          </>
        ) : <p class="quiet">{t("no_figures")}</p>}
      </section>
      <section id="homes" aria-labelledby="homes-title">
        <h2 id="homes-title">{t("homes")}</h2>
        {of("homes") ? (
          <>
            <div class="pair">
              <Lines title={`${t("homes")}`} file={`homes-${code}`} courses={courses(value, ["homes", "households"])} />
              <Lines title={`${pick(of("income")?.variable.label)}, ${t("index_note", { base })}`} file={`income-${code}`} courses={indexed(of("income"), 1)} zero={false} told={plain} axis={plain} />
            </div>
            <p class="note">{t("homes_note")}</p>
          </>
        ) : <p class="quiet">{t("no_figures")}</p>}
      </section>
      <section id="budget" aria-labelledby="budget-title">
        <h2 id="budget-title">{t("budget")}</h2>
        {of("debt") || of("posts_wanted") ? (
          <>
            <div class="pair">
              <Lines title={t("budget")} file={`posts-${code}`} courses={courses(value, ["posts_wanted", "jobs_public"])} />
              <Lines title={`${pick(of("debt")?.variable.label)}, ${t("index_note", { base })}`} file={`debt-${code}`} courses={indexed(of("debt"), 3)} told={plain} axis={plain} />
            </div>
            <p class="note">{t("budget_note")}</p>
          </>
        ) : <p class="quiet">{t("no_figures")}</p>}
      </section>
    </>
  );
}

/** Jobs by activity in a few years, as bars and a table. */
function Activities({ value, base }: { value: PlaceSeries; base: number }) {
  const found = ACTIVITIES.flatMap((name) => value.series.filter((one) => one.variable.name === name));
  const [year, setYear] = useState(0);
  const years = found[0]?.years ?? [];
  const shown = years.includes(year) ? year : years.includes(2050) ? 2050 : (years[years.length - 1] ?? base);
  const at = (series: Series, when: number) => atLevel(series.levels, series.bands, 0.5)?.[series.years.indexOf(when)] ?? 0;
  const largest = Math.max(...found.flatMap((one) => [at(one, base), at(one, shown)]), 1);
  if (!found.length) return null;
  return (
    <div class="activities">
      <h3><label>{t("jobs")}: {yearOf(base, lang.value)} → <select aria-label={t("year")} value={shown} onChange={(event) => setYear(Number(event.currentTarget.value))}>
        {years.filter((one) => one > base).map((one) => <option key={one} value={one}>{yearOf(one, lang.value)}</option>)}
      </select></label></h3>
      <ul class="activity">
        {found.map((one) => (
          <li key={one.variable.name}>
            <span>{pick(one.variable.label)}</span>
            <span class="bars"><span class="bar then" style={{ "--part": at(one, base) / largest }} /><span class="bar" style={{ "--part": at(one, shown) / largest }} /></span>
            <span class="number">{people(at(one, base), lang.value)} → {people(at(one, shown), lang.value)}</span>
          </li>
        ))}
      </ul>
      <Twin title={t("jobs")} table={() => ({
        head: [t("year"), ...found.map((one) => pick(one.variable.label))],
        rows: years.map((when) => [when, ...found.map((one) => Math.round(at(one, when)))]),
        told: (cell, column) => (typeof cell === "number" && column ? exact(cell) : String(cell)),
      })} />
    </div>
  );
}

function Peers({ told }: { told: Place }) {
  const now = told.peers.filter((one) => one.change === null && !one.then), before = told.peers.filter((one) => !now.includes(one));
  return (
    <section id="peers" aria-labelledby="peers-title">
      <h2 id="peers-title">{t("peers")}</h2>
      {!told.peers.length && <p class="quiet">{t("peers_none")}</p>}
      {now.length > 0 && (
        <p><span class="note">{t("peers_now")}</span>{" "}
          {now.map((one, i) => <span key={one.code}>{i > 0 && " · "}<PlaceLink code={one.code} name={one.name} latin={one.name_en} /></span>)}</p>
      )}
      {before.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label={t("peers")}>
          <table>
            <thead><tr><th scope="col">{t("place")}</th><th scope="col">{t("peer_year")}</th><th scope="col">{t("peer_then")}</th><th scope="col">{t("peer_change")}</th></tr></thead>
            <tbody>
              {before.map((one) => (
                <tr key={`${one.code}-${one.year}`}><th scope="row"><PlaceLink code={one.code} name={one.name} latin={one.name_en} /></th>
                  <td class="number">{one.year}</td><td>{one.then}</td><td class="number">{change(one.change)}</td></tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function AddToComparison({ code }: { code: string }) {
  const { compare } = address.value, inside = compare.includes(code), full = compare.length >= MOST_COMPARED;
  return (
    <>
      <button type="button" disabled={inside || full} onClick={() => go({ compare: [...compare, code] })}>
        {inside ? t("compare_in") : full ? t("compare_full") : t("compare_add")}
      </button>
      {compare.length > 1 && <Go to={{ view: "compare" }}>{t("compare_open", { count: compare.length })}</Go>}
    </>
  );
}

const FORMATS = ["csv", "xlsx", "parquet", "netcdf", "svg", "png"];
const NAMES: Record<string, string> = { csv: "CSV", xlsx: "XLSX", parquet: "Parquet", netcdf: "NetCDF", gpkg: "GeoPackage", svg: "SVG", png: "PNG" };

/** Formats that cannot be made where the server runs, and what is missing. */
export const lacking = (formats: string[]): string =>
  formats.length ? t("download_lacks", { formats: formats.map((format) => NAMES[format]).join(", ") }) : "";

export function Downloads({ code, formats = FORMATS }: { code: string; formats?: string[] }) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [code]);
  const now = run.value!;
  if (isStatic()) return null;
  return (
    <details class="menu downloads" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("downloads")}</summary>
      <div class="sheet">
        {formats.filter((format) => now.formats.includes(format)).map((format) => <a key={format} href={download(format, code)} download="">{NAMES[format]}</a>)}
        <p class="note">{t("download_note")} {lacking(formats.filter((format) => !now.formats.includes(format)))}</p>
      </div>
    </details>
  );
}
