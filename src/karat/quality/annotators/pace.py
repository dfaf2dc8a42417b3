"""How fast people work, from the times of their answers alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.errors import QualityError
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]

LONGEST_GAP_SECONDS = 1800.0
"""A longer time between two answers is a pause, and ends a work session."""

_FAST_SHARE = 0.25
"""An answer given in less than this share of the team's usual time for its class is hardly read."""

_LEAST_ANSWERS = 20


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds from one answer of a person to the next, within work sessions.

    Attributes
    ----------
    annotator : name
    n : int
        Answers with a time before them.
    median_seconds : float
    fast_share : float
        Share of answers in less than a quarter of the team's median time, 0-1.
    n_sessions : int
    """

    annotator: Name
    n: int
    median_seconds: float
    fast_share: float
    n_sessions: int


@dataclass(frozen=True, slots=True)
class TeamPace:
    """The team's median seconds an answer, and the pace of everybody with at least 20 timed answers."""

    median_seconds: float
    annotators: tuple[Pace, ...]


def pace(ratings: Ratings) -> TeamPace:
    """How long answers take.

    The time of an answer is that since the same person's last one. Times of half an hour or more are pauses. Where
    answers were stored in bulk most of these times are 0, and pace cannot be measured.

    Raises
    ------
    QualityError
        When the ratings have no times, or these say nothing about pace.

    Examples
    --------
    >>> ratings = Ratings.from_arrays(range(30), ["ada"] * 30, ["x"] * 30, time=[10.0 * n for n in range(30)])
    >>> pace(ratings).annotators[0].median_seconds
    10.0
    """
    if ratings.time is None:
        raise QualityError("pace needs the time of each rating; these have none. Name the column of times.")
    order = np.lexsort((ratings.time, ratings.annotator))
    who, gaps = ratings.annotator[order], np.diff(ratings.time[order], prepend=np.nan)
    gaps[np.append(True, who[1:] != who[:-1])] = np.nan
    is_work = gaps < LONGEST_GAP_SECONDS
    if is_work.sum() < _LEAST_ANSWERS or (gaps[is_work] <= 0).mean() > 0.5:
        raise QualityError(
            f"only {int((gaps[is_work] > 0).sum())} answers come some time after another of the same person; "
            "pace needs the times at which answers were given, not those at which a file was written."
        )
    usual = float(np.median(gaps[is_work]))
    people = [
        _pace_of(ratings.annotators[code], gaps[who == code], usual)
        for code in np.unique(who[is_work]).tolist()
        if (is_work & (who == code)).sum() >= _LEAST_ANSWERS
    ]
    return TeamPace(usual, tuple(people))


def _pace_of(annotator: Name, gaps: Array, usual: float) -> Pace:
    work = gaps[gaps < LONGEST_GAP_SECONDS]
    return Pace(
        annotator,
        len(work),
        float(np.median(work)),
        float((work < _FAST_SHARE * usual).mean()),
        int(len(gaps) - len(work)),
    )
