"""Label Studio's JSON export as ratings: one row for each choice that a person submitted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from karat.formats.table import Row

_ANNOTATIONS = ("annotations", "completions")  # completions: before 1.0
_VALUE_KEYS = ("choices", "rating", "number", "taxonomy")


@dataclass(frozen=True)
class ChoiceRow:
    """One answer: who gave which task which class, and when."""

    item: str
    annotator: str
    label: str
    time: str
    control: str


def is_label_studio(rows: Iterable[Row]) -> bool:
    """Whether these are tasks as Label Studio exports them."""
    return any("data" in row.values and any(key in row.values for key in _ANNOTATIONS) for row in rows)


def choice_rows(rows: Iterable[Row]) -> Iterator[ChoiceRow]:
    """Every submitted choice, rating, number or path in a taxonomy.

    Left out are cancelled annotations (skips), drafts, predictions, and regions, which are no classes of the item.
    Several choices of one control are one label, joined by " + " in alphabetical order.
    """
    for row in rows:
        task = str(row.values.get("id", row.line))
        for annotation in _annotations(row):
            if annotation.get("was_cancelled") or annotation.get("skipped"):
                continue
            for result in annotation.get("result") or []:
                label = _label(result)
                if label:
                    yield ChoiceRow(
                        task, _person(annotation), label, str(annotation.get("created_at") or ""), result["from_name"]
                    )


def controls_by_use(rows: Iterable[ChoiceRow]) -> tuple[str, ...]:
    """The controls, that with the most answers first."""
    counts = Counter(row.control for row in rows)
    return tuple(name for name, _ in counts.most_common())


def _annotations(row: Row) -> Iterator[dict[str, Any]]:
    for key in _ANNOTATIONS:
        for annotation in row.values.get(key) or []:
            if isinstance(annotation, dict):  # a snapshot export may hold bare ids
                yield annotation


def _person(annotation: dict[str, Any]) -> str:
    person = annotation.get("completed_by")
    if isinstance(person, dict):
        person = person.get("email") or person.get("id")
    return str(person) if person not in (None, "") else "unknown"


def _label(result: dict[str, Any]) -> str:
    value = result.get("value") or {}
    if "from_name" not in result or any(key in value for key in ("start", "x", "points")):
        return ""
    for key in _VALUE_KEYS:
        if key in value:
            given = value[key]
            parts = given if isinstance(given, list) else [given]
            return " + ".join(sorted(" / ".join(part) if isinstance(part, list) else str(part) for part in parts))
    return ""
