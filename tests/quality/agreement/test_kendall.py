"""Kendall's W and tau-b: against other implementations, definitions, and the jackknife."""

from __future__ import annotations

import math
import re
from itertools import combinations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement.kendall import kendall_tau, kendall_w
from karat.quality.errors import NoRatings, SingleClass, TooLittleOverlap, UnknownItem
from karat.quality.intervals import student_quantile
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of

# Twenty items, three raters: the data set "anxiety" of R irr.
ANXIETY = re.findall("...", "332361344464523542221346531231221632133533221221113233432342")


def test_w_of_the_anxiety_data() -> None:
    """R irr 0.84 prints W .540, chi-square 30.8 on 19 degrees, p .0429; without ties .502 and 28.6."""
    found, untied = kendall_w(ratings_of(*ANXIETY)), kendall_w(ratings_of(*ANXIETY), ties=False)

    assert (found.value, found.chi_square, found.p_value) == pytest.approx((0.5397, 30.7604, 0.042883), abs=5e-5)
    assert (untied.value, untied.chi_square) == pytest.approx((0.5019, 28.6095), abs=5e-5)
    assert (found.degrees, found.n_items, found.n_annotators) == (19, 20, 3)


def test_w_is_friedmans_statistic() -> None:
    """Chi-square of another implementation, with ties."""
    rng = np.random.default_rng(1)
    table = rng.integers(1, 8, (15, 4))

    friedman = scipy.stats.friedmanchisquare(*table)

    found = kendall_w(ratings_of_table(table))
    assert (found.chi_square, found.p_value) == pytest.approx((friedman.statistic, friedman.pvalue))


@settings(deadline=None)
@given(st.lists(st.permutations(range(5)), min_size=2, max_size=5))
def test_w_is_the_mean_spearman_correlation(orders: list[list[int]]) -> None:
    """Without ties: mean rho = (m W - 1) / (m - 1)."""
    m = len(orders)

    w = kendall_w(ratings_of_table(np.array(orders).T)).value

    rho = np.mean([np.corrcoef(one, other)[0, 1] for one, other in combinations(orders, 2)])
    assert (m * w - 1) / (m - 1) == pytest.approx(rho, abs=1e-12)


def test_lenient_and_severe_annotators_agree_perfectly_in_order() -> None:
    assert kendall_w(ratings_of("13", "24", "35")).value == 1


def test_w_refuses_with_a_reason() -> None:
    with pytest.raises(NoRatings):
        kendall_w(ratings_of())
    with pytest.raises(TooLittleOverlap, match="2 items and 2 annotators"):
        kendall_w(ratings_of("12"))
    with pytest.raises(TooLittleOverlap, match="cells are empty"):
        kendall_w(ratings_of("12", "1."))
    with pytest.raises(SingleClass):
        kendall_w(ratings_of("12", "12"))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=12))
def test_tau_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    one, other = zip(*pairs, strict=True)
    ratings = ratings_of_table(np.array(pairs))

    if len(set(one)) == 1 or len(set(other)) == 1:
        with pytest.raises(SingleClass):
            kendall_tau(ratings, 0, 1)
    else:
        found = kendall_tau(ratings, 0, 1)
        assert found.value == pytest.approx(scipy.stats.kendalltau(one, other).statistic, abs=1e-9)
        assert -1 <= found.low <= found.value <= found.high <= 1


def test_the_standard_error_of_tau_is_that_of_the_jackknife() -> None:
    rng = np.random.default_rng(4)
    table = np.clip(np.round(rng.normal(3, 1, (150, 1)) + rng.normal(0, 0.7, (150, 2))), 1, 5).astype(int)
    found = kendall_tau(ratings_of_table(table), 0, 1)
    without = [scipy.stats.kendalltau(*np.delete(table, i, axis=0).T).statistic for i in range(150)]

    jackknife = math.sqrt(149 / 150 * sum((np.array(without) - np.mean(without)) ** 2))

    assert found.standard_error == pytest.approx(jackknife, rel=0.05)
    reach = math.atanh(found.high) - math.atanh(found.value)
    assert reach * (1 - found.value**2) / student_quantile(0.975, 149) == pytest.approx(found.standard_error)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    table = np.random.default_rng(4).integers(0, 9, (60, 2))
    at_once = str(kendall_tau(ratings_of_table(table), 0, 1))

    monkeypatch.setattr("karat.quality.agreement.kendall.CELLS_AT_ONCE", 50)

    assert str(kendall_tau(ratings_of_table(table), 0, 1)) == at_once


def test_the_same_and_the_opposite_order_have_one_sided_intervals() -> None:
    same = kendall_tau(ratings_of(*(f"{i}{i}" for i in range(9))), 0, 1)
    opposite = kendall_tau(ratings_of(*(f"{i}{9 - i}" for i in range(9))), 0, 1)

    assert (same.value, same.high) == (1, 1)
    assert same.low < 1
    assert (opposite.value, opposite.low, opposite.high) == pytest.approx((-1, -1, -same.low))


def test_tau_is_of_the_items_both_rated() -> None:
    ratings = ratings_of("12.", "23.", "34.", "9.1")

    assert kendall_tau(ratings, 0, 1).n == 3
    with pytest.raises(TooLittleOverlap, match="there are 1"):
        kendall_tau(ratings, 0, 2)
    with pytest.raises(UnknownItem, match="'eve'"):
        kendall_tau(ratings, 0, "eve")


def ratings_of_table(table: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Ratings:
    """Rows are items, columns annotators."""
    return Ratings.from_rows((i, a, c) for i, row in enumerate(table.tolist()) for a, c in enumerate(row))
