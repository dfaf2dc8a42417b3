"""Which columns of a table say who gave which item which class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from karat.domain.errors import Invalid, Problem
from karat.formats.columns import mapping_of, recognise
from karat.formats.table import Row


@dataclass(frozen=True)
class RatingColumns:
    """Names of columns by what they mean; None is no column, or one still to be recognised.

    `wide` names a column for each annotator, holding that person's labels; `annotator` and `label` are then None.
    """

    item: str | None = None
    annotator: str | None = None
    label: str | None = None
    time: str | None = None
    gold: str | None = None
    wide: tuple[str, ...] = ()

    def named(self) -> dict[str, str]:
        """The columns there are: name by part."""
        chosen = {part: getattr(self, part) for part in _PARTS}
        return {part: name for part, name in chosen.items() if name is not None}

    def described(self) -> dict[str, str]:
        """The same for people to read, with the columns of annotators."""
        return self.named() | ({"annotators": ", ".join(self.wide)} if self.wide else {})


_PARTS = ("item", "annotator", "label", "time", "gold")
_ABOUT_PEOPLE = ("annotator", "worker", "rater", "coder", "labeler", "labeller")


def rating_columns(rows: Sequence[Row], chosen: RatingColumns, file_name: str) -> RatingColumns:
    """The chosen columns, and those recognised by their usual names for what was not chosen.

    Raises
    ------
    Invalid
        When a chosen column is absent, or item, annotator or label cannot be recognised; lists what there is.
    """
    present = list(dict.fromkeys(name for row in rows for name in row.values))
    chosen_names = [*chosen.named().items(), *(("annotator", name) for name in chosen.wide)]
    for part, name in chosen_names:
        if name not in present:
            raise _refusal(file_name, f"there is no column {name!r} (--{part}). There are: {', '.join(present)}.")
    found = mapping_of(recognise([Row(row.line, _without(row.values, chosen)) for row in rows]))
    item, gold = chosen.item or found.id, chosen.gold or found.gold
    if chosen.wide:
        if item is None:
            raise _unrecognised(file_name, ["item"], present)
        return RatingColumns(item=item, gold=gold, wide=chosen.wide)
    annotator = chosen.annotator or found.annotator or _usual(present, chosen, "annotator") or _person(present, chosen)
    label = chosen.label or found.label or _usual(present, chosen, "label")
    if label is None and item and annotator:
        label = _only_one_left(present, {item, annotator, chosen.time or found.time, gold})
    columns = RatingColumns(item, annotator, label, chosen.time or found.time, gold)
    absent = [part for part in ("item", "annotator", "label") if part not in columns.named()]
    if absent:
        raise _unrecognised(file_name, absent, present)
    return columns


def _unrecognised(file_name: str, absent: Sequence[str], present: Sequence[str]) -> Invalid:
    by_person = "annotator" in absent and len(present) > 2
    wide = " If each annotator has a column, name them all: --annotator ADA --annotator BO." if by_person else ""
    return _refusal(
        file_name,
        f"no column could be recognised as {' or '.join(absent)}. There are: {', '.join(present)}. "
        f"Say which: {' '.join(f'--{part} COLUMN' for part in absent)}.{wide}",
    )


def _person(present: Sequence[str], chosen: RatingColumns) -> str | None:
    """The only column whose name speaks of annotators."""
    taken = set(chosen.named().values())
    found = [name for name in present if name not in taken and any(word in name.casefold() for word in _ABOUT_PEOPLE)]
    return found[0] if len(found) == 1 else None


def _only_one_left(present: Sequence[str], taken: set[str | None]) -> str | None:
    left = [name for name in present if name not in taken]
    return left[0] if len(left) == 1 else None


def _without(values: dict[str, object], chosen: RatingColumns) -> dict[str, object]:
    taken = {*chosen.named().values(), *chosen.wide}
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
