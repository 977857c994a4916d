import { describe, expect, it } from "vitest";
import { chance, change, exact, grouped, people, percent, points, short, signed, span, tick, valued } from "../src/numbers";

describe("numbers are written as each language writes them", () => {
  it.each([
    [3521078, "3.52 million", "352.1万", "352.1万"],
    [99900000, "99.9 million", "9,990万", "9,990万"],
    [99960000, "100 million", "1.00亿", "1.00億"],
    [1411778724, "1.41 billion", "14.12亿", "14.12億"],
    [730412, "730,000", "73.0万", "73.0万"],
    [12345, "12,300", "1.2万", "1.2万"],
    [999, "999", "999", "999"],
    [0, "0", "0", "0"],
    [-423000, "−423,000", "−42.3万", "−42.3万"],
  ])("people(%d)", (value, en, zh, ja) => {
    expect([people(value, "en"), people(value, "zh"), people(value, "ja")]).toEqual([en, zh, ja]);
  });
  it("axes are short", () => {
    expect(tick(3.5e6, "en")).toBe("3.5M");
    expect(tick(3.5e6, "zh")).toBe("350万");
    expect(tick(2e8, "ja")).toBe("2億");
    expect(tick(2e9, "en")).toBe("2B");
    expect(tick(-25000, "en")).toBe("−25k");
    expect(tick(0, "zh")).toBe("0");
  });
  it("labels drop the word million", () => expect(short(2.95e6, "en")).toBe("2.95M"));
  it("counts are told to the person, with a true minus", () => {
    expect(exact(3521078.4)).toBe("3,521,078");
    expect(exact(-1234)).toBe("−1,234");
    expect(grouped(-0.001, 2)).toBe("0.00");
  });
  it("shares and changes", () => {
    expect(percent(0.1844)).toBe("18%");
    expect(percent(0.1844, 1)).toBe("18.4%");
    expect(percent(Number.NaN)).toBe("–");
    expect(change(-0.21)).toBe("−21%");
    expect(change(0.05)).toBe("+5%");
    expect(change(0.001)).toBe("±0%");
    expect(change(null)).toBe("–");
    expect(points(-3.14159)).toBe("−3.1");
    expect(points(0.04)).toBe("±0.0");
    expect(signed(-222000, "zh")).toBe("−22.2万");
    expect(signed(39200, "en")).toBe("+39,200");
  });
  it("a chance is never nearer to 0 or 1 than the members can tell", () => {
    expect(chance(0, 200, "en")).toBe("under 0.5%");
    expect(chance(0, 20, "zh")).toBe("不到5%");
    expect(chance(1, 200, "ja")).toBe("99.5%超");
    expect(chance(0.26, 200, "en")).toBe("26%");
  });
  it("ranges and values by unit", () => {
    expect(span("1", "2", "ja")).toBe("1〜2");
    expect(valued(0.313, "share", "en")).toBe("31.3%");
    expect(valued(null, "persons", "en")).toBe("–");
    expect(valued(0.0, "chance", "en", 200)).toBe("under 0.5%");
  });
});
