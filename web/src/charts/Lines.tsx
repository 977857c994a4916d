/** A few courses with their bands in one small chart: births and deaths, homes and households, a comparison. */

import { useState, useRef } from "preact/hooks";
import { Figure, type TableData } from "../parts/Figure";
import { useName, useWidth } from "../parts/hooks";
import { short, tick } from "../numbers";
import { straight, ticks } from "../scales";
import { lang } from "../state";
import { t } from "../words";
import { area, path } from "./Fan";

export interface Course {
  label: string;
  years: number[];
  median: (number | null)[];
  low?: (number | null)[];
  high?: (number | null)[];
  past?: { years: number[]; values: number[] };
  style: 1 | 2 | 3 | 4;
}

interface Shown {
  title: string;
  file: string;
  courses: Course[];
  note?: string;
  zero?: boolean;
  told?: (value: number) => string;
  axis?: (value: number) => string;
  height?: number;
  heading?: "h3" | "none";
  mark?: number;
}

const LEFT = 54, TOP = 12, BOTTOM = 26, RIGHT = 18;

export function Lines({ title, file, courses, note, zero = true, told, axis, height = 230, heading = "h3", mark }: Shown) {
  const [frame, width] = useWidth<HTMLDivElement>(360);
  const label = useName("lines"), picture = useRef<SVGSVGElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const said = lang.value;
  const say = told ?? ((value: number) => short(value, said));
  const onAxis = axis ?? ((value: number) => tick(value, said));
  const years = [...new Set(courses.flatMap((one) => [...(one.past?.years ?? []), ...one.years]))].sort((a, b) => a - b);
  const all = courses.flatMap((one) => [...one.median, ...(one.low ?? []), ...(one.high ?? []), ...(one.past?.values ?? [])])
    .filter((value): value is number => value !== null && Number.isFinite(value));
  if (!all.length || years.length < 2) return null;
  const shown = ticks(Math.min(...all, ...(zero ? [0] : [])), Math.max(...all, ...(zero ? [0] : [])), 4);
  const x = straight(years[0], years[years.length - 1], LEFT, width - RIGHT);
  const y = straight(shown[0], shown[shown.length - 1], height - BOTTOM, TOP);
  const ends = courses.map((one) => {
    const i = one.median.findIndex((value) => value !== null), j = one.median.findLastIndex((value) => value !== null);
    return i < 0 ? "" : t("line_said", { label: one.label, first: say(one.median[i]!), from: one.years[i], last: say(one.median[j]!), to: one.years[j] });
  });
  const desc = t("lines_desc", { title, said: ends.filter(Boolean).join("; ") });
  const valueAt = (one: Course, year: number): number | null => {
    const i = one.years.indexOf(year), past = one.past?.years.indexOf(year) ?? -1;
    return i >= 0 && one.median[i] !== null ? one.median[i] : past >= 0 ? one.past!.values[past] : null;
  };
  const table = (): TableData => ({
    head: [t("year"), ...courses.flatMap((one) => [one.label, ...(one.low ? [`${one.label}, ${t("low_80")}`, `${one.label}, ${t("high_80")}`] : [])])],
    rows: years.map((year) => [year, ...courses.flatMap((one) => {
      const i = one.years.indexOf(year);
      return [valueAt(one, year), ...(one.low ? [i < 0 ? null : one.low[i], i < 0 ? null : one.high![i]] : [])];
    })]),
    told: (value, column) => (typeof value === "number" && column ? say(value) : value === null || value === undefined ? "–" : String(value)),
  });
  const step = (years[years.length - 1] - years[0]) / Math.max(1, (width - LEFT - RIGHT) / 46);
  const every = [5, 10, 20, 25, 50, 100].find((one) => one >= step) ?? 100;
  const shownAt = at ?? years.length - 1;
  return (
    <Figure title={title} name={file} note={note} table={table} heading={heading}>
      {courses.length > 1 && <div class="keys" aria-hidden="true">
        {courses.map((one) => <span key={one.label}><i class={`swatch line c${one.style}`} />{one.label}</span>)}
      </div>}
      <div ref={frame} class="frame">
        <svg ref={picture} class="chart" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" tabIndex={0} aria-labelledby={label}
          onBlur={() => setAt(null)} onPointerLeave={() => setAt(null)}
          onPointerMove={(event) => {
            const box = picture.current!.getBoundingClientRect(), asked = ((event.clientX - box.left) / box.width) * width;
            setAt(years.reduce((a, b, i) => (Math.abs(x(b) - asked) < Math.abs(x(years[a]) - asked) ? i : a), 0));
          }}
          onKeyDown={(event) => {
            const next = { ArrowLeft: shownAt - 1, ArrowRight: shownAt + 1, Home: 0, End: years.length - 1 }[event.key];
            if (next === undefined) return;
            event.preventDefault();
            setAt(Math.max(0, Math.min(years.length - 1, next)));
          }}>
          <title id={label}>{desc}</title>
          {shown.map((level) => (
            <g key={level}>
              <line class={level === 0 ? "zero" : "grid"} x1={LEFT} x2={width - RIGHT} y1={y(level)} y2={y(level)} />
              <text class="tick" x={LEFT - 7} y={y(level) + 4} text-anchor="end">{onAxis(level)}</text>
            </g>
          ))}
          {years.filter((year) => year % every === 0).map((year) =>
            <text key={year} class="tick" x={x(year)} y={height - 7} text-anchor="middle">{year}</text>)}
          {mark !== undefined && <line class="now" x1={x(mark)} x2={x(mark)} y1={TOP} y2={height - BOTTOM} />}
          {courses.map((one) => (
            <g key={one.label} class={`c${one.style}`}>
              {one.low && one.high && <path class="b80" d={area(one.years, one.low, one.high, x, y)} />}
              {one.past && <path class="line before" d={path(one.past.years, one.past.values, x, y)} />}
              {one.past?.years.map((year, i) => <circle key={year} class="dot" cx={x(year)} cy={y(one.past!.values[i])} r={3} />)}
              <path class="line" d={path(one.years, one.median, x, y)} />
            </g>
          ))}
          {at !== null && <line data-live class="cross" x1={x(years[at])} x2={x(years[at])} y1={TOP} y2={height - BOTTOM} />}
        </svg>
      </div>
      <p class="reading" aria-live="polite">
        {years[shownAt]}: {courses.map((one) => {
          const value = valueAt(one, years[shownAt]);
          return `${one.label} ${value === null ? "–" : say(value)}`;
        }).join(" · ")}
      </p>
    </Figure>
  );
}
