"""Many people watched at once: how many false alarms that makes, and which alarms to raise together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.errors import QualityError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TeamAlarms:
    """Whom to look at.

    Attributes
    ----------
    people : tuple of int
        Places of those alarmed, strongest evidence first.
    limit_days : float
        Evidence, in days, that everybody alarmed reaches.
    """

    people: tuple[int, ...]
    limit_days: float


def answers_between(*, false_alarms: float, people: int, answers_a_day: float, days: float) -> float:
    """The limit of an e-detector that allows a team so many false alarms in so many days, on average and at most.

    Parameters
    ----------
    false_alarms : float
        Allowed in that time, in the whole team.
    people : int
    answers_a_day : float
        Watched answers a person, over all streams.
    days : float

    Examples
    --------
    >>> answers_between(false_alarms=5, people=1000, answers_a_day=30, days=60)
    360000.0
    """
    if not (false_alarms > 0 and people >= 1 and answers_a_day > 0 and days > 0):
        raise QualityError(
            f"false alarms, people, answers a day and days are above 0; got {false_alarms:g}, {people:g}, "
            f"{answers_a_day:g} and {days:g}."
        )
    return people * answers_a_day * days / false_alarms


def raise_together(
    evidence: npt.ArrayLike, *, answers_a_day: npt.ArrayLike, patience_days: float = 60.0, false_share: float = 0.05
) -> TeamAlarms:
    """Whom to alarm so that few of the alarms are false: e-BH on the evidence of everybody's e-detector.

    The more people show evidence, the less is asked of each. Whenever one stops and looks within the patience, the
    expected share of false ones among those alarmed is at most `false_share`; no dependence among people breaks this.
    Without patience no such promise exists: a detector that is left running long enough always alarms.

    Parameters
    ----------
    evidence : float array of shape (n_people,)
        As read from e-detectors, in answers.
    answers_a_day : float, or one for each person
        Watched answers; turns everybody's evidence into days. Take the most that a person may have.
    patience_days : float
        Time over which the promise is to hold, since the detectors were started.
    false_share : float

    References
    ----------
    Dandapanthula and Ramdas (2025), arXiv:2501.04130; Wang and Ramdas (2022), doi:10.1111/rssb.12489.

    Examples
    --------
    >>> raise_together([2e7, 30, 1.5e7, 900], answers_a_day=30, patience_days=60, false_share=0.05).people
    (0, 2)
    """
    of_person = np.asarray(evidence, dtype=np.float64)
    a_day = np.broadcast_to(np.asarray(answers_a_day, dtype=np.float64), of_person.shape)
    if not ((a_day > 0).all() and patience_days > 0 and 0 < false_share < 1):
        raise QualityError(
            "answers a day and patience are above 0, and the share of false alarms lies between 0 and 1."
        )
    days = of_person / a_day
    order = np.argsort(-days, kind="stable")
    limits = len(days) * patience_days / (false_share * np.arange(1, len(days) + 1))
    reached = np.flatnonzero(days[order] >= limits)
    if not len(reached):
        return TeamAlarms((), float(limits[0]) if len(days) else float("inf"))
    last = int(reached[-1])
    return TeamAlarms(tuple(order[: last + 1].tolist()), float(limits[last]))
