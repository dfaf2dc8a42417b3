"""Windows of buckets: the same as all their items at once, in no time."""

from __future__ import annotations

import time
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from karat.quality.agreement import AgreementSums
from karat.quality.agreement.windows import Bucket, Windows
from karat.quality.errors import TooLittleOverlap, UnknownItem

START = date(2026, 3, 1)
items = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["", "short"]), st.lists(st.integers(0, 3), min_size=3, max_size=3)),
    max_size=12,
)


@settings(deadline=None)  # the first example loads scipy
@given(items, st.integers(0, 5), st.integers(0, 5), st.sampled_from([None, ["short"]]))
def test_a_window_equals_its_items_at_once(
    listed: list[tuple[int, str, list[int]]], first: int, last: int, slices: list[str] | None
) -> None:
    windows = windows_of(listed)
    within = [counts for day, name, counts in listed if first <= day <= last and (slices is None or name in slices)]

    found = windows.read(START + timedelta(first), START + timedelta(last), slices=slices)

    expected = AgreementSums.of(np.array(within, dtype=np.int64).reshape(-1, 3)).scaled()
    width = len(expected.squares)
    assert found.n_items == expected.n_items
    assert found.squares[:width, :width] == pytest.approx(expected.squares)
    assert not found.total[width:].any()


@settings(deadline=None)
@given(items, st.integers(0, 12))
def test_shards_merge_into_the_whole(listed: list[tuple[int, str, list[int]]], cut: int) -> None:
    assert windows_of(listed[:cut]).merge(windows_of(listed[cut:])).sums == windows_of(listed).sums


@settings(deadline=None)
@given(items)
def test_items_taken_back_leave_no_trace(listed: list[tuple[int, str, list[int]]]) -> None:
    windows = windows_of(listed)
    windows.read(START, START + timedelta(9))
    for day, name, counts in listed:
        windows.remove(Bucket(START + timedelta(day), name), counts)

    assert windows.sums == {}
    assert windows.read(START, START + timedelta(9)).n_items == 0


def test_an_empty_window_is_refused_with_its_reason() -> None:
    with pytest.raises(TooLittleOverlap, match="there are 0"):
        Windows().read(START, START).alpha()


def test_what_is_not_in_the_bucket_cannot_be_taken_back() -> None:
    windows = windows_of([(0, "", [1, 1, 0])])

    with pytest.raises(UnknownItem):
        windows.remove(Bucket(START + timedelta(1)), [1, 1, 0])


@pytest.mark.slow
def test_ninety_days_are_read_with_interval_in_less_than_5_milliseconds() -> None:
    """Processor time, 20 classes, three slices; after one bucket has changed."""
    rng = np.random.default_rng(1)
    windows = Windows(
        {
            Bucket(START + timedelta(day), name): AgreementSums.of(rng.multinomial(4, [0.05] * 20, size=300))
            for day in range(90)
            for name in ("", "short", "long")
        }
    )
    windows.read(START, START + timedelta(89))
    took = []
    for _ in range(5):
        windows.add(Bucket(START + timedelta(89)), [2, 1] + [0] * 18)
        start = time.process_time()
        windows.read(START, START + timedelta(89)).alpha()
        took.append(time.process_time() - start)

    assert min(took) < 5e-3


def windows_of(listed: list[tuple[int, str, list[int]]]) -> Windows:
    windows = Windows()
    for day, name, counts in listed:
        windows.add(Bucket(START + timedelta(day), name), counts)
    return windows
