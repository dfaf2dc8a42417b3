"""Classes as their reader means them: one spelling, one order."""

from __future__ import annotations

import pytest

from karat.domain.errors import Invalid
from karat.formats.rating_classes import by_text, with_classes, with_merged_spellings
from karat.formats.rating_columns import RatingColumns
from karat.formats.rating_files import ReadRatings
from karat.quality.ratings import Name, Ratings


def reading(*labels: Name, gold: dict[Name, Name] | None = None) -> ReadRatings:
    ratings = Ratings.from_rows([(n, f"p{n}", label) for n, label in enumerate(labels)])
    return ReadRatings(ratings, gold or {}, RatingColumns(), ("answers.csv",), len(labels))


def given(read: ReadRatings) -> list[Name]:
    return [read.ratings.classes[code] for code in read.ratings.label]


def test_spellings_become_the_most_frequent_one() -> None:
    found = with_merged_spellings(reading("Fine ", "fine", "Fine ", "bad", gold={0: "FINE", 1: "bad", 2: "odd"}))

    assert given(found) == ["Fine", "Fine", "Fine", "bad"]
    assert found.gold == {0: "Fine", 1: "bad", 2: "odd"}
    assert found.remarks == ("Read 'Fine ' as 'Fine', 'fine' as 'Fine'.",)


def test_the_spelling_of_the_list_is_kept() -> None:
    assert given(with_merged_spellings(reading("Fine", "Fine", "fine", "bad"), "fine,bad")) == ["fine"] * 3 + ["bad"]
    assert given(with_merged_spellings(reading("Fine", "bad"), "fine,bad")) == ["fine", "bad"]


def test_where_all_are_spelled_alike_nothing_is_merged() -> None:
    read = reading("a", "b", "10", 10)

    assert given(with_merged_spellings(read)) == ["a", "b", "10", 10]


def test_classes_take_the_order_of_the_list() -> None:
    found = with_classes(reading("fair", "poor", "?"), "poor, fair, good", ["?"])

    assert found.ratings.classes == ("poor", "fair", "good", "?")
    assert given(found) == ["fair", "poor", "?"]


def test_numbers_in_the_list_are_the_numbers_of_the_ratings() -> None:
    assert with_classes(reading(3, 1), "1,2,3").ratings.classes == (1, "2", 3)
    assert by_text(reading(3, 1).ratings, ["3", "x"]) == (3, "x")


@pytest.mark.parametrize(
    ("listed", "message"), [("a,b", "answered 'c', which is not in the list"), ("a,b,c,a", "twice")]
)
def test_a_list_that_does_not_fit_is_refused(listed: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        with_classes(reading("a", "b", "c"), listed)
