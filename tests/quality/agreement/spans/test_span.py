"""What an answer made of spans must look like."""

from __future__ import annotations

from typing import Any

import pytest

from karat.quality.agreement.spans.span import Span, refuse_beyond, spans_of, text_length
from karat.quality.errors import UnreadableRatings


def test_plain_tuples_are_spans_in_order_and_once() -> None:
    assert spans_of({(10, 12, "B"), (1, 5)}) == [Span(1, 5), Span(10, 12, "B")]
    assert spans_of([(1, 5), (1, 5, None)]) == [Span(1, 5)]
    assert spans_of(frozenset()) == []


@pytest.mark.parametrize(
    "answer", [None, "spans", [(1,)], [(1, 2, 3, 4)], [5], [(5, 5)], [(7, 5)], [(-1, 5)], [("a", 5)]]
)
def test_what_is_no_span_is_refused(answer: Any) -> None:
    with pytest.raises(UnreadableRatings):
        spans_of(answer)


def test_a_span_ends_within_its_text() -> None:
    refuse_beyond([Span(3, 10)], 10, "text")
    with pytest.raises(UnreadableRatings, match=r"3 to 11 of item 'text'.*10 characters"):
        refuse_beyond([Span(3, 11)], 10, "text")


def test_a_text_has_a_length() -> None:
    assert text_length({"text": 5}, "text") == 5
    with pytest.raises(UnreadableRatings, match="no text length for item 'other'"):
        text_length({"text": 5}, "other")
    with pytest.raises(UnreadableRatings, match="length 0"):
        text_length({"text": 0}, "text")
