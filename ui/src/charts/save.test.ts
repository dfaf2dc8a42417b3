import { expect, test } from "vitest";
import { toCsv } from "./save";

test("cells with commas, quotes and line breaks are quoted", () => {
  expect(
    toCsv([
      ["class", "n"],
      ['a "b", c', 3],
      ["two\nlines", null],
    ]),
  ).toBe('class,n\r\n"a ""b"", c",3\r\n"two\nlines",\r\n');
});

test("text that a spreadsheet would run as a formula is disarmed, a negative number is not", () => {
  expect(toCsv([["=HYPERLINK(1)", -0.2]])).toBe("'=HYPERLINK(1),-0.2\r\n");
});
