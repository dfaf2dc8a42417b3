"""Wawa: a second vote weighted by agreement with the first."""

from __future__ import annotations

import pytest

from karat.quality.consensus.wawa import wawa
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of


def test_votes_weigh_the_agreement_with_the_first_vote() -> None:
    """By hand."""
    ratings = ratings_of("aab", "aaa", "bab", "bba")

    result = wawa(ratings)

    # First vote: a, a, b, b. Agreement: 4/4, 3/4, 2/4.
    assert result.probabilities[0].tolist() == pytest.approx([1.75 / 2.25, 0.5 / 2.25])
    assert result.probabilities[2].tolist() == pytest.approx([0.75 / 2.25, 1.5 / 2.25])


def test_tied_classes_agree_in_part() -> None:
    result = wawa(ratings_of("ab", "aa"))

    # Annotators 0 and 1 agree with half of the tie and all of the second item.
    assert result.probabilities[0].tolist() == [0.5, 0.5]
    assert result.labels == ("a", "a")


def test_gold_stands_in_for_the_majority() -> None:
    """By hand: with gold the first agrees on 3 of 4 items, the others on 2."""
    ratings = ratings_of("abb", "abb", "abb", "bbb")

    result = wawa(ratings, gold={0: "a", 1: "a"})

    assert wawa(ratings).labels[0] == "b"
    assert result.labels[:2] == ("a", "a")
    assert result.probabilities[2, 0] == pytest.approx(3 / 4 / (3 / 4 + 2 / 4 + 2 / 4))


def test_an_item_of_people_who_never_agree_keeps_its_votes() -> None:
    rows = [("gold", "ada", "x"), ("open", "ada", "y")]

    result = wawa(Ratings.from_rows(rows), gold={"gold": "y", "open": "x"})
    alone = wawa(Ratings.from_rows([("gold", "ada", "x")]), gold={"gold": "y"})

    assert result.labels == ("y", "x")
    assert alone.labels == ("y",)
