"""How to spend a budget: one price for an avoided error, over new items, repeats, experts and gold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt

from karat.quality.errors import QualityError

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.intp]

NOTHING = -1
"""The way chosen for an item that is left as it is."""

_HALVINGS = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to buy several times, each time worth less: new items, gold.

    Attributes
    ----------
    name : str
    gains : sequence of float
        Errors avoided by the first, the second ...; never rising.
    cost : float
        Of each.
    """

    name: str
    gains: Sequence[float]
    cost: float


@dataclass(frozen=True, eq=False, slots=True)
class Spending:
    """The best use of a budget.

    Attributes
    ----------
    price : float
        Errors avoided per unit of cost by the last thing worth buying: whatever promises more is bought, whatever
        promises less is not. One more unit of budget avoids about so many errors more. 0 when money is left over.
    way : int array of shape (n_items,)
        Which of the ways to treat an item is chosen, or `NOTHING`.
    bought : mapping of name to int
        How many of each way and offer.
    cost, gain : float
        Spent, and errors avoided.
    """

    price: float
    way: Integers
    bought: Mapping[str, int]
    cost: float
    gain: float


def best_spending(
    gains: npt.ArrayLike, costs: Mapping[str, float], budget: float, *, offers: Sequence[Offer] = ()
) -> Spending:
    """Buy what avoids most errors for the money: everything above one price, nothing below it.

    Each item is treated in one way or not at all; that which is worth most beyond its cost at the price. The price is
    the lowest the budget allows. What is left over, less than one further purchase, buys the best of what still fits.

    Parameters
    ----------
    gains : float array of shape (n_items, n_ways)
        Errors avoided by treating an item in a way: `gain_of_answers` for one, two or three more answers or for an
        expert.
    costs : mapping of name to float
        Of each way, in the order of the columns; above 0.
    budget : float
    offers : sequence of Offer

    Raises
    ------
    QualityError
        When shapes do not match, a cost is not above 0, or the gains of an offer rise.

    Examples
    --------
    >>> spent = best_spending([[0.10, 0.30], [0.02, 0.03]], {"repeat": 1, "expert": 8}, 3,
    ...                       offers=[Offer("gold", [0.05, 0.01], 1.25)])
    >>> dict(spent.bought), spent.way.tolist()
    ({'repeat': 1, 'expert': 0, 'gold': 1}, [0, -1])
    """
    market = _Market(np.asarray(gains, dtype=np.float64), np.array(list(costs.values()), dtype=np.float64), offers)
    market.refuse_impossible(budget)
    price = market.price(budget)
    basket = market.with_what_fits(market.bought(price), budget)
    bought = {name: int((basket.way == place).sum()) for place, name in enumerate(costs)}
    bought |= {offer.name: n for offer, n in zip(offers, basket.n_of_offers, strict=True)}
    return Spending(price, basket.way, bought, market.cost(basket), market.gain(basket))


def gain_of_answers(probabilities: npt.ArrayLike, accuracy: float, n: int) -> Array:
    """Expected fall of each item's error by `n` more answers of this accuracy, (n_items,); never below 0.

    Between the two most probable classes; that a third may win adds a little more. An expert is an answer of high
    accuracy. One answer may be worth nothing where two are: look at one, two and three.

    Parameters
    ----------
    probabilities : float array of shape (n_items, n_classes)
        Calibrated, or all gains are wrong.
    accuracy : float
        Of those who answer, 0-1.
    n : int

    Examples
    --------
    >>> gain_of_answers([[0.5, 0.5], [0.9, 0.1]], 0.8, 1).round(3).tolist()
    [0.3, 0.0]
    >>> gain_of_answers([[0.9, 0.1]], 0.8, 3).round(3).tolist()
    [0.044]
    """
    p = np.asarray(probabilities, dtype=np.float64)
    if p.ndim != 2 or p.shape[1] < 2 or not 0 < accuracy < 1 or n < 1:
        raise QualityError(
            "a gain needs at least two classes, an accuracy between 0 and 1 and one answer or more; got "
            f"probabilities of shape {p.shape}, {accuracy:g} and {n}."
        )
    second, first = np.partition(p, -2, axis=1)[:, -2:].T
    slip = (1 - accuracy) / (p.shape[1] - 1)
    other = max(0.0, 1 - accuracy - slip)  # votes for a third class weigh the same under either
    after = np.zeros(len(p))
    for for_first in range(n + 1):
        for for_second in range(n + 1 - for_first):
            rest = n - for_first - for_second
            ways = comb(n, for_first) * comb(n - for_first, for_second) * other**rest
            if_first = ways * accuracy**for_first * slip**for_second
            if_second = ways * accuracy**for_second * slip**for_first
            after += np.maximum(first * if_first, second * if_second)
    return np.asarray(np.maximum(after - first, 0.0))


def gain_of_gold(*, drifts_per_answer: float, fall: float, answers_to_alarm: float, gold_share: float) -> float:
    """Bad labels avoided by one more gold answer, at the present share of gold.

    People drift now and then, and until the alarm they make bad labels. With a share g of gold the alarm takes
    `answers_to_alarm` / g answers, so bad labels per answer are drifts x fall x answers_to_alarm / g, and one more gold
    answer takes drifts x fall x answers_to_alarm / g^2 of them away.

    Parameters
    ----------
    drifts_per_answer : float
        How often somebody drifts: two a year of 50,000 answers are 4e-5.
    fall : float
        By how much accuracy falls then, 0-1.
    answers_to_alarm : float
        Gold answers until the alarm (`karat.quality.monitoring.cusum`).
    gold_share : float
        0-1, above 0.

    Examples
    --------
    >>> round(gain_of_gold(drifts_per_answer=4e-5, fall=0.07, answers_to_alarm=100, gold_share=0.02), 2)
    0.7
    """
    if not 0 < gold_share <= 1:
        raise QualityError(f"the share of gold lies above 0 and up to 1; got {gold_share:g}.")
    return drifts_per_answer * fall * answers_to_alarm / gold_share**2


@dataclass(frozen=True, eq=False, slots=True)
class _Basket:
    way: Integers
    n_of_offers: list[int]


@dataclass(frozen=True, eq=False, slots=True)
class _Market:
    """All there is to buy: gains of items by way, the cost of each way, and offers."""

    gains: Array
    costs: Array
    offers: Sequence[Offer]

    def refuse_impossible(self, budget: float) -> None:
        if self.gains.ndim != 2 or self.gains.shape[1] != len(self.costs):
            raise QualityError(f"gains have shape {self.gains.shape}; there are {len(self.costs)} ways to treat items.")
        if not budget >= 0 or not (self.costs > 0).all() or any(not offer.cost > 0 for offer in self.offers):
            raise QualityError("a budget is 0 or more, and everything has a cost above 0.")
        for offer in self.offers:
            if (np.diff(np.asarray(offer.gains, dtype=np.float64)) > 0).any():
                raise QualityError(
                    f"each further one of {offer.name!r} is worth no more than the one before; these gains rise."
                )

    def bought(self, price: float) -> _Basket:
        """What is worth its cost at this price; of equally good ways the cheaper one."""
        by_cost = np.argsort(self.costs, kind="stable")
        surplus = (self.gains - price * self.costs)[:, by_cost]
        way = np.full(len(surplus), NOTHING)
        if surplus.size:
            is_worth = surplus.max(axis=1) > 0
            way[is_worth] = by_cost[surplus[is_worth].argmax(axis=1)]
        return _Basket(
            way, [int((np.asarray(one.gains, dtype=np.float64) > price * one.cost).sum()) for one in self.offers]
        )

    def cost(self, basket: _Basket) -> float:
        on_items = float(self.costs[basket.way[basket.way >= 0]].sum())
        return on_items + sum(n * one.cost for n, one in zip(basket.n_of_offers, self.offers, strict=True))

    def gain(self, basket: _Basket) -> float:
        taken = np.flatnonzero(basket.way >= 0)
        on_items = float(self.gains[taken, basket.way[taken]].sum())
        return on_items + sum(sum(one.gains[:n]) for n, one in zip(basket.n_of_offers, self.offers, strict=True))

    def price(self, budget: float) -> float:
        """The lowest price at which all that is worth it costs no more than the budget."""
        if self.cost(self.bought(0.0)) <= budget:
            return 0.0
        ratios = [float(one.gains[0]) / one.cost for one in self.offers if len(one.gains)]
        low, high = 0.0, max(*ratios, float((self.gains / self.costs).max(initial=0.0)), 0.0) * (1 + 1e-9)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if self.cost(self.bought(middle)) <= budget:
                high = middle
            else:
                low = middle
        return high

    def with_what_fits(self, basket: _Basket, budget: float) -> _Basket:
        """Go on buying the best of what the rest of the budget can pay: what lies at the price itself ends up here."""
        way, n_of_offers = basket.way.copy(), list(basket.n_of_offers)
        left = budget - self.cost(basket)
        for _, cost, item, place in sorted(self._wanted(basket, left)):
            if cost > left + 1e-12:
                continue
            if item == NOTHING:
                n_of_offers[place] += 1
            elif way[item] == NOTHING:
                way[item] = place
            else:
                continue
            left -= cost
        return _Basket(way, n_of_offers)

    def _wanted(self, basket: _Basket, most: float) -> list[tuple[float, float, int, int]]:
        """What was not bought, as (-gain per cost, cost, item, way), or offers with `NOTHING` for the item."""
        ratios = self.gains / self.costs
        is_wanted = (basket.way == NOTHING)[:, None] & (self.gains > 0) & (self.costs <= most)
        wanted = [
            (-float(ratios[item, place]), float(self.costs[place]), item, place)
            for item, place in np.argwhere(is_wanted).tolist()
        ]
        for place, (one, n) in enumerate(zip(self.offers, basket.n_of_offers, strict=True)):
            wanted += [(-gain / one.cost, one.cost, NOTHING, place) for gain in one.gains[n:] if gain > 0]
        return wanted
