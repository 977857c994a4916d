/** For each service, in what share of futures it is lost by each year, and the first year in which that is likely. */

import { Figure, type TableData } from "../parts/Figure";
import { useName, useWidth } from "../parts/hooks";
import { percent } from "../numbers";
import { classOf, colours, room, straight } from "../scales";
import { dark, pick } from "../state";
import type { Services } from "../types";
import { t } from "../words";

const STEPS = [0.05, 0.25, 0.5, 0.75, 0.95];

export function Closing({ data, file }: { data: Services; file: string }) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const label = useName("closing");
  const years = data.services[0]?.years ?? [];
  const when = (likely: number | null) => (likely === null ? t("service_not", { year: years[years.length - 1] }) : t("service_likely", { year: likely }));
  const narrow = width < 520, row = narrow ? 50 : 34, left = narrow ? 4 : Math.min(220, Math.max(...data.services.map((one) => room(pick(one.label), 12)), 60) + 14), right = narrow ? 4 : room(when(null), 12.5) + 14, top = 22;
  const x = straight(0, years.length, left, width - right);
  const height = top + row * data.services.length + 4;
  const shades = colours({ breaks: STEPS, diverging: false }, dark.value);
  const table = (): TableData => ({
    head: [t("service"), t("service_when"), ...years.map(String)],
    rows: data.services.map((one) => [pick(one.label), when(one.likely), ...one.lost]),
    told: (value, column) => (typeof value === "number" && column > 1 ? percent(value) : String(value ?? "–")),
  });
  const every = Math.max(1, Math.ceil(years.length / Math.max(2, (width - left - right) / 44)));
  return (
    <Figure title={t("services")} name={file} note={t("services_note")} table={table} heading="none">
      <div class="keys" aria-hidden="true">
        {shades.map((shade, i) => (
          <span key={shade}><i class="swatch" style={{ background: shade }} />
            {i === 0 ? `< ${percent(STEPS[0])}` : i === STEPS.length ? `≥ ${percent(STEPS[i - 1])}` : `${percent(STEPS[i - 1])}–${percent(STEPS[i])}`}</span>
        ))}
      </div>
      <div ref={frame} class="frame">
        <svg class="chart closing" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-labelledby={label}>
          <title id={label}>{data.services.map((one) => `${pick(one.label)}: ${when(one.likely)}`).join("; ")}</title>
          {years.map((year, i) => i % every === 0 && <text key={year} class="tick" x={x(i) + (x(1) - x(0)) / 2} y={14} text-anchor="middle">{year}</text>)}
          {data.services.map((one, r) => {
            const y = top + row * r, bar = narrow ? y + 22 : y + 6;
            return (
              <g key={one.name}>
                <text x={narrow ? left : left - 10} y={narrow ? y + 15 : bar + 15} text-anchor={narrow ? "start" : "end"}>{pick(one.label)}</text>
                {one.lost.map((share, i) => (
                  <rect key={i} x={x(i)} y={bar} width={Math.max(0, x(1) - x(0) - 1)} height={20} style={{ fill: shades[classOf(share, STEPS)] }}>
                    <title>{t("service_desc", { label: pick(one.label), share: percent(share), year: one.years[i] })}</title>
                  </rect>
                ))}
                <text class={one.likely === null ? "tick" : "strong"} x={narrow ? width - right : width - right + 10} y={narrow ? y + 15 : bar + 15} text-anchor={narrow ? "end" : "start"}>{when(one.likely)}</text>
              </g>
            );
          })}
        </svg>
      </div>
    </Figure>
  );
}
