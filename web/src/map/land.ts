/** Natural Earth's land, cut to the surroundings of a country before it is projected; as report/land.py does. */

export type Point = [number, number];
export type Box = [number, number, number, number];

/** Degrees of every ring: the file holds hundredths of degrees as differences. */
export function rings(flat: readonly number[][]): Point[][] {
  return flat.map((ring) => {
    const points: Point[] = [];
    let lon = 0, lat = 0;
    for (let i = 0; i < ring.length; i += 2) {
      lon += ring[i];
      lat += ring[i + 1];
      points.push([lon / 100, lat / 100]);
    }
    return points;
  });
}

/** The part of a ring inside a box (Sutherland & Hodgman 1974). */
export function clip(ring: Point[], box: Box): Point[] {
  const sides: [0 | 1, number, 1 | -1][] = [[0, box[0], 1], [0, box[2], -1], [1, box[1], 1], [1, box[3], -1]];
  for (const [axis, limit, sign] of sides) {
    const kept: Point[] = [];
    ring.forEach((after, i) => {
      const before = ring[(i || ring.length) - 1];
      const inside = sign * (after[axis] - limit) >= 0, was = sign * (before[axis] - limit) >= 0;
      if (inside !== was) {
        const part = (limit - before[axis]) / (after[axis] - before[axis]);
        kept.push([before[0] + part * (after[0] - before[0]), before[1] + part * (after[1] - before[1])]);
      }
      if (inside) kept.push(after);
    });
    if (!kept.length) return [];
    ring = kept;
  }
  return ring;
}

/** Degrees; longer edges are cut so that they follow parallels and meridians. */
const LONGEST = 2;

/** All rings that show in a box, long edges cut; longitudes may run past 180. */
export function surroundings(all: Point[][], box: Box): Point[][] {
  const found: Point[][] = [];
  for (const ring of all) {
    let low = Infinity, high = -Infinity;
    for (const [lon] of ring) {
      low = Math.min(low, lon);
      high = Math.max(high, lon);
    }
    for (const turn of [-360, 0, 360]) {
      if (high + turn < box[0] || low + turn > box[2]) continue;
      const cut = clip(turn ? ring.map(([lon, lat]): Point => [lon + turn, lat]) : ring, box);
      if (cut.length > 2) found.push(dense(cut));
    }
  }
  return found;
}

function dense(ring: Point[]): Point[] {
  return ring.flatMap((from, i) => {
    const to = ring[(i + 1) % ring.length];
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])) / LONGEST));
    return Array.from({ length: steps }, (_, k): Point => [from[0] + ((to[0] - from[0]) * k) / steps, from[1] + ((to[1] - from[1]) * k) / steps]);
  });
}

/** The middle of longitudes that may stand on both sides of 180. */
export function middleOf(lon: readonly number[]): number {
  let x = 0, y = 0;
  for (const one of lon) {
    x += Math.cos((one * Math.PI) / 180);
    y += Math.sin((one * Math.PI) / 180);
  }
  return (Math.atan2(y, x) * 180) / Math.PI;
}
