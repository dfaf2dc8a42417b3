"""The qualification test: errors as stated, few items, exact courses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karat.quality.errors import QualityError
from karat.quality.monitoring.qualification import Qualification, fixed_test, overall
from karat.quality.monitoring.running import run
from tests.quality.monitoring.changes import assert_twins_agree, changes


@pytest.mark.parametrize(("unfit", "fit"), [(0.8, 0.92), (0.6, 0.8), (0.9, 0.98)])
def test_wrong_decisions_are_as_rare_as_stated_with_far_fewer_items(unfit: float, fit: float) -> None:
    test = Qualification.between(unfit, fit, most_items=200)

    poor, good = test.course(unfit), test.course(fit)

    assert poor.passed <= 0.05
    assert good.failed <= 0.05
    assert max(poor.mean_items, good.mean_items) <= 0.6 * fixed_test(unfit, fit).n_items


@pytest.mark.parametrize("accuracy", [0.7, 0.8, 0.86, 0.92])
def test_the_course_is_that_of_a_simulation(accuracy: float) -> None:
    test, rng = Qualification.between(), np.random.default_rng(1)

    told = [run(test, (rng.random(150) < accuracy).tolist()) for _ in range(2000)]

    course = test.course(accuracy)
    assert np.mean([one.outcome == "passed" for one in told]) == pytest.approx(course.passed, abs=0.03)
    assert np.mean([one.outcome == "undecided" for one in told]) == pytest.approx(course.undecided, abs=0.03)
    assert np.mean([one.n for one in told]) == pytest.approx(course.mean_items, rel=0.04)


def test_the_chances_of_a_course_sum_to_one() -> None:
    course = Qualification.between().course(0.86)

    assert course.passed + course.failed + course.undecided == pytest.approx(1)


def test_a_candidate_fit_in_all_groups_seldom_fails_in_any() -> None:
    test = Qualification.between(n_groups=5)

    assert 1 - (1 - test.course(0.92).failed) ** 5 <= 0.05


def test_after_the_decision_nothing_changes() -> None:
    test = Qualification.between()

    reading = run(test, [False] * 10 + [True] * 100)

    assert reading.outcome == "failed"
    assert reading.n < 10


def test_groups_make_one_outcome() -> None:
    assert overall(["passed", "undecided"]) == "undecided"
    assert overall(["undecided", "failed", "open"]) == "failed"
    with pytest.raises(QualityError, match="no group"):
        overall([])


def test_impossible_tests_are_refused() -> None:
    with pytest.raises(QualityError, match="20 items do not tell"):
        Qualification.between(most_items=20)
    with pytest.raises(QualityError, match="lies below"):
        Qualification.between(0.9, 0.8)
    with pytest.raises(QualityError, match="between 0 and a half"):
        Qualification.between(wrong_pass=0.6)
    with pytest.raises(QualityError, match="0 groups"):
        Qualification.between(n_groups=0)


@given(changes(st.booleans()))
def test_the_running_form_equals_the_batch_after_any_change(happened: list[tuple[str, int, bool]]) -> None:
    assert_twins_agree(Qualification.between(0.5, 0.9), happened)
