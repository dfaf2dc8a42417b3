"""One answer at a time, and its batch twin."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.consensus import dawid_skene
from karat.quality.consensus.running import RunningConsensus
from karat.quality.errors import NoRatings, UnknownClass, UnknownItem
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world

ANSWERS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["ada", "bo", "cy"]), st.sampled_from("xyz")),
    min_size=1,
    max_size=30,
    unique_by=lambda answer: answer[:2],
)


@settings(deadline=None, max_examples=40)
@given(ANSWERS, st.data())
def test_after_refining_it_is_the_batch_fit_of_what_stands(
    answers: list[tuple[int, str, str]], data: st.DataObject
) -> None:
    running = RunningConsensus("xyz")
    for answer in answers:
        running.add(*answer)
    taken_back = data.draw(st.lists(st.sampled_from(answers), unique=True, max_size=len(answers) - 1))
    for answer in taken_back:
        running.take_back(*answer)
    standing = [answer for answer in answers if answer not in taken_back]

    refined = running.refine()

    batch = dawid_skene(Ratings.from_rows(standing, classes="xyz"))
    place = {name: row for row, name in enumerate(batch.items)}
    for row, item in enumerate(refined.items):
        assert refined.probabilities[row] == pytest.approx(batch.probabilities[place[item]], abs=1e-4)
        assert running.probabilities(item) == pytest.approx(refined.probabilities[row])


def test_taking_back_restores_the_item() -> None:
    world = planted_world(seed=0, n_items=50, accuracy=[0.9, 0.8, 0.7, 0.6], overlap=3)
    running = running_from(world.ratings)
    running.add(7, "somebody", 2)
    running.take_back(7, "somebody", 2)
    before = running.probabilities(7)

    running.add(7, "somebody", 2)
    changed = running.probabilities(7)
    running.take_back(7, "somebody", 2)

    assert np.abs(changed - before).max() > 0.01
    assert running.probabilities(7) == pytest.approx(before, abs=1e-9)
    assert running.n_ratings == world.ratings.n_ratings


def test_without_refining_labels_are_nearly_those_of_the_batch() -> None:
    world = planted_world(seed=1, n_items=400, accuracy=[0.95, 0.9, 0.8, 0.7, 0.6, 0.5], overlap=4)

    running = running_from(world.ratings)

    batch = dawid_skene(world.ratings).by_item()
    assert np.mean([running.label(item) == label for item, label in batch.items()]) > 0.95


def test_an_answer_takes_less_than_fifty_microseconds() -> None:
    """Processor time, best of several stretches: the machine may be busy."""
    world = planted_world(seed=2, n_items=1000, accuracy=[0.9, 0.8, 0.7, 0.6, 0.8, 0.9], overlap=5, n_classes=5)
    ratings, running = world.ratings, RunningConsensus(range(5))
    answers = list(zip(ratings.item.tolist(), ratings.annotator.tolist(), ratings.label.tolist(), strict=True))

    stretches = []
    for start in range(0, 5000, 500):
        began = time.process_time()
        for answer in answers[start : start + 500]:
            running.add(*answer)
        stretches.append((time.process_time() - began) / 500)

    assert min(stretches) < 50e-6


def test_the_last_answer_of_an_item_can_be_taken_back() -> None:
    running = RunningConsensus("xy")
    running.add("a", "ada", "x")

    running.take_back("a", "ada", "x")

    with pytest.raises(UnknownItem, match="'a' has no answer"):
        running.probabilities("a")
    with pytest.raises(NoRatings):
        running.refine()


def test_what_was_never_added_cannot_be_taken_back() -> None:
    running = RunningConsensus("xy")
    running.add("a", "ada", "x")

    with pytest.raises(UnknownItem, match="no answer 'y' of 'ada' on 'a'"):
        running.take_back("a", "ada", "y")


def test_an_undeclared_class_is_refused() -> None:
    with pytest.raises(UnknownClass, match="'z' is not among"):
        RunningConsensus("xy").add("a", "ada", "z")


def running_from(ratings: Ratings) -> RunningConsensus:
    running = RunningConsensus(ratings.classes)
    for item, annotator, label in zip(ratings.item, ratings.annotator, ratings.label, strict=True):
        running.add(ratings.items[item], ratings.annotators[annotator], ratings.classes[label])
    return running
