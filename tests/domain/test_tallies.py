"""What an item contributes to the sums, and that it can be taken back."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from karat.domain.items import Dispute, ItemState
from karat.domain.probes import Purpose
from karat.domain.tallies import CountedAnswer, ItemTally, Sums, duration_bucket, median_seconds, sums_of, without_zeros

DAY = "2026-11-21"


def an_answer(
    label: str | None = "toxic",
    *,
    by: int = 1,
    ms: int = 0,
    day: str = DAY,
    purpose: Purpose = Purpose.PRODUCTION,
    is_right: bool | None = None,
) -> CountedAnswer:
    return CountedAnswer(by, label, ms, day, purpose, is_right)


def project_counts(*tallies: ItemTally) -> dict[str, int]:
    return without_zeros(sums_of(tallies).project)


def test_an_item_is_counted_by_its_state_and_by_why_it_is_disputed() -> None:
    found = project_counts(ItemTally(), ItemTally(ItemState.DISPUTED, Dispute.SKIPPED), ItemTally(ItemState.RESOLVED))

    assert found == {"items": 3, "state:open": 1, "state:disputed": 1, "state:resolved": 1, "dispute:skipped": 1}


def test_a_check_item_is_counted_apart_from_ordinary_items() -> None:
    assert project_counts(ItemTally(ItemState.RESOLVED, is_check=True)) == {"check_items": 1}


def test_each_two_classes_given_to_one_item_are_a_pair_once() -> None:
    answers = tuple(an_answer(label, by=by) for by, label in enumerate(["b", "a", "a", None, "c"]))

    found = project_counts(ItemTally(answers=answers))

    assert {name: n for name, n in found.items() if name.startswith("pair:")} == {
        "pair:a|b": 1,
        "pair:a|c": 1,
        "pair:b|c": 1,
    }


def test_answers_to_checks_say_nothing_about_classes_nor_pairs() -> None:
    answers = (an_answer("a", by=1, purpose=Purpose.GOLD), an_answer("b", by=2, purpose=Purpose.HONEYPOT))

    assert project_counts(ItemTally(is_check=True, answers=answers)) == {"answers": 2, "check_items": 1}


def test_an_unsure_answer_has_no_class() -> None:
    assert project_counts(ItemTally(answers=(an_answer(None),))) == {
        "items": 1,
        "state:open": 1,
        "answers": 1,
        "unsure": 1,
    }


def test_gold_and_honeypots_are_graded_apart_for_the_project_and_for_the_person() -> None:
    answers = (
        an_answer(by=1, purpose=Purpose.GOLD, is_right=True),
        an_answer(by=2, purpose=Purpose.GOLD, is_right=False),
        an_answer(by=2, purpose=Purpose.HONEYPOT, is_right=True),
    )

    sums = sums_of([ItemTally(is_check=True, answers=answers)])

    assert without_zeros(sums.project).items() >= {"gold:graded": 2, "gold:right": 1, "honeypot:graded": 1}.items()
    assert without_zeros(sums.annotators[1]) == {"answers": 1, "gold:graded": 1, "gold:right": 1}
    assert sums.annotators[2]["gold:right"] == 0
    assert sums.annotators[2]["honeypot:right"] == 1


def test_skips_are_counted_for_the_project_and_for_whoever_skipped() -> None:
    sums = sums_of([ItemTally(skips=(4, 7))])

    assert sums.project["skips"] == 2
    assert {person: counts["skips"] for person, counts in sums.annotators.items()} == {4: 1, 7: 1}


def test_answers_are_counted_by_day_and_annotator() -> None:
    answers = (an_answer(by=1), an_answer(by=2), an_answer(by=1, day="2026-11-22"))

    assert sums_of([ItemTally(answers=answers)]).days == {(DAY, 1): 1, (DAY, 2): 1, ("2026-11-22", 1): 1}


def test_only_measured_items_that_are_no_checks_speak_for_agreement() -> None:
    assert ItemTally(is_measured=True).measures_agreement()
    assert not ItemTally(is_measured=False).measures_agreement()
    assert not ItemTally(is_measured=True, is_check=True).measures_agreement()


answers = st.builds(
    CountedAnswer,
    annotator=st.integers(1, 3),
    label=st.sampled_from(["a", "b", "c", None]),
    duration_ms=st.integers(0, 10_000_000),
    day=st.sampled_from([DAY, "2026-11-22"]),
    purpose=st.sampled_from(Purpose),
    is_right=st.sampled_from([True, False, None]),
)
tallies = st.builds(
    ItemTally,
    state=st.sampled_from(ItemState),
    dispute=st.none() | st.sampled_from(Dispute),
    is_check=st.booleans(),
    is_measured=st.booleans(),
    answers=st.lists(answers, max_size=4).map(tuple),
    skips=st.lists(st.integers(1, 3), max_size=2).map(tuple),
)


@given(st.lists(tallies, max_size=6), st.lists(tallies, max_size=6), st.randoms())
def test_what_is_taken_back_leaves_no_trace_in_whatever_order(
    kept: list[ItemTally], gone: list[ItemTally], rng: random.Random
) -> None:
    steps = [(tally, 1) for tally in kept + gone] + [(tally, -1) for tally in gone]
    rng.shuffle(steps)
    running = Sums()

    for tally, sign in steps:
        running.add(tally, sign)

    assert plain(running) == plain(sums_of(kept))


def plain(sums: Sums) -> tuple[object, ...]:
    people = {person: without_zeros(counts) for person, counts in sums.annotators.items()}
    return without_zeros(sums.project), {person: counts for person, counts in people.items() if counts}, +sums.days


def test_counts_that_say_nothing_are_left_out_and_the_others_sorted() -> None:
    assert list(without_zeros(Counter(b=1, a=2, c=0, d=-1)).items()) == [("a", 2), ("b", 1), ("d", -1)]


@pytest.mark.parametrize("milliseconds", [1, 2, 999, 1_000, 90_000, 86_400_000])
def test_the_middle_of_a_bucket_is_within_9_percent_of_every_time_in_it(milliseconds: int) -> None:
    seconds = median_seconds({f"ms:{duration_bucket(milliseconds)}": 1})

    assert seconds == pytest.approx(milliseconds / 1000, rel=0.092, abs=0.005)


def test_the_median_is_that_of_all_buckets_and_none_without_any() -> None:
    fast, slow = duration_bucket(1_000), duration_bucket(60_000)

    assert median_seconds({f"ms:{fast}": 3, f"ms:{slow}": 2, "answers": 5}) == pytest.approx(1, rel=0.09)
    assert median_seconds({f"ms:{fast}": 2, f"ms:{slow}": 3}) == pytest.approx(60, rel=0.09)
    assert median_seconds({"answers": 5}) is None
