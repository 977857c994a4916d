/** Why a place changes between two years, and where its people go and come from: one job answers both. */

import { useEffect, useRef, useState } from "preact/hooks";
import { isStatic, job, type Running } from "../api";
import { Waterfall } from "../charts/Waterfall";
import { middleYear } from "../map/Map";
import { exact, signed } from "../numbers";
import { address, go, lang, pick, run, warming } from "../state";
import type { Progress, Why } from "../types";
import { t } from "../words";
import { Twin } from "./Figure";
import { bothNames, PlaceLink, Working, Wrong } from "./small";

const SHOWN = 12;

export function WhyPart({ code, name }: { code: string; name: string }) {
  const now = run.value!;
  const years = [...now.record_years.filter((year) => year < now.base_year), ...now.years];
  const from = years.includes(address.value.from) ? address.value.from : now.base_year;
  const later = years.filter((year) => year > from);
  const to = later.includes(address.value.to) ? address.value.to : later.includes(middleYear(now)) ? middleYear(now) : later[later.length - 1];
  const [progress, setProgress] = useState<Progress>(), [queued, setQueued] = useState(0);
  const [found, setFound] = useState<Why | null>(null), [error, setError] = useState<Error | null>(null), [stopped, setStopped] = useState(false);
  const [running, setRunning] = useState<Running<Why> | null>(null);
  const mine = useRef<Running<Why> | null>(null);
  useEffect(() => {
    setFound(null);
    return () => mine.current?.cancel();
  }, [code, now.id]);
  const ask = () => {
    setError(null);
    setStopped(false);
    setProgress(undefined);
    const begun = job<Why>(`places/${encodeURIComponent(code)}/why`, { from, to }, { progress: setProgress, queued: setQueued });
    mine.current = begun;
    setRunning(begun);
    begun.done.then(setFound, (wrong: Error & { status?: number }) => (wrong.status === 499 ? setStopped(true) : setError(wrong)))
      .finally(() => {
        mine.current = null;
        setRunning(null);
      });
  };
  const other = now.live && now.scenario !== "base", off = isStatic() || !now.live || other;
  const why_off = other ? t("base_only", { scenario: pick(now.title) }) : t("levers_off");
  return (
    <>
      <section id="why" aria-labelledby="why-title">
        <h2 id="why-title">{t("why")}</h2>
        <p>{t("why_lead")}</p>
        {off ? (
          <p class="quiet">{warming(now) && !isStatic() ? t("levers_warming") : why_off}</p>
        ) : (
          <form class="ask" onSubmit={(event) => {
            event.preventDefault();
            ask();
          }}>
            <label>{t("why_from")}{" "}
              <select value={from} onChange={(event) => go({ from: Number(event.currentTarget.value), to: 0 })}>
                {years.slice(0, -1).map((year) => <option key={year} value={year}>{year}</option>)}
              </select>
            </label>
            <label>{t("why_to")}{" "}
              <select value={to} onChange={(event) => go({ to: Number(event.currentTarget.value) })}>
                {later.map((year) => <option key={year} value={year}>{year}</option>)}
              </select>
            </label>
            <button type="submit" class="main" disabled={running !== null}>{t("why_ask")}</button>
          </form>
        )}
        {running && <Working progress={progress} queued={queued} onCancel={running.cancel} />}
        {stopped && <p role="status">{t("cancelled")}</p>}
        {error && <Wrong error={error} again={ask} />}
        {found && (
          <div role="status">
            {found.record && <p class="note">{t("why_record")}</p>}
            {found.words.map((words, i) => <p key={i}>{pick(words)}</p>)}
          </div>
        )}
        {found && <Waterfall why={found} name={name} file={`why-${code}-${found.first}-${found.last}`} />}
      </section>
      <section id="moved" aria-labelledby="moved-title">
        <h2 id="moved-title">{t("moved")}</h2>
        {found ? <Moves found={found} name={name} /> : <p class="quiet">{off ? why_off : t("moved_ask")}</p>}
      </section>
    </>
  );
}

function Moves({ found, name }: { found: Why; name: string }) {
  const said = lang.value;
  const moves = [...found.moved].sort((a, b) => Math.abs(b.people) - Math.abs(a.people));
  const shown = moves.slice(0, SHOWN), largest = Math.abs(shown[0]?.people ?? 1) || 1;
  const ages = [...new Set(moves.flatMap((one) => Object.keys(one.by_age)))];
  return (
    <>
      <p class="note">{t("moved_lead", { name, from: found.first, to: found.last })}</p>
      <ul class="moved bars">
        {shown.map((one) => (
          <li key={one.code} class={one.people < 0 ? "out" : "in"}>
            <span><span class="note">{one.people < 0 ? t("moved_to") : t("moved_from")}</span> <PlaceLink code={one.code} name={one.name} latin={one.name_en} /></span>
            <span class="bar" style={{ "--part": Math.abs(one.people) / largest }} />
            <span class="number">{signed(one.people, said)}</span>
          </li>
        ))}
      </ul>
      <Twin title={t("moved")} table={() => ({
        head: [t("place"), t("code"), t("persons"), ...ages],
        rows: moves.map((one) => [bothNames(one.name, one.name_en).join(" "), one.code, one.people, ...ages.map((age) => one.by_age[age] ?? 0)]),
        told: (value) => (typeof value === "number" ? exact(value) : String(value ?? "–")),
      })} />
    </>
  );
}
