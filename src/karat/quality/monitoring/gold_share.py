"""How much gold to serve: little while all is quiet, much as soon as something stirs; what either costs, exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import QualityError
from karat.quality.monitoring.cusum import Cusum, CusumReading

Array = npt.NDArray[np.float64]

_MOST_POINTS = 20_000


@dataclass(frozen=True, slots=True)
class GoldPolicy:
    """Shares of gold in a person's stream.

    Attributes
    ----------
    calm_share : float
        While the detector is quiet.
    alert_share : float
        When its points exceed `alert_from` of the limit: the question is asked again at once, not next month.
    alert_from : float
        0-1.
    probation_share : float
        Until there is evidence enough for a baseline.

    Examples
    --------
    >>> policy = GoldPolicy()
    >>> policy.share(CusumReading(points=3, limit=60, is_alarm=False, n=90, since=4))
    0.02
    >>> policy.share(CusumReading(points=16, limit=60, is_alarm=False, n=92, since=6))
    0.2
    """

    calm_share: float = 0.02
    alert_share: float = 0.20
    alert_from: float = 0.25
    probation_share: float = 0.15

    def __post_init__(self) -> None:
        shares = (self.calm_share, self.alert_share, self.probation_share)
        if not (all(0 < share <= 1 for share in shares) and 0 <= self.alert_from <= 1):
            raise QualityError(f"shares of gold lie above 0 and up to 1; got {', '.join(f'{x:g}' for x in shares)}.")

    @staticmethod
    def fixed(share: float) -> GoldPolicy:
        """The same share always."""
        return GoldPolicy(share, share, probation_share=share)

    def share(self, reading: CusumReading, *, is_proven: bool = True) -> float:
        """Share of gold among the person's next items."""
        if not is_proven:
            return self.probation_share
        is_alert = reading.is_alarm or reading.points > self.alert_from * reading.limit
        return self.alert_share if is_alert else self.calm_share


@dataclass(frozen=True, slots=True)
class GoldCosts:
    """What gold and bad labels cost, in ordinary labels.

    Attributes
    ----------
    items_a_day, days_a_year : float
        Work of one annotator.
    gold_cost : float
        Of serving one gold item: the label it takes the place of, and its making.
    drifts_a_year, drop : float
        How often accuracy falls, and how far, 0-1.
    bad_label_cost : float
    """

    items_a_day: float = 200
    days_a_year: float = 250
    gold_cost: float = 1.25
    drifts_a_year: float = 2
    drop: float = 0.07
    bad_label_cost: float = 10


@dataclass(frozen=True, slots=True)
class GoldOutlook:
    """What a policy brings for one annotator.

    Attributes
    ----------
    watch : Cusum
        The detector, its limit set for the stated time between false alarms under this policy.
    mean_share : float
        Of gold among items while all is in order.
    days_between_false_alarms, days_to_alarm : float
        On average; the latter after a fall.
    cost_a_year : float
        Gold and bad labels together, in ordinary labels.
    """

    watch: Cusum
    mean_share: float
    days_between_false_alarms: float
    days_to_alarm: float
    cost_a_year: float


def outlook(
    policy: GoldPolicy,
    costs: GoldCosts | None = None,
    *,
    usual: float = 0.92,
    fallen: float = 0.86,
    days_between_false_alarms: float = 250,
) -> GoldOutlook:
    """Delay, false alarms and cost of a gold policy, computed as a Markov chain over the detector's points.

    Parameters
    ----------
    policy : GoldPolicy
    costs : GoldCosts or None
    usual, fallen : float
        Accuracies the detector is made for; the fall that happens is `costs.drop`.
    days_between_false_alarms : float
        Working days; the limit is the smallest that keeps them.

    Examples
    --------
    >>> fixed, adaptive = outlook(GoldPolicy.fixed(0.05)), outlook(GoldPolicy())
    >>> round(fixed.days_to_alarm, 1), round(adaptive.days_to_alarm, 1)
    (11.8, 10.6)
    >>> round(fixed.mean_share, 3), round(adaptive.mean_share, 3)
    (0.05, 0.027)
    """
    costs = costs or GoldCosts()
    if not (costs.items_a_day > 0 and days_between_false_alarms > 0 and 0 < costs.drop < usual):
        raise QualityError("items a day and days between false alarms are above 0, and the drop is below the accuracy.")
    least_items = days_between_false_alarms * costs.items_a_day
    watch = _smallest(Cusum.against(usual, fallen, answers_between_false_alarms=1), policy, least_items)
    items, gold = _until_alarm(watch, policy, usual)
    delay = _until_alarm(watch, policy, usual - costs.drop)[0] / costs.items_a_day
    spent = gold / items * costs.items_a_day * costs.days_a_year * costs.gold_cost
    harm = costs.drifts_a_year * costs.drop * costs.items_a_day * delay * costs.bad_label_cost
    return GoldOutlook(watch, gold / items, items / costs.items_a_day, delay, spent + harm)


def best_fixed_share(costs: GoldCosts, *, gold_to_alarm: float = 100) -> float:
    """The fixed share of gold that costs least: more where falls are frequent, deep or dear.

    Parameters
    ----------
    costs : GoldCosts
    gold_to_alarm : float
        Gold items from the fall to the alarm; 80 to 120 for one false alarm a year.

    Examples
    --------
    >>> round(best_fixed_share(GoldCosts(bad_label_cost=3)), 3), round(best_fixed_share(GoldCosts()), 3)
    (0.026, 0.047)
    """
    gained = costs.drifts_a_year * costs.drop * costs.bad_label_cost * gold_to_alarm
    return min(1.0, math.sqrt(gained / (costs.days_a_year * costs.gold_cost * costs.items_a_day)))


@dataclass(frozen=True, slots=True)
class ExposureBudget:
    """How long a golden set lasts.

    Attributes
    ----------
    lasts_days : float
        Until every item has been seen as often as it may be, or everybody has seen everything.
    gold_needed : int
        Items needed for the time asked about.
    limited_by : {"views", "people"}
        Whether the views of an item run out first, or the items a person has not seen.
    """

    lasts_days: float
    gold_needed: int
    limited_by: str


def exposure_budget(
    n_gold: int, *, n_people: int, items_a_day: float, share: float, days: float = 250, most_views: int = 30
) -> ExposureBudget:
    """How long gold lasts when nobody sees an item twice and no item is seen more often than `most_views`.

    Examples
    --------
    >>> exposure_budget(500, n_people=20, items_a_day=200, share=0.02)
    ExposureBudget(lasts_days=125.0, gold_needed=1000, limited_by='people')
    """
    if not (n_gold >= 0 and n_people >= 1 and items_a_day > 0 and 0 < share <= 1 and most_views >= 1):
        raise QualityError("a budget needs people, items a day, a share of gold up to 1 and at least one view an item.")
    a_day = items_a_day * share
    views = min(n_people, most_views)
    per_item_days = views / (n_people * a_day)
    return ExposureBudget(
        n_gold * per_item_days, math.ceil(days / per_item_days - 1e-9), "people" if views == n_people else "views"
    )


def _smallest(watch: Cusum, policy: GoldPolicy, least_items: float) -> Cusum:
    """The detector with the smallest limit that keeps so many items between false alarms."""
    low, high = 0, watch.up
    while _until_alarm(replace(watch, limit=high), policy, watch.usual)[0] < least_items:
        low, high = high, 2 * high
        if high > _MOST_POINTS:
            raise QualityError(
                f"a false alarm in {least_items:g} items only cannot be had at an accuracy of {watch.usual:g}; "
                "allow more of them, or watch for a larger fall."
            )
    while high - low > 1:
        middle = (low + high) // 2
        if _until_alarm(replace(watch, limit=middle), policy, watch.usual)[0] < least_items:
            low = middle
        else:
            high = middle
    return replace(watch, limit=high)


def _until_alarm(watch: Cusum, policy: GoldPolicy, accuracy: float) -> tuple[float, float]:
    """Items of all kinds, and gold items, until the alarm, on average from 0 points on."""
    limit, up, down = watch.limit, watch.up, watch.down
    place = np.arange(limit)
    bands = np.zeros((up + down + 1, limit))
    bands[up] = 1.0
    rising = place[place + up < limit]
    bands[0, rising + up] -= 1 - accuracy
    falling = place[place >= down]
    bands[up + down, falling - down] -= accuracy
    for start in range(min(down, limit)):  # those who would fall below 0 stop there
        bands[up + start, 0] -= accuracy
    share = np.where(place > policy.alert_from * limit, policy.alert_share, policy.calm_share)
    totals = scipy.linalg.solve_banded((down, up), bands, np.stack([1 / share, np.ones(limit)], axis=1))
    return float(totals[0, 0]), float(totals[0, 1])
