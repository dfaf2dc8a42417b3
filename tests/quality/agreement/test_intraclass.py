"""Intraclass correlation: printed values and intervals, its symmetries, its coverage, and what it refuses."""

from __future__ import annotations

import re

import numpy as np
import pytest

from karat.quality.agreement.intraclass import FORMS, icc, icc_of_matrix
from karat.quality.errors import NoRatings, NotNumeric, SingleClass, TooLittleOverlap, UnknownMethod
from karat.quality.ratings import Ratings
from tests.quality.builders import ratings_of

SHROUT_FLEISS_1979 = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
# Values and 95 % intervals as R's psych 2.x prints them for this table.
PRINTED = {
    "1,1": (0.166, -0.133, 0.723),
    "2,1": (0.290, 0.019, 0.761),
    "3,1": (0.715, 0.342, 0.946),
    "1,k": (0.443, -0.884, 0.912),
    "2,k": (0.620, 0.071, 0.927),
    "3,k": (0.909, 0.676, 0.986),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_six_forms_and_their_intervals_are_those_of_shrout_and_fleiss(form: str) -> None:
    found = icc(ratings_of_numbers(SHROUT_FLEISS_1979), form=form)

    assert (found.value, found.low, found.high) == pytest.approx(PRINTED[form], abs=5e-4)
    assert found.n == 6


def test_interval_of_another_implementation() -> None:
    """R irr prints -.0389 to .4936 for ICC(2,1) of its data set "anxiety"."""
    words = re.findall("...", "332361344464523542221346531231221632133533221221113233432342")

    found = icc(ratings_of(*words), form="2,1")

    assert (found.value, found.low, found.high) == pytest.approx((0.197998, -0.038911, 0.493574), abs=1e-6)


@pytest.mark.parametrize("form", FORMS)
def test_scale_and_order_do_not_matter(form: str) -> None:
    table = np.array(SHROUT_FLEISS_1979, dtype=float)

    moved = icc_of_matrix(1e6 + 3 * table[::-1, [2, 0, 3, 1]], form=form)

    expected = icc_of_matrix(table, form=form)
    assert (moved.value, moved.low, moved.high) == pytest.approx(
        (expected.value, expected.low, expected.high), abs=1e-6
    )


def test_leniency_counts_only_where_annotators_are_drawn_from_many() -> None:
    lenient = [[1, 2], [2, 3], [4, 5], [7, 8]]

    assert icc_of_matrix(lenient, form="3,1").value == pytest.approx(1)
    assert icc_of_matrix(lenient, form="2,1").value < 1


def test_form_1_takes_other_annotators_for_each_item() -> None:
    rows = [("a", "ada", 1), ("a", "bo", 2), ("b", "cy", 4), ("b", "di", 4), ("c", "ada", 7), ("c", "di", 6)]

    found = icc(Ratings.from_rows(rows), form="1,1")

    assert found.value == pytest.approx(icc_of_matrix([[1, 2], [4, 4], [7, 6]], form="1,1").value)


@pytest.mark.parametrize(("form", "truth"), [("1,1", 0.5), ("2,1", 0.5), ("3,1", 4 / 6), ("3,k", 8 / 9)])
def test_the_interval_covers_the_truth(form: str, truth: float) -> None:
    """Items with variance 4, annotators 2, noise 2 (form 1: noise 4), four annotators of 40 items."""
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(300):
        if form == "1,1":
            noise = rng.normal(0, 2, (40, 4))
        else:
            noise = rng.normal(0, 2**0.5, 4) + rng.normal(0, 2**0.5, (40, 4))
        found = icc_of_matrix(rng.normal(0, 2, (40, 1)) + noise, form=form)
        covered += found.low <= truth <= found.high

    assert 0.92 <= covered / 300 <= 0.99


def test_perfect_agreement_is_a_point() -> None:
    for form in FORMS:
        found = icc_of_matrix([[1, 1], [2, 2], [5, 5]], form=form)

        assert (found.value, found.low, found.high) == (1, 1, 1)


def test_a_missing_rating_is_named() -> None:
    ratings = ratings_of("123", "2.4", "345")

    with pytest.raises(TooLittleOverlap, match=r"1 of 9 cells are empty, such as 1 by 1\..*Krippendorff"):
        icc(ratings, form="2,1")
    with pytest.raises(TooLittleOverlap, match="items have 2 to 3"):
        icc(ratings, form="1,1")


def test_what_cannot_be_answered_has_a_reason() -> None:
    with pytest.raises(NoRatings):
        icc(ratings_of())
    with pytest.raises(TooLittleOverlap, match="1 items with 2"):
        icc(ratings_of("12"))
    with pytest.raises(TooLittleOverlap, match="3 items with 1"):
        icc(ratings_of("1", "2", "3"))
    with pytest.raises(SingleClass, match="same mean"):
        icc(ratings_of("12", "21"))
    with pytest.raises(NotNumeric, match="'a'"):
        icc(ratings_of("1a", "21"))
    with pytest.raises(UnknownMethod, match="1,1, 2,1"):
        icc(ratings_of("12", "21"), form="4")
    with pytest.raises(TooLittleOverlap, match="row 1, column 0"):
        icc_of_matrix([[1.0, 2.0], [float("nan"), 3.0]])
    with pytest.raises(TooLittleOverlap, match="shape"):
        icc_of_matrix(np.array([1.0, 2.0]))


def test_a_declared_class_nobody_gave_need_not_be_a_number() -> None:
    assert icc(ratings_of("12", "23", classes=["1", "2", "3", "unsure"])).value > 0


def ratings_of_numbers(table: list[list[int]]) -> Ratings:
    return Ratings.from_rows((i, a, number) for i, row in enumerate(table) for a, number in enumerate(row))
