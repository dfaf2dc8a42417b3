"""Lines of the table, and how figures read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measuring.contest import Effort, Measured


@dataclass(frozen=True)
class Conditions:
    """What a section needs to know.

    Attributes
    ----------
    peers, irrcac : Path or str
        Interpreters, or why there is none.
    folder : Path
        For data of the moment.
    effort : Effort
    is_quick : bool
        Leave out what takes minutes.
    """

    peers: Path | str
    irrcac: Path | str
    folder: Path
    effort: Effort
    is_quick: bool


@dataclass(frozen=True)
class Line:
    """One line: what was measured, Karat's figure, the others', and the bar with whether it is met."""

    what: str
    ours: str
    others: str = ""
    bar: str = ""
    is_met: bool | None = None

    def __str__(self) -> str:
        verdict = "" if self.is_met is None else f"  bar {self.bar}: {'OK' if self.is_met else 'MISSED'}"
        return f"  {self.what:<46} {self.ours:<24} {self.others}{verdict}".rstrip()


def duration(seconds: float) -> str:
    """With three digits, in the unit that suits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def figure(measured: Measured, *, with_memory: bool = False) -> str:
    """Time, and memory where asked for; or why there is none."""
    if measured.seconds is None:
        return measured.refused
    return duration(measured.seconds) + (f", {measured.mib:.0f} MiB" if with_memory else "")


def against(ours: Measured, others: Mapping[str, Measured], *, with_memory: bool = False) -> str:
    """The others' figures, each with how many times ours it is."""
    return "; ".join(
        f"{name} {figure(other, with_memory=with_memory)}{_times(ours, other)}" for name, other in others.items()
    )


def _times(ours: Measured, other: Measured) -> str:
    ratio = times(ours, other)
    return "" if ratio is None else f" ({ratio:.3g}×)"


def times(ours: Measured, other: Measured) -> float | None:
    """How many times as long the other takes."""
    if ours.seconds is None or other.seconds is None or ours.seconds <= 0:
        return None
    return other.seconds / ours.seconds


def is_below(measured: Measured, seconds: float) -> bool | None:
    """Whether a bar is met; None without a figure."""
    return None if measured.seconds is None else measured.seconds <= seconds


def geometric_mean(ratios: Sequence[float]) -> float:
    """Of one or more positive numbers."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


NO_CROWDS = Line("public crowds", "skipped", "../shared/data/truth is not beside the repository")
