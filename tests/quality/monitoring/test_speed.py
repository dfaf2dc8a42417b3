"""Speed: planted pace comes back, rushers are found, careful people are left alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from karat.quality.errors import QualityError
from karat.quality.monitoring.running import run
from karat.quality.monitoring.speed import FastWatch, fit_speed
from tests.quality.monitoring.changes import assert_twins_agree, changes

N_PEOPLE, N_KINDS = 40, 6


def times(
    rng: np.random.Generator, *, rushed_share: float = 0.3
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """People 0 to 3 click through part of their items in half a second; 2 % of all answers were interrupted."""
    person, kind = np.repeat(np.arange(N_PEOPLE), 300), rng.integers(0, N_KINDS, N_PEOPLE * 300)
    pace = np.linspace(-0.5, 0.5, N_PEOPLE)[rng.permutation(N_PEOPLE)]
    seconds = np.exp(np.log(8) + pace[person] + 0.3 * (kind - 2.5) + rng.normal(0, 0.45, len(person)))
    seconds = np.where(rng.random(len(person)) < 0.02, 600.0, seconds)
    is_rushed = (person < 4) & (rng.random(len(person)) < rushed_share)
    return person, kind, np.where(is_rushed, rng.uniform(0.3, 0.7, len(person)), seconds)


def test_planted_pace_is_recovered_in_spite_of_rushers_and_interruptions() -> None:
    person, kind, seconds = times(np.random.default_rng(0))

    model = fit_speed(person, kind, seconds)

    assert model.converged
    assert model.usual_seconds == pytest.approx(8, rel=0.1)
    assert model.spread == pytest.approx(0.45, abs=0.05)
    assert np.diff(model.of_kind) == pytest.approx(0.3, abs=0.06)


def test_slowness_is_measured_against_the_persons_own_pace() -> None:
    person, kind, seconds = times(np.random.default_rng(1), rushed_share=0)

    slowness = fit_speed(person, kind, seconds).slowness(person, kind, seconds)

    medians = [np.median(slowness[person == one]) for one in range(N_PEOPLE)]
    assert np.abs(medians).max() < 0.2
    assert np.std(slowness[slowness < 4]) == pytest.approx(1, abs=0.1)


def test_rushers_are_found_and_nobody_else() -> None:
    found, wrongly = 0, 0
    for seed in range(5):
        person, kind, seconds = times(np.random.default_rng(seed))
        is_fast = fit_speed(person, kind, seconds).is_implausible(kind, seconds)
        verdicts = [run(FastWatch(), is_fast[person == one].tolist()).verdict for one in range(N_PEOPLE)]
        found += verdicts[:4].count("reached")
        wrongly += verdicts[4:].count("reached")

    assert found == 20
    assert wrongly == 0


def test_usual_answers_are_seldom_implausible() -> None:
    person, kind, seconds = times(np.random.default_rng(2), rushed_share=0)
    model = fit_speed(person, kind, seconds)

    assert model.is_implausible(kind, seconds).mean() < 0.005
    assert model.least_seconds(0) < model.least_seconds(5)


def test_times_that_say_nothing_are_refused() -> None:
    with pytest.raises(QualityError, match="0 of 30 have one"):
        fit_speed(np.zeros(30, dtype=int), np.zeros(30, dtype=int), np.zeros(30))


@given(changes(st.booleans()))
def test_the_running_form_equals_the_batch_after_any_change(happened: list[tuple[str, int, bool]]) -> None:
    assert_twins_agree(FastWatch(), happened)
