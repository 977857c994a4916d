/** Axes and colour classes: nice ticks, straight scales, and breaks that are the same in every year. */

/** Round steps that cover [low, high]: at most about `count` of them, first <= low, last >= high. */
export function ticks(low: number, high: number, count = 5): number[] {
  if (!(high > low)) high = low + (Math.abs(low) || 1);
  const raw = (high - low) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999) ?? 10 * power;
  const first = Math.floor(low / step + 1e-9), last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Maps [a, b] onto [from, to]; a flat domain maps onto `from`. */
export function straight(a: number, b: number, from: number, to: number): (value: number) => number {
  const slope = b === a ? 0 : (to - from) / (b - a);
  return (value) => from + (value - a) * slope;
}

/** The class of a value among rising breaks: 0 below the first, breaks.length from the last on. */
export function classOf(value: number, breaks: readonly number[]): number {
  let low = 0, high = breaks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value >= breaks[middle]) low = middle + 1;
    else high = middle;
  }
  return low;
}

const LOSS = [-0.5, -0.25, -0.1, -0.02, 0.02, 0.1, 0.25, 0.5];
const CHANCE = [0.05, 0.25, 0.5, 0.75, 0.95];

/** The first figure or two of a number, towards the nearest of 1, 1.5, 2, 3, 4, 5, 6, 8, 10. */
export function nice(value: number): number {
  if (value === 0) return 0;
  const power = 10 ** Math.floor(Math.log10(Math.abs(value)));
  const figures = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];
  const size = Math.abs(value) / power;
  const best = figures.reduce((a, b) => (Math.abs(b - size) < Math.abs(a - size) ? b : a));
  return Number((Math.sign(value) * best * power).toPrecision(6));
}

export interface Classes { breaks: number[]; diverging: boolean }

/** Classes for a variable over all its years, so that colours mean the same while years play. */
export function classes(name: string, unit: string, values: (number | null)[][]): Classes {
  if (name === "change") return { breaks: LOSS, diverging: true };
  if (unit === "chance") return { breaks: CHANCE, diverging: false };
  const all = values.flat().filter((v): v is number => v !== null && Number.isFinite(v)).sort((a, b) => a - b);
  if (!all.length) return { breaks: [1], diverging: false };
  const at = (q: number) => all[Math.min(all.length - 1, Math.floor(q * all.length))];
  const negative = at(0.1) < 0 && at(0.9) > 0;
  if (negative) {
    const far = nice(Math.max(-at(0.05), at(0.95)));
    return { breaks: [-far, -far / 3, -far / 10, far / 10, far / 3, far].map((v) => Number(v.toPrecision(2))), diverging: true };
  }
  if (unit === "share") {
    const steps = ticks(at(0.02), at(0.98), 6).slice(1, -1);
    return { breaks: steps.length ? steps : [at(0.5)], diverging: false };
  }
  const breaks = [0.15, 0.35, 0.55, 0.75, 0.9].map((q) => nice(at(q)));
  return { breaks: [...new Set(breaks)].sort((a, b) => a - b), diverging: false };
}

const DIVERGING = {
  light: ["#8a3a00", "#bd5a0c", "#e3893f", "#f4c294", "#dcdcd8", "#a8cee9", "#5ba2d2", "#2273b4", "#0a467a"],
  dark: ["#ffb06b", "#f08a3c", "#c76a25", "#8a4f26", "#5b6068", "#2f5f86", "#3b87bf", "#63aee3", "#a5d6fa"],
};
const RISING = {
  light: ["#cfe0ee", "#a3c6e2", "#6fa6d2", "#3f83bb", "#1c5f9c", "#0a3f74"],
  dark: ["#26445c", "#2f628c", "#3c82b8", "#5fa3d8", "#8fc4ee", "#c8e4fb"],
};

/** As many colours as there are classes, from a scale that colour-blind readers can follow. */
export function colours(found: Classes, dark: boolean): string[] {
  const count = found.breaks.length + 1;
  const scale = (found.diverging ? DIVERGING : RISING)[dark ? "dark" : "light"];
  if (count === 1) return [scale[scale.length - 1]];
  return Array.from({ length: count }, (_, i) => scale[Math.round((i * (scale.length - 1)) / (count - 1))]);
}

/** Bars of a waterfall: where each part starts and ends, and the total they reach. */
export function waterfall(parts: readonly { points: number }[]): { bars: [number, number][]; total: number } {
  let reached = 0;
  const bars = parts.map((part): [number, number] => {
    const start = reached;
    reached += part.points;
    return [start, reached];
  });
  return { bars, total: reached };
}

/** Between two numbers; null where either is unknown. */
export const between = (a: number | null, b: number | null, part: number): number | null =>
  a === null || b === null ? (part < 0.5 ? a : b) : a + (b - a) * part;

/** The value at a level of a band, by its nearest level; undefined where the run has too few members for it. */
export function atLevel<T>(levels: readonly number[], bands: readonly T[], level: number): T | undefined {
  const at = levels.findIndex((known) => Math.abs(known - level) < 1e-6);
  return at < 0 ? undefined : bands[at];
}

/** About how many pixels a label takes in a sans-serif font, rather too many than too few. */
export function room(text: string, size: number): number {
  let units = 0;
  for (const sign of text) units += /[\u1100-\u11ff\u2e80-\uffef]/.test(sign) ? 1 : 0.6;
  return units * size;
}
