/** What colours and areas of the map mean; it stands under the map at all times. */

import { change, percent, tick } from "../numbers";
import type { Classes } from "../scales";
import { lang, pick } from "../state";
import type { MapData } from "../types";
import { t } from "../words";
import { radius, type Marks } from "./draw";

interface Shown { data: MapData; found: Classes; shades: string[]; marks: Marks; base: number }

export function Legend({ data, found, shades, marks, base }: Shown) {
  const said = lang.value, { name, unit } = data.variable;
  const figure = (value: number) =>
    name === "change" ? change(value) : unit === "share" || unit === "chance" ? percent(value) : tick(value, said);
  const largest = marks.people[Math.min(data.first_forecast, marks.people.length - 1)].reduce<number>((a, b) => Math.max(a, b ?? 0), 1);
  const power = 10 ** Math.floor(Math.log10(largest));
  const sizes = [Math.floor(largest / power) * power, power / 10].filter((value) => value > 0);
  const lost = data.values.some((year) => year.some((value) => value === null));
  return (
    <div class="legend" role="group" aria-label={t("legend")}>
      <span class="legend-title">{name === "change" ? t("change_since", { year: base }) : pick(data.variable.label)}</span>
      <ul class="classes">
        {shades.map((shade, i) => (
          <li key={i}><i style={{ background: shade }} />{i > 0 && <span>{figure(found.breaks[i - 1])}</span>}</li>
        ))}
        {lost && <li class="apart"><i class="unknown" /><span>{t("unknown")}</span></li>}
      </ul>
      <span class="sizes">
        <span>{t("size_is")}</span>
        {sizes.map((value) => {
          const r = radius(value, marks.size, 1);
          return (
            <span key={value}>
              <svg width={2 * r + 2} height={2 * r + 2} aria-hidden="true"><circle cx={r + 1} cy={r + 1} r={r} /></svg>{tick(value, said)}
            </span>
          );
        })}
      </span>
    </div>
  );
}
