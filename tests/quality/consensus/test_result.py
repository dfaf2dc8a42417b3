"""What a result offers beside labels: what people would answer, what votes are worth, how sure matrices are."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.consensus import consensus, dawid_skene, majority_vote
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world, ratings_of

Row = tuple[int | str, int | str, str]


def test_the_next_answer_is_another_question_than_the_truth() -> None:
    """Everybody is right on 70 %: the truth is certain, the next answer is not."""
    world = planted_world(seed=0, n_items=300, accuracy=[0.7] * 15, overlap=12)

    result = dawid_skene(world.ratings)

    truth = np.array([world.truth[item] for item in result.items])  # type: ignore[index]
    rows = np.arange(300)
    assert result.p_truth[rows, truth].mean() > 0.97
    assert result.p_response[rows, truth].mean() == pytest.approx(0.7, abs=0.04)


def test_an_item_that_divides_people_goes_on_dividing_them() -> None:
    rows: list[Row] = [(item, who, "xy"[item % 2]) for item in range(40) for who in range(10)]
    rows += [("hard", who, "x" if who < 6 else "y") for who in range(10)]

    result = consensus(Ratings.from_rows(rows))

    hard = result.items.index("hard")
    assert 0.3 < result.p_response[hard, 1] < 0.5


def test_votes_of_those_who_tell_nothing_count_for_little() -> None:
    rows: list[Row] = [(item, who, "xy"[item % 2]) for item in range(60) for who in ("ada", "bo", "cy")]
    rows += [(item, "spammer", "x") for item in range(60)]
    rows += [("by ada", "ada", "x"), ("by the spammer", "spammer", "x")]

    votes = dict(zip((result := dawid_skene(Ratings.from_rows(rows))).items, result.effective_votes, strict=True))

    assert votes["by the spammer"] < 0.3
    assert votes["by ada"] > 1.0


def test_votes_that_repeat_each_other_count_for_less() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(2, size=200)
    seen = np.where(rng.random(200) < 0.3, 1 - truth, truth)
    rows = [
        (item, who, int(seen[item] if rng.random() < 0.7 else truth[item])) for item in range(200) for who in range(12)
    ]

    result = dawid_skene(Ratings.from_rows(rows), is_tempered=True)

    assert result.evidence_weight < 1
    assert result.effective_votes.mean() == pytest.approx(12 * result.evidence_weight, rel=0.05)


def test_without_repetition_or_differences_votes_are_ratings() -> None:
    result = majority_vote(ratings_of("aaab", "bbba", "aaaa", "bbbb"))

    assert result.effective_votes.sum() == pytest.approx(16)


def test_intervals_of_a_confusion_matrix_are_wide_where_little_is_known() -> None:
    rows: list[Row] = [(item, who, "x") for item in range(100) for who in ("ada", "bo")]
    rows += [("rare", who, "y") for who in ("ada", "bo")]

    interval = dawid_skene(Ratings.from_rows(rows)).annotators["ada"].confusion_interval()

    width = interval.high - interval.low
    assert width[0, 0] < 0.1
    assert width[1, 1] > 0.5
