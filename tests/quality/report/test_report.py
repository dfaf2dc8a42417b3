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
from karat.quality.errors import NoRatings, UnknownClass
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

    assert re.match(r"How good       9\d\.\d % of the labels should be right", lines[0])
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


def test_who_answers_much_and_well_is_not_named_for_many_errors() -> None:
    rng = np.random.default_rng(3)
    rows = [(n, "busy", n % 3 if rng.random() < 0.93 else (n + 1) % 3) for n in range(900)]
    rows += [(n, f"p{n % 6}", n % 3 if rng.random() < 0.93 else (n + 1) % 3) for n in range(900)]
    rows += [
        (n, f"q{n % 5}", n % 3 if rng.random() < (0.3 if n % 5 == 0 else 0.93) else (n + 2) % 3) for n in range(900)
    ]

    found = report(Ratings.from_rows(rows))

    assert [row.annotator for row in found.people.standing_out] == ["q0"]
    assert found.people.standing_out_errors > 2 * found.people.standing_out_answers


def test_without_shared_items_nothing_is_claimed_of_the_labels() -> None:
    found = report(Ratings.from_rows([(n, f"p{n % 3}", "xy"[n % 2]) for n in range(80)]))

    assert found.summary.how_good.startswith("Not known: no item has answers of two annotators")
    assert found.advice[0].what == "Give 50 items, drawn at random, to a second annotator."
    assert "doubtful" not in str(found).lower()
    assert "certainty" not in str(found).partition("WHAT CANNOT")[0]


def test_gold_that_is_worse_than_the_answers_promised_is_said() -> None:
    ratings, truth = a_crowd()
    wrong = {item: label if n % 4 else "dog" for n, (item, label) in enumerate(truth.items())}

    assert "mistakes that annotators share" in report(ratings, wrong).summary.how_good
    assert (
        "which fits" in report(ratings, truth).summary.how_good
        or "better than" in report(ratings, truth).summary.how_good
    )


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["Fine", "fine", " fine", "bad"], "“ fine” and “Fine” and “fine” differ only in spelling"),
        (["1", "1.0", "2", "2.0"], "“1” and “1.0” differ only in spelling (and so does 1 other group)"),
        (["x", "y", "Unsure", "x"], "“Unsure” (60 answers) may say that somebody could not decide"),
        (["x"], "Every answer is “x”"),
        ([str(n) for n in range(47)], "47 different numbers look like amounts"),
        ([f"text {n}" for n in range(240)], "240 different labels in 240 answers look like texts"),
    ],
)
def test_what_makes_the_numbers_mean_less_is_said_first(labels: list[str], said: str) -> None:
    rows = [(n // 3, f"p{n % 3}", labels[n % len(labels)]) for n in range(240)]

    found = report(Ratings.from_rows(rows))

    assert any(said in one for one in found.cautions)
    assert "But note" in str(found)
    assert "But note" in found.to_html()


def test_few_items_are_said_to_be_few() -> None:
    found = report(Ratings.from_rows([("a", "ada", "x"), ("a", "bo", "y")]))

    assert "There is only 1 item: too few" in found.cautions[0]


def test_gold_of_classes_nobody_gave_is_said() -> None:
    ratings, truth = a_crowd(n_items=60)

    found = report(ratings, {item: label.title() for item, label in truth.items()})

    assert "60 gold labels of 60 say (100 %). Do gold and answers spell the classes alike?" in found.cautions[0]


def test_unsure_answers_are_set_aside_and_counted() -> None:
    rows: list[tuple[object, str, str]] = [(n, who, "xy"[n % 2]) for n in range(60) for who in ("ada", "bo")]
    rows += [(n, "cy", "unsure" if n < 40 else "xy"[n % 2]) for n in range(60)]
    rows += [("open", who, "unsure") for who in ("ada", "bo", "cy")]

    found = report(Ratings.from_rows(rows), unsure=["unsure"])

    assert found.unsure is not None
    assert (found.unsure.n, found.unsure.n_left_out, found.shape.n_items) == (43, 1, 60)
    assert found.unsure.rate.value == pytest.approx(43 / 183)
    assert [name for name, _ in found.unsure.annotators] == ["cy"]
    assert found.unsure.items == (("open", 3, 3),)
    assert found.consensus.classes == ("x", "y")
    assert found.agreement.observed.estimate is not None
    assert found.agreement.observed.estimate.value == 1
    assert "UNSURE ANSWERS" in str(found)
    assert "When could nobody decide?" in found.to_html()


def test_an_unsure_answer_that_nobody_gave_is_refused() -> None:
    with pytest.raises(UnknownClass, match=r"nobody answered 'dunno'.*The answers are: ant, bee, cow, dog"):
        report(a_crowd()[0], unsure=["dunno"])


def test_all_unsure_leave_no_report() -> None:
    with pytest.raises(NoRatings, match="all 2 answers are unsure"):
        report(Ratings.from_rows([("a", "ada", "?"), ("a", "bo", "?")]), unsure=["?"])


def test_ordered_classes_get_an_alpha_that_counts_near_misses_less() -> None:
    rows = [(n, who, str(n % 5 + (k * n) % 2)) for n in range(60) for k, who in enumerate(("ada", "bo"))]

    found = report(Ratings.from_rows(rows), ordered=True).agreement

    assert found.alpha_by_order is not None
    assert found.alpha_by_order.estimate is not None
    assert found.alpha.estimate is not None
    assert found.alpha_by_order.estimate.value > found.alpha.estimate.value + 0.2
    assert report(Ratings.from_rows(rows)).agreement.alpha_by_order is None


def test_one_more_answer_is_worth_about_what_it_turns_out_to_be_worth() -> None:
    """The expected gain of one more answer on the most doubtful items, against asking one more person each."""
    expected = realised = 0.0
    for seed in range(20):
        full, truth = a_crowd(seed, n_items=400, overlap=4, mixed_up=0.3)
        order = np.argsort(full.item, kind="stable")
        is_last = np.zeros(full.n_ratings, dtype=bool)
        is_last[order[3::4]] = True
        three = full.select(~is_last)
        before = karat.consensus(three)
        gains = gains_of_one_answer(three, before)
        asked = set(np.argsort(-gains)[:60].tolist())
        after = karat.consensus(full.select(~is_last | np.isin(full.item, list(asked))))
        expected += gains[list(asked)].sum()
        labels = (before.by_item(), after.by_item())
        realised += sum((labels[1][name] == truth[name]) - (labels[0][name] == truth[name]) for name in map(str, truth))

    assert 0.5 < expected / realised < 2


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


def test_lines_fit_the_narrowest_terminal(usual: Report) -> None:
    long = [
        (f"item {'x' * 90}{n}", f"a person {'y' * 60}{who}", f"class {'z' * 50}{n % 3}")
        for n in range(60)
        for who in "abc"
    ]

    assert max(map(len, str(usual).splitlines())) <= 80
    assert max(map(len, str(report(Ratings.from_rows(long))).splitlines())) <= 90


def test_what_all_people_are_judged_by_stands_once_above_them() -> None:
    ratings, truth = a_crowd(n_people=3, overlap=3)

    by_answers, by_gold = str(report(ratings)), str(report(ratings, gold=truth))

    assert (by_answers.count("right by consensus"), by_answers.count(") by consensus")) == (1, 0)
    assert (by_gold.count("right on gold"), by_gold.count(") on gold")) == (1, 0)


def test_who_is_judged_by_something_else_than_others_has_it_beside_the_figure() -> None:
    ratings, truth = a_crowd(n_items=200)
    answered = {str(ratings.items[item]) for item in ratings.item[ratings.annotator == 0]}
    gold = {item: label for item, label in truth.items() if item not in answered}

    text = str(report(ratings, gold=gold))

    assert ") by consensus" in text
    assert ") on gold" in text


def test_counts_agree_with_their_nouns() -> None:
    text = str(report(Ratings.from_rows([("a", "ada", "x")])))

    assert "1 answer to 1 item by 1 annotator, 1 class\n" in text
    assert not re.search(r"\b1 (answers|items|annotators|classes|labels|pairs)\b", text)


def test_json_holds_every_section_and_no_number_that_is_none(usual: Report) -> None:
    plain = json.loads(usual.to_json(), parse_constant=pytest.fail)

    assert set(plain) == {
        "summary", "shape", "agreement", "confusions", "people", "labels", "advice", "limits", "source",
        "cautions", "unsure"
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
