/** What the address of the page says, and how it is written back: a link shows another reader the same view. */

import type { Lang, LeverValue } from "./types";

export const VIEWS = ["map", "place", "compare", "rankings", "claims", "scenarios", "data"] as const;
export type View = (typeof VIEWS)[number];
export const LANGS: readonly Lang[] = ["en", "zh", "ja"];
export const MOST_COMPARED = 4;

export interface Address {
  view: View;
  place: string;
  run: string;
  lang: Lang | "";
  variable: string;
  year: number;
  compare: string[];
  levers: LeverValue[];
  scenario: string;
  keep: number;
  by: number;
  from: number;
  to: number;
  sort: string;
  filter: string;
  region: string;
  claim: string;
  embed: boolean;
}

export const START: Address = {
  view: "map", place: "", run: "", lang: "", variable: "change", year: 0, compare: [], levers: [], scenario: "",
  keep: 0.9, by: 0, from: 0, to: 0, sort: "-people", filter: "", region: "", claim: "", embed: false,
};

const LONGEST = 200;
const CODE = /^[\p{L}\p{N}._-]{1,40}$/u;
const NAME = /^-?[a-z0-9_+ -]{1,120}$/i;

/** Reads the part of an address after `?`; what is malformed is left out, nothing is ever thrown. */
export function parse(search: string): Address {
  const asked = new URLSearchParams(search);
  const text = (key: string) => (asked.get(key) ?? "").slice(0, LONGEST);
  const named = (key: string, fallback: string) => (NAME.test(text(key)) ? text(key) : fallback);
  const code = (value: string) => (CODE.test(value) ? value : "");
  const year = (key: string) => (/^\d{4}$/.test(text(key)) ? Number(text(key)) : 0);
  const place = code(text("place"));
  const view = VIEWS.find((known) => known === text("view")) ?? (place ? "place" : "map");
  const keep = Number(text("keep"));
  return {
    view: view === "place" && !place ? "map" : view,
    place,
    run: named("run", ""),
    lang: LANGS.find((known) => known === text("lang")) ?? "",
    variable: named("variable", START.variable),
    year: year("year"),
    compare: [...new Set(text("compare").split(",").map(code).filter(Boolean))].slice(0, MOST_COMPARED),
    levers: levers(text("levers")),
    scenario: named("scenario", ""),
    keep: keep > 0 && keep <= 3 ? keep : START.keep,
    by: year("by"),
    from: year("from"),
    to: year("to"),
    sort: named("sort", START.sort),
    filter: text("filter"),
    region: code(text("region")),
    claim: code(text("claim")),
    embed: text("embed") === "1",
  };
}

/** The address as a query, keys in a fixed order, without what is as at the start. */
export function format(now: Address): string {
  const said = new URLSearchParams();
  const put = (key: string, value: string, plain = "") => value !== plain && said.set(key, value);
  put("view", now.view, now.place ? "place" : "map");
  put("place", now.place);
  put("run", now.run);
  put("lang", now.lang);
  put("variable", now.variable, START.variable);
  put("year", now.year ? String(now.year) : "");
  put("compare", now.compare.join(","));
  put("levers", now.levers.map(({ name, amount }) => `${name}:${amount}`).join(","));
  put("scenario", now.scenario);
  put("keep", String(now.keep), String(START.keep));
  put("by", now.by ? String(now.by) : "");
  put("from", now.from ? String(now.from) : "");
  put("to", now.to ? String(now.to) : "");
  put("sort", now.sort, START.sort);
  put("filter", now.filter);
  put("region", now.region);
  put("claim", now.claim);
  put("embed", now.embed ? "1" : "");
  const query = said.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return query ? `?${query}` : "";
}

function levers(text: string): LeverValue[] {
  const found = text.split(",").flatMap((one) => {
    const parts = /^([a-z_]{1,40}):(-?\d+(?:\.\d+)?)$/.exec(one);
    return parts && Number.isFinite(Number(parts[2])) ? [{ name: parts[1], amount: Number(parts[2]) }] : [];
  });
  return found.filter((one, i) => found.findIndex((other) => other.name === one.name) === i).slice(0, 32);
}

/** The first language of the browser that the page has; English otherwise. */
export function spoken(browser: readonly string[]): Lang {
  for (const wanted of browser) {
    const found = LANGS.find((known) => wanted.toLowerCase().split("-")[0] === known);
    if (found) return found;
  }
  return "en";
}
