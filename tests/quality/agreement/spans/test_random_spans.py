"""Random spans have the habits they imitate."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.agreement.spans.alignment import Marks
from karat.quality.agreement.spans.random_spans import SpanHabits


def test_habits_are_means_and_deviations() -> None:
    habits = SpanHabits.of([Marks.of([(2, 8, 0), (10, 14, 1)]), Marks.of([(0, 4, 1), (9, 11, 1)]), Marks.of([])])

    assert habits.count == pytest.approx((4 / 3, np.std([2, 2, 0])))
    assert habits.gap == pytest.approx((9 / 3, np.std([2, 5, 2])))
    assert habits.length == pytest.approx((4, np.std([6, 4, 4, 2])))
    assert habits.label_shares.tolist() == [0.25, 0.75]


def test_draws_follow_the_habits() -> None:
    habits = SpanHabits((50.0, 2.0), (10.0, 1.0), (5.0, 0.5), np.array([0.2, 0.8]), 3)

    drawn = [one for _ in range(50) for one in habits.draw(np.random.default_rng(_))]

    lengths = np.concatenate([one.end - one.start for one in drawn])
    gaps = np.concatenate([one.start[1:] - one.end[:-1] for one in drawn])
    assert np.mean([len(one) for one in drawn]) == pytest.approx(49.5, abs=1)
    assert (lengths.mean(), lengths.std()) == pytest.approx((5, 0.5), abs=0.05)
    assert (gaps.mean(), gaps.std()) == pytest.approx((10, 1), abs=0.05)
    assert np.mean(np.concatenate([one.label for one in drawn])) == pytest.approx(0.8, abs=0.02)


def test_every_random_annotator_marks_something() -> None:
    habits = SpanHabits.of([Marks.of([(0, 5, 0)]), Marks.of([]), Marks.of([])])

    assert all(len(one) >= 1 for one in habits.draw(np.random.default_rng(0)))
