"""One price decides what is bought: as good as trying everything, and better than spending on one thing only."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.errors import QualityError
from karat.quality.selection.fused import fused
from karat.quality.selection.shadow_price import NOTHING, Offer, best_spending, gain_of_answers, gain_of_gold
from tests.quality.selection.worlds import a_hard_quarter

COSTS = {"one": 1.0, "two": 2.0, "expert": 6.0}
gains_of_items = st.lists(st.tuples(*[st.floats(0, 1)] * 3), min_size=1, max_size=4)


def best_by_trying(gains: list[tuple[float, ...]], offer: Offer, budget: float) -> float:
    """The most that any affordable combination gains."""
    best = 0.0
    for chosen in product(range(-1, 3), repeat=len(gains)):
        for n in range(len(offer.gains) + 1):
            cost = sum(list(COSTS.values())[way] for way in chosen if way >= 0) + n * offer.cost
            if cost <= budget:
                worth = sum(gains[item][way] for item, way in enumerate(chosen) if way >= 0) + sum(offer.gains[:n])
                best = max(best, worth)
    return best


@settings(max_examples=60, deadline=None)
@given(gains_of_items, st.lists(st.floats(0, 1), max_size=2), st.floats(0, 12))
def test_no_purchase_could_be_better_than_the_price_says(
    gains: list[tuple[float, ...]], offered: list[float], budget: float
) -> None:
    """Weak duality: whatever one buys, it gains no more than this plus the price of the money that is left over."""
    offer = Offer("new item", sorted(offered, reverse=True), 1.5)

    spent = best_spending(gains, COSTS, budget, offers=[offer])

    best = best_by_trying(gains, offer, budget)
    assert spent.cost <= budget + 1e-9
    assert spent.gain <= best + 1e-9
    assert spent.gain + spent.price * max(COSTS.values()) >= best - 1e-6


def test_everything_worth_more_than_the_price_is_bought_and_nothing_below() -> None:
    rng = np.random.default_rng(0)
    gains = rng.random((500, 1))

    spent = best_spending(gains, {"repeat": 1.0}, 100.0)

    assert spent.bought == {"repeat": 100}
    assert gains[spent.way != NOTHING].min() >= spent.price >= gains[spent.way == NOTHING].max() - 1e-6


def test_money_is_left_over_when_nothing_more_gains() -> None:
    spent = best_spending([[0.5], [0.0]], {"repeat": 1.0}, 10.0)

    assert (spent.price, spent.cost, spent.bought) == (0.0, 1.0, {"repeat": 1})


def test_mixed_spending_beats_repeats_alone_and_experts_alone() -> None:
    """After three answers an item, 300 units: cheap answers for open items, experts where these would not help."""
    world = a_hard_quarter(3, n_items=1000)
    found = fused(world.answers(np.full(1000, 3)))
    crowd = float(found.accuracy.mean())
    gains = np.column_stack(
        [gain_of_answers(found.probabilities, crowd, n) for n in (1, 2, 3)]
        + [gain_of_answers(found.probabilities, 0.97, 1)]
    )
    costs = {"one repeat": 1.0, "two repeats": 2.0, "three repeats": 3.0, "expert": 5.0}

    def spent_on(names: list[str]) -> float:
        columns = [list(costs).index(name) for name in names]
        return best_spending(gains[:, columns], {name: costs[name] for name in names}, 300.0).gain

    everything = spent_on(list(costs))
    assert everything > 1.02 * spent_on(["one repeat"])
    assert everything > 1.1 * spent_on(["expert"])


def test_the_gain_of_answers_is_that_of_a_simulation() -> None:
    rng = np.random.default_rng(0)
    p, accuracy, n_draws = np.array([0.6, 0.25, 0.15]), 0.75, 200_000
    truth = rng.choice(3, size=n_draws, p=p)
    votes = np.where(rng.random((3, n_draws)) < accuracy, truth, (truth + rng.integers(1, 3, (3, n_draws))) % 3)
    weight = np.log(accuracy / ((1 - accuracy) / 2))
    for n in (1, 2, 3):
        scores = np.log(p)[None] + weight * sum((vote[:, None] == np.arange(3)) for vote in votes[:n])
        two = scores[:, :2].argmax(axis=1)  # the third class is left aside, as documented
        assert gain_of_answers([p], accuracy, n)[0] == pytest.approx((two == truth).mean() - 0.6, abs=0.005)


def test_one_answer_may_be_worth_nothing_where_two_are() -> None:
    one, two, three = (gain_of_answers([[0.85, 0.15]], 0.75, n)[0] for n in (1, 2, 3))

    assert one == 0
    assert two > 0
    assert three >= two


def test_gold_is_worth_most_where_there_is_little_of_it() -> None:
    def worth(share: float) -> float:
        return gain_of_gold(drifts_per_answer=4e-5, fall=0.07, answers_to_alarm=100, gold_share=share)

    assert worth(0.01) == pytest.approx(4 * worth(0.02))


def test_what_cannot_be_spent_is_refused_with_the_reason() -> None:
    with pytest.raises(QualityError, match="2 ways"):
        best_spending([[0.1]], {"a": 1, "b": 2}, 1)
    with pytest.raises(QualityError, match="cost above 0"):
        best_spending([[0.1]], {"a": 0}, 1)
    with pytest.raises(QualityError, match="'gold' is worth no more"):
        best_spending([[0.1]], {"a": 1}, 1, offers=[Offer("gold", [0.1, 0.2], 1)])
    with pytest.raises(QualityError, match="share of gold"):
        gain_of_gold(drifts_per_answer=1, fall=0.1, answers_to_alarm=10, gold_share=0)
    with pytest.raises(QualityError, match="at least two classes"):
        gain_of_answers([[1.0]], 0.8, 1)
