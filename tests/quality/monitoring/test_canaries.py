"""Canaries: model use is found, and careful people are not accused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.errors import QualityError
from karat.quality.monitoring.canaries import Canaries, CanaryAnswer, human_rate_bound
from karat.quality.monitoring.running import Running, run

HUMAN, BOUND = 0.08, 0.10
"""A bound as it comes from 35 lures among 440 answers of trusted people."""


def alarm_rate(*, copy_share: float, human_rate: float, n_canaries: int = 20, n_people: int, seed: int = 0) -> float:
    watch, rng = Canaries(), np.random.default_rng(seed)
    rate = copy_share * watch.model_rate + (1 - copy_share) * human_rate
    people = rng.random((n_people, n_canaries)) < rate
    return float(np.mean([run(watch, [CanaryAnswer(bool(lure), BOUND) for lure in one]).is_alarm for one in people]))


def test_sixty_per_cent_model_use_is_found_on_twenty_canaries() -> None:
    assert Canaries().chance_of_alarm(20, copy_share=0.6, human_rate=HUMAN, bound=BOUND) >= 0.95
    assert alarm_rate(copy_share=0.6, human_rate=HUMAN, n_people=500) >= 0.95


def test_at_most_one_careful_person_in_a_hundred_is_accused_even_at_the_bound_and_for_ever() -> None:
    for bound in (0.03, 0.08, 0.15, 0.3):
        assert Canaries().chance_of_alarm(500, copy_share=0.0, human_rate=bound, bound=bound) <= 0.01
    assert alarm_rate(copy_share=0.0, human_rate=BOUND, n_people=1000) <= 0.01


@pytest.mark.slow
def test_the_computed_chances_are_those_of_a_simulation() -> None:
    watch = Canaries()
    for share in (0.0, 0.3, 0.6):
        computed = watch.chance_of_alarm(20, copy_share=share, human_rate=HUMAN, bound=BOUND)
        assert alarm_rate(copy_share=share, human_rate=HUMAN, n_people=10_000, seed=1) == pytest.approx(
            computed, abs=0.015
        )


def test_the_figures_are_those_of_the_literature_run() -> None:
    """A mixture of three copy shares and a threshold of 100: 0.99 at 60 %, 0.54 at 30 %, 0.4 % false."""
    watch = Canaries()

    found = [watch.chance_of_alarm(20, copy_share=share, human_rate=0.08, bound=0.08) for share in (0.6, 0.3, 0.0)]

    assert found == pytest.approx([0.99, 0.54, 0.004], abs=0.012)


def test_a_bound_that_is_too_low_accuses_people() -> None:
    watch = Canaries()

    assert watch.chance_of_alarm(20, copy_share=0.0, human_rate=0.15, bound=0.08) > 0.03
    assert human_rate_bound(8, 100) > 0.12


def test_a_bound_for_each_canary_counts_a_tempting_one_for_less() -> None:
    watch = Canaries()

    tempting = run(watch, [CanaryAnswer(True, 0.4)] * 3)
    telling = run(watch, [CanaryAnswer(True, 0.05)] * 3)

    assert telling.evidence > 100
    assert tempting.evidence < 10
    assert (telling.n, telling.n_lures) == (3, 3)


def test_canaries_needed_reach_the_chance() -> None:
    watch = Canaries()

    n = watch.canaries_needed(copy_share=0.6, human_rate=HUMAN, bound=BOUND)

    assert watch.chance_of_alarm(n, copy_share=0.6, human_rate=HUMAN, bound=BOUND) >= 0.95
    assert n <= 20


answers = st.builds(CanaryAnswer, st.booleans(), st.sampled_from([0.05, 0.1, 0.3]))


@settings(deadline=None)
@given(st.lists(answers, min_size=1, max_size=25), st.data())
def test_running_equals_batch_after_revisions_and_withdrawals(seen: list[CanaryAnswer], data: st.DataObject) -> None:
    watch = Canaries()
    running = Running(watch)
    for key, one in enumerate(seen):
        running.add(key, one)
    changed, gone = (data.draw(st.integers(0, len(seen) - 1)) for _ in range(2))
    other = data.draw(answers)

    running.revise(changed, other)
    running.withdraw(gone)

    left = [other if key == changed else one for key, one in enumerate(seen) if key != gone]
    assert running.read() == run(watch, left)


def test_what_cannot_be_a_canary_is_refused_with_the_reason() -> None:
    with pytest.raises(QualityError, match="less often than by models"):
        run(Canaries(), [CanaryAnswer(True, 0.95)])
    with pytest.raises(QualityError, match="copy shares between 0 and 1"):
        Canaries(shares=())
    with pytest.raises(QualityError, match="such as 100"):
        Canaries(limit=1)
    with pytest.raises(QualityError, match="not all of them lures"):
        human_rate_bound(3, 3)
    with pytest.raises(QualityError, match="within 5 canaries"):
        Canaries().canaries_needed(copy_share=0.1, human_rate=0.1, bound=0.15, most=5)
