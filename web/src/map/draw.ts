/** Draws the map on a canvas: land once per view, places in every frame. */

import { between, classOf } from "../scales";
import type { Plane, View } from "./plane";

export interface Look { paper: string; sea: string; land: string; ink: string; grey: string; accent: string }

export interface Marks {
  /** Order in which places are drawn: the largest first, so that small ones stay in sight. */
  order: number[];
  people: (number | null)[][];
  values: (number | null)[][];
  breaks: number[];
  colours: string[];
  /** Square root of people -> pixels at the whole map. */
  size: number;
}

export const SMALLEST = 1.6;
/** Pixels from which a circle has an outline: thousands of small ones would cost half of a frame. */
const OUTLINED = 3;

export const radius = (people: number | null, size: number, grown: number): number =>
  Math.max(SMALLEST, Math.sqrt(Math.max(people ?? 0, 0)) * size) * grown;

/** How much circles grow with the zoom: less than the map, so that they come apart. */
export const growth = (view: View, all: View): number => Math.min(4, Math.max(0.8, Math.sqrt(view.zoom / all.zoom)));

export function drawLand(context: CanvasRenderingContext2D, plane: Plane, view: View, ratio: number, look: Look): void {
  const { canvas } = context;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = look.sea;
  context.fillRect(0, 0, canvas.width, canvas.height);
  if (!plane.land) return;
  context.setTransform(view.zoom * ratio, 0, 0, view.zoom * ratio, view.left * ratio, view.top * ratio);
  context.fillStyle = look.land;
  context.fill(plane.land, "evenodd");
}

/** Which places, and how they stand out. */
export interface Picked { hovered: number; chosen: Set<number> | null }

export function drawPlaces(
  context: CanvasRenderingContext2D, plane: Plane, view: View, all: View, ratio: number, marks: Marks, at: number, look: Look,
  picked: Picked,
): void {
  const i = Math.max(0, Math.min(marks.values.length - 1, Math.floor(at))), j = Math.min(marks.values.length - 1, i + 1), part = at - i;
  const grown = growth(view, all), width = context.canvas.width / ratio, height = context.canvas.height / ratio;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.lineWidth = 0.7;
  context.strokeStyle = look.paper;
  const people = (p: number) => between(marks.people[i][p], marks.people[j][p], part);
  const draw = (p: number, bold: boolean) => {
    const x = plane.x[p] * view.zoom + view.left, y = plane.y[p] * view.zoom + view.top;
    const r = radius(people(p), marks.size, grown);
    if (!(x > -r && x < width + r && y > -r && y < height + r)) return;
    const value = between(marks.values[i][p], marks.values[j][p], part);
    context.beginPath();
    context.arc(x, y, r, 0, 2 * Math.PI);
    context.fillStyle = value === null ? look.grey : marks.colours[classOf(value, marks.breaks)];
    context.fill();
    if (r >= OUTLINED) context.stroke();
    if (bold) {
      context.beginPath();
      context.arc(x, y, r + 2.5, 0, 2 * Math.PI);
      context.strokeStyle = look.ink;
      context.lineWidth = 2;
      context.stroke();
      context.strokeStyle = look.paper;
      context.lineWidth = 0.7;
    }
  };
  const faint = picked.chosen;
  for (const p of marks.order) {
    context.globalAlpha = faint && !faint.has(p) ? 0.2 : 0.92;
    draw(p, false);
  }
  context.globalAlpha = 1;
  if (picked.hovered >= 0) draw(picked.hovered, true);
}

/** The place under a point of the screen: the nearest whose circle, or a finger's width, reaches it; -1 for none. */
export function placeAt(plane: Plane, view: View, all: View, marks: Marks, at: number, x: number, y: number, reach: number): number {
  const i = Math.round(at), grown = growth(view, all);
  let best = -1, least = Infinity;
  for (const p of marks.order) {
    const dx = plane.x[p] * view.zoom + view.left - x, dy = plane.y[p] * view.zoom + view.top - y;
    const r = radius(marks.people[i][p], marks.size, grown), far = Math.hypot(dx, dy);
    if (far > Math.max(r, reach)) continue;
    const rank = far <= r ? far / 1e3 + r / 1e6 : far;
    if (rank < least) [least, best] = [rank, p];
  }
  return best;
}

/** Names beside the largest places in sight, as many as there is room for; the further one is in, the more. */
export function drawNames(
  context: CanvasRenderingContext2D, plane: Plane, view: View, all: View, marks: Marks, at: number, names: readonly string[], look: Look, font: string,
): void {
  const width = context.canvas.width / context.getTransform().a, height = context.canvas.height / context.getTransform().a;
  const most = Math.round(Math.min(40, (width / 90) * Math.max(1, view.zoom / all.zoom)));
  const i = Math.round(at), grown = growth(view, all), taken: [number, number, number, number][] = [];
  context.font = `12px ${font}`;
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3;
  let tried = 0;
  for (const p of marks.order) {
    const x = plane.x[p] * view.zoom + view.left, y = plane.y[p] * view.zoom + view.top;
    if (x < 4 || y < 8 || x > width - 30 || y > height - 8) continue;
    if (taken.length >= most || ++tried > 120) break;
    const left = x + radius(marks.people[i][p], marks.size, grown) + 3, wide = context.measureText(names[p]).width;
    if (left + wide > width - 4 || taken.some(([a, b, c, d]) => left < c && left + wide > a && y - 8 < d && y + 8 > b)) continue;
    taken.push([left, y - 8, left + wide, y + 8]);
    context.strokeStyle = look.paper;
    context.strokeText(names[p], left, y);
    context.fillStyle = look.ink;
    context.fillText(names[p], left, y);
  }
}
