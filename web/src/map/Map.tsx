/** The map: every place as a circle on a canvas, with pan, zoom, years that play, an area to select, and a legend. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { getLand, getMap } from "../api";
import { Figure, type TableData } from "../parts/Figure";
import { useAsked, useName, useWidth } from "../parts/hooks";
import { Player } from "../parts/Player";
import { Await, bothNames } from "../parts/small";
import { address, dark, go, lang, pick, run, spokenAloud, toPlace } from "../state";
import type { MapData, Run } from "../types";
import { exact, people as peopleSaid, valued, change, year as yearOf } from "../numbers";
import { classes, colours } from "../scales";
import { t } from "../words";
import { drawLand, drawNames, drawPlaces, placeAt, type Look, type Marks } from "./draw";
import { Legend } from "./Legend";
import { neighbour, plane, whole, zoomed, type View } from "./plane";

/** The year that is told first: the one nearest to it, as the server's words have it. */
const FOCUS = 2050;
/** Variables offered first; the rest of the run's follow. */
const CHOICES = ["change", "people", "chance_10", "chance_25", "chance_50", "share_65_plus", "share_0_14", "births", "deaths", "women_20_39"];

export function MapView({ small = false }: { small?: boolean }) {
  const now = run.value!, variable = known(now, address.value.variable);
  const people = useAsked(() => getMap("people"), [now.id]);
  const coloured = useAsked(() => getMap(variable), [now.id, variable]);
  const land = useAsked(getLand, []);
  if (people.error || coloured.error) return <Await asked={people.error ? people : coloured}>{() => null}</Await>;
  if (!people.value || !coloured.value || (land.value === undefined && !land.error))
    return <div class="await map-wait" role="status">{t("loading")}</div>;
  return <Drawn people={people.value} data={coloured.value} land={land.value?.rings ?? null} small={small} now={now} />;
}

const known = (now: Run, asked: string) => (now.variables.some((one) => one.name === asked) ? asked : "people");

/** Values of people at the years of another variable. */
function peopleAt(people: MapData, years: number[]): (number | null)[][] {
  return years.map((year) => people.values[nearestTo(year, people.years)]);
}

const nearestTo = (year: number, years: number[]) => years.reduce((a, b, i) => (Math.abs(b - year) < Math.abs(years[a] - year) ? i : a), 0);

function Drawn({ people, data, land, small, now }: { people: MapData; data: MapData; land: number[][] | null; small: boolean; now: Run }) {
  const [frame, width] = useWidth<HTMLDivElement>(900);
  const canvas = useRef<HTMLCanvasElement>(null), under = useRef<HTMLCanvasElement | null>(null);
  const help = useName("map"), said = lang.value, isDark = dark.value;
  const height = Math.round(Math.max(300, Math.min(Math.max(420, innerHeight - 400), width * (width < 600 ? 0.95 : 0.66))));
  const on = useMemo(() => plane(people.lon, people.lat, land), [people, land]);
  const all = useMemo(() => whole(on.box, width, height, Math.min(44, width * 0.05)), [on, width, height]);
  const view = useRef<View>(all);
  const wanted = address.value.year ? data.years.indexOf(address.value.year) : -1;
  const start = wanted >= 0 ? wanted : Math.max(0, data.years.indexOf(middleYear(now)));
  const at = useRef(start), timeline = useRef(data.years);
  if (timeline.current !== data.years) {
    // Another variable may have other years: the one in sight stays.
    const year = timeline.current[Math.round(at.current)];
    at.current = nearestTo(year, data.years);
    timeline.current = data.years;
  }
  const [moment, setMoment] = useState(start);
  const [hovered, setHovered] = useState(-1);
  const [brushing, setBrushing] = useState(false);
  const [box, setBox] = useState<[number, number, number, number] | null>(null);
  const [chosen, setChosen] = useState<Set<number> | null>(null);
  const [touched, setTouched] = useState(false);
  const frames = useRef(0);
  const found = useMemo(() => classes(data.variable.name, data.variable.unit, data.values), [data]);
  const shades = useMemo(() => colours(found, isDark), [found, isDark]);
  const sized = useMemo(() => peopleAt(people, data.years), [people, data]);
  const marks: Marks = useMemo(() => {
    const base = sized[Math.min(data.first_forecast, sized.length - 1)].map((value) => value ?? 0);
    const order = base.map((_, i) => i).filter((i) => !Number.isNaN(on.x[i])).sort((a, b) => base[b] - base[a]);
    const largest = base.reduce((a, b) => Math.max(a, b), 1);
    const room = Math.sqrt((width * height) / Math.max(order.length, 12));
    return { order, people: sized, values: data.values, breaks: found.breaks, colours: shades, size: Math.min(width / 34, room * 0.62) / Math.sqrt(largest) };
  }, [data, sized, found, shades, width, height, on]);
  const picked = useRef({ hovered: -1, chosen: null as Set<number> | null });
  picked.current = { hovered, chosen };

  const look = useMemo<Look>(() => {
    const style = getComputedStyle(document.documentElement), colour = (name: string) => style.getPropertyValue(name).trim();
    return { paper: colour("--paper"), sea: colour("--sea"), land: colour("--land"), ink: colour("--ink"), grey: colour("--grey"), accent: colour("--accent") };
  }, [isDark]);

  const names = useMemo(() => people.names.map((name, p) => bothNames(name, people.names_en[p])[0]), [people, said]);
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const drawnView = useRef("");
  const pending = useRef(0);
  const paint = () => {
    pending.current = 0;
    const context = canvas.current?.getContext("2d", { alpha: false });
    if (!context) return;
    const { canvas: sheet } = context;
    if (sheet.width !== width * ratio || sheet.height !== height * ratio) {
      sheet.width = width * ratio;
      sheet.height = height * ratio;
      drawnView.current = "";
    }
    const key = JSON.stringify([view.current, width, height, isDark]);
    if (key !== drawnView.current || !under.current) {
      under.current ??= document.createElement("canvas");
      under.current.width = sheet.width;
      under.current.height = sheet.height;
      drawLand(under.current.getContext("2d", { alpha: false })!, on, view.current, ratio, look);
      drawnView.current = key;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(under.current, 0, 0);
    drawPlaces(context, on, view.current, all, ratio, marks, at.current, look, picked.current);
    drawNames(context, on, view.current, all, marks, at.current, names, look, getComputedStyle(sheet).fontFamily);
    sheet.dataset.frames = String(++frames.current);
    if (frames.current === 1) performance.mark("map-drawn");
  };
  const redraw = () => {
    if (!pending.current) pending.current = requestAnimationFrame(paint);
  };
  useLayoutEffect(() => {
    view.current = all;
    drawnView.current = "";
    paint();
  }, [all, on]);
  useLayoutEffect(() => {
    drawnView.current = "";
    redraw();
  }, [look]);
  useLayoutEffect(redraw, [marks, hovered, chosen, names]);
  useEffect(() => () => cancelAnimationFrame(pending.current), []);
  useEffect(() => setMoment(at.current), [data]);

  const move = (to: number) => {
    at.current = to;
    redraw();
    const near = Math.round(to);
    if (near !== Math.round(moment)) setMoment(near);
    if (Number.isInteger(to)) {
      setMoment(to);
      go({ year: data.years[to] });
    }
  };
  const shift = (dx: number, dy: number) => {
    view.current = { ...view.current, left: view.current.left + dx, top: view.current.top + dy };
    redraw();
  };
  const zoom = (by: number, x = width / 2, y = height / 2) => {
    view.current = zoomed(view.current, by, [x, y], all);
    redraw();
  };

  // Pointers: one drags or selects an area, two pinch.
  const pointers = useRef(new Map<number, [number, number]>());
  const travelled = useRef(0);
  const spot = (event: PointerEvent | WheelEvent): [number, number] => {
    const frameBox = canvas.current!.getBoundingClientRect();
    return [event.clientX - frameBox.left, event.clientY - frameBox.top];
  };
  const under_ = (event: PointerEvent) => {
    const [x, y] = spot(event);
    return placeAt(on, view.current, all, marks, at.current, x, y, event.pointerType === "touch" ? 18 : 5);
  };
  const down = (event: PointerEvent) => {
    if (event.button) return;
    canvas.current!.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, spot(event));
    travelled.current = 0;
    if (brushing) {
      const [x, y] = spot(event);
      setBox([x, y, x, y]);
    }
  };
  const moved = (event: PointerEvent) => {
    const before = pointers.current.get(event.pointerId), here = spot(event);
    if (!before) {
      const seen = under_(event);
      if (seen !== hovered) setHovered(seen);
      return;
    }
    pointers.current.set(event.pointerId, here);
    travelled.current += Math.hypot(here[0] - before[0], here[1] - before[1]);
    if (brushing && box) setBox([box[0], box[1], here[0], here[1]]);
    else if (pointers.current.size === 2) {
      const other = [...pointers.current].find(([id]) => id !== event.pointerId)![1];
      const old = Math.hypot(before[0] - other[0], before[1] - other[1]), apart = Math.hypot(here[0] - other[0], here[1] - other[1]);
      if (old > 0) zoom(apart / old, (here[0] + other[0]) / 2, (here[1] + other[1]) / 2);
    } else shift(here[0] - before[0], here[1] - before[1]);
  };
  const up = (event: PointerEvent) => {
    const single = pointers.current.size === 1;
    pointers.current.delete(event.pointerId);
    if (brushing && box) {
      const [a, b] = [Math.min(box[0], box[2]), Math.max(box[0], box[2])], [c, d] = [Math.min(box[1], box[3]), Math.max(box[1], box[3])];
      setBox(null);
      if (b - a > 4 && d - c > 4) {
        const v = view.current;
        setChosen(new Set(marks.order.filter((p) => {
          const x = on.x[p] * v.zoom + v.left, y = on.y[p] * v.zoom + v.top;
          return x >= a && x <= b && y >= c && y <= d;
        })));
        setBrushing(false);
      }
      return;
    }
    if (!single || travelled.current > 6 || event.type !== "pointerup") return;
    const seen = under_(event);
    if (seen < 0) return setHovered(-1);
    if (event.pointerType === "touch" && seen !== hovered) {
      setHovered(seen);
      setTouched(true);
    } else go(toPlace(data.codes[seen]));
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const [x, y] = spot(event);
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0018)), x, y);
  };
  useEffect(() => {
    const sheet = canvas.current!;
    sheet.addEventListener("wheel", wheel, { passive: false });
    return () => sheet.removeEventListener("wheel", wheel);
  });

  const told = (p: number, i = Math.round(Math.min(moment, data.years.length - 1))): string => {
    const [first, second] = bothNames(data.names[p], data.names_en[p]);
    const value = data.variable.name === "change" ? change(data.values[i][p], 1) : valued(data.values[i][p], data.variable.unit, said, now.members);
    return `${first}${second ? ` ${second}` : ""}, ${yearOf(data.years[i], said)}: ${pick(data.variable.label)} ${value}`;
  };
  const key = (event: KeyboardEvent) => {
    const direction = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as const)[event.key as "ArrowLeft"];
    if (direction && event.shiftKey) shift(-direction[0] * 60, -direction[1] * 60);
    else if (direction) {
      const next = hovered < 0 ? (marks.order[0] ?? -1) : neighbour(on.x, on.y, hovered, [...direction]);
      if (next >= 0) {
        setHovered(next);
        spokenAloud.value = told(next);
        const x = on.x[next] * view.current.zoom + view.current.left, y = on.y[next] * view.current.zoom + view.current.top;
        if (x < 20 || x > width - 20 || y < 20 || y > height - 20) shift(width / 2 - x, height / 2 - y);
      }
    } else if (event.key === "Enter" && hovered >= 0) go(toPlace(data.codes[hovered]));
    else if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") {
      view.current = all;
      redraw();
    } else if (event.key === "Escape") {
      setHovered(-1);
      setChosen(null);
      setBrushing(false);
    } else return;
    event.preventDefault();
  };

  const i = Math.round(Math.min(moment, data.years.length - 1)), shownYear = data.years[i], label = pick(data.variable.label);
  const title = `${label}, ${yearOf(shownYear, said)}`;
  const table = (): TableData => {
    const rows = (chosen ? [...chosen] : data.codes.map((_, p) => p)).sort((a, b) => (sized[i][b] ?? 0) - (sized[i][a] ?? 0));
    return {
      head: [t("place"), t("code"), t("region"), `${t("people")} ${shownYear}`, title],
      rows: rows.map((p) => [bothNames(data.names[p], data.names_en[p]).filter(Boolean).join(" "), data.codes[p], data.regions[p], Math.round(sized[i][p] ?? 0), data.values[i][p]]),
      told: (value, column) => (typeof value !== "number" ? (value ?? "–") : column === 3 ? peopleSaid(value, said)
        : data.variable.name === "change" ? change(value, 1) : valued(value, data.variable.unit, said, now.members)),
    };
  };
  const lost = data.codes.length - marks.order.length;
  const tip = hovered >= 0 ? { x: on.x[hovered] * view.current.zoom + view.current.left, y: on.y[hovered] * view.current.zoom + view.current.top } : null;
  const sum = chosen ? [...chosen].reduce((total, p) => total + (sized[i][p] ?? 0), 0) : 0;
  return (
    <div class="map-view">
      {!small && (
        <div class="map-tools">
          <label>{t("colour_by")}{" "}
            <select value={data.variable.name} onChange={(event) => go({ variable: event.currentTarget.value })}>
              {offered(now).map((one) => <option key={one.name} value={one.name}>{pick(one.label)}</option>)}
            </select>
          </label>
          <button type="button" aria-pressed={brushing} onClick={() => setBrushing(!brushing)}>{t("brush")}</button>
          {chosen && <button type="button" onClick={() => setChosen(null)}>{t("brush_clear")}</button>}
          {brushing && <span class="note" role="status">{t("brush_on")}</span>}
        </div>
      )}
      <Figure title={title} name={`map-${data.variable.name}-${shownYear}`} table={table} canvas={canvas} heading="none"
        note={<>{t("land")}{lost > 0 && ` ${t("no_position", { count: lost })}`}</>}>
        <Legend data={data} found={found} shades={shades} marks={marks} base={now.base_year} />
        <div ref={frame} class="map-frame" style={{ height: `${height}px` }}>
          <canvas ref={canvas} class={brushing ? "brushing" : ""} style={{ width: `${width}px`, height: `${height}px` }} tabIndex={0} role="application"
            aria-label={t("map")} aria-describedby={help} onPointerDown={down} onPointerMove={moved} onPointerUp={up}
            onPointerCancel={up} onPointerLeave={() => pointers.current.size || setHovered(-1)} onKeyDown={key} />
          <p id={help} class="unseen">{t("map_says", { places: exact(marks.order.length), variable: label, year: shownYear })}</p>
          {box && <div class="brush-box" style={{ left: `${Math.min(box[0], box[2])}px`, top: `${Math.min(box[1], box[3])}px`, width: `${Math.abs(box[2] - box[0])}px`, height: `${Math.abs(box[3] - box[1])}px` }} />}
          <div class="zooms">
            <button type="button" aria-label={t("zoom_in")} title={t("zoom_in")} onClick={() => zoom(1.6)}>+</button>
            <button type="button" aria-label={t("zoom_out")} title={t("zoom_out")} onClick={() => zoom(1 / 1.6)}>−</button>
            <button type="button" aria-label={t("zoom_all")} title={t("zoom_all")} onClick={() => { view.current = all; redraw(); }}>⤢</button>
          </div>
          {tip && (
            <div class={`tip ${tip.x > width * 0.6 ? "to-left" : ""} ${tip.y > height * 0.6 ? "to-top" : ""}`} style={{ left: `${tip.x}px`, top: `${tip.y}px` }}>
              <strong>{bothNames(data.names[hovered], data.names_en[hovered])[0]}</strong> <span class="second">{bothNames(data.names[hovered], data.names_en[hovered])[1]}</span>
              <br />{t("people")} {peopleSaid(sized[i][hovered] ?? 0, said)}
              {data.variable.name !== "people" && <><br />{label} {data.variable.name === "change" ? change(data.values[i][hovered], 1) : valued(data.values[i][hovered], data.variable.unit, said, now.members)}</>}
            </div>
          )}
        </div>
        <Player years={data.years} at={moment} onMove={move} first={data.first_forecast} />
      </Figure>
      {touched && hovered >= 0 && (
        <p><button type="button" class="main" onClick={() => go(toPlace(data.codes[hovered]))}>{t("open_place", { name: bothNames(data.names[hovered], data.names_en[hovered])[0] })}</button></p>
      )}
      {chosen && (
        <div class="chosen" role="status">
          <p><strong>{t("brush_sum", { count: exact(chosen.size), people: peopleSaid(sum, said), year: shownYear })}</strong> <span class="note">{t("brush_note")}</span></p>
          <ul class="chips">
            {[...chosen].sort((a, b) => (sized[i][b] ?? 0) - (sized[i][a] ?? 0)).slice(0, 24).map((p) => (
              <li key={p}><button type="button" onClick={() => go(toPlace(data.codes[p]))}>{bothNames(data.names[p], data.names_en[p])[0]} {told(p).split(": ")[1].replace(label, "").trim()}</button></li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

export function middleYear(now: Run): number {
  const ahead = now.years.slice(1);
  return ahead.length ? ahead.reduce((a, b) => (Math.abs(b - FOCUS) < Math.abs(a - FOCUS) ? b : a)) : now.base_year;
}

function offered(now: Run) {
  const first = CHOICES.flatMap((name) => now.variables.filter((one) => one.name === name));
  return [...first, ...now.variables.filter((one) => !CHOICES.includes(one.name))];
}
