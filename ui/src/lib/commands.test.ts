import { expect, test } from "vitest";
import { bind, chordsOf, commandFor, normalChord, withKeys, type Command } from "./commands";

const nowhere = { inText: false, onControl: false };

function aKey(key: string, more: Partial<Parameters<typeof chordsOf>[0]> & { repeat?: boolean } = {}) {
  return { key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more };
}

function commandsFrom(...commands: Partial<Command<void>>[]) {
  return bind(
    commands.map((one) => ({ id: "x", label: () => "X", run: () => {}, ...one })),
    undefined,
  );
}

test("a letter is the same with caps lock on, and Shift is part of its chord", () => {
  expect(chordsOf(aKey("D"))[0]).toBe("d");
  expect(chordsOf(aKey("U", { shiftKey: true }))[0]).toBe(normalChord("Shift+U"));
});

test("the command key of a Mac stands for Ctrl", () => {
  expect(chordsOf(aKey("k", { metaKey: true }))).toContain(normalChord("Ctrl+K"));
});

test("a sign is found whether or not the keyboard needs Shift for it", () => {
  expect(chordsOf(aKey("?", { shiftKey: true, code: "Minus" }))[0]).toBe("?");
  expect(chordsOf(aKey("?", { code: "Comma" }))[0]).toBe("?");
});

test("digits are found by their place where the keyboard writes other signs there", () => {
  expect(chordsOf(aKey("&", { code: "Digit1" }))).toContain("1");
  expect(chordsOf(aKey("=", { code: "Digit0", shiftKey: true }))).toContain("Shift+0");
});

test("single keys do nothing while a text field has the focus", () => {
  const lists = [commandsFrom({ keys: ["d"] }, { keys: ["Enter"], inText: true })];
  const inText = { inText: true, onControl: false };

  expect(commandFor(aKey("d"), lists, nowhere)).not.toBeNull();
  expect(commandFor(aKey("d"), lists, inText)).toBeNull();
  expect(commandFor(aKey("Enter"), lists, inText)).toBeNull();
});

test("a chord works in a text field only when its command says so, so that Ctrl+Z there undoes typing", () => {
  const lists = [
    commandsFrom({ id: "undo", keys: ["Ctrl+Z"] }, { id: "send", keys: ["Ctrl+Enter"], inText: true }),
  ];
  const inText = { inText: true, onControl: false };

  expect(commandFor(aKey("z", { ctrlKey: true }), lists, inText)).toBeNull();
  expect(commandFor(aKey("Enter", { ctrlKey: true }), lists, inText)?.id).toBe("send");
});

test("Enter and Space on a button press the button", () => {
  const lists = [commandsFrom({ keys: ["Enter"] }, { keys: ["Space"] })];

  expect(commandFor(aKey("Enter"), lists, { inText: false, onControl: true })).toBeNull();
  expect(commandFor(aKey(" "), lists, { inText: false, onControl: true })).toBeNull();
});

test("a key held down does something once, unless its command repeats", () => {
  const lists = [commandsFrom({ id: "submit", keys: ["Enter"] }, { id: "zoom", keys: ["+"], repeats: true })];

  expect(commandFor(aKey("Enter", { repeat: true }), lists, nowhere)).toBeNull();
  expect(commandFor(aKey("+", { repeat: true }), lists, nowhere)?.id).toBe("zoom");
});

test("what is not possible now leaves the key to others, and the screen comes before the shell", () => {
  const shell = commandsFrom({ id: "shell", keys: ["f"] });
  const screen = commandsFrom({ id: "never", keys: ["f"], when: () => false });

  expect(commandFor(aKey("f"), [shell, screen], nowhere)?.id).toBe("shell");
  expect(commandFor(aKey("f"), [shell, commandsFrom({ id: "screen", keys: ["f"] })], nowhere)?.id).toBe(
    "screen",
  );
});

test("the help tells of keys that mean something for what is in view, possible at this moment or not", () => {
  const list = commandsFrom(
    { id: "undo", keys: ["Ctrl+Z"], when: () => false },
    { id: "zoom", keys: ["+"], applies: () => false },
    { id: "class-2", keys: ["2"], isFollower: true },
    { id: "palette only" },
  );

  expect(withKeys(list).map(({ id }) => id)).toEqual(["undo"]);
});

test("what does not apply cannot be done either", () => {
  const zoom = commandsFrom({ id: "zoom", keys: ["+"], applies: () => false });

  expect(commandFor(aKey("+"), [zoom], nowhere)).toBeNull();
});
