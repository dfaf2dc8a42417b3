"""Figures as the tables of the benchmark show them, and the pins of the peers."""

from __future__ import annotations

import pytest

from bench.measuring.contest import Measured
from bench.measuring.environments import PINS, names_in
from bench.measuring.table import Line, against, duration, figure, geometric_mean, is_below


@pytest.mark.parametrize(
    ("seconds", "text"), [(12.34, "12.3 s"), (0.0123, "12.3 ms"), (4.5e-6, "4.5 µs"), (3.2e-8, "32 ns")]
)
def test_a_duration_has_the_unit_that_suits(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_others_are_shown_with_how_many_times_ours_they_take() -> None:
    others = {"slow": Measured(0.5, 30.0), "absent": Measured(refused="not offered")}

    assert against(Measured(0.1), others, with_memory=True) == "slow 500 ms, 30 MiB (5×); absent not offered"


def test_without_a_figure_no_bar_is_met_or_missed() -> None:
    nothing = Measured(refused="over 8 GiB")

    assert figure(nothing) == "over 8 GiB"
    assert is_below(nothing, 1.0) is None
    assert "bar" not in str(Line("what", figure(nothing), "", "< 1 s", None))


def test_a_missed_bar_is_said_plainly() -> None:
    assert str(Line("what", "2 s", "", "< 1 s", False)).endswith("bar < 1 s: MISSED")


def test_the_geometric_mean_of_ratios() -> None:
    assert geometric_mean([1.0, 100.0]) == pytest.approx(10.0)


@pytest.mark.parametrize("name", list(PINS))
def test_every_peer_is_pinned(name: str) -> None:
    pins = names_in(PINS[name].read_text(encoding="utf-8"))

    assert pins
    assert all(len(pin.split()) == 2 for pin in pins)
