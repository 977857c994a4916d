import { expect, it } from "vitest";
import { csv } from "../src/parts/csv";

it("a table is read back as it was", () => expect(csv([["a", 1.5, null], ['say "x"', "two\nlines", "c,d"]])).toBe('a,1.5,\r\n"say ""x""","two\nlines","c,d"\r\n'));
it("no cell runs as a formula, and negative numbers stay numbers", () => {
  expect(csv([["=1+1", "@x", "+3", "-cmd", "-5", -5]])).toBe("'=1+1,'@x,'+3,'-cmd,-5,-5\r\n");
});
it("what is no number is empty", () => expect(csv([[Number.NaN, Infinity, undefined]])).toBe(",,\r\n"));
