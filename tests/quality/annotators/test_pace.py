"""Pace: seconds between answers, without the pauses."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.annotators.pace import pace
from karat.quality.errors import QualityError
from karat.quality.ratings import Ratings


def timed(**times: list[float]) -> Ratings:
    rows = [(n, who, time) for who, moments in times.items() for n, time in enumerate(moments)]
    item, who, time = zip(*rows, strict=True)
    return Ratings.from_arrays(item, who, ["x"] * len(rows), time=time)


def test_pauses_are_no_work_and_end_a_session() -> None:
    morning = [10.0 * n for n in range(30)]
    evening = [40_000 + 30.0 * n for n in range(11)]

    team = pace(timed(ada=morning + evening))

    (ada,) = team.annotators
    assert (ada.n, ada.n_sessions, ada.median_seconds) == (39, 2, 10.0)


def test_answers_far_below_the_usual_time_are_fast() -> None:
    usual = {f"person{n}": [20.0 * k for k in range(50)] for n in range(4)}

    team = pace(timed(**usual, rusher=[2.0 * k for k in range(50)]))

    assert team.median_seconds == 20.0
    assert [person.fast_share for person in team.annotators] == [0, 0, 0, 0, 1]


def test_times_of_a_bulk_upload_say_nothing() -> None:
    with pytest.raises(QualityError, match="not those at which a file was written"):
        pace(timed(ada=[100.0] * 50))


def test_ratings_without_times_are_refused_with_what_to_do() -> None:
    with pytest.raises(QualityError, match="Name the column of times"):
        pace(Ratings.from_codes(np.arange(3), np.zeros(3, int), np.zeros(3, int)))
