"""A stream of labels: exact under any history, and as cheap for the millionth label as for the first."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement import AgreementSums
from karat.quality.agreement.running import RunningAgreement
from karat.quality.errors import SingleClass, TooLittleOverlap, UnknownItem

labels = st.tuples(st.integers(0, 4), st.integers(0, 2))
steps = st.lists(st.tuples(labels, st.sampled_from(["keep", "take back", "relabel"]), st.integers(0, 2)), max_size=15)


@settings(deadline=None)  # the first example loads scipy
@given(steps, st.randoms(use_true_random=False))
def test_labels_added_taken_back_and_changed_equal_the_batch_twin(
    history: list[tuple[tuple[int, int], str, int]], random: np.random.Generator
) -> None:
    running = RunningAgreement()
    for (item, label), _, _ in history:
        running.add(item, label)
    later = [step for step in history if step[1] != "keep"]
    random.shuffle(later)
    for (item, label), what, new in later:
        if what == "take back":
            running.take_back(item, label)
        else:
            running.relabel(item, label, new)
    counts = np.zeros((5, 3), dtype=np.int64)
    for (item, label), what, new in history:
        if what != "take back":
            counts[item, new if what == "relabel" else label] += 1

    assert running.sums == AgreementSums.of(counts)
    assert alpha_or_reason(running) == pytest.approx(alpha_or_reason(AgreementSums.of(counts)), abs=1e-12)


@settings(deadline=None)
@given(st.lists(labels, max_size=10), labels)
def test_a_label_added_and_taken_back_leaves_no_trace(history: list[tuple[int, int]], extra: tuple[int, int]) -> None:
    running = RunningAgreement()
    for item, label in history:
        running.add(item, label)
    before = running.sums

    running.add(*extra)
    running.take_back(*extra)

    assert running.sums == before


def test_what_was_never_added_cannot_be_taken_back_or_changed() -> None:
    running = RunningAgreement()
    running.add("post-1", 0)

    with pytest.raises(UnknownItem, match="'post-1' has no label 1"):
        running.take_back("post-1", 1)
    with pytest.raises(UnknownItem, match="'post-2' has no label 0"):
        running.relabel("post-2", 0, 1)


@pytest.mark.slow
def test_a_label_takes_less_than_50_microseconds_among_a_million() -> None:
    rng = np.random.default_rng(1)
    running = RunningAgreement()
    for item, label in rng.integers(0, [300_000, 20], size=(1_000_000, 2)).tolist():
        running.add(item, label)
    more = rng.integers(0, [300_000, 20], size=(10_000, 2)).tolist()

    start = time.process_time()
    for item, label in more:
        running.add(item, label)
        running.alpha()
    seconds = time.process_time() - start

    assert seconds / len(more) < 50e-6


def alpha_or_reason(measured: RunningAgreement | AgreementSums) -> float | str:
    try:
        found = measured.alpha()
    except (SingleClass, TooLittleOverlap) as reason:
        return type(reason).__name__
    return found if isinstance(found, float) else found.value
