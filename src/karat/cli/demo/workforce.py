"""The simulated annotators of the demo: how each of them reads a bank message.

They see what people see, a text, and look up how hard it is. A careful reader sees through a lure, says "unsure"
where honest people would, and takes time; a hasty one does not.
"""

import json
import random
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

_ATTENTION_LAPSE_SKIP = 0.01
_SLOWER_WHEN_HARD = 0.8


@dataclass(frozen=True)
class Message:
    """A bank message with what its author meant."""

    id: str
    text: str
    truth: str
    lure: str | None
    """What a hasty reader takes it for."""
    ambiguity: float
    """Chance that honest people differ, 0-1."""
    check: str | None
    channel: str


@dataclass(frozen=True)
class SimulatedAnnotator:
    """One simulated person."""

    name: str
    email: str
    skill: float
    """Chance to see through a lure."""
    unsure_rate_on_ambiguous: float
    seconds_median: float
    bias: dict[str, str] | None
    """Classes that this person tends to take for another one."""
    attention: float
    """Chance to be awake at all."""


@dataclass(frozen=True)
class Reading:
    """What an annotator makes of a message: a class, unsure, or a skip."""

    label: str | None
    reason: str
    is_skip: bool
    seconds: float


def messages() -> list[Message]:
    return [Message(**json.loads(line)) for line in _text("bank_messages.jsonl").splitlines()]


def spec() -> dict[str, Any]:
    """The first label spec of the bank messages, as the API takes it."""
    found: dict[str, Any] = json.loads(_text("bank_messages_spec.json"))
    return found


def workforce() -> list[SimulatedAnnotator]:
    return [SimulatedAnnotator(**person) for person in json.loads(_text("workforce.json"))]


def read(message: Message, person: SimulatedAnnotator, classes: list[str], rng: random.Random) -> Reading:
    """How this person answers this message, once."""
    is_hard = message.ambiguity > 0.5
    seconds = person.seconds_median * rng.lognormvariate(0, 0.45) * (1 + _SLOWER_WHEN_HARD * message.ambiguity)
    if rng.random() > person.attention:
        if rng.random() < _ATTENTION_LAPSE_SKIP / (1 - person.attention):
            return Reading(None, "The text is cut off for me.", is_skip=True, seconds=seconds)
        return Reading(rng.choice(classes), "", is_skip=False, seconds=seconds / 3)
    if is_hard and rng.random() < person.unsure_rate_on_ambiguous:
        return Reading(None, _why_unsure(message, rng), is_skip=False, seconds=seconds)
    return Reading(_choice(message, person, rng), "", is_skip=False, seconds=seconds)


def _choice(message: Message, person: SimulatedAnnotator, rng: random.Random) -> str:
    other = (person.bias or {}).get(message.truth)
    if other is not None and rng.random() < 0.3:
        return other
    # The harder the message, the more skill matters; where honest people differ, it does not suffice.
    sees_through = 1 - (1 - person.skill) * (0.35 + message.ambiguity) - 0.25 * message.ambiguity
    if message.lure is None or rng.random() < sees_through:
        return message.truth
    return message.lure


def _why_unsure(message: Message, rng: random.Random) -> str:
    one, other = _in_words(message.truth), _in_words(message.lure or "another class")
    return rng.choice(
        [
            f"Could be {one} or {other}; the message does not say enough.",
            "Two problems in one message and no rule decides which comes first.",
            f"I read it as {one}, but a colleague would say {other}.",
            "The customer does not say whether they agreed to it.",
        ]
    )


def _in_words(class_key: str) -> str:
    return class_key.replace("_", " ")


def _text(name: str) -> str:
    return files("karat.cli.demo").joinpath(name).read_text(encoding="utf-8")
