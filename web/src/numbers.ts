/** Persons, shares and chances as people write them in each language; the same rules as report/numbers.py. */

import type { Lang } from "./types";

export const MINUS = "\u2212";
const MYRIAD = 1e4, MILLION = 1e6, HUNDRED_MILLION = 1e8, BILLION = 1e9;

const signOf = (value: number) => (value < 0 ? MINUS : "");

/** Digits in groups of three, with a true minus sign. */
export function grouped(value: number, digits = 0): string {
  const text = Math.abs(value).toFixed(digits);
  const [whole, rest] = text.split(".");
  const told = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? `.${rest}` : "");
  return (Number(text) === 0 ? "" : signOf(value)) + told;
}

/** A counted number of persons, to the person. */
export const exact = (value: number): string => grouped(Math.round(value));

/** A forecast number of persons to about three figures: 3.52 million, 352.1万. */
export function people(value: number, lang: Lang): string {
  const size = Math.abs(value), sign = signOf(value);
  if (lang === "en") {
    if (size >= BILLION * 0.9995) return `${sign}${(size / BILLION).toFixed(2)} billion`;
    if (size >= MILLION * 0.9995) {
      const digits = size < 9.995 * MILLION ? 2 : size < 99.95 * MILLION ? 1 : 0;
      return `${sign}${(size / MILLION).toFixed(digits)} million`;
    }
    return grouped(threeFigures(value));
  }
  if (size >= HUNDRED_MILLION * 0.9995) return `${sign}${(size / HUNDRED_MILLION).toFixed(2)}${lang === "zh" ? "亿" : "億"}`;
  if (size >= MYRIAD) return `${sign}${grouped(size / MYRIAD, size < 1000 * MYRIAD ? 1 : 0)}万`;
  return grouped(threeFigures(value));
}

/** The same in the little room of a label: 3.52M, 352.1万. */
export const short = (value: number, lang: Lang): string =>
  people(value, lang).replace(" million", "M").replace(" billion", "B");

/** Persons on an axis: 3.5M, 350万. */
export function tick(value: number, lang: Lang): string {
  const size = Math.abs(value), sign = signOf(value);
  const plain = (part: number) => sign + String(Number(part.toPrecision(6)));
  if (lang === "en") {
    if (size >= BILLION) return `${plain(size / BILLION)}B`;
    if (size >= MILLION) return `${plain(size / MILLION)}M`;
    return size >= 1000 ? `${plain(size / 1000)}k` : plain(size);
  }
  if (size >= HUNDRED_MILLION) return plain(size / HUNDRED_MILLION) + (lang === "zh" ? "亿" : "億");
  return size >= MYRIAD ? `${plain(size / MYRIAD)}万` : plain(size);
}

/** 0.184 -> 18%. */
export const percent = (share: number, digits = 0): string => {
  if (!Number.isFinite(share)) return "–";
  return `${grouped(100 * share, digits)}%`;
};

/** A relative change, 0 for none: -0.21 -> −21%, 0.05 -> +5%. */
export function change(share: number | null | undefined, digits = 0): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  const value = Number((100 * share).toFixed(digits));
  const sign = value > 0 ? "+" : value < 0 ? MINUS : "±";
  return `${sign}${grouped(Math.abs(value), digits)}%`;
}

/** Persons gained or lost, with a sign. */
export const signed = (value: number, lang: Lang): string =>
  (value > 0 ? "+" : value < 0 ? MINUS : "") + people(Math.abs(value), lang);

/** Percentage points with a sign, one digit. */
export function points(value: number, digits = 1): string {
  const rounded = Number(value.toFixed(digits));
  return (rounded > 0 ? "+" : rounded < 0 ? MINUS : "±") + grouped(Math.abs(rounded), digits);
}

/** The share of members in which something happened, never nearer to 0 or 1 than the members can tell. */
export function chance(share: number, members: number, lang: Lang): string {
  const digits = Math.max(0, Math.ceil(Math.log10(Math.max(members, 1))) - 2);
  const step = 10 ** -digits;
  const told = (value: number) => `${value.toFixed(digits)}%`;
  if (share * members < 0.5) {
    const bound = told(Math.ceil(100 / members / step - 1e-9) * step);
    return { en: `under ${bound}`, zh: `不到${bound}`, ja: `${bound}未満` }[lang];
  }
  if ((1 - share) * members < 0.5) {
    const bound = told(Math.floor((100 * (1 - 1 / members)) / step + 1e-9) * step);
    return { en: `over ${bound}`, zh: `超过${bound}`, ja: `${bound}超` }[lang];
  }
  return percent(share);
}

/** Two ends in the words of each language. */
export const span = (low: string, high: string, lang: Lang): string =>
  ({ en: `${low} to ${high}`, zh: `${low}至${high}`, ja: `${low}〜${high}` })[lang];

/** A year alone: 2050, 2050年. */
export const year = (value: number, lang: Lang): string => (lang === "en" ? String(value) : `${value}年`);

/** A sum of money, to about three figures; below a hundred with as many decimals. */
export function money(value: number, currency: string, lang: Lang): string {
  const told = Math.abs(value) < 100 && !Number.isInteger(value) ? signOf(value) + String(Number(Math.abs(value).toPrecision(3))) : people(value, lang);
  return lang === "en" ? `${told} ${currency}` : `${told}${currency}`;
}

/** Any value of a variable, by its unit. */
export function valued(value: number | null | undefined, unit: string, lang: Lang, members = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (unit === "chance") return members ? chance(value, members, lang) : percent(value);
  if (unit === "share") return percent(value, 1);
  return people(value, lang);
}

function threeFigures(value: number): number {
  const size = Math.abs(value);
  if (size < 1000) return Math.round(value);
  const step = 10 ** (Math.floor(Math.log10(size)) - 2);
  return Math.round(value / step) * step;
}
