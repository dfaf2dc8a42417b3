"""Classes of ratings as their reader means them: spelled alike, and in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from karat.domain.errors import Invalid, Problem
from karat.formats.rating_files import ReadRatings
from karat.quality.ratings import Name, Ratings
from karat.quality.report.spellings import merged_spellings, spelled_alike


def with_merged_spellings(read: ReadRatings, listed: str = "") -> ReadRatings:
    """Classes that differ only by case or blanks as one, in gold too, spelled as in the list; a remark says which."""
    ratings, kept = merged_spellings(read.ratings, _names(listed))
    gold = {item: spelled_alike(label, ratings.classes) for item, label in read.gold.items()}
    if not kept:
        return replace(read, gold=gold)
    merged = ", ".join(f"{old!r} as {new!r}" for old, new in list(kept.items())[:5])
    more = f" and {len(kept) - 5} more" if len(kept) > 5 else ""
    return replace(read, ratings=ratings, gold=gold, remarks=(*read.remarks, f"Read {merged}{more}."))


def with_classes(read: ReadRatings, listed: str, unsure: Sequence[str] = ()) -> ReadRatings:
    """The classes in the order of a list with commas; classes nobody gave may be in it, and `unsure` need not.

    Raises
    ------
    Invalid
        When an answer is missing from the list, or a class is in it twice.
    """
    ratings = read.ratings
    wanted = _names(listed)
    wanted += [name for name in unsure if name not in wanted]
    by_name = {str(name): name for name in ratings.classes}
    if len(set(wanted)) < len(wanted):
        raise _refused(f"the list names a class twice: {listed}.")
    absent = [text for text in by_name if text not in wanted]
    if absent:
        raise _refused(
            f"somebody answered {absent[0]!r}, which is not in the list. Add it, and other classes there are."
        )
    code = np.array([wanted.index(str(name)) for name in ratings.classes], dtype=np.int32)
    classes = tuple(by_name.get(text, text) for text in wanted)
    return replace(read, ratings=replace(ratings, label=code[ratings.label], classes=classes))


def by_text(ratings: Ratings, names: Sequence[str]) -> tuple[Name, ...]:
    """The classes that are written like this, whatever their type; a name that is none stays as it is."""
    written = {str(name): name for name in ratings.classes}
    return tuple(written.get(name, name) for name in names)


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]


def _refused(message: str) -> Invalid:
    return Invalid(f"--classes: {message}", (Problem("--classes", message),))
