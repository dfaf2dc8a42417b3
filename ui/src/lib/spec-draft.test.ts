import { expect, test } from "vitest";
import {
  changesBetween,
  classesFromText,
  draftOf,
  emptyClass,
  emptySpec,
  hasChanges,
  nextRuleId,
  problemsOf,
  specOf,
  withPasted,
  type SpecDraft,
} from "./spec-draft";

function aDraft(change: Partial<SpecDraft> = {}): SpecDraft {
  return {
    ...emptySpec(),
    question: "Is it spam?",
    classes: [emptyClass("spam"), emptyClass("fine")],
    ...change,
  };
}

const codes = (draft: SpecDraft) => problemsOf(draft).map((problem) => [problem.where, problem.code]);

test("a question and two named classes are enough", () => {
  expect(problemsOf(aDraft())).toEqual([]);
});

test("an empty draft says what is missing, once each", () => {
  expect(codes(emptySpec())).toEqual([
    ["question", "questionEmpty"],
    ["classes", "tooFewClasses"],
  ]);
});

test("two classes of the same name are a problem whatever their case", () => {
  expect(codes(aDraft({ classes: [emptyClass("Spam"), emptyClass(" spam "), emptyClass("fine")] }))).toEqual([
    ["classes.1", "classNameTwice"],
  ]);
});

test("a class that has a definition but no name asks for the name", () => {
  const classes = [emptyClass("a"), emptyClass("b"), { ...emptyClass(), definition: "Everything else." }];

  expect(codes(aDraft({ classes }))).toEqual([["classes.2", "classNameEmpty"]]);
});

test("more than 500 classes are too many", () => {
  const classes = Array.from({ length: 501 }, (_, index) => emptyClass(`class ${index}`));

  expect(codes(aDraft({ classes }))).toEqual([["classes", "tooManyClasses"]]);
});

test("a rule needs an id of its own; a rule without text is dropped and asks for nothing", () => {
  const rules = [
    { id: "R1", text: "Quoted spam is fine." },
    { id: "R1", text: "Links alone are spam." },
    { id: "", text: "Lists count." },
    { id: "", text: " " },
  ];

  expect(codes(aDraft({ rules }))).toEqual([
    ["rules.1", "ruleIdTwice"],
    ["rules.2", "ruleIdEmpty"],
  ]);
});

test("what is sent has no empty rows and no outer blanks", () => {
  const classes = [
    {
      ...emptyClass(" spam "),
      include: [
        { text: " buy now ", note: "" },
        { text: " ", note: "?" },
      ],
    },
  ];

  const spec = specOf(
    aDraft({ classes: [...classes, emptyClass(), emptyClass("fine")], rules: [{ id: "R1", text: "" }] }),
  );

  expect(spec.classes.map((one) => one.name)).toEqual(["spam", "fine"]);
  expect(spec.classes[0]?.include).toEqual([{ text: "buy now", note: "" }]);
  expect(spec.rules).toEqual([]);
});

test("a spec comes back from editing as it was", () => {
  const spec = specOf(
    aDraft({ unsure: "Ask the lead.", rules: [{ id: "R1", text: "Quoted spam is fine." }] }),
  );

  expect(specOf(draftOf(spec))).toEqual(spec);
});

test("pasted lines become classes; bullets, numbers, blank lines and repetitions go", () => {
  const pasted = classesFromText("- spam\r\n2) fine\n\n  • off topic \nSpam\n3.5 stars");

  expect(pasted.map((one) => one.name)).toEqual(["spam", "fine", "off topic", "3.5 stars"]);
});

test("two columns copied from a spreadsheet become name and definition", () => {
  expect(classesFromText("spam\tUnwanted advertising.\nfine\tAll else.")[0]).toMatchObject({
    name: "spam",
    definition: "Unwanted advertising.",
  });
});

test("pasted classes take the place of blank rows and do not repeat those that exist", () => {
  const classes = withPasted(
    [emptyClass("spam"), emptyClass(), emptyClass("last")],
    1,
    classesFromText("Spam\nfine"),
  );

  expect(classes.map((one) => one.name)).toEqual(["spam", "fine", "last"]);
});

test("the next rule id follows the highest, not the number of rules", () => {
  expect(nextRuleId([])).toBe("R1");
  expect(
    nextRuleId([
      { id: "R7", text: "" },
      { id: "legal", text: "" },
    ]),
  ).toBe("R8");
});

test("changes are told by class: added, removed, changed", () => {
  const before = specOf(aDraft({ classes: ["a", "b", "c"].map((key) => ({ ...emptyClass(key), key })) }));
  const after = {
    ...before,
    classes: [
      before.classes[0]!,
      { ...before.classes[1]!, definition: "New." },
      { ...before.classes[2]!, key: "", name: "d" },
    ],
  };

  const changes = changesBetween(before, after);

  expect(changes).toEqual({ added: ["d"], removed: ["c"], changed: ["b"], isOtherwiseChanged: false });
  expect(hasChanges(changes)).toBe(true);
  expect(hasChanges(changesBetween(before, before))).toBe(false);
});
