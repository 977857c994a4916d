/** What the server answers, as in hinterland/web/schemas.py: names here are names there. */

export type Lang = "en" | "zh" | "ja";
export type Words = Record<Lang, string>;

export interface Source { key: string; title: Words; licence: Words; address: string }
export interface Variable { name: string; kind: "stock" | "flow" | "derived"; unit: string; label: Words }

export interface Run {
  id: string; country: string; names: Words; scenario: string; title: Words;
  base_year: number; years: number[]; record_years: number[]; members: number; seed: number; places: number;
  live: boolean; state?: "off" | "warming" | "ready"; live_note?: Words;
  variables: Variable[]; licence: Words; sources: Source[]; version: string; formats: string[];
}

export interface Hit {
  code: string; name: string; name_en: string; region: string; region_name: Words; people: number;
  lon: number | null; lat: number | null; matched: "code" | "name" | "reading" | "near" | "all";
}

export interface Chance { year: number; loss: number; chance: number }
export interface Miss { years: number; error: number }
export interface Track { words: Words[]; misses: Miss[]; measured: Words }
export interface Peer { code: string; name: string; name_en: string; year: number; then: string; change: number | null }

export interface Place {
  code: string; name: string; name_en: string; title: Words; region: string; region_name: Words;
  lon: number | null; lat: number | null; people: number;
  answer: Words[]; chances: Chance[]; track: Track; peers: Peer[]; notes: Words[];
}

export interface Series {
  variable: Variable; years: number[]; levels: number[]; bands: (number | null)[][]; past_years: number[]; past: number[];
}
export interface PlaceSeries { code: string; series: Series[]; licence: string }

export interface Pyramid {
  code: string; ages: string[]; sexes: string[]; years: number[]; first_forecast: number;
  people: number[][][]; low: number[][][]; high: number[][][];
}

export interface Service { name: string; label: Words; years: number[]; lost: number[]; likely: number | null }
export interface Services { code: string; services: Service[] }

export interface MapData {
  variable: Variable; codes: string[]; names: string[]; names_en: string[]; regions: string[];
  lon: (number | null)[]; lat: (number | null)[]; years: number[]; first_forecast: number; values: (number | null)[][];
}

export interface Part {
  name: string; label: Words; points: number; low: number | null; high: number | null; people: number;
}
export interface Moved { code: string; name: string; name_en: string; people: number; by_age: Record<string, number> }
export interface Why {
  code: string; first: number; last: number; people: number; change: number;
  parts: Part[]; moved: Moved[]; words: Words[]; record: boolean;
}

export interface Lever {
  name: string; label: Words; says: Words; kind: "amount" | "switch"; unit: Words;
  low: number; high: number; step: number; default: number; cost: number | null; per: Words; currency: Words;
  source: Words; status: string; usable: boolean; unusable: Words | null;
}
export interface LeverValue { name: string; amount: number }
export interface Elsewhere { code: string; name: string; name_en: string; change: number }
export interface Answer {
  place: string; members: number; of: number; years: number[]; levels: number[];
  base: number[][]; changed: number[][]; difference: number[][];
  elsewhere: Elsewhere[]; cost: number | null; words: Words[]; seconds: number;
}

export interface Progress { done: number; total: number; what: Words }
export interface Job<T> {
  id: string; kind: string; state: "queued" | "running" | "done" | "failed" | "cancelled";
  position: number; progress: Progress | null; error: string | null; result: T | null;
}

export interface Evidence { says: Words; source: string; sureness: string }
export interface Line { kind: "data" | "prediction" | "effect"; label: Words; words: Words; value: number | null; known: boolean; needs: Words | null; can_run: boolean }
export interface Card {
  id: string; claim: Words; verdict: "holds" | "holds partly" | "does not hold" | "cannot be told";
  verdict_words: Words; lines: Line[]; pro: Evidence[]; contra: Evidence[]; hangs_on: Words[]; chart: string; charts: Words;
}

/** The cards made so far, how many more there will be, and whether these are being made. */
export interface Cards { cards: Card[]; waiting: number; working: boolean }

export interface Scenario {
  name: string; title: Words; says: Words; source: Words; claims: string[]; changes: Words[]; usable: boolean;
}

export interface Bought { name: string; label: Words; amount: number; unit: Words; cost: number | null }
export interface Reached {
  place: string; keep: number; by: number; reached: boolean; words: Words[]; bought: Bought[];
  people: number[]; base: number[]; per_person: number[] | null; elsewhere: Elsewhere[]; toml: string;
}

export interface Problem { error: string; remedy: string; where: string; said?: Words | null }
