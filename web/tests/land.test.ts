import { describe, expect, it } from "vitest";
import { clip, middleOf, rings, surroundings, type Point } from "../src/map/land";
import { neighbour, whole, zoomed } from "../src/map/plane";

const square: Point[] = [[0, 0], [10, 0], [10, 10], [0, 10]];
const size = (ring: Point[]) => Math.abs(ring.reduce((sum, [x, y], i) => {
  const [a, b] = ring[(i + 1) % ring.length];
  return sum + x * b - a * y;
}, 0) / 2);

describe("land", () => {
  it("differences of hundredths become degrees", () => expect(rings([[1000, 2000, 50, -25]])).toEqual([[[10, 20], [10.5, 19.75]]]));
  it("is cut at the box: what is left has the area of the overlap", () => {
    expect(size(clip(square, [5, 5, 20, 20]))).toBeCloseTo(25);
    expect(size(clip(square, [-5, -5, 20, 20]))).toBeCloseTo(100);
    expect(clip(square, [11, 11, 20, 20])).toEqual([]);
  });
  it("is found across the date line", () => expect(surroundings([square.map(([x, y]): Point => [x - 180, y])], [170, -5, 200, 15])).toHaveLength(1));
  it("has a middle on the right side of the world", () => expect(Math.abs(middleOf([179, -179]))).toBeCloseTo(180));
});

describe("views", () => {
  it("the whole map holds every place", () => {
    const view = whole([-50, -20, 70, 90], 800, 500);
    for (const [x, y] of [[-50, -20], [70, 90]]) {
      expect(x * view.zoom + view.left).toBeGreaterThanOrEqual(0);
      expect(x * view.zoom + view.left).toBeLessThanOrEqual(800);
      expect(y * view.zoom + view.top).toBeGreaterThanOrEqual(0);
      expect(y * view.zoom + view.top).toBeLessThanOrEqual(500);
    }
  });
  it("zooming keeps the point under the pointer, and has limits", () => {
    const all = whole([0, 0, 100, 100], 400, 400), at: Point = [123, 77];
    const close = zoomed(all, 3, at, all);
    expect((at[0] - close.left) / close.zoom).toBeCloseTo((at[0] - all.left) / all.zoom);
    expect(zoomed(all, 1e9, at, all).zoom).toBeCloseTo(all.zoom * 60);
    expect(zoomed(all, 1e-9, at, all).zoom).toBeCloseTo(all.zoom * 0.6);
  });
  it("arrow keys go to the neighbour on that side", () => {
    const x = new Float64Array([0, 10, -10, 0, Number.NaN]), y = new Float64Array([0, 1, 0, 10, 0]);
    expect([[1, 0], [-1, 0], [0, 1], [0, -1]].map((way) => neighbour(x, y, 0, way as Point))).toEqual([1, 2, 3, -1]);
  });
});
