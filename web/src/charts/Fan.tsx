/** People of the past and the bands of the future; with levers, both bands beside each other. */

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Figure, type TableData } from "../parts/Figure";
import { useName, useWidth } from "../parts/hooks";
import { exact, percent, people, short, tick } from "../numbers";
import { atLevel, straight, ticks } from "../scales";
import { lang } from "../state";
import type { Series } from "../types";
import { t } from "../words";

export interface Bands { years: number[]; levels: number[]; bands: (number | null)[][] }

interface Shown {
  title: string;
  name: string;
  file: string;
  series: Series;
  changed?: Bands & { base: (number | null)[][] };
  onDrawn?: () => void;
  heading?: "h3" | "none";
}

const LEFT = 62, RIGHT = 74, TOP = 14, BOTTOM = 28;

export function Fan({ title, name, file, series, changed, onDrawn, heading = "none" }: Shown) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const label = useName("fan"), picture = useRef<SVGSVGElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const said = lang.value;
  const height = Math.round(Math.min(400, Math.max(260, width * 0.5)));
  const base: Bands = changed ? { years: changed.years, levels: changed.levels, bands: changed.base } : series;
  const { past, past_years } = counted(series);
  const years = [...past_years.filter((one) => one < (base.years[0] ?? Infinity)), ...base.years];
  const shown = useMemo(() => {
    const all = [base, ...(changed ? [changed] : [])].flatMap(({ levels, bands }) => atLevel(levels, bands, 0.975) ?? bands[bands.length - 1]);
    return ticks(0, Math.max(...past, ...all.filter((v): v is number => v !== null), 1), height / 62);
  }, [series, changed, height]);
  const x = straight(years[0], years[years.length - 1], LEFT, width - RIGHT);
  const y = straight(shown[0], shown[shown.length - 1], height - BOTTOM, TOP);
  useLayoutEffect(() => {
    if (changed) onDrawn?.();
  }, [changed]);

  const last = base.years.length - 1;
  const end = (from: Bands, level: number) => atLevel(from.levels, from.bands, level)?.[last] ?? null;
  const told = (value: number | null | undefined) => (value === null || value === undefined ? "–" : people(value, said));
  const desc = t("fan_desc", {
    name, now: exact(past[past.length - 1] ?? 0), base: past_years[past_years.length - 1] ?? "",
    year: base.years[last], median: told(end(base, 0.5)), low: told(end(base, 0.1)), high: told(end(base, 0.9)),
  });
  const boundary = base.years[0];
  const marks = years.filter((one) => one % (width < 460 ? 20 : 10) === 0);

  const read = (one: number): string => {
    const i = base.years.indexOf(one), k = past_years.indexOf(one);
    if (k >= 0 && i <= 0) return t("fan_read_past", { year: one, people: exact(past[k]) });
    if (i < 0) return "";
    const band = (from: Bands) => t("fan_read", {
      year: one, median: told(atLevel(from.levels, from.bands, 0.5)?.[i]), low: told(atLevel(from.levels, from.bands, 0.1)?.[i]),
      high: told(atLevel(from.levels, from.bands, 0.9)?.[i]),
    });
    return changed ? `${t("base_band")}: ${band(base)} · ${t("changed_band")}: ${band(changed)}` : band(base);
  };
  const nearest = (clientX: number) => {
    const box = picture.current!.getBoundingClientRect();
    const asked = ((clientX - box.left) / box.width) * width;
    return years.reduce((a, b, i) => (Math.abs(x(b) - asked) < Math.abs(x(years[a]) - asked) ? i : a), 0);
  };
  const key = (event: KeyboardEvent) => {
    const now = at ?? years.length - 1;
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: years.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(years.length - 1, next)));
  };

  const ends = [
    { kind: "base", value: end(base, 0.5) },
    ...(changed ? [{ kind: "changed", value: end(changed, 0.5) }] : []),
  ].filter((one): one is { kind: string; value: number } => one.value !== null).map((one) => ({ ...one, y: y(one.value) }));
  if (ends.length === 2 && Math.abs(ends[0].y - ends[1].y) < 14) {
    const middle = (ends[0].y + ends[1].y) / 2, up = ends[0].y <= ends[1].y ? 0 : 1;
    ends[up].y = middle - 7;
    ends[1 - up].y = middle + 7;
  }
  const table = (): TableData => ({
    head: [t("year"), t("counted"), ...base.levels.map((level) => t("low_end", { level: percent(level, level * 100 % 1 ? 1 : 0) })),
      ...(changed ? changed.levels.map((level) => `${t("changed_band")}, ${percent(level, level * 100 % 1 ? 1 : 0)}`) : [])],
    rows: years.map((one) => {
      const i = base.years.indexOf(one), k = past_years.indexOf(one);
      return [one, k < 0 ? null : Math.round(past[k]), ...base.bands.map((band) => round(i < 0 ? null : band[i])),
        ...(changed ? changed.bands.map((band) => round(i < 0 ? null : band[i])) : [])];
    }),
    told: (value, column) => (typeof value === "number" && column ? exact(value) : value === null ? "–" : String(value)),
  });
  const has95 = atLevel(base.levels, base.bands, 0.975) !== undefined;

  return (
    <Figure title={title} name={file} heading={heading} table={table}
      note={`${t("fan_note")} ${has95 ? t("fan_note_95") : t("no_95")}`}>
      <div class="keys" aria-hidden="true">
        <span><i class="dot" />{t("counted")}</span>
        <span><i class="swatch line base" />{changed ? t("base_band") : t("median")}</span>
        <span><i class="swatch b80" />{t("band_80")}</span>
        {has95 && <span><i class="swatch b95" />{t("band_95")}</span>}
        {changed && <span><i class="swatch line changed" />{t("changed_band")}</span>}
      </div>
      <div ref={frame} class="frame">
        <svg ref={picture} class="chart fan" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" tabIndex={0}
          aria-labelledby={label} onKeyDown={key} onBlur={() => setAt(null)} onPointerLeave={() => setAt(null)}
          onPointerMove={(event) => setAt(nearest(event.clientX))} onPointerDown={(event) => setAt(nearest(event.clientX))}>
          <title id={label}>{desc}</title>
          {shown.map((level) => (
            <g key={level}>
              <line class={level === 0 ? "zero" : "grid"} x1={LEFT} x2={width - RIGHT} y1={y(level)} y2={y(level)} />
              <text class="tick" x={LEFT - 8} y={y(level) + 4} text-anchor="end">{tick(level, said)}</text>
            </g>
          ))}
          {marks.map((one) => <text key={one} class="tick" x={x(one)} y={height - 8} text-anchor="middle">{one}</text>)}
          <line class="now" x1={x(boundary)} x2={x(boundary)} y1={TOP} y2={height - BOTTOM} />
          <Band from={base} kind="base" x={x} y={y} />
          {changed && <Band from={changed} kind="changed" x={x} y={y} />}
          {past.length > 1 && <path class="line past" d={path(past_years, past, x, y)} />}
          {past.map((value, i) => <circle key={i} class="dot" cx={x(past_years[i])} cy={y(value)} r={3.5} />)}
          {ends.map((one) => <text key={one.kind} class={`end ${one.kind}`} x={width - RIGHT + 6} y={one.y + 4}>{short(one.value, said)}</text>)}
          {at !== null && <line data-live class="cross" x1={x(years[at])} x2={x(years[at])} y1={TOP} y2={height - BOTTOM} />}
        </svg>
      </div>
      <p class="reading" aria-live="polite">{at === null ? read(base.years[last]) : read(years[at])}</p>
    </Figure>
  );
}

/** Counts of the past with that of the base year, which the forecast starts from. */
export function counted(series: Series): { past: number[]; past_years: number[] } {
  const start = series.years[0], first = atLevel(series.levels, series.bands, 0.5)?.[0];
  if (!series.past.length || series.past_years.includes(start) || first === null || first === undefined) return series;
  return { past: [...series.past, first], past_years: [...series.past_years, start] };
}

const round = (value: number | null): number | null => (value === null ? null : Math.round(value));

function Band({ from, kind, x, y }: { from: Bands; kind: string; x: (v: number) => number; y: (v: number) => number }) {
  const at = (level: number) => atLevel(from.levels, from.bands, level);
  const wide = [at(0.025), at(0.975)], middle = at(0.5), narrow = [at(0.1), at(0.9)];
  return (
    <g class={kind}>
      {wide[0] && wide[1] && <path class="b95" d={area(from.years, wide[0], wide[1], x, y)} />}
      {narrow[0] && narrow[1] && <path class="b80" d={area(from.years, narrow[0], narrow[1], x, y)} />}
      {middle && <path class="line" d={path(from.years, middle, x, y)} />}
    </g>
  );
}

type To = (value: number) => number;
const spot = (x: number, y: number) => `${x.toFixed(1)},${y.toFixed(1)}`;

/** A line through known values; it breaks where one is unknown. */
export function path(years: readonly number[], values: readonly (number | null)[], x: To, y: To): string {
  let pen = "M", told = "";
  values.forEach((value, i) => {
    if (value === null) pen = "M";
    else {
      told += pen + spot(x(years[i]), y(value));
      pen = "L";
    }
  });
  return told;
}

/** The area between two lines, over the years in which both are known. */
export function area(years: readonly number[], low: readonly (number | null)[], high: readonly (number | null)[], x: To, y: To): string {
  const known = years.map((_, i) => i).filter((i) => low[i] !== null && high[i] !== null);
  if (known.length < 2) return "";
  const up = known.map((i) => spot(x(years[i]), y(high[i]!)));
  const down = known.toReversed().map((i) => spot(x(years[i]), y(low[i]!)));
  return `M${up.join("L")}L${down.join("L")}Z`;
}
