import { expect, test } from "vitest";
import { agreementVerdict } from "./agreement";

test("agreement is strong or weak only when its whole interval is", () => {
  expect(agreementVerdict({ value: 0.85, low: 0.81, high: 0.9 })).toBe("strong");
  expect(agreementVerdict({ value: 0.85, low: 0.75, high: 0.9 })).toBe("between");
  expect(agreementVerdict({ value: 0.4, low: 0.3, high: 0.59 })).toBe("weak");
  expect(agreementVerdict({ value: 0.5, low: 0.3, high: 0.65 })).toBe("between");
});

test("without a value nothing is said", () => {
  expect(agreementVerdict({ value: null })).toBe("unknown");
});
