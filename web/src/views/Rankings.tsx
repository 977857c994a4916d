/** Every place in one table that sorts, filters and can be saved. */

import { useMemo, useState } from "preact/hooks";
import { getMap, getPlaces } from "../api";
import { middleYear } from "../map/Map";
import { useAsked } from "../parts/hooks";
import { plain } from "../near";
import { saveCsv } from "../parts/save";
import { sourceLine } from "../parts/Figure";
import { Await, bothNames, PlaceLink } from "../parts/small";
import { chance, change, exact, percent, people } from "../numbers";
import { address, go, lang, pick, run } from "../state";
import type { Hit, MapData } from "../types";
import { t, type Key } from "../words";

const STEP = 100;
const FIGURES = ["people", "change", "chance_25", "share_65_plus", "share_0_14"] as const;
type Figure = (typeof FIGURES)[number];
interface Row { code: string; name: string; name_en: string; region: string; hit?: Hit; values: Record<Figure, number | null> }

export function Rankings() {
  const now = run.value!, wanted = address.value.year, year = now.years.includes(wanted) ? wanted : middleYear(now);
  const known = FIGURES.filter((name) => now.variables.some((one) => one.name === name));
  const maps = useAsked(() => Promise.all(known.map(getMap)), [now.id]);
  const places = useAsked(getPlaces, [now.id]);
  return (
    <article class="rankings">
      <h1 tabIndex={-1}>{t("rankings_title", { year })}</h1>
      <p class="lead">{t("rankings_lead", { members: now.members })}</p>
      <Await asked={maps} height={500}>
        {(found) => <Await asked={places}>{(hits) => <All maps={found} known={[...known]} hits={hits} year={year} />}</Await>}
      </Await>
    </article>
  );
}

function All({ maps, known, hits, year }: { maps: MapData[]; known: Figure[]; hits: Hit[]; year: number }) {
  const now = run.value!, said = lang.value, { filter, region, sort } = address.value;
  const [most, setMost] = useState(STEP);
  const rows = useMemo((): Row[] => {
    const of = new Map(hits.map((hit) => [hit.code, hit]));
    return maps[0].codes.map((code, p) => ({
      code, name: maps[0].names[p], name_en: maps[0].names_en[p], region: maps[0].regions[p], hit: of.get(code),
      values: Object.fromEntries(known.map((name, k) => [name, maps[k].values[maps[k].years.indexOf(year)]?.[p] ?? null])) as Row["values"],
    }));
  }, [maps, hits, year]);
  const regions = useMemo(() => [...new Map(hits.map((hit) => [hit.region, hit.region_name]))].sort((a, b) => (a[0] < b[0] ? -1 : 1)), [hits]);
  const falling = sort.startsWith("-"), by = sort.replace(/^-/, "");
  const asked = plain(filter), order = useMemo(() => new Intl.Collator(said, { numeric: true }), [said]);
  const shown = useMemo(() => rows
    .filter((row) => !region || row.region === region)
    .filter((row) => !asked || plain(row.name).includes(asked) || plain(row.name_en).includes(asked) || row.code.startsWith(asked))
    .sort((a, b) => {
      const way = falling ? -1 : 1;
      if (known.includes(by as Figure)) {
        const [x, y] = [a.values[by as Figure], b.values[by as Figure]];
        return x === null ? 1 : y === null ? -1 : way * (x - y);
      }
      const key = (row: Row) => (by === "region" ? pick(row.hit?.region_name) || row.region : by === "code" ? row.code : bothNames(row.name, row.name_en)[0]);
      return way * order.compare(key(a), key(b));
    }), [rows, region, asked, sort, said]);
  const cell: Record<Figure, (value: number | null) => string> = {
    people: (v) => (v === null ? "–" : people(v, said)), change: (v) => change(v), chance_25: (v) => (v === null ? "–" : chance(v, now.members, said)),
    share_65_plus: (v) => (v === null ? "–" : percent(v, 1)), share_0_14: (v) => (v === null ? "–" : percent(v, 1)),
  };
  const heads: [string, string][] = [["name", t("place")], ["region", t("region")], ...known.map((name): [string, string] =>
    [name, name === "change" ? t("change_since", { year: now.base_year }) : t(name as Key)])];
  const head = ([name, label]: [string, string]) => {
    const here = by === name;
    return (
      <th key={name} scope="col" class={known.includes(name as Figure) ? "number" : ""} aria-sort={here ? (falling ? "descending" : "ascending") : "none"}>
        <button type="button" onClick={() => go({ sort: here ? (falling ? name : `-${name}`) : known.includes(name as Figure) ? `-${name}` : name })}>
          {label}{here && <span aria-hidden="true">{falling ? "\u00a0↓" : "\u00a0↑"}</span>}
        </button>
      </th>
    );
  };
  const save = () => saveCsv(`${now.id}-${year}`, [
    ["code", "name", "name_en", "region", "year", ...known], ...shown.map((row) => [row.code, row.name, row.name_en, row.hit?.region_name.en ?? row.region, year, ...known.map((name) => row.values[name])]),
    [], [sourceLine()], [pick(now.licence)],
  ]);
  return (
    <>
      <div class="tools">
        <label>{t("year")} <select value={year} onChange={(event) => go({ year: Number(event.currentTarget.value) })}>{now.years.map((one) => <option key={one} value={one}>{one}</option>)}</select></label>
        <label>{t("region")} <select value={region} onChange={(event) => go({ region: event.currentTarget.value })}>
          <option value="">{t("all")}</option>{regions.map(([code, name]) => <option key={code} value={code}>{pick(name) || code}</option>)}
        </select></label>
        <label class="grow">{t("filter")} <input type="text" value={filter} onInput={(event) => go({ filter: event.currentTarget.value })} /></label>
        <button type="button" onClick={save}>{t("export_csv")}</button>
      </div>
      <p class="note" role="status">{t("rows", { shown: exact(shown.length), all: exact(rows.length) })}</p>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("rankings_title", { year })}>
        <table class="wide">
          <thead><tr>{heads.map(head)}</tr></thead>
          <tbody>
            {shown.slice(0, most).map((row) => (
              <tr key={row.code}>
                <th scope="row"><PlaceLink code={row.code} name={row.name} latin={row.name_en} /></th>
                <td>{pick(row.hit?.region_name) || row.region}</td>
                {known.map((name) => <td key={name} class="number">{cell[name](row.values[name])}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length > most && <button type="button" onClick={() => setMost(most + STEP)}>{t("more", { count: Math.min(STEP, shown.length - most) })}</button>}
    </>
  );
}
