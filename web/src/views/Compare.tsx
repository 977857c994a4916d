/** Up to four places beside each other, in persons or with the base year as 100. */

import { useState } from "preact/hooks";
import { getPlace, getSeries } from "../api";
import { MOST_COMPARED } from "../address";
import { counted } from "../charts/Fan";
import { Lines, type Course } from "../charts/Lines";
import { useAsked } from "../parts/hooks";
import { Search } from "../parts/Search";
import { Await, bothNames, PlaceLink, Wrong } from "../parts/small";
import { chance, change, exact, percent, people, span } from "../numbers";
import { atLevel } from "../scales";
import { address, go, lang, pick, run } from "../state";
import type { Place, PlaceSeries, Series } from "../types";
import { t } from "../words";
import { middleYear } from "../map/Map";

export function Compare() {
  const now = run.value!, codes = address.value.compare;
  const found = useAsked(codes.length ? async () => {
    const all = await Promise.allSettled(codes.map(async (code) => [await getPlace(code), await getSeries(code)] as const));
    const known = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    const wrong = all.find((one) => one.status === "rejected");
    if (!known.length && wrong) throw wrong.reason;
    return { known, asked: codes.length, wrong: wrong?.reason as Error | undefined };
  } : null, [codes.join(","), now.id]);
  const add = (code: string) => !codes.includes(code) && codes.length < MOST_COMPARED && go({ compare: [...codes, code] });
  return (
    <article class="compare">
      <h1 tabIndex={-1}>{t("compare_title")}</h1>
      {codes.length < MOST_COMPARED ? <Search label={t("compare_add")} onPick={(hit) => add(hit.code)} /> : <p class="note">{t("compare_full")}</p>}
      {codes.length === 0 ? <p class="quiet">{t("compare_empty")}</p> : (
        <Await asked={found.value?.asked === codes.length ? found : { ...found, value: undefined }} height={400}>
          {({ known, wrong }) => <>{wrong && <Wrong error={wrong} />}<Beside list={known} /></>}
        </Await>
      )}
    </article>
  );
}

function Beside({ list }: { list: (readonly [Place, PlaceSeries])[] }) {
  const [index, setIndex] = useState(true);
  const now = run.value!, said = lang.value, base = now.base_year, focus = middleYear(now);
  const named = (value: PlaceSeries, name: string) => value.series.find((one) => one.variable.name === name);
  const label = (place: Place) => bothNames(place.name, place.name_en)[0];
  const courses = list.flatMap(([place, value], i): Course[] => {
    const series = named(value, "people"), middle = series && atLevel(series.levels, series.bands, 0.5);
    if (!series || !middle) return [];
    const start = middle[0] ?? 0, by = index ? (start ? 100 / start : 0) : 1;
    const over = (level: number) => (atLevel(series.levels, series.bands, level) ?? []).map((v) => (v === null ? null : v * by));
    return [{ label: label(place), years: series.years, median: over(0.5), low: over(0.1), high: over(0.9),
      past: { years: counted(series).past_years, values: counted(series).past.map((v) => v * by) }, style: (i + 1) as Course["style"] }];
  });
  const at = (series: Series | undefined, level: number) => {
    const i = series?.years.indexOf(focus) ?? -1;
    return series && i >= 0 ? (atLevel(series.levels, series.bands, level)?.[i] ?? null) : null;
  };
  const told = (value: number | null | undefined) => (value === null || value === undefined ? "–" : people(value, said));
  const rows: [string, (place: Place, value: PlaceSeries) => string][] = [
    [t("region"), (place) => pick(place.region_name)],
    [`${t("people")} ${base}`, (place) => exact(place.people)],
    [`${t("people")} ${focus} (${t("median")})`, (_, value) => told(at(named(value, "people"), 0.5))],
    [`${t("band_80")}, ${focus}`, (_, value) => span(told(at(named(value, "people"), 0.1)), told(at(named(value, "people"), 0.9)), said)],
    [`${t("change_since", { year: base })}, ${focus}`, (place, value) => {
      const then = at(named(value, "people"), 0.5);
      return change(then === null || !place.people ? null : then / place.people - 1);
    }],
    [`${t("chance_25")}, ${focus}`, (place) => {
      const one = place.chances.find((known) => known.year === focus && known.loss === 0.25);
      return one ? chance(one.chance, now.members, said) : "–";
    }],
    [`${t("share_65_plus")}, ${focus}`, (_, value) => {
      const share = at(named(value, "share_65_plus"), 0.5);
      return share === null ? "–" : percent(share);
    }],
  ];
  return (
    <>
      <fieldset class="choice"><legend>{t("scale")}</legend>
        <label><input type="radio" name="scale" checked={index} onChange={() => setIndex(true)} /> {t("compare_index", { base })}</label>
        <label><input type="radio" name="scale" checked={!index} onChange={() => setIndex(false)} /> {t("compare_people")}</label>
      </fieldset>
      <Lines title={t("people")} file={`compare-${list.map(([place]) => place.code).join("-")}`} courses={courses} height={380} heading="none" mark={base}
        told={index ? (v) => v.toFixed(0) : undefined} axis={index ? (v) => v.toFixed(0) : undefined} />
      <div class="scroll" tabIndex={0} role="region" aria-label={t("compare_title")}>
        <table class="beside">
          <thead>
            <tr><td />{list.map(([place], i) => (
              <th key={place.code} scope="col"><i class={`swatch line c${i + 1}`} /><PlaceLink code={place.code} name={place.name} latin={place.name_en} />{" "}
                <button type="button" class="x" aria-label={t("remove", { name: label(place) })} title={t("remove", { name: label(place) })}
                  onClick={() => go({ compare: address.value.compare.filter((code) => code !== place.code) })}>×</button>
              </th>
            ))}</tr>
          </thead>
          <tbody>{rows.map(([head, cell]) => <tr key={head}><th scope="row">{head}</th>{list.map(([place, value]) => <td key={place.code} class="number">{cell(place, value)}</td>)}</tr>)}</tbody>
        </table>
      </div>
    </>
  );
}
