"""Agreement of a pair of annotators, and slice by slice."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.agreement import (
    COEFFICIENTS,
    AgreementSums,
    agreement_by_slice,
    agreement_of_pair,
    cohen_kappa,
    krippendorff_alpha,
    observed_agreement,
    sums_by_slice,
)
from karat.quality.errors import TooLittleOverlap, UnknownMethod, UnreadableRatings
from tests.quality.agreement.test_chance_corrected import mixed_ratings
from tests.quality.builders import ratings_of


def test_a_pair_is_judged_on_what_both_rated() -> None:
    ratings = ratings_of("aba", "bba", "aab", "b.b", ".ab")

    assert agreement_of_pair(ratings, (0, 1)) == krippendorff_alpha(ratings_of("ab", "bb", "aa"))
    assert agreement_of_pair(ratings, (0, 1), coefficient="cohen") == cohen_kappa(ratings_of("ab", "bb", "aa"))
    with pytest.raises(TooLittleOverlap):
        agreement_of_pair(ratings_of("a.", ".b"), (0, 1))


@pytest.mark.parametrize("coefficient", ["alpha", "observed", "ac1", "fleiss", "conger"])
def test_a_slice_is_judged_on_its_own_items(coefficient: str) -> None:
    ratings = mixed_ratings(seed=11, n_items=60)
    slices = np.arange(60) % 3 - 1

    found = agreement_by_slice(ratings, slices, coefficient=coefficient)

    assert [one.slice for one in found] == [0, 1]
    for one in found:
        own = ratings.select(slices[ratings.item] == one.slice)
        assert one.agreement == COEFFICIENTS[coefficient](own, metric="nominal", level=0.95)
        assert (one.n_items, one.n_ratings) == (own.n_items, own.n_ratings)


def test_a_slice_that_cannot_be_judged_says_why_and_hides_no_other() -> None:
    ratings = ratings_of("ab", "bb", "a.", "aa", "bb")

    found = agreement_by_slice(ratings, [0, 0, 1, 0, 0])

    assert found[0].agreement is not None
    assert found[0].problem == ""
    assert found[1].agreement is None
    assert "at least 2 items" in found[1].problem


def test_the_sums_of_slices_merge_to_the_whole() -> None:
    ratings = mixed_ratings(seed=12, n_items=40)

    by_slice = sums_by_slice(ratings, np.arange(40) % 4)

    merged = AgreementSums()
    for sums in by_slice.values():
        merged = merged.merge(sums)
    assert merged == AgreementSums.of(ratings.class_counts())
    assert merged.observed().value == pytest.approx(observed_agreement(ratings).value)


def test_codes_that_do_not_fit_and_coefficients_that_do_not_exist_are_refused() -> None:
    ratings = ratings_of("ab", "bb")
    with pytest.raises(UnreadableRatings, match="each of the 2 items"):
        agreement_by_slice(ratings, [0, 1, 2])
    with pytest.raises(UnreadableRatings, match="whole numbers"):
        agreement_by_slice(ratings, ["a", "b"])
    with pytest.raises(UnknownMethod):
        agreement_by_slice(ratings, [0, 1], coefficient="luck")
    assert agreement_by_slice(ratings, [-1, -1]) == ()
