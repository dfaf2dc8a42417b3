"""The report: what was planted is said, what cannot be known is said too, and nothing makes it fail."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import karat
from karat.quality.errors import NoRatings
from karat.quality.ratings import Ratings
from karat.quality.report import Report, Source, report
from karat.quality.report.next_answer import gains_of_one_answer

CLASSES = ("ant", "bee", "cow", "dog")


def a_crowd(
    seed: int = 0, *, n_items: int = 600, n_people: int = 12, overlap: int = 5, spammers: int = 0, mixed_up: float = 0.0
) -> tuple[Ratings, dict[str, str]]:
    """Ratings and the truth. People are right in nine of ten; the last `spammers` guess; `mixed_up` of the bees are
    called ants and ants bees."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(4, size=n_items)
    answers = np.where(rng.random((n_people, n_items)) < 0.9, truth, rng.integers(4, size=(n_people, n_items)))
    is_mixed = (rng.random((n_people, n_items)) < mixed_up) & (truth < 2)
    answers = np.where(is_mixed, 1 - truth, answers)
    for person in range(n_people - spammers, n_people):
        answers[person] = rng.integers(4, size=n_items)
    asked = np.argsort(rng.random((n_items, n_people)), axis=1)[:, :overlap]
    item, who = np.repeat(np.arange(n_items), overlap), asked.ravel()
    ratings = Ratings.from_arrays(
        [f"item-{n}" for n in item],
        [f"person-{n}" for n in who],
        [CLASSES[code] for code in answers[who, item]],
        time=np.arange(len(item)) * 10.0,
    )
    return ratings, {f"item-{n}": CLASSES[code] for n, code in enumerate(truth)}


@pytest.fixture(scope="module")
def usual() -> Report:
    return report(a_crowd()[0])


def test_the_three_answers_come_first(usual: Report) -> None:
    lines = str(usual).splitlines()

    assert lines[0].startswith("How good       The answers let expect 9")
    assert any(line.startswith("Why not better") for line in lines[:5])
    assert any(line.startswith("What next") for line in lines[:7])


def test_gold_grades_labels_that_were_not_told_of_it() -> None:
    ratings, truth = a_crowd(overlap=2)

    found = report(ratings, truth)

    assert found.labels.gold_accuracy is not None
    right = np.mean([truth[str(item)] == label for item, label in karat.consensus(ratings).by_item().items()])
    assert found.labels.gold_accuracy.value == pytest.approx(right)
    assert found.labels.gold_accuracy.value < 1
    assert found.consensus.by_item() == truth  # what is given out keeps the gold


def test_the_pair_of_classes_that_was_mixed_up_is_named_with_its_cost() -> None:
    found = report(a_crowd(mixed_up=0.35)[0])

    assert (found.confusions[0].first, found.confusions[0].second) == ("ant", "bee")
    assert found.confusions[0].share > 0.5
    assert "“ant” and “bee” are mixed up" in found.summary.why_not_better
    assert any("tells “ant” from “bee”" in one.what for one in found.advice)


def test_expected_wrong_labels_are_about_as_many_as_are_wrong() -> None:
    wrong, expected = 0.0, 0.0
    for seed in range(5):
        ratings, truth = a_crowd(seed, mixed_up=0.3, overlap=3)
        found = report(ratings)
        expected += found.labels.expected_wrong
        wrong += sum(truth[str(item)] != label for item, label in found.consensus.by_item().items())

    assert expected == pytest.approx(wrong, rel=0.5)


def test_people_who_guess_come_first_and_are_named_in_the_advice() -> None:
    found = report(a_crowd(spammers=1)[0])

    by_errors = sorted(found.people.rows, key=lambda row: -row.expected_errors)
    assert by_errors[0].annotator == "person-11"
    assert by_errors[0].accuracy is not None
    assert by_errors[0].accuracy.high < 0.5
    assert any("person-11" in one.what for one in found.advice)


def test_time_shows_pace_and_agreement_over_time(usual: Report) -> None:
    assert len(usual.agreement.over_time) == 12
    assert sum(one.n_items for one in usual.agreement.over_time) == 600
    assert all(row.median_seconds is not None for row in usual.people.rows)


def test_what_cannot_be_said_is_said_with_what_it_would_take() -> None:
    ratings, _ = a_crowd(n_items=12)
    found = report(replace(ratings, time=None))

    said = " ".join(f"{one.what} {one.needed}" for one in found.limits)
    assert "Whether the labels are right" in said
    assert "50 items with two answers (12 now)" in said
    assert "A column with the time of each answer" in said
    assert "copy from each other" in said


def test_groups_that_share_no_item_are_counted() -> None:
    pairs = [(group, who) for group in "ab" for who in "pq"]
    rows = [(f"{group}{n}", group + who, "x" if n % 3 else "y") for group, who in pairs for n in range(9)]

    found = report(Ratings.from_rows(rows))

    assert (found.shape.n_components, found.shape.largest_component_share) == (2, 0.5)
    assert any("2 groups" in one.what for one in found.limits)


def test_one_more_answer_is_worth_what_it_turns_out_to_be_worth() -> None:
    """The expected gain of one more answer on the most doubtful items, against asking one more person each."""
    expected = realised = 0.0
    for seed in range(20):
        full, truth = a_crowd(seed, n_items=400, overlap=4, mixed_up=0.3)
        order = np.argsort(full.item, kind="stable")
        is_last = np.zeros(full.n_ratings, dtype=bool)
        is_last[order[3::4]] = True
        three = full.select(~is_last)
        before = karat.consensus(three, method="dawid_skene")
        gains = gains_of_one_answer(three, before)
        asked = set(np.argsort(-gains)[:60].tolist())
        after = karat.consensus(full.select(~is_last | np.isin(full.item, list(asked))), method="dawid_skene")
        expected += gains[list(asked)].sum()
        labels = (before.by_item(), after.by_item())
        realised += sum((labels[1][name] == truth[name]) - (labels[0][name] == truth[name]) for name in map(str, truth))

    assert expected == pytest.approx(realised, rel=0.6)


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(usual: Report) -> None:
    page = usual.to_html()

    assert len(page.encode()) < 1_000_000
    assert not re.search(r"<script|https?://|src=|@import|url\(", page)
    assert page.count("<section") == 9


def test_names_cannot_break_out_of_the_page() -> None:
    evil = '<img src=x onerror=alert(1)>"'
    rows = [(f"{n}{evil}", f"{who}{evil}", ("x" if n % 2 else "y") + evil) for n in range(30) for who in "abc"]
    rows.append((f"0{evil}", f"d{evil}", f"x{evil}"))

    page = report(Ratings.from_rows(rows), source=Source((evil,), (), (evil,))).to_html()

    assert "<img" not in page
    assert "&lt;img" in page


def test_lines_for_the_terminal_fit_a_wide_one(usual: Report) -> None:
    assert max(map(len, str(usual).splitlines())) <= 120


def test_json_holds_every_section_and_no_number_that_is_none(usual: Report) -> None:
    plain = json.loads(usual.to_json(), parse_constant=pytest.fail)

    assert set(plain) == {
        "summary", "shape", "agreement", "confusions", "people", "labels", "advice", "limits", "source"
    }  # fmt: skip
    assert plain["agreement"]["alpha"]["estimate"]["value"] == pytest.approx(usual.agreement.alpha.estimate.value)  # type: ignore[union-attr]


def test_without_ratings_there_is_no_report() -> None:
    with pytest.raises(NoRatings, match="a report needs ratings"):
        report(Ratings.from_rows([]))


PEOPLE = list(enumerate("ab"))
HARD = {
    "one rating": [("a", "ada", "x")],
    "one item": [("a", "ada", "x"), ("a", "bo", "y")],
    "one annotator": [(n, "ada", "xy"[n % 2]) for n in range(30)],
    "one class": [(n, who, "x") for n in range(30) for who in "ab"],
    "nothing shared": [(n, f"p{n % 3}", "xy"[n % 2]) for n in range(30)],
    "each its own class": [(n, who, f"{n}{who}") for n in range(30) for who in "ab"],
    "numbers": [(n, who, n + k) for n in range(30) for k, who in enumerate("abc")],
    "a thousand classes": [(n, who, f"c{(7 * n + k * (n % 5 == 0)) % 1000}") for n in range(2000) for k, who in PEOPLE],
}


@pytest.mark.parametrize("rows", HARD.values(), ids=HARD)
def test_hard_data_get_a_report_too(rows: list[tuple[object, object, object]]) -> None:
    found = report(Ratings.from_rows(rows), {rows[0][0]: rows[0][2]})

    assert str(found)
    assert found.to_html()
    json.loads(found.to_json(), parse_constant=pytest.fail)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.sampled_from("xyz")), min_size=1, max_size=40))
def test_any_small_data_get_a_report(rows: list[tuple[int, int, str]]) -> None:
    assert report(Ratings.from_rows(rows)).shape.n_ratings == len({row[:2] for row in rows})
