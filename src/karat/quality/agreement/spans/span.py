"""A labelled stretch of text, and what an answer made of spans must look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from karat.quality.errors import UnreadableRatings
from karat.quality.ratings import Name


class Span(NamedTuple):
    """A stretch of text from `start` up to, not including, `end`, counted in Unicode code points.

    Plain tuples `(start, end)` and `(start, end, label)` are the same to every measure.
    """

    start: int
    end: int
    label: Name = None


def spans_of(answer: Any) -> list[Span]:
    """The spans of an answer, ordered, each once.

    Parameters
    ----------
    answer : iterable of spans
        Such as a frozenset or tuple, which can be a class of `Ratings`. An empty one says that there is none.

    Raises
    ------
    UnreadableRatings
        When a span is no (start, end) or (start, end, label) with 0 <= start < end.
    """
    if not isinstance(answer, Iterable) or isinstance(answer, str | bytes):
        raise UnreadableRatings(
            f"an answer of spans is a frozenset or tuple of (start, end, label); {answer!r} is none. "
            "Give frozenset() where an annotator marked nothing."
        )
    return sorted({_span(one) for one in answer}, key=lambda span: (span.start, span.end, str(span.label)))


def text_length(lengths: Mapping[Any, int], item: Name) -> int:
    """Number of code points in an item's text.

    Raises
    ------
    UnreadableRatings
        When it is not given, or not a positive number.
    """
    if item not in lengths:
        raise UnreadableRatings(f"there is no text length for item {item!r}. Give the length of every shared item.")
    if not lengths[item] > 0:
        raise UnreadableRatings(f"item {item!r} has text length {lengths[item]!r}; an annotated text has characters.")
    return int(lengths[item])


def refuse_beyond(spans: Iterable[Span], length: int, item: Name) -> None:
    """Refuse spans that end after the text."""
    for span in spans:
        if span.end > length:
            raise UnreadableRatings(
                f"the span {span.start} to {span.end} of item {item!r} ends after its text, which has {length} "
                "characters (offsets count Unicode code points)."
            )


def _span(one: Any) -> Span:
    try:
        span = Span(*one)
        is_stretch = 0 <= span.start < span.end
    except TypeError as problem:
        raise UnreadableRatings(f"a span is (start, end) or (start, end, label); {one!r} is none.") from problem
    if not is_stretch:
        raise UnreadableRatings(f"the span {one!r} is empty or starts before the text; spans have 0 <= start < end.")
    return span
