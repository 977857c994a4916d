import { describe, expect, it } from "vitest";
import { edits, near, plain, romaji } from "../src/near";
import type { Hit } from "../src/types";

const place = (code: string, name: string, name_en: string, people: number): Hit => ({
  code, name, name_en, people, region: "", region_name: { en: "", zh: "", ja: "" }, lon: null, lat: null, matched: "all",
});
const PLACES = [
  place("410800", "焦作市", "Jiaozuo", 3.5e6), place("110100", "北京市", "Beijing", 2.2e7), place("421000", "荆州市", "Jingzhou", 5.2e6),
  place("610100", "西安市", "Xi'an", 1.3e7), place("27100", "大阪市", "Osaka", 2.7e6), place("01202", "函館市", "Hakodate", 2.5e5),
];
const first = (text: string) => near(PLACES, text, 5)[0]?.name_en;

describe("a place is found by", () => {
  it.each([
    ["焦作", "Jiaozuo"], ["jiaozuo", "Jiaozuo"], ["JIAO", "Jiaozuo"], ["410800", "Jiaozuo"], ["jaiozuo", "Jiaozuo"], ["xian", "Xi'an"],
    ["おおさか", "Osaka"], ["オオサカ", "Osaka"], ["はこだて", "Hakodate"], ["hakodatte", "Hakodate"], ["beijng", "Beijing"],
  ])("%s", (text, wanted) => expect(first(text)).toBe(wanted));
  it("nothing when nothing is near", () => expect(near(PLACES, "zzzzzz", 5)).toEqual([]));
  it("no text lists all, no more than asked", () => expect(near(PLACES, " ", 3)).toHaveLength(3));
});

describe("edits", () => {
  it("is a distance: none to itself, the same both ways, never above the limit by more than one", () => {
    const words = ["", "a", "jiaozuo", "jaiozuo", "osaka", "beijing", "beijng"];
    for (const a of words)
      for (const b of words) {
        expect(edits(a, b, 3)).toBe(edits(b, a, 3));
        expect(edits(a, b, 3) === 0).toBe(a === b);
        expect(edits(a, b, 3)).toBeLessThanOrEqual(4);
      }
    expect(edits("jiaozuo", "jaiozuo", 3)).toBe(1);
  });
});

it("kana are romanised as on maps", () => {
  expect(romaji("とうきょう")).toBe("tokyo");
  expect(romaji("さっぽろ")).toBe("sapporo");
  expect(romaji("キョウト")).toBe("kyoto");
  expect(romaji("いっちょう")).toBe("itcho");
  expect(romaji("abc")).toBe("abc");
});
it("spaces, marks and case do not matter", () => expect(plain("Xī'ān-Shì ")).toBe("xianshi"));
