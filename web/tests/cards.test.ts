import { describe, expect, it } from "vitest";
import { left } from "../src/cards";

describe("claims that are still to come", () => {
  it("are asked for again while they are being made", () => expect(left({ cards: [], waiting: 3, working: true })).toEqual({ count: 3, again: true }));
  it("are not asked for again where making them failed", () => expect(left({ cards: [], waiting: 3, working: false })).toEqual({ count: 3, again: false }));
  it("are none where all are there, though the server has not noticed yet", () => expect(left({ cards: [], waiting: 0, working: true })).toEqual({ count: 0, again: false }));
});
