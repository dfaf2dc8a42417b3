"""A comparison at equal likelihood counts only where both came equally far."""

from __future__ import annotations

from bench.measuring.contest import Measured
from bench.measuring.truth_speed import CROWDKIT, KARAT, Round, has_arrived


def ended_at(log_likelihood: float, *, seconds: float = 1.0) -> Measured:
    return Measured(seconds, said={"optimum": -1000.0, "log_likelihood": log_likelihood, "n_iterations": 3})


def test_within_a_millionth_of_the_optimum_or_above_it_is_there() -> None:
    assert has_arrived(ended_at(-1000.0009))
    assert has_arrived(ended_at(-990.0))
    assert not has_arrived(ended_at(-1000.1))


def test_a_round_in_which_one_ended_too_low_has_no_ratio() -> None:
    fair = Round("rte", {KARAT: ended_at(-1000.0), CROWDKIT: ended_at(-1000.0, seconds=80.0)})
    unfair = Round("rte", {KARAT: ended_at(-1002.0), CROWDKIT: ended_at(-1000.0, seconds=80.0)})

    assert fair.ratio(KARAT) == 80.0
    assert unfair.ratio(KARAT) is None


def test_where_no_likelihood_is_said_times_are_compared_as_they_are() -> None:
    round_ = Round("rte", {KARAT: Measured(0.5), CROWDKIT: Measured(2.0)})

    assert round_.ratio(KARAT) == 4.0
