"""Gold shares: the delays and costs of the design table, exactly."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.errors import QualityError
from karat.quality.monitoring.cusum import Cusum, CusumReading
from karat.quality.monitoring.gold_share import GoldCosts, GoldPolicy, best_fixed_share, exposure_budget, outlook


def test_fixed_shares_find_falls_as_the_cusum_alone_does() -> None:
    """At 10 % gold and one false alarm in 250 days, the fall by seven points takes seven days."""
    told = outlook(GoldPolicy.fixed(0.1))

    assert told.days_to_alarm == pytest.approx(told.watch.answers_to_alarm(0.85) / 20)
    assert told.days_to_alarm == pytest.approx(7.1, abs=0.2)
    assert 250 <= told.days_between_false_alarms <= 262
    assert told.mean_share == pytest.approx(0.1)


def test_adaptive_gold_finds_falls_as_soon_as_twice_as_much_fixed_gold() -> None:
    adaptive, fixed = outlook(GoldPolicy()), outlook(GoldPolicy.fixed(0.05))

    assert adaptive.mean_share < 0.03
    assert adaptive.days_to_alarm < fixed.days_to_alarm
    assert adaptive.days_between_false_alarms >= 250


@pytest.mark.parametrize("bad_label_cost", [3, 10, 30])
def test_adaptive_gold_costs_less_than_any_fixed_share(bad_label_cost: float) -> None:
    costs = GoldCosts(bad_label_cost=bad_label_cost)
    shares = [0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15]

    fixed = min(outlook(GoldPolicy.fixed(share), costs).cost_a_year for share in shares)

    assert outlook(GoldPolicy(), costs).cost_a_year < fixed


def test_the_outlook_is_that_of_a_simulation() -> None:
    policy, rng = GoldPolicy(), np.random.default_rng(0)
    told = outlook(policy, days_between_false_alarms=40)
    points, items = np.zeros(2000, dtype=int), np.zeros(2000)
    is_quiet = np.ones(2000, dtype=bool)
    while is_quiet.any():
        share = np.where(points > policy.alert_from * told.watch.limit, policy.alert_share, policy.calm_share)
        items += np.where(is_quiet, rng.geometric(share), 0)
        is_right = rng.random(2000) < 0.92
        points = np.where(is_right, np.maximum(0, points - told.watch.down), points + told.watch.up)
        is_quiet &= points < told.watch.limit

    assert items.mean() / 200 == pytest.approx(told.days_between_false_alarms, rel=0.06)


def test_the_best_fixed_share_follows_the_cost_of_bad_labels() -> None:
    shares = [best_fixed_share(GoldCosts(bad_label_cost=cost)) for cost in (3, 10, 30)]

    assert shares == pytest.approx([0.026, 0.047, 0.082], abs=0.001)


def test_people_on_probation_meet_more_gold() -> None:
    calm = CusumReading(points=0, limit=60, is_alarm=False, n=10, since=0)

    assert GoldPolicy().share(calm, is_proven=False) == 0.15
    assert GoldPolicy().share(calm) == 0.02


def test_after_an_alarm_gold_stays_dense() -> None:
    assert GoldPolicy().share(CusumReading(points=0, limit=60, is_alarm=True, n=10, since=0)) == 0.2


def test_a_golden_set_lasts_until_views_or_people_run_out() -> None:
    by_people = exposure_budget(100, n_people=10, items_a_day=100, share=0.1, most_views=30)
    by_views = exposure_budget(100, n_people=60, items_a_day=100, share=0.1, most_views=30)

    assert (by_people.lasts_days, by_people.limited_by) == (10, "people")
    assert (by_views.lasts_days, by_views.limited_by) == (5, "views")
    assert by_views.gold_needed == 5000


def test_impossible_policies_are_refused() -> None:
    with pytest.raises(QualityError, match="above 0 and up to 1"):
        GoldPolicy(calm_share=0)
    with pytest.raises(QualityError, match="below the accuracy"):
        outlook(GoldPolicy(), GoldCosts(drop=0.95))
    with pytest.raises(QualityError, match="at least one view"):
        exposure_budget(10, n_people=1, items_a_day=10, share=0.1, most_views=0)


def test_the_detector_of_an_outlook_is_a_plain_cusum() -> None:
    assert isinstance(outlook(GoldPolicy()).watch, Cusum)
