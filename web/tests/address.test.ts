import { describe, expect, it } from "vitest";
import { format, parse, spoken, START, type Address } from "../src/address";

const FULL: Address = {
  ...START, view: "place", place: "410800", run: "base_run", lang: "zh", variable: "chance_25", year: 2050, compare: ["110100", "410800"],
  levers: [{ name: "posts", amount: 0.15 }, { name: "university", amount: 1 }], scenario: "coal_price_fall+merger", keep: 0.8, by: 2060,
  from: 2010, to: 2040, sort: "change", filter: "焦作 & co", region: "410000", claim: "C26", embed: true,
};

describe("a link", () => {
  it("shows another reader the same view", () => expect(parse(format(FULL))).toEqual(FULL));
  it("is empty at the start", () => {
    expect(format(START)).toBe("");
    expect(parse("")).toEqual(START);
  });
  it("with a place alone is short", () => {
    expect(format({ ...START, view: "place", place: "410800" })).toBe("?place=410800");
    expect(parse("?place=410800").view).toBe("place");
  });
  it("keeps the place while another view is open", () => {
    const there: Address = { ...START, view: "rankings", place: "410800" };
    expect(parse(format(there))).toEqual(there);
    const map: Address = { ...START, view: "map", place: "410800" };
    expect(parse(format(map))).toEqual(map);
  });
  it("writing is the inverse of reading for every part alone", () => {
    for (const key of Object.keys(START) as (keyof Address)[]) {
      const one = { ...START, [key]: FULL[key], ...(key === "view" ? { place: "410800" } : {}), ...(key === "place" ? { view: "place" as const } : {}) };
      expect(parse(format(one)), key).toEqual(one);
    }
  });
});

describe("what is malformed is left out", () => {
  it.each([
    ["?view=<script>", "view", "map"],
    ["?place=../../etc/passwd", "place", ""],
    ["?place=%3Cimg%20src%3Dx%3E", "place", ""],
    ["?lang=fr", "lang", ""],
    ["?year=20x0", "year", 0],
    ["?keep=-1", "keep", 0.9],
    ["?keep=Infinity", "keep", 0.9],
    ["?run=a/../b", "run", ""],
    ["?variable=%00", "variable", "change"],
    ["?view=place", "view", "map"],
  ])("%s", (text, key, value) => expect(parse(text)[key as keyof Address]).toBe(value));
  it("levers that are no numbers, or twice there", () => {
    expect(parse("?levers=posts:0.1,posts:0.2,homes:x,:1,a:1e9,plants:-0.5").levers).toEqual([
      { name: "posts", amount: 0.1 }, { name: "plants", amount: -0.5 },
    ]);
  });
  it("at most four places are compared, each once", () => expect(parse("?compare=a,b,a,c,d,e").compare).toEqual(["a", "b", "c", "d"]));
  it("very long texts are cut", () => expect(parse(`?filter=${"x".repeat(9999)}`).filter.length).toBe(200));
});

describe("the language of the browser", () => {
  it.each([
    [["zh-CN", "en"], "zh"], [["fr-FR", "ja-JP"], "ja"], [["de"], "en"], [[], "en"], [["zh-Hant-TW"], "zh"], [["EN-us"], "en"],
  ] as const)("%j", (browser, wanted) => expect(spoken(browser)).toBe(wanted));
});
