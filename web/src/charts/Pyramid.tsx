/** Women and men by age, year after year: counted in the past, medians with 80% ranges after. */

import { useEffect, useState } from "preact/hooks";
import { Figure, type TableData } from "../parts/Figure";
import { useName, useWidth } from "../parts/hooks";
import { Player } from "../parts/Player";
import { exact, people, percent, tick } from "../numbers";
import { straight, ticks } from "../scales";
import { lang } from "../state";
import type { Pyramid as Data } from "../types";
import { t } from "../words";

const TOP = 22, BOTTOM = 26, GUTTER = 46;

export function Pyramid({ data, name, file }: { data: Data; name: string; file: string }) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const label = useName("pyramid"), said = lang.value;
  const [at, setAt] = useState(data.first_forecast);
  useEffect(() => setAt(data.first_forecast), [data]);
  const women = data.sexes[0].startsWith("w") || data.sexes[0].startsWith("f") ? 0 : 1;
  const row = Math.max(11, Math.min(18, 330 / data.ages.length));
  const height = TOP + BOTTOM + row * data.ages.length;
  const ending = data.high.flat(2).reduce((a, b) => Math.max(a, b), data.people.flat(2).reduce((a, b) => Math.max(a, b), 1));
  const half = (width - GUTTER) / 2 - 18; // room for half of the outermost label
  const shown = ticks(0, ending, width < 480 ? 3 : 5).filter((level) => level <= ending);
  const out = straight(0, ending, 0, half);
  const middle = width / 2, left = middle - GUTTER / 2, right = middle + GUTTER / 2;
  const i = Math.max(0, Math.min(data.years.length - 1, Math.floor(at))), j = Math.min(data.years.length - 1, i + 1), part = at - i;
  const mixed = (from: number[][][], sex: number, age: number) => from[i][sex][age] + (from[j][sex][age] - from[i][sex][age]) * part;
  const near = Math.round(at), year = data.years[near], forecast = near > data.first_forecast;
  const sum = data.people[near].flat().reduce((a, b) => a + b, 0);
  const old = data.ages.reduce((total, age, a) => (parseInt(age, 10) >= 65 ? total + data.people[near][0][a] + data.people[near][1][a] : total), 0);
  const desc = t("pyramid_desc", { year, people: people(sum, said), old: percent(sum ? old / sum : 0) });
  const y = (age: number) => height - BOTTOM - row * (age + 1);
  const base = data.people[data.first_forecast];
  const outline = (sex: number, side: -1 | 1) => {
    const from = side < 0 ? left : right;
    let told = `M${from},${height - BOTTOM}`;
    base[sex].forEach((value, age) => {
      told += `L${from + side * out(value)},${y(age) + row}L${from + side * out(value)},${y(age)}`;
    });
    return `${told}L${from},${y(base[sex].length - 1)}`;
  };
  const table = (): TableData => ({
    head: [t("age"), t("women"), `${t("women")}, ${t("low_80")}`, `${t("women")}, ${t("high_80")}`, t("men"), `${t("men")}, ${t("low_80")}`, `${t("men")}, ${t("high_80")}`],
    rows: data.ages.map((age, a) => [age, ...[women, 1 - women].flatMap((sex) => [data.people[near][sex][a], data.low[near][sex][a], data.high[near][sex][a]].map(Math.round))]).toReversed(),
    told: (value, column) => (typeof value === "number" && column ? exact(value) : String(value)),
  });
  return (
    <Figure title={`${name}, ${yearWord(year)} (${forecast ? t("forecast") : t("counted")})`} name={file} table={table}
      note={t("pyramid_note", { base: data.years[data.first_forecast] })}>
      <div ref={frame} class="frame">
        <svg class="chart pyramid" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-labelledby={label}>
          <title id={label}>{desc}</title>
          {shown.map((level) => (
            <g key={level}>
              <line class={level ? "grid" : "zero"} x1={left - out(level)} x2={left - out(level)} y1={TOP} y2={height - BOTTOM} />
              <line class={level ? "grid" : "zero"} x1={right + out(level)} x2={right + out(level)} y1={TOP} y2={height - BOTTOM} />
              {level > 0 && <text class="tick" x={left - out(level)} y={height - 8} text-anchor="middle">{tick(level, said)}</text>}
              {level > 0 && <text class="tick" x={right + out(level)} y={height - 8} text-anchor="middle">{tick(level, said)}</text>}
            </g>
          ))}
          <text class="strong" x={left - 4} y={13} text-anchor="end">{t("women")}</text>
          <text class="strong" x={right + 4} y={13}>{t("men")}</text>
          {data.ages.map((age, a) => {
            const w = out(mixed(data.people, women, a)), m = out(mixed(data.people, 1 - women, a)), h = row - 2;
            return (
              <g key={age}>
                <rect class="women" x={left - w} y={y(a) + 1} width={w} height={h} />
                <rect class="men" x={right} y={y(a) + 1} width={m} height={h} />
                {forecast && part === 0 && (
                  <>
                    <line class="whisker" x1={left - out(data.low[near][women][a])} x2={left - out(data.high[near][women][a])} y1={y(a) + row / 2} y2={y(a) + row / 2} />
                    <line class="whisker" x1={right + out(data.low[near][1 - women][a])} x2={right + out(data.high[near][1 - women][a])} y1={y(a) + row / 2} y2={y(a) + row / 2} />
                  </>
                )}
                <text class="tick age" x={middle} y={y(a) + row / 2 + 3.5} text-anchor="middle">{age}</text>
              </g>
            );
          })}
          <path class="outline" d={outline(women, -1)} />
          <path class="outline" d={outline(1 - women, 1)} />
        </svg>
      </div>
      <Player years={data.years} at={at} onMove={setAt} first={data.first_forecast} />
    </Figure>
  );
}

const yearWord = (year: number) => (lang.value === "en" ? String(year) : `${year}年`);
