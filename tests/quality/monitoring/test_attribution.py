"""Planted causes are named."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from karat.quality.errors import QualityError
from karat.quality.monitoring.attribution import Attribution, Cause, SpecChange, Watched, attribute

N_PEOPLE, N_LABELS, A_DAY = 12, 6, 30
QUIET, LAST, SPEC_DAY = 30, 45, 34
CAUSES: tuple[Cause, ...] = ("fatigue", "interpretation", "data shift", "spec change")


def planted(cause: Cause, rng: np.random.Generator) -> Attribution:
    """Person 0 of twelve raised an alarm; 30 quiet days, then 15 with the cause; a version of the spec in any case."""
    n = N_PEOPLE * LAST * A_DAY
    person, day = np.repeat(np.arange(N_PEOPLE), LAST * A_DAY), np.tile(np.repeat(np.arange(LAST), A_DAY), N_PEOPLE)
    position, label = np.tile(np.linspace(0, 1, A_DAY), N_PEOPLE * LAST), rng.integers(0, N_LABELS, n)
    offset, of_label = rng.normal(0, 0.4, N_PEOPLE), rng.normal(0, 0.4, N_LABELS)
    onset = int(rng.integers(QUIET + 1, QUIET + 8))
    changed = int(rng.integers(N_LABELS))
    own, on, one = person == 0, day >= onset, label == changed
    size = rng.uniform(0.8, 1.8)
    effect = {
        "fatigue": own * on * position * 1.7 * size,
        "interpretation": own * on * one * 1.7 * size,
        "data shift": on * size * 0.7,
        "spec change": (day >= SPEC_DAY + rng.integers(0, 2)) * one * size,
        "decline": own * on * size * 0.8,
    }[cause]
    is_wrong = rng.random(n) < 1 / (1 + np.exp(2.4 - offset[person] - of_label[label] - effect))
    repeats = rng.binomial(20, 0.95 if cause == "interpretation" else 0.87)
    return attribute(
        Watched(own, day.astype(float), position, label, is_wrong),
        quiet_until=QUIET,
        spec_changes=[SpecChange(SPEC_DAY, (changed, (changed + 1) % N_LABELS))],
        equal_repeats=int(repeats),
        repeats=20,
    )


def share_right(cause: Cause, n_runs: int, *, seed: int = 0) -> float:
    told = Counter(planted(cause, np.random.default_rng([seed, n])).likely.cause for n in range(n_runs))
    return told[cause] / n_runs


@pytest.mark.parametrize("cause", CAUSES)
def test_planted_causes_are_named(cause: Cause) -> None:
    assert share_right(cause, 15) >= 0.8


@pytest.mark.slow
@pytest.mark.parametrize("cause", [*CAUSES, "decline"])
def test_planted_causes_are_named_in_many_worlds(cause: Cause) -> None:
    assert share_right(cause, 150, seed=1) >= 0.8


def test_probabilities_mean_what_they_say() -> None:
    told = [(cause, planted(cause, np.random.default_rng([2, n])).likely) for cause in CAUSES for n in range(8)]

    right = np.mean([one.cause == cause for cause, one in told])
    assert right >= np.mean([one.probability for _, one in told]) - 0.15


def test_the_class_read_otherwise_is_named() -> None:
    rng = np.random.default_rng(3)
    n = 40 * A_DAY
    day, label = np.repeat(np.arange(40.0), A_DAY), rng.integers(0, N_LABELS, n)
    is_wrong = rng.random(n) < np.where((label == 2) & (day > 20), 0.6, 0.08)
    watched = Watched(np.ones(n, dtype=bool), day, rng.random(n), label, is_wrong)

    told = attribute(watched, quiet_until=20, equal_repeats=19, repeats=20)

    assert (told.likely.cause, told.likely.label) == ("interpretation", 2)
    assert told.likely.since_day == pytest.approx(21, abs=3)
    assert told.odds("interpretation", "fatigue") > 20


def test_without_a_version_the_spec_is_not_to_blame() -> None:
    told = attribute(
        Watched(
            np.ones(4, bool), np.array([0.0, 1, 8, 9]), np.zeros(4), np.zeros(4, int), np.array([0, 0, 1, 1], bool)
        ),
        quiet_until=5,
    )

    assert {one.cause: one.probability for one in told.explanations}["spec change"] == 0
    assert sum(one.probability for one in told.explanations) == pytest.approx(1)


def test_nothing_to_compare_is_refused() -> None:
    few = Watched(np.ones(2, bool), np.array([0.0, 1.0]), np.zeros(2), np.zeros(2, int), np.zeros(2, bool))
    with pytest.raises(QualityError, match="there are 2 and 0"):
        attribute(few, quiet_until=5)
