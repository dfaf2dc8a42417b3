import { expect, test } from "vitest";
import { methodName } from "./methods";

test("the methods that the server infers labels by are told in words", () => {
  for (const method of ["auto", "majority"]) expect(methodName(method)).not.toBe(method);
  expect(methodName("auto")).toBe("votes and Dawid–Skene models combined");
});

test("a method that is not known yet keeps its name", () => {
  expect(methodName("mace")).toBe("mace");
});
