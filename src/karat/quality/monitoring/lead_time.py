"""Does agreement warn earlier than gold? The days between their alarms, measured instead of assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate, proportion


@dataclass(frozen=True, slots=True)
class LeadTime:
    """How two kinds of alarm followed each other.

    Attributes
    ----------
    leads : tuple of float
        Days from an alarm of agreement to the alarm of gold it goes with, in order; below 0 gold was first.
    median : Estimate or None
        Of the leads, with the interval of order statistics; None below six pairs, which bound nothing.
    is_earlier : Estimate or None
        Share of pairs in which agreement was first, 0-1; ties count half. None without pairs.
    n_only_agreement, n_only_gold : int
        Alarms without a counterpart: false, or invisible to the other.
    """

    leads: tuple[float, ...]
    median: Estimate | None
    is_earlier: Estimate | None
    n_only_agreement: int
    n_only_gold: int


def lead_time(
    agreement_alarms: Sequence[float], gold_alarms: Sequence[float], *, within_days: float = 30.0, level: float = 0.95
) -> LeadTime:
    """Pair alarms of agreement with alarms of gold, nearest first, each at most once.

    Alarms that have nothing to do with each other pair by chance too, as often in one order as in the other: so a lead
    shows in a median, or a share of pairs, that chance does not explain, never in a single pair.

    Parameters
    ----------
    agreement_alarms, gold_alarms : sequence of float
        Days at which they were raised.
    within_days : float
        Alarms farther apart do not belong together.
    level : float
        Coverage of the intervals.

    Raises
    ------
    QualityError
        When `within_days` is not above 0.

    Examples
    --------
    >>> found = lead_time([10, 50, 90], [14, 48, 200])
    >>> found.leads, found.n_only_agreement, found.n_only_gold
    ((4.0, -2.0), 1, 1)
    """
    if not within_days > 0:
        raise QualityError(f"alarms that belong together are some days apart at most; got {within_days:g}.")
    pairs = _pairs(agreement_alarms, gold_alarms, within_days)
    leads = tuple(float(gold_alarms[gold] - agreement_alarms[agreed]) for agreed, gold in pairs)
    n_first = sum(1.0 if lead > 0 else 0.5 if lead == 0 else 0.0 for lead in leads)
    return LeadTime(
        leads,
        _median(leads, level),
        proportion(n_first, len(leads), level=level) if leads else None,
        len(agreement_alarms) - len(leads),
        len(gold_alarms) - len(leads),
    )


def _pairs(agreement: Sequence[float], gold: Sequence[float], within: float) -> list[tuple[int, int]]:
    near = sorted(
        (abs(later - earlier), one, other)
        for one, earlier in enumerate(agreement)
        for other, later in enumerate(gold)
        if abs(later - earlier) <= within
    )
    pairs: dict[int, int] = {}
    for _, one, other in near:
        if one not in pairs and other not in pairs.values():
            pairs[one] = other
    return sorted(pairs.items(), key=lambda pair: agreement[pair[0]])


def _median(leads: Sequence[float], level: float) -> Estimate | None:
    """The interval between two order statistics that holds the median at least this often (sign test)."""
    ordered, n = np.sort(leads), len(leads)
    outside = int(scipy.special.bdtrik((1 - level) / 2, n, 0.5)) if n else 0
    if n and scipy.special.bdtr(outside, n, 0.5) > (1 - level) / 2:
        outside -= 1
    if n < 6 or outside < 0:
        return None
    return Estimate(float(np.median(ordered)), float(ordered[outside]), float(ordered[n - 1 - outside]), n, level)
