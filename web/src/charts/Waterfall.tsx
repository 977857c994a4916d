/** Parts that add up to a change, one bar after the other; what is unexplained stands where the answer put it. */

import { Figure, type TableData } from "../parts/Figure";
import { useName, useWidth } from "../parts/hooks";
import { exact, points, span } from "../numbers";
import { room, straight, ticks, waterfall } from "../scales";
import { lang, pick } from "../state";
import type { Why } from "../types";
import { t } from "../words";

const ROW = 30, TOP = 6, BOTTOM = 24;

export function Waterfall({ why, name, file }: { why: Why; name: string; file: string }) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const label = useName("waterfall"), said = lang.value;
  const { bars, total } = waterfall(why.parts);
  const narrow = width < 520;
  const left = narrow ? 8 : Math.min(300, Math.max(...why.parts.map((one) => room(pick(one.label), 12.5)), room(t("why_sum"), 12.5)) + 14), right = 64, row = narrow ? 42 : ROW;
  const height = TOP + BOTTOM + row * (why.parts.length + 1);
  const ends = bars.flat().concat(0, total);
  const shown = ticks(Math.min(...ends), Math.max(...ends), narrow ? 4 : 6);
  const x = straight(shown[0], shown[shown.length - 1], left, width - right);
  const title = t("why_title", { name, from: why.first, to: why.last });
  const told = [...why.parts].sort((a, b) => Math.abs(b.points) - Math.abs(a.points)).slice(0, 4).map((one) => `${pick(one.label)} ${points(one.points)}`);
  const table = (): TableData => ({
    head: [t("part"), t("points"), t("low_80"), t("high_80"), t("persons")],
    rows: [...why.parts.map((one) => [pick(one.label), one.points, one.low, one.high, one.people]), [t("why_sum"), total, null, null, why.parts.reduce((sum, one) => sum + one.people, 0)]],
    told: (value, column) => (typeof value !== "number" ? (value ?? "–") : column === 4 ? exact(value) : points(value, 2)),
  });
  const bar = (i: number) => TOP + row * i + (narrow ? 20 : 5);
  const thick = narrow ? 14 : row - 10;
  return (
    <Figure title={title} name={file} table={table} note={`${t("points")}: ${t("why_points", { year: why.first })}. ${t("why_not_proof")}`}>
      <div ref={frame} class="frame">
        <svg class="chart waterfall" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-labelledby={label}>
          <title id={label}>{`${title}: ${points(total)}. ${told.join("; ")}`}</title>
          {shown.map((level) => (
            <g key={level}>
              <line class={level === 0 ? "zero" : "grid"} x1={x(level)} x2={x(level)} y1={TOP} y2={height - BOTTOM} />
              <text class="tick" x={x(level)} y={height - 8} text-anchor="middle">{points(level, Number.isInteger(level) ? 0 : 1).replace("±", "")}</text>
            </g>
          ))}
          {why.parts.map((one, i) => {
            const [from, to] = bars[i], low = x(Math.min(from, to)), wide = Math.max(1.5, Math.abs(x(to) - x(from)));
            const kind = one.name.startsWith("unexplained") ? "unknown" : one.points < 0 ? "loss" : "gain";
            return (
              <g key={one.name}>
                <text class={kind === "unknown" ? "strong" : ""} x={narrow ? left : left - 10} y={narrow ? TOP + row * i + 14 : bar(i) + thick / 2 + 4} text-anchor={narrow ? "start" : "end"}>{pick(one.label)}</text>
                <rect class={kind} x={low} y={bar(i)} width={wide} height={thick} />
                {one.low !== null && one.high !== null && <line class="whisker" x1={x(from + one.low)} x2={x(from + one.high)} y1={bar(i) + thick / 2} y2={bar(i) + thick / 2} />}
                <text class="number" x={width - 4} y={bar(i) + thick / 2 + 4} text-anchor="end">{points(one.points)}</text>
                <line class="link" x1={x(to)} x2={x(to)} y1={bar(i)} y2={bar(i + 1) + thick} />
              </g>
            );
          })}
          <g>
            <text class="strong" x={narrow ? left : left - 10} y={narrow ? TOP + row * bars.length + 14 : bar(bars.length) + thick / 2 + 4} text-anchor={narrow ? "start" : "end"}>{t("why_sum")}</text>
            <rect class="sum" x={x(Math.min(0, total))} y={bar(bars.length)} width={Math.max(1.5, Math.abs(x(total) - x(0)))} height={thick} />
            <text class="number strong" x={width - 4} y={bar(bars.length) + thick / 2 + 4} text-anchor="end">{points(total)}</text>
          </g>
        </svg>
      </div>
      {why.parts.some((one) => one.low !== null) && <p class="note">{span(t("low_80"), t("high_80"), said)}</p>}
    </Figure>
  );
}
