"""Any mix of answers, revisions and withdrawals, to be taken by a running detector and its batch twin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from karat.quality.monitoring.running import Running, run

KINDS = st.sampled_from(["add", "add", "revise", "withdraw"])


def changes(seen: st.SearchStrategy[Any], *, most: int = 40) -> st.SearchStrategy[list[tuple[str, int, Any]]]:
    """Lists of (what happens, to which answer, what was seen)."""
    return st.lists(st.tuples(KINDS, st.integers(0, 20), seen), max_size=most)


def assert_twins_agree(
    detector: Any,
    happened: Sequence[tuple[str, int, Any]],
    *,
    batch: Callable[[list[Any]], Any] | None = None,
    same: Callable[[Any, Any], bool] = lambda a, b: bool(a == b),
) -> None:
    """The running form reads as the batch over what counts in the end."""
    running, counts = Running(detector), dict[int, Any]()
    for kind, key, seen in happened:
        if kind == "add" and key not in counts:
            running.add(key, seen)
            counts[key] = seen
        elif kind == "revise" and key in counts:
            running.revise(key, seen)
            counts[key] = seen
        elif kind == "withdraw" and key in counts:
            running.withdraw(key)
            del counts[key]
    told = batch(list(counts.values())) if batch else run(detector, counts.values())

    assert same(running.read(), told)
