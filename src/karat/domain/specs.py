"""The label spec: the question, its classes with definitions and examples, and its rules."""

import re
from dataclasses import dataclass
from datetime import datetime

from karat.domain.errors import Problem
from karat.domain.ids import ProjectId

MAX_CLASSES = 500
CLASS_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


@dataclass(frozen=True)
class Example:
    """An example of a class's definition, with the reason why it belongs or does not."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class ClassDefinition:
    """One class: `key` is its lasting identity in data and files, `name` is what people read."""

    key: str
    name: str
    definition: str = ""
    include: tuple[Example, ...] = ()
    exclude: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A numbered statement that settles a kind of edge case."""

    id: str
    text: str


@dataclass(frozen=True)
class Spec:
    """What to decide and how. Immutable: a change makes the next version."""

    question: str
    classes: tuple[ClassDefinition, ...]
    purpose: str = ""
    rules: tuple[Rule, ...] = ()
    unsure: str = ""
    """When to answer "unsure", and who resolves it."""

    def class_keys(self) -> tuple[str, ...]:
        return tuple(definition.key for definition in self.classes)


@dataclass(frozen=True)
class SpecVersion:
    """A spec as it stood under one number; every annotation names the number it was made under."""

    project_id: ProjectId
    number: int
    spec: Spec
    note: str
    created_at: datetime


def check_spec(spec: Spec) -> list[Problem]:
    """Everything that keeps this spec from being used, none of it a matter of taste."""
    problems: list[Problem] = []
    if not spec.question.strip():
        problems.append(Problem("question", "is empty. Say what the annotator is to decide about each item."))
    if len(spec.classes) < 2:
        problems.append(Problem("classes", f"has {len(spec.classes)} entries; a decision needs at least two."))
    if len(spec.classes) > MAX_CLASSES:
        problems.append(Problem("classes", f"has {len(spec.classes)} entries; at most {MAX_CLASSES} are possible."))
    problems += _repeated("classes", "key", [definition.key for definition in spec.classes])
    problems += _repeated("classes", "name", [definition.name.strip().casefold() for definition in spec.classes])
    problems += _repeated("rules", "id", [rule.id for rule in spec.rules])
    for number, definition in enumerate(spec.classes, start=1):
        if not CLASS_KEY.fullmatch(definition.key):
            problems.append(
                Problem(
                    f"classes[{number}].key",
                    f"{definition.key!r} is not usable. Use up to 64 of a-z, 0-9, '_', '-', '.'.",
                )
            )
        if not definition.name.strip():
            problems.append(Problem(f"classes[{number}].name", "is empty. Name the class."))
    problems += [
        Problem(f"rules[{number}]", "needs an id and a text.")
        for number, rule in enumerate(spec.rules, start=1)
        if not (rule.id.strip() and rule.text.strip())
    ]
    return problems


def _repeated(where: str, what: str, values: list[str]) -> list[Problem]:
    twice = sorted({value for value in values if values.count(value) > 1})
    return [Problem(where, f"{what} {value!r} occurs more than once. Make it unique.") for value in twice]


def class_key(name: str) -> str:
    """A usable key for a class name that somebody typed.

    >>> class_key("Card lost / stolen")
    'card_lost_stolen'
    """
    key = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:64]
    return key or "class_" + "".join(f"{ord(character):x}" for character in name[:8])
