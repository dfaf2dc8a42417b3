"""A realised figure beside the bar it has to meet, and how they are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One realised figure; bars that are None are not asked for."""

    what: str
    value: float
    least: float | None = None
    most: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether it lies within its bars."""
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)

    def __str__(self) -> str:
        bars = [f"{sign} {bar:g}" for sign, bar in ((">=", self.least), ("<=", self.most)) if bar is not None]
        verdict = f"{' and '.join(bars):<20}{'met' if self.is_met else 'MISSED'}" if bars else ""
        return f"  {self.what:<66}{self.value:>12,.3f}   {verdict}".rstrip()


Measure = Callable[[int], Iterable[Figure]]
"""Measures one detector over so many simulated worlds; its docstring's first line is the heading."""


def print_figures(measures: Iterable[Measure], n_worlds: int) -> bool:
    """Print the figures of each measure as they come; whether all bars were met."""
    all_met = True
    for measure in measures:
        print((measure.__doc__ or measure.__name__).splitlines()[0])
        for figure in measure(n_worlds):
            print(figure, flush=True)
            all_met &= figure.is_met
    return all_met
