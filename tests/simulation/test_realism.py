"""How near simulated answers come to real ones, on sets that the method of fitting was not chosen on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.simulation.realism import HELD_OUT, compared, error_correlation, measured, off_by, read, repeated


def test_a_fitted_crowd_repeats_a_real_one(shared_data: Path) -> None:
    _, real, (simulated, *_) = repeated(read(shared_data / "truth" / "CF_amt"), seed=0, n_runs=1)

    found, wanted = measured(simulated), measured(real)

    assert off_by(wanted["mv accuracy"], found["mv accuracy"]) < 0.1
    assert off_by(wanted["q50"], found["q50"]) < 0.1
    assert error_correlation(simulated) == pytest.approx(error_correlation(real), abs=0.08)


@pytest.mark.slow
def test_held_out_sets_are_repeated_within_the_stated_bounds(shared_data: Path) -> None:
    """The median over sets lies within 10 % where docs/methods/realism.md says so, and nobody tells them apart."""
    results = [compared(read(shared_data / "truth" / name)) for name in HELD_OUT]

    for measure in ("mv accuracy", "ds accuracy", "q10", "q50", "q90", "same wrong"):
        misses = [off_by(one.real[measure], one.simulated[measure]) for one in results]
        assert np.median(misses) <= 0.1, (measure, misses)
    assert max(one.auc_items for one in results) <= 0.7
    assert max(one.auc_annotators for one in results) <= 0.7
