"""The section on agreement: three numbers that explain each other, then by class, by pair of people, over time."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from karat.quality.agreement import agreement, alpha_per_class, cohen_pairs
from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate, normal_quantile
from karat.quality.ratings import Name, Ratings
from karat.quality.ratings.meetings import n_meetings
from karat.quality.report.contents import AgreementPart, Measured, PairAgreement, PeriodAgreement

LEAST_SHARED = 20
"""Items two annotators must share for their kappa to be shown."""

_SHOWN_PAIRS = 5
_MOST_MEETINGS = 50_000_000
_MOST_PERIODS = 12
_LEAST_ITEMS_OF_PERIOD = 50


def agreement_part(ratings: Ratings, *, ordered: bool = False) -> AgreementPart:
    """Measure agreement; a number that cannot be given comes with its reason."""
    per_item = np.bincount(ratings.item, minlength=ratings.n_items)
    shared = np.bincount(ratings.label[per_item[ratings.item] >= 2], minlength=ratings.n_classes)
    given = shared if shared.any() else np.bincount(ratings.label, minlength=ratings.n_classes)
    largest = int(given.argmax())
    n_pairs, pairs = _pairs(ratings)
    return AgreementPart(
        observed=measured(lambda: agreement(ratings, coefficient="observed")),
        alpha=measured(lambda: agreement(ratings)),
        ac1=measured(lambda: agreement(ratings, coefficient="ac1")),
        alpha_by_distance=_by_distance(ratings),
        alpha_by_order=measured(lambda: agreement(ratings, metric="ordinal")) if ordered else None,
        largest_class=ratings.classes[largest],
        largest_share=float(given[largest] / given.sum()),
        per_class=_per_class(ratings),
        n_pairs=n_pairs,
        lowest_pairs=pairs[:_SHOWN_PAIRS],
        highest_pairs=pairs[::-1][:_SHOWN_PAIRS] if len(pairs) > _SHOWN_PAIRS else (),
        over_time=_over_time(ratings),
    )


def measured(measure: Callable[[], Estimate]) -> Measured:
    """What the measure gives, or why it gives nothing."""
    try:
        return Measured(measure())
    except QualityError as reason:
        return Measured(None, str(reason))


def _by_distance(ratings: Ratings) -> Measured | None:
    if ratings.n_classes < 3 or not all(_is_number(name) for name in ratings.classes):
        return None
    return measured(lambda: agreement(ratings, metric="interval"))


def _is_number(name: Name) -> bool:
    try:
        return math.isfinite(float(name))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def _per_class(ratings: Ratings) -> tuple:  # type: ignore[type-arg]
    try:
        return alpha_per_class(ratings)
    except QualityError:
        return ()


def _pairs(ratings: Ratings) -> tuple[int, tuple[PairAgreement, ...]]:
    """How many pairs share enough items, and the extremes, lowest first."""
    if n_meetings(ratings) > _MOST_MEETINGS:  # then the shares are known from a part of the items as well
        share = _MOST_MEETINGS / n_meetings(ratings)
        kept = np.random.default_rng(0).random(ratings.n_items) < share
        ratings = ratings.select(kept[ratings.item])
    try:
        found = cohen_pairs(ratings, least_shared=LEAST_SHARED)
    except QualityError:
        return 0, ()
    order = np.argsort(found.kappa, kind="stable")
    shown = order if len(order) <= 2 * _SHOWN_PAIRS else np.append(order[:_SHOWN_PAIRS], order[-_SHOWN_PAIRS:])
    z = normal_quantile(0.975)
    pairs = []
    for place in shown.tolist():
        kappa, reach = float(found.kappa[place]), z * float(found.standard_error[place])
        pairs.append(
            PairAgreement(
                ratings.annotators[found.first[place]],
                ratings.annotators[found.second[place]],
                kappa,
                max(-1.0, kappa - reach),
                min(1.0, kappa + reach),
                int(found.n_shared[place]),
            )
        )
    return len(order), tuple(pairs)


def _over_time(ratings: Ratings) -> tuple[PeriodAgreement, ...]:
    """Agreement on equally many items at a time, in the order of their last rating; none when they are too few."""
    if ratings.time is None:
        return ()
    last = np.full(ratings.n_items, -np.inf)
    np.maximum.at(last, ratings.item, ratings.time)
    per_item = np.bincount(ratings.item, minlength=ratings.n_items)
    shared = np.flatnonzero(per_item >= 2)
    n_periods = min(_MOST_PERIODS, len(shared) // _LEAST_ITEMS_OF_PERIOD)
    if n_periods < 2:
        return ()
    parts = np.array_split(shared[np.argsort(last[shared], kind="stable")], n_periods)
    return tuple(_period(ratings, items, last) for items in parts)


def _period(ratings: Ratings, items: npt.NDArray[np.intp], last: npt.NDArray[np.float64]) -> PeriodAgreement:
    chosen = np.zeros(ratings.n_items, dtype=bool)
    chosen[items] = True
    part = ratings.select(chosen[ratings.item])
    return PeriodAgreement(
        start=float(last[items].min()),
        end=float(last[items].max()),
        alpha=measured(lambda: agreement(part)),
        observed=measured(lambda: agreement(part, coefficient="observed")),
        n_items=len(items),
    )
