"""Which columns of a table say who gave which item which class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from karat.domain.errors import Invalid, Problem
from karat.formats.columns import mapping_of, recognise
from karat.formats.table import Row


@dataclass(frozen=True)
class RatingColumns:
    """Names of columns by what they mean; None is no column, or one still to be recognised."""

    item: str | None = None
    annotator: str | None = None
    label: str | None = None
    time: str | None = None
    gold: str | None = None

    def named(self) -> dict[str, str]:
        """The columns there are: name by part."""
        chosen = {field.name: getattr(self, field.name) for field in fields(self)}
        return {part: name for part, name in chosen.items() if name is not None}


def rating_columns(rows: Sequence[Row], chosen: RatingColumns, file_name: str) -> RatingColumns:
    """The chosen columns, and those recognised by their usual names for what was not chosen.

    Raises
    ------
    Invalid
        When a chosen column is absent, or item, annotator or label cannot be recognised; lists what there is.
    """
    present = list(dict.fromkeys(name for row in rows for name in row.values))
    for part, name in chosen.named().items():
        if name not in present:
            raise _refusal(file_name, f"there is no column {name!r} (--{part}). There are: {', '.join(present)}.")
    found = mapping_of(recognise([Row(row.line, _without(row.values, chosen)) for row in rows]))
    columns = RatingColumns(
        item=chosen.item or found.id,
        annotator=chosen.annotator or found.annotator or _usual(present, chosen, "annotator"),
        label=chosen.label or found.label or _usual(present, chosen, "label"),
        time=chosen.time or found.time,
        gold=chosen.gold or found.gold,
    )
    absent = [part for part in ("item", "annotator", "label") if part not in columns.named()]
    if absent:
        raise _refusal(
            file_name,
            f"no column could be recognised as {' or '.join(absent)}. There are: {', '.join(present)}. "
            f"Say which: {' '.join(f'--{part} COLUMN' for part in absent)}.",
        )
    return columns


def _without(values: dict[str, object], chosen: RatingColumns) -> dict[str, object]:
    taken = set(chosen.named().values())
    return {name: value for name, value in values.items() if name not in taken}


def _usual(present: Sequence[str], chosen: RatingColumns, part: str) -> str | None:
    """A column with a usual name for this part, although its partner was chosen and so is not there to be seen."""
    free = [name for name in present if name not in chosen.named().values()]
    partner = {"annotator": "label", "label": "annotator"}[part]
    found = mapping_of(recognise([Row(1, {**dict.fromkeys(free, ""), partner: ""})]))
    name: str | None = getattr(found, part)
    return name if name in free else None


def _refusal(file_name: str, message: str) -> Invalid:
    return Invalid(f"{file_name}, the columns: {message}", (Problem("the columns", message),))
