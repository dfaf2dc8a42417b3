"""When the consensus is fitted again: one test a sentence of the rule."""

from __future__ import annotations

from datetime import timedelta

from karat.domain.fitting import FittingPolicy, LastFit, fit_again_at
from tests.builders import NOW

POLICY = FittingPolicy(settle=timedelta(seconds=2), growth=0.1, share=20, slow_share=200)


def _seconds_to_wait(*, took: float, ago: float, n_answers: int) -> float:
    last = LastFit(fitted_at=NOW - timedelta(seconds=ago), seconds=took, n_answers=1_000)
    return (fit_again_at(last, n_answers, POLICY, now=NOW) - NOW).total_seconds()


def test_the_first_fit_waits_until_answers_have_settled() -> None:
    assert fit_again_at(None, 1, POLICY, now=NOW) == NOW + POLICY.settle


def test_a_fit_that_takes_next_to_no_time_only_waits_for_answers_to_settle() -> None:
    assert _seconds_to_wait(took=0.01, ago=2, n_answers=1_001) == 2


def test_once_answers_have_grown_enough_fitting_takes_its_share_of_the_time() -> None:
    assert _seconds_to_wait(took=4, ago=50, n_answers=1_100) == 4 * 20 - 50


def test_before_that_it_takes_a_tenth_of_the_share() -> None:
    assert _seconds_to_wait(took=4, ago=50, n_answers=1_099) == 4 * 200 - 50


def test_who_has_rested_long_enough_only_waits_for_answers_to_settle() -> None:
    assert _seconds_to_wait(took=4, ago=10_000, n_answers=1_001) == 2
