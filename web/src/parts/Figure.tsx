/** The frame of a chart: its title, the picture, a table twin, and the files it can be saved as. */

import type { ComponentChildren, RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { lang, pick, run } from "../state";
import { t } from "../words";
import { useName } from "./hooks";
import type { Cell } from "./csv";
import { saveCanvas, saveCsv, savePng, saveSvg } from "./save";

export interface TableData { head: string[]; rows: Cell[][]; told?: (value: Cell, column: number) => string }

interface Shown {
  title: string;
  name: string;
  note?: ComponentChildren;
  table: () => TableData;
  children: ComponentChildren;
  canvas?: RefObject<HTMLCanvasElement | null>;
  heading?: "h3" | "none";
}

/** What is written below a saved figure. */
export const sourceLine = (): string => {
  const now = run.value;
  if (!now) return "hinterland";
  const cited = now.sources.map((one) => pick(one.title)).join(lang.value === "en" ? "; " : "；");
  return `hinterland ${now.version} · ${pick(now.names)} · ${t("members", { count: now.members })} · ${cited.length > 120 ? `${cited.slice(0, 119)}…` : cited}`;
};

export function Figure({ title, name, note, table, children, canvas, heading = "h3" }: Shown) {
  const label = useName("figure"), frame = useRef<HTMLElement>(null);
  const picture = () => frame.current?.querySelector<SVGSVGElement>("svg.chart");
  const svg = () => {
    const found = picture();
    if (found) saveSvg(name, found, sourceLine());
  };
  const png = () => {
    const found = picture();
    if (canvas?.current) void saveCanvas(name, canvas.current);
    else if (found) void savePng(name, found, sourceLine());
  };
  const rows = () => {
    const made = table();
    saveCsv(name, [made.head, ...made.rows, [], [sourceLine()], [pick(run.value?.licence)]]);
  };
  return (
    <figure ref={frame} class="figure" aria-labelledby={label}>
      {heading === "h3" && <h3 id={label}>{title}</h3>}
      {heading === "none" && <span id={label} class="unseen">{title}</span>}
      {children}
      {note && <figcaption class="note">{note}</figcaption>}
      <div class="under">
        <Twin title={title} table={table} />
        <details class="menu">
          <summary>{t("picture")}</summary>
          <div class="sheet">
            {!canvas && <button type="button" onClick={svg}>SVG</button>}
            <button type="button" onClick={png}>PNG</button>
            <button type="button" onClick={rows}>CSV</button>
          </div>
        </details>
      </div>
    </figure>
  );
}

/** The same figures as a table, made when it is first opened. */
export function Twin({ title, table }: { title: string; table: () => TableData }) {
  const [open, set] = useState(false);
  return (
    <details class="twin" onToggle={(event) => set(event.currentTarget.open)}>
      <summary>{t("table")}</summary>
      {open && <Table caption={title} {...table()} />}
    </details>
  );
}

const plainly = (value: Cell): string =>
  value === null || value === undefined ? "–" : typeof value === "number" ? String(Math.round(value * 1000) / 1000) : value;

export function Table({ caption, head, rows, told = plainly }: TableData & { caption: string }) {
  const STEP = 200;
  const [most, set] = useState(STEP);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>{head.map((text) => <th key={text} scope="col">{text}</th>)}</tr>
        </thead>
        <tbody>
          {rows.slice(0, most).map((row, i) => (
            <tr key={i}>
              {row.map((value, column) =>
                column === 0 ? <th key={column} scope="row">{told(value, column)}</th>
                  : <td key={column} class={typeof value === "number" ? "number" : ""}>{told(value, column)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > most && (
        <button type="button" onClick={() => set(most + STEP)}>{t("more", { count: Math.min(STEP, rows.length - most) })}</button>
      )}
    </div>
  );
}
