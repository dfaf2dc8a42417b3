"""Majority vote: shares, the tie rule, gold."""

from __future__ import annotations

import pytest

from karat.quality.consensus import majority_vote
from karat.quality.errors import NoRatings
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of


def test_probabilities_are_the_shares_of_votes() -> None:
    result = majority_vote(ratings_of("aab", "b.."))

    assert result.probabilities.tolist() == [[2 / 3, 1 / 3], [0, 1]]
    assert result.labels == ("a", "b")
    assert result.certainty.tolist() == [2 / 3, 1]


def test_a_tie_goes_to_the_class_with_more_ratings_overall() -> None:
    assert majority_vote(ratings_of("ab", "bb")).labels[0] == "b"


def test_a_tie_of_equally_frequent_classes_goes_to_the_first() -> None:
    assert majority_vote(ratings_of("ab", "ba")).labels == ("a", "a")
    assert majority_vote(ratings_of("ab", "ba", classes="ba")).labels == ("b", "b")


def test_gold_is_taken_as_it_is() -> None:
    result = majority_vote(ratings_of("aa", "bb"), gold={0: "c", "not rated": "d"})

    assert result.labels == ("c", "b")
    assert result.classes == ("a", "b", "c")
    assert result.certainty[0] == 1


def test_an_item_without_ratings_gets_the_overall_shares() -> None:
    rated = ratings_of("aa", "ab")
    ratings = Ratings(rated.item, rated.annotator, rated.label, (0, 1, 2), rated.annotators, rated.classes)

    assert majority_vote(ratings).probabilities[2].tolist() == [0.75, 0.25]


def test_accuracy_is_the_share_of_ratings_equal_to_the_label_on_shared_items() -> None:
    skill = majority_vote(ratings_of("aab", "aab", "bbb", "..a")).annotators[2]

    assert skill.n_ratings == 4
    assert skill.counts.tolist() == [[1, 2], [0, 1]]
    assert skill.accuracy is not None
    assert skill.accuracy.n == 3


def test_who_shares_no_item_has_no_accuracy() -> None:
    assert majority_vote(ratings_of("a.", ".b")).annotators[0].accuracy is None


def test_a_single_class_is_an_answer_here() -> None:
    assert majority_vote(ratings_of("aa", "a.")).labels == ("a", "a")


def test_without_ratings_it_is_refused() -> None:
    with pytest.raises(NoRatings):
        majority_vote(Ratings.from_rows([]))
