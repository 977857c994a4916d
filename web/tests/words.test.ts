import { expect, it, vi } from "vitest";

vi.mock("../src/state", () => ({ lang: { value: "en" } }));
const { SENTENCES, t } = await import("../src/words");

it("every sentence stands in three languages with the same names to fill in", () => {
  for (const [key, said] of Object.entries(SENTENCES)) {
    const names = said.map((one) => [...one.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort().join());
    expect(new Set(names).size, key).toBe(1);
    expect(said.every((one) => one.trim().length > 0), key).toBe(true);
  }
});
it("Chinese and Japanese are written in their scripts", () => {
  for (const [key, [, zh, ja]] of Object.entries(SENTENCES)) {
    const plain = /^[\s{}\w=%:：;]*$/;
    if (plain.test(zh) && plain.test(ja)) continue;
    expect(/[\u4e00-\u9fff]/.test(zh), key).toBe(true);
    expect(/[\u3040-\u30ff\u4e00-\u9fff]/.test(ja), key).toBe(true);
  }
});
it("names are filled in, also when they look like patterns", () => {
  expect(t("search_none", { text: "$&{text}" })).toBe("No place is called “$&{text}”.");
  expect(t("rows", { shown: 3, all: 9 })).toBe("3 of 9 places");
});
it("nobody's place is called lost", () => {
  for (const [key, [en]] of Object.entries(SENTENCES)) expect(/\b(dying|doomed|dead|death of)\b/i.test(en), key).toBe(false);
});
