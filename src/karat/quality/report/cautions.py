"""What makes the numbers of a report mean less than they seem to: to be read before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

from karat.quality.agreement.metrics import positions
from karat.quality.errors import NotNumeric
from karat.quality.ratings import Name
from karat.quality.report.contents import DataShape, UnsurePart
from karat.quality.report.spellings import spellings
from karat.quality.report.wording import counted, listed, quoted, share

_LEAST_ITEMS = 20
_MANY_NUMBERS = 20
_MANY_TEXTS, _ANSWERS_OF_A_TEXT = 30, 5
_UNSURE_WORDS = frozenset(
    ("unsure", "not sure", "uncertain", "undecided", "unclear", "unknown", "idk", "i don't know", "don't know",
     "dont know", "do not know", "can't tell", "cannot tell", "skip", "skipped", "no answer", "n/a", "na", "nan",
     "none", "null")
)  # fmt: skip


class LabelKind(Enum):
    """What the labels look like."""

    CLASSES = "classes"
    AMOUNTS = "amounts"
    """So many different numbers that they measure rather than name."""
    TEXTS = "texts"
    """So many different labels that they are written rather than chosen: texts, spans, sets, sequences."""


def label_kind(shape: DataShape) -> LabelKind:
    """Guess from how many different labels there are whether they are classes at all."""
    given = [name for name, n in shape.class_counts if n]
    if len(given) >= _MANY_NUMBERS and _are_numbers(given):
        return LabelKind.AMOUNTS
    if len(given) >= _MANY_TEXTS and shape.n_ratings < _ANSWERS_OF_A_TEXT * len(given):
        return LabelKind.TEXTS
    return LabelKind.CLASSES


def cautions(
    shape: DataShape, gold: Mapping[Name, Name], unsure: UnsurePart | None, *, kind: LabelKind
) -> tuple[str, ...]:
    """Everything a careful colleague would say first."""
    given = [name for name, n in shape.class_counts if n]
    return (
        *_few(shape),
        *_kind(len(given), shape, kind),
        *(_spellings(given) if kind is LabelKind.CLASSES else []),
        *(_gold(gold, shape) if kind is LabelKind.CLASSES else []),
        *_unsure(shape.class_counts, unsure),
    )


def strange_gold(gold: Mapping[Name, Name], shape: DataShape) -> list[Name]:
    """The gold labels that are of a class nobody gave, one for each item."""
    given = {name for name, n in shape.class_counts if n}
    return [label for label in gold.values() if label not in given]


def _few(shape: DataShape) -> list[str]:
    found = []
    if shape.n_items < _LEAST_ITEMS:
        found.append(
            f"There {'is' if shape.n_items == 1 else 'are'} only {counted(shape.n_items, 'item')}: too few to conclude "
            "anything from the figures."
        )
    if shape.n_classes == 1:
        found.append(
            f"Every answer is {quoted(next(name for name, n in shape.class_counts if n))}. Where nothing else is ever "
            "said, agreement and certainty mean nothing."
        )
    return found


def _kind(n_given: int, shape: DataShape, kind: LabelKind) -> list[str]:
    if kind is LabelKind.AMOUNTS:
        return [
            f"{n_given:,} different numbers look like amounts, not classes. “Same” and “right” mean exactly equal "
            "here; read alpha by difference, and infer values with karat.quality.consensus.numbers."
        ]
    if kind is LabelKind.TEXTS:
        return [
            f"{n_given:,} different labels in {shape.n_ratings:,} answers look like texts, spans or sets, not classes. "
            "They are compared only as wholes: one letter of difference counts as disagreement. docs/methods has "
            "measures for spans, sets and rankings."
        ]
    return []


def _spellings(given: Sequence[Name]) -> list[str]:
    groups = spellings(given)
    if not groups:
        return []
    example = " and ".join(quoted(name) for name in groups[0][:3])
    return [
        f"{example} differ only in spelling{_and_more(len(groups) - 1)}, but count as different classes, so that "
        "people seem to disagree. If they mean the same, make them one (--merge-spellings)."
    ]


def _and_more(n: int) -> str:
    return f" (and so do {counted(n, 'other group')})" if n > 1 else " (and so does 1 other group)" if n else ""


def _gold(gold: Mapping[Name, Name], shape: DataShape) -> list[str]:
    strange = strange_gold(gold, shape)
    if not strange:
        return []
    names = listed([quoted(name) for name in dict.fromkeys(strange)])
    return [
        f"Nobody ever answered {names}, which {counted(len(strange), 'gold label')} of {len(gold):,} "
        f"{'says' if len(strange) == 1 else 'say'} ({share(len(strange) / len(gold), 0)}). Do gold and answers spell "
        "the classes alike?"
    ]


def _unsure(class_counts: Sequence[tuple[Name, int]], unsure: UnsurePart | None) -> list[str]:
    if unsure is not None:
        return []
    found = [(name, n) for name, n in class_counts if n and str(name).strip().casefold() in _UNSURE_WORDS]
    if not found or len(found) == sum(n > 0 for _, n in class_counts):
        return []
    names = listed([quoted(name) for name, _ in found])
    return [
        f"{names} ({counted(sum(n for _, n in found), 'answer')}) may say that somebody could not decide. Here "
        f"{'it counts as a class' if len(found) == 1 else 'they count as classes'} like any other; they can be set "
        "aside (--unsure LABEL)."
    ]


def _are_numbers(names: Sequence[Name]) -> bool:
    try:
        positions(names, "interval")
    except NotNumeric:
        return False
    return True
