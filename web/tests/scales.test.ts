import { describe, expect, it } from "vitest";
import { atLevel, between, classes, classOf, colours, nice, straight, ticks, waterfall } from "../src/scales";

/** A small generator of numbers that is the same on every machine. */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe("axes", () => {
  it("ticks cover the range in even steps, whatever the range", () => {
    const random = numbers(1);
    for (let turn = 0; turn < 500; turn++) {
      const size = 10 ** (random.next().value * 10 - 3);
      const low = (random.next().value - 0.5) * size, high = low + random.next().value * size + 1e-9;
      const found = ticks(low, high, 5);
      expect(found[0]).toBeLessThanOrEqual(low + 1e-6 * size);
      expect(found[found.length - 1]).toBeGreaterThanOrEqual(high - 1e-6 * size);
      expect(found.length).toBeLessThanOrEqual(8);
      const steps = found.slice(1).map((value, i) => value - found[i]);
      expect(Math.max(...steps) - Math.min(...steps)).toBeLessThan(1e-6 * Math.max(...steps.map(Math.abs)) + 1e-12 * size);
    }
  });
  it("a flat range still has an axis", () => expect(ticks(3, 3).length).toBeGreaterThan(1));
  it("a scale hits both ends and turns over", () => {
    const to = straight(0, 10, 100, 0);
    expect([to(0), to(5), to(10)]).toEqual([100, 50, 0]);
    expect(straight(2, 2, 7, 9)(2)).toBe(7);
  });
});

describe("colour classes", () => {
  it("classes follow their breaks, ends included", () => {
    expect([-1, -0.5, -0.3, 0, 0.5, 9].map((value) => classOf(value, [-0.5, 0, 0.5]))).toEqual([0, 1, 1, 2, 3, 3]);
  });
  it("changes have the same classes in every year and as many losses as gains", () => {
    const found = classes("change", "share", [[0, -0.9], [3, 1]]);
    expect(found.diverging).toBe(true);
    expect(found.breaks).toEqual(found.breaks.map((value) => -value).reverse());
  });
  it("every class has a colour of its own, in both themes", () => {
    for (const unit of ["chance", "share", "persons"])
      for (const dark of [false, true]) {
        const found = classes("x", unit, [Array.from({ length: 99 }, (_, i) => i / 100), [null]]);
        const shades = colours(found, dark);
        expect(shades).toHaveLength(found.breaks.length + 1);
        expect(new Set(shades).size).toBe(shades.length);
      }
  });
  it("breaks rise strictly, also of values that are all alike or unknown", () => {
    for (const values of [[[5, 5, 5]], [[null]], [[]], [[1, 1e9, 3, 4, 1e6]], [[-5, 8, 3, -7, 0.1]]]) {
      const { breaks } = classes("births", "persons", values);
      expect(breaks.every((value, i) => i === 0 || value > breaks[i - 1])).toBe(true);
    }
  });
  it("nice figures stay near", () => {
    for (const value of [1, 37, 999, 12345, 0.0123, -48]) expect(Math.abs(nice(value) / value - 1)).toBeLessThan(0.26);
    expect(nice(0)).toBe(0);
  });
});

describe("a waterfall", () => {
  it("ends at the sum of its parts and each bar starts where the last one ended", () => {
    const random = numbers(7);
    for (let turn = 0; turn < 100; turn++) {
      const parts = Array.from({ length: 1 + Math.floor(random.next().value * 12) }, () => ({ points: (random.next().value - 0.5) * 40 }));
      const { bars, total } = waterfall(parts);
      expect(total).toBeCloseTo(parts.reduce((sum, part) => sum + part.points, 0), 9);
      expect(bars[0][0]).toBe(0);
      bars.forEach(([from, to], i) => {
        expect(to - from).toBeCloseTo(parts[i].points, 9);
        if (i) expect(from).toBe(bars[i - 1][1]);
      });
    }
  });
  it("nothing adds up to nothing", () => expect(waterfall([])).toEqual({ bars: [], total: 0 }));
});

it("values between years are on the line, and unknown ones are not made up", () => {
  expect(between(10, 20, 0.25)).toBe(12.5);
  expect(between(null, 20, 0.2)).toBeNull();
  expect(between(null, 20, 0.9)).toBe(20);
});
it("a level that the run has too few members for is not there", () => {
  expect(atLevel([0.1, 0.5, 0.9], ["low", "middle", "high"], 0.5)).toBe("middle");
  expect(atLevel([0.1, 0.5, 0.9], ["low", "middle", "high"], 0.975)).toBeUndefined();
});
