"""Small pieces of work for the tests of the benchmark's own measuring."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

Workload = tuple[Callable[[], Any], Callable[[Any], Any]]


def total(data: dict[str, Any]) -> Workload:
    """Says the sum of what it was given."""
    return lambda: int(data["item"].sum()), lambda found: found


def takes_memory(_: Any, *, mib: int) -> Workload:
    """Fills so much memory for a moment."""
    return lambda: len(bytearray(b"x") * (mib << 20)), lambda found: found


def needs(_: Any, *, module: str) -> Workload:
    """Cannot do without this module."""
    return lambda: importlib.import_module(module), lambda _: "imported"


def fails(_: Any) -> Workload:
    """Raises when measured, after talking a lot."""

    def run() -> None:
        print("this must not disturb the answers")
        raise ValueError("no such thing\nas this")

    return run, lambda _: None
