"""Agreement class by class: each against the rest, and all together the whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement import (
    against_rest,
    agreement_per_class,
    alpha_per_class,
    fleiss_kappa,
    krippendorff_alpha,
)
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap, UnknownClass, UnknownMethod
from karat.quality.ratings import Ratings
from tests.quality.agreement.test_chance_corrected import mixed_ratings
from tests.quality.agreement.textbook import CLASSES, Table, ratings_of_table
from tests.quality.builders import ratings_of

tables = st.lists(st.lists(st.sampled_from([None, *CLASSES]), min_size=3, max_size=3), min_size=3, max_size=8)


@given(table=tables)
@settings(max_examples=60)
def test_alpha_of_a_class_is_alpha_of_it_against_the_rest(table: Table) -> None:
    ratings = ratings_of_table(table)
    try:
        found = alpha_per_class(ratings)
    except (NoRatings, TooLittleOverlap, SingleClass):
        return

    for one in found:
        collapsed = krippendorff_alpha(against_rest(ratings, one.name))
        assert one.agreement.value == pytest.approx(collapsed.value, abs=1e-9)
        assert (one.agreement.low, one.agreement.high) == pytest.approx((collapsed.low, collapsed.high), abs=1e-6)
        assert one.agreement.n == collapsed.n


@given(table=tables)
@settings(max_examples=60)
def test_alpha_is_the_weighted_mean_of_the_classes_alphas(table: Table) -> None:
    ratings = ratings_of_table(table)
    try:
        found = alpha_per_class(ratings)
    except (NoRatings, TooLittleOverlap, SingleClass):
        return

    assert sum(one.weight for one in found) == pytest.approx(1)
    assert sum(one.weight * one.agreement.value for one in found) == pytest.approx(krippendorff_alpha(ratings).value)


def test_each_class_counts_its_own_ratings_on_shared_items() -> None:
    found = alpha_per_class(ratings_of("aab", "bb.", "abc", "d..", "c.c"))

    assert {one.name: one.n_given for one in found} == {"a": 3, "b": 4, "c": 3}


def test_other_coefficients_collapse_one_class_at_a_time() -> None:
    ratings = mixed_ratings(seed=9, n_items=50)

    found = agreement_per_class(ratings, coefficient="fleiss")

    assert [one.agreement for one in found] == [fleiss_kappa(against_rest(ratings, c)) for c in CLASSES]
    assert agreement_per_class(ratings) == alpha_per_class(ratings)


def test_standard_errors_are_those_of_the_collapsed_ratings() -> None:
    ratings = mixed_ratings(seed=10, n_items=200)

    found = [one.agreement.standard_error for one in alpha_per_class(ratings)]

    expected = [krippendorff_alpha(against_rest(ratings, c)).standard_error for c in CLASSES]
    assert np.array(found, dtype=float) == pytest.approx(np.array(expected, dtype=float))


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(NoRatings):
        alpha_per_class(Ratings.from_rows([]))
    with pytest.raises(TooLittleOverlap):
        alpha_per_class(ratings_of("a.", ".b"))
    with pytest.raises(SingleClass):
        alpha_per_class(ratings_of("aa", "aa"))
    with pytest.raises(UnknownClass, match="'z'"):
        against_rest(ratings_of("ab"), "z")
    with pytest.raises(UnknownMethod):
        agreement_per_class(ratings_of("ab", "bb"), coefficient="luck")
