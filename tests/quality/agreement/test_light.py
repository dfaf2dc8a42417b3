"""Light's kappa: the mean over pairs, and its standard error."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.agreement import cohen_kappa, cohen_pairs, light_kappa
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap
from karat.quality.ratings import Ratings
from tests.quality.agreement.test_cohen import crowd
from tests.quality.builders import ratings_of


def test_it_is_the_mean_over_pairs() -> None:
    ratings = crowd(seed=6, n_items=80, n_annotators=6)

    assert light_kappa(ratings).value == pytest.approx(float(cohen_pairs(ratings).kappa.mean()))
    assert light_kappa(ratings).n == 80


def test_for_two_annotators_it_is_cohens_kappa() -> None:
    ratings = crowd(seed=7, n_items=50, n_annotators=2, overlap=2)

    found, one = light_kappa(ratings), cohen_kappa(ratings)

    assert found.value == pytest.approx(one.value)
    assert found.standard_error == pytest.approx(one.standard_error, rel=0.02)


def test_the_standard_error_is_that_of_the_jackknife() -> None:
    ratings = crowd(seed=8, n_items=150, n_annotators=4, overlap=3)
    n = ratings.n_items
    without = np.array([light_kappa(ratings.select(ratings.item != i)).value for i in range(n)])

    jackknife = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())

    assert light_kappa(ratings).standard_error == pytest.approx(jackknife, rel=0.05)


def test_pairs_without_evidence_are_left_out() -> None:
    ratings = ratings_of("aab", "aab", "aaa", "bba")  # with a fourth annotator who meets nobody twice
    more = Ratings.from_rows([*_rows(ratings), (0, "dee", "b")])

    assert light_kappa(more).value == pytest.approx(light_kappa(ratings).value)


def test_full_agreement_is_one() -> None:
    found = light_kappa(ratings_of("aaa", "bbb", "aaa", "bbb"))

    assert (found.value, found.high, found.standard_error) == (1, 1, 0)
    assert found.low < 0.2


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(NoRatings):
        light_kappa(Ratings.from_rows([]))
    with pytest.raises(TooLittleOverlap):
        light_kappa(ratings_of("a.", ".b"))
    with pytest.raises(SingleClass):
        light_kappa(ratings_of("aaa", "aaa"))


def _rows(ratings: Ratings) -> list[tuple[object, object, object]]:
    codes = zip(ratings.item, ratings.annotator, ratings.label, strict=True)
    return [(ratings.items[i], ratings.annotators[a], ratings.classes[c]) for i, a, c in codes]
