"""Contestants are measured in processes of their own, and one that cannot do its work says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.measuring.contest import MOST_GIB, Contestant, Effort, compare
from bench.measuring.data import Answers, crowd

WORKLOADS = "tests.bench.workloads"
BRIEF = Effort(seconds=0.0, least_turns=1, most_turns=1, patience=60)


def test_a_contestant_gets_the_data_and_says_its_result(tmp_path: Path) -> None:
    answers = crowd(50, (2, 3), 5, 2)
    data = answers.save(tmp_path / "answers.npz")

    (found,) = compare([Contestant("sum", WORKLOADS, "total", data=data)], BRIEF)

    assert found.said == int(answers.item.sum())
    assert found.seconds is not None


def test_memory_is_what_was_needed_at_the_highest_point() -> None:
    (found,) = compare([Contestant("memory", WORKLOADS, "takes_memory", options={"mib": 200}, warms_up=False)], BRIEF)

    assert found.mib == pytest.approx(200, abs=10)


def test_what_is_hidden_counts_as_not_installed() -> None:
    options = {"module": "json.tool"}

    found = compare(
        [
            Contestant("with", WORKLOADS, "needs", options=options),
            Contestant("without", WORKLOADS, "needs", options=options, hidden=["json.tool"]),
        ],
        BRIEF,
    )

    assert [one.refused for one in found] == ["", "not offered"]


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    data = crowd(50, (2, 3), 5, 2).save(tmp_path / "answers.npz")

    found = compare(
        [
            Contestant("failing", WORKLOADS, "fails", data=data),
            Contestant("absent", WORKLOADS, "total", "there is no such environment", data),
            Contestant("greedy", WORKLOADS, "takes_memory", options={"mib": MOST_GIB * 1024}),
            Contestant("sum", WORKLOADS, "total", data=data),
        ],
        BRIEF,
    )

    assert [one.refused for one in found] == [
        "ValueError: no such thing",
        "there is no such environment",
        f"over {MOST_GIB} GiB",
        "",
    ]


@pytest.mark.parametrize(
    ("times", "is_enough"),
    [([], False), ([0.1] * 2, False), ([2.0] * 2, False), ([2.0] * 3, True), ([10.0], True), ([0.01] * 15, True)],
)
def test_turns_go_on_until_there_is_enough_time_or_enough_of_them(times: list[float], is_enough: bool) -> None:
    effort = Effort(seconds=3.0, least_turns=3, most_turns=15)

    assert effort.is_enough(times) == is_enough


def test_nobody_answers_an_item_of_the_invented_crowd_twice() -> None:
    answers: Answers = crowd(2000, (2, 5), 30, 3, is_zipf=True)

    pairs = set(zip(answers.item.tolist(), answers.annotator.tolist(), strict=True))

    assert len(pairs) == len(answers.item)
    assert 2000 * 3 < len(pairs) < 2000 * 4
