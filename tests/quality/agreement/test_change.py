"""The split of a change of alpha: exact, and with intervals that tell news from noise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from karat.quality.agreement import AgreementSums
from karat.quality.agreement.change import explain_change
from karat.quality.agreement.scaled import ScaledSums
from karat.quality.errors import SingleClass, TooLittleOverlap


def test_the_parts_add_up_to_the_change_of_alpha() -> None:
    before, after = period(seed=1), period(seed=2, accuracy=0.85, share=0.8)

    found = explain_change(before, after)

    change = math.log((1 - after.alpha().value) / (1 - before.alpha().value))
    assert found.total.value == pytest.approx(change)
    assert found.disagreement.value + found.class_mix.value == pytest.approx(change)
    assert (found.before, found.after) == pytest.approx((before.alpha().value, after.alpha().value))


def test_people_who_disagree_more_are_told_from_a_class_mix_that_moved() -> None:
    before = period(seed=1, n_items=4000)

    worse = explain_change(before, period(seed=2, n_items=4000, accuracy=0.85))
    one_sided = explain_change(before, period(seed=3, n_items=4000, share=0.85))

    assert worse.disagreement.low > 0.3
    assert worse.class_mix.low < 0 < worse.class_mix.high
    assert one_sided.class_mix.low > 0.3
    assert one_sided.disagreement.low < 0 < one_sided.disagreement.high


def test_the_interval_of_the_total_is_that_of_two_alphas() -> None:
    before, after = period(seed=1), period(seed=2)
    errors = [sums.alpha().standard_error / (1 - sums.alpha().value) for sums in (before, after)]  # type: ignore[operator]

    assert explain_change(before, after).total.standard_error == pytest.approx(math.hypot(*errors))


@pytest.mark.parametrize("part", ["total", "disagreement", "class_mix"])
def test_without_a_change_each_interval_holds_zero_as_often_as_promised(part: str) -> None:
    """Within four standard errors of 95 %. Not at equal shares, where chance is at its turning point: there it covers
    more."""
    hits = 0
    for seed in range(300):
        two_periods = period(seed=2 * seed, share=0.65), period(seed=2 * seed + 1, share=0.65)
        found = getattr(explain_change(*two_periods), part)
        hits += found.low <= 0 <= found.high

    assert hits / 300 == pytest.approx(0.95, abs=0.05)


def test_what_cannot_be_compared_is_refused_with_its_reason() -> None:
    fine = period(seed=1)
    with pytest.raises(TooLittleOverlap, match="there are 0"):
        explain_change(fine, AgreementSums().scaled())
    with pytest.raises(SingleClass, match="one class"):
        explain_change(AgreementSums.of([[2, 0]] * 9).scaled(), fine)
    with pytest.raises(SingleClass, match="nobody disagreed"):
        explain_change(fine, AgreementSums.of([[2, 0], [0, 2]] * 9).scaled())


def period(*, seed: int, n_items: int = 300, accuracy: float = 0.93, share: float = 0.5) -> ScaledSums:
    """Items of two or three ratings in two classes; the first class has this share."""
    rng = np.random.default_rng(seed)
    is_first = rng.random(n_items) < share
    n_ratings = rng.integers(2, 4, size=n_items)
    n_right = rng.binomial(n_ratings, accuracy)
    of_first = np.where(is_first, n_right, n_ratings - n_right)
    return AgreementSums.of(np.column_stack([of_first, n_ratings - of_first])).scaled()
