"""The e-detector: false alarms as rare as stated, falls found in days, on planted teams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.errors import QualityError
from karat.quality.monitoring.belief import Belief
from karat.quality.monitoring.e_detector import EDetector, EReading, Seen, Stream, first_alarms
from karat.quality.monitoring.running import run
from karat.quality.monitoring.team_alarms import answers_between
from tests.quality.monitoring.changes import assert_twins_agree, changes
from tests.quality.monitoring.people import A_DAY, SLOPE, agreement, learned, watch_a_team

GOLD, PEERS = Stream(Belief(230, 20)), Stream(Belief(560, 90), slope=0.78)


def a_detector(limit: float = 1000) -> EDetector:
    return EDetector.watching([GOLD, PEERS], answers_between_false_alarms=limit)


def test_false_alarms_are_at_least_as_rare_as_stated_over_people_whom_the_belief_describes() -> None:
    watch, rng, n_people, n_answers = a_detector(1000), np.random.default_rng(3), 1500, 1500
    streams = np.tile([0, 1], n_answers // 2)
    shares = np.stack([rng.beta(230, 20, n_people), rng.beta(560, 90, n_people)], axis=1)

    alarm = first_alarms([watch], streams, rng.random((n_people, n_answers)) < shares[:, streams])

    quiet = np.where(alarm > 0, alarm, n_answers).sum()
    assert quiet / (alarm > 0).sum() >= 1000


def test_evidence_grows_by_one_per_answer_while_nothing_changes() -> None:
    """The law of the detector, computed: the mean over both outcomes, weighed by their probability."""
    watch = a_detector(1e9)
    state = watch.start()
    for place, is_right in enumerate([True, False, True, True, False, True]):
        seen = Seen(place % 2, is_right)
        after = {right: watch.step(state, Seen(place % 2, right)) for right in (False, True)}
        p = watch.read(state).usual[place % 2]
        mean = p * watch.read(after[True]).evidence + (1 - p) * watch.read(after[False]).evidence

        assert mean == pytest.approx(watch.read(state).evidence + 1)
        state = watch.step(state, seen)


def test_many_people_at_once_alarm_as_each_alone() -> None:
    watch, rng = a_detector(200), np.random.default_rng(4)
    streams, is_right = rng.integers(0, 2, 150), rng.random((5, 150)) < 0.75

    together = first_alarms([watch], streams, is_right)

    for person, alarm in enumerate(together):
        seen = [Seen(int(stream), bool(right)) for stream, right in zip(streams, is_right[person], strict=True)]
        assert run(watch, seen[: max(alarm, 1)]).is_alarm == (alarm > 0)
        assert not run(watch, seen[: alarm - 1]).is_alarm


def test_a_fall_of_twelve_points_is_found_within_days() -> None:
    limit = answers_between(false_alarms=0.4, people=200, answers_a_day=A_DAY, days=40)

    score = watch_a_team(drop=0.12, days=40, limit=limit, n_people=200, fallen_share=0.2, seed=1)

    assert score.recall >= 0.9
    assert score.median_days <= 9
    assert score.n_false <= 2


@pytest.mark.slow
@pytest.mark.parametrize(("drop", "days", "least_recall", "most_days"), [(0.12, 60, 0.95, 8), (0.08, 90, 0.9, 20)])
def test_a_thousand_people(drop: float, days: int, least_recall: float, most_days: float) -> None:
    limit = answers_between(false_alarms=2, people=1000, answers_a_day=A_DAY, days=60)

    scores = [watch_a_team(drop=drop, days=days, limit=limit, seed=seed) for seed in range(10)]

    assert np.mean([score.recall for score in scores]) >= least_recall
    assert np.mean([score.median_days for score in scores]) <= most_days
    assert np.mean([score.n_false for score in scores]) <= 3 * days / 60


def test_the_least_fall_that_shows_has_the_stated_power() -> None:
    watch = a_detector(30_000)

    fall = watch.least_fall(answers=[100, 200], n_runs=600, seed=1)

    assert 0.03 < fall < 0.3
    assert watch.chance_of_alarm(fall, answers=[100, 200], n_runs=1500, seed=2) == pytest.approx(0.8, abs=0.05)


def test_people_with_a_reading_of_their_own_are_not_alarmed_more_often() -> None:
    """A dissenting minority disagrees with the consensus all the time; its own usual level is what counts."""
    rng, n_people, days = np.random.default_rng(5), 1500, 30
    is_minority = np.arange(n_people) < 300
    gold = rng.beta(46, 4, n_people)
    peers = np.where(is_minority, agreement(gold) - 0.2, agreement(gold))
    detectors = learned(gold, peers, limit=3000, rng=rng)
    streams = np.tile([0, 1, 1], days * 10)
    shares = np.stack([gold, peers], axis=1)

    alarm = first_alarms(detectors, streams, rng.random((n_people, len(streams))) < shares[:, streams])

    assert (alarm[is_minority] > 0).mean() <= 1.5 * (alarm[~is_minority] > 0).mean()


def test_the_reading_names_the_drop_and_the_usual_level() -> None:
    watch = EDetector.watching([GOLD, PEERS], answers_between_false_alarms=1e5, drops=[0.05, 0.15, 0.3])
    seen = [Seen(0, place % 3 > 0) for place in range(150)]

    reading = run(watch, seen)

    assert reading.is_alarm
    assert reading.n == 150
    assert reading.likely_drop == pytest.approx(0.27, abs=0.06)
    assert reading.usual[1] == pytest.approx(560 / 650, abs=0.01)


def test_evidence_stays_finite_after_a_long_alarm() -> None:
    reading = run(a_detector(), [Seen(0, False)] * 3000)

    assert reading.is_alarm
    assert 0 < reading.evidence <= 1e12


def test_what_cannot_be_watched_is_refused() -> None:
    with pytest.raises(QualityError, match="needs streams and falls between 0 and 1"):
        EDetector.watching([], answers_between_false_alarms=100)
    with pytest.raises(QualityError, match="at least one answer"):
        EDetector.watching([GOLD], answers_between_false_alarms=0)
    with pytest.raises(QualityError, match="3 answers cannot raise this alarm"):
        a_detector(1e9).least_fall(answers=[1, 2], n_runs=20)


def same(one: EReading, other: EReading) -> bool:
    return bool(
        (one.n, one.is_alarm) == (other.n, other.is_alarm)
        and np.isclose(one.evidence, other.evidence)
        and np.allclose(one.usual, other.usual)
    )


@settings(max_examples=30)
@given(changes(st.builds(Seen, st.integers(0, 1), st.booleans())))
def test_the_running_form_equals_the_batch_after_any_change(happened: list[tuple[str, int, Seen]]) -> None:
    assert_twins_agree(a_detector(20), happened, same=same)


def test_the_slope_of_the_peers_is_what_the_planted_team_has() -> None:
    assert agreement(np.array([1.0, 0.0])).tolist() == pytest.approx([0.93, 0.15])
    assert pytest.approx(0.78) == SLOPE
