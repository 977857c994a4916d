/** Where places stand on an equal-area plane, and the view of it that is on the screen. */

import { geoAzimuthalEqualArea } from "d3-geo";
import { middleOf, rings, surroundings, type Box, type Point } from "./land";

export interface Plane {
  /** Positions on the plane, NaN where a place has none. */
  x: Float64Array;
  y: Float64Array;
  /** Outline of the land around on the same plane, ready to be filled by the even-odd rule. */
  land: Path2D | null;
  box: Box;
}

/** A view: a point of the plane lies at `x * zoom + left`, `y * zoom + top` on the screen. */
export interface View { zoom: number; left: number; top: number }

const SCALE = 1000;
const AROUND = 0.9;
const WIDER = 2.4;

export function plane(lon: readonly (number | null)[], lat: readonly (number | null)[], land: number[][] | null): Plane {
  const known = lon.map((_, i) => i).filter((i) => lon[i] !== null && lat[i] !== null);
  const centre = known.length ? middleOf(known.map((i) => lon[i]!)) : 0;
  const turned = (value: number) => centre + ((((value - centre + 180) % 360) + 360) % 360) - 180;
  const lons = known.map((i) => turned(lon[i]!)), lats = known.map((i) => lat[i]!);
  const around: Box = known.length
    ? [least(lons), least(lats), most(lons), most(lats)] : [-180, -80, 180, 80];
  const middle: Point = [(around[0] + around[2]) / 2, (around[1] + around[3]) / 2];
  const project = geoAzimuthalEqualArea().rotate([-middle[0], -middle[1]]).translate([0, 0]).scale(SCALE).precision(0);
  const x = new Float64Array(lon.length).fill(NaN), y = new Float64Array(lon.length).fill(NaN);
  for (const i of known) {
    const at = project([lon[i]!, lat[i]!]);
    if (at) [x[i], y[i]] = at;
  }
  const xs = known.map((i) => x[i]), ys = known.map((i) => y[i]);
  const box: Box = known.length ? [least(xs), least(ys), most(xs), most(ys)] : [-1, -1, 1, 1];
  if (!land) return { x, y, land: null, box };
  // The window is wider than high, so that a tall country needs more land at its sides than it is wide.
  const tall = Math.max(around[3] - around[1], 4) * AROUND, wide = Math.max(around[2] - around[0], WIDER * (around[3] - around[1]), 4) * AROUND;
  const window: Box = [
    Math.max(around[0] - wide, middle[0] - 100), Math.max(around[1] - tall, -85),
    Math.min(around[2] + wide, middle[0] + 100), Math.min(around[3] + tall, 85),
  ];
  const outline = new Path2D();
  for (const ring of surroundings(rings(land), window)) {
    ring.forEach((point, i) => {
      const at = project(point);
      if (!at) return;
      if (i) outline.lineTo(at[0], at[1]);
      else outline.moveTo(at[0], at[1]);
    });
    outline.closePath();
  }
  return { x, y, land: outline, box };
}

/** The view that shows all places with a margin. */
export function whole(box: Box, width: number, height: number, margin = 26): View {
  const wide = Math.max(box[2] - box[0], 8), tall = Math.max(box[3] - box[1], 8);
  const zoom = Math.min((width - 2 * margin) / wide, (height - 2 * margin) / tall);
  return { zoom, left: width / 2 - ((box[0] + box[2]) / 2) * zoom, top: height / 2 - ((box[1] + box[3]) / 2) * zoom };
}

/** Zooms about a point of the screen, within limits that are relative to the whole map. */
export function zoomed(view: View, by: number, at: Point, all: View): View {
  const zoom = Math.min(all.zoom * 60, Math.max(all.zoom * 0.6, view.zoom * by));
  const real = zoom / view.zoom;
  return { zoom, left: at[0] - (at[0] - view.left) * real, top: at[1] - (at[1] - view.top) * real };
}

/** The place nearest to the one at `from` in a direction of the arrow keys; -1 where there is none. */
export function neighbour(x: Float64Array, y: Float64Array, from: number, direction: Point): number {
  let best = -1, least = Infinity;
  for (let i = 0; i < x.length; i++) {
    if (i === from || Number.isNaN(x[i])) continue;
    const dx = x[i] - x[from], dy = y[i] - y[from];
    const along = dx * direction[0] + dy * direction[1], across = Math.abs(dx * direction[1] - dy * direction[0]);
    if (along <= 0 || across > along * 1.2) continue;
    const far = along + across * 2;
    if (far < least) [least, best] = [far, i];
  }
  return best;
}

const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b), Infinity);
const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity);
