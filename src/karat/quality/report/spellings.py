"""Classes that are the same but for how somebody wrote them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from karat.quality.ratings import Name, Ratings
from karat.quality.ratings.coding import ordered_classes


def spellings(names: Sequence[Name]) -> list[list[Name]]:
    """Groups of texts that differ only by case, by blanks, or as "1" and "1.0" do when a program rewrites a table.

    >>> spellings(["Yes", "no", " yes", "1", "1.0"])
    [['Yes', ' yes'], ['1', '1.0']]
    """
    groups: dict[object, list[Name]] = defaultdict(list)
    for name in names:
        groups[_plain(name)].append(name)
    return [group for group in groups.values() if len(group) > 1]


def merged_spellings(ratings: Ratings, preferred: Sequence[Name] = ()) -> tuple[Ratings, Mapping[Name, Name]]:
    """The ratings with one class for each group of spellings, and the spelling kept for each that is gone.

    A preferred spelling is kept where there is one, else the most frequent, without blanks around it.

    Examples
    --------
    >>> ratings, kept = merged_spellings(Ratings.from_rows([(1, "ada", "Yes"), (1, "bo", "yes "), (2, "bo", "Yes")]))
    >>> ratings.classes, dict(kept)
    (('Yes',), {'yes ': 'Yes'})
    """
    n_given = dict(zip(ratings.classes, np.bincount(ratings.label, minlength=ratings.n_classes).tolist(), strict=True))
    kept: dict[Name, Name] = {}
    for group in spellings([*ratings.classes, *(name for name in preferred if name not in n_given)]):
        most = " ".join(str(max(group, key=lambda name: n_given.get(name, 0))).split())
        best = next((name for name in group if name in preferred), most)
        kept |= {name: best for name in group if name != best}
    classes = ordered_classes(dict.fromkeys(kept.get(name, name) for name in ratings.classes))
    place = {name: code for code, name in enumerate(classes)}
    code = np.array([place[kept.get(name, name)] for name in ratings.classes], dtype=np.int32)
    return replace(ratings, label=code[ratings.label], classes=classes), kept


def spelled_alike(name: Name, others: Sequence[Name]) -> Name:
    """The one of the others that is spelled like this name, or the name itself."""
    return next((other for other in others if _plain(other) == _plain(name)), name)


def _plain(name: Name) -> object:
    if not isinstance(name, str):
        return name
    text = " ".join(name.split()).casefold()
    whole = text.removesuffix(".0")
    return whole if whole.lstrip("-").isdecimal() else text
