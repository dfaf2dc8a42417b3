"""Abilities and difficulties come back from planted ones."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.errors import NoGold
from karat.quality.monitoring.difficulty import fit_difficulty


def test_planted_abilities_and_difficulties_are_recovered() -> None:
    rng = np.random.default_rng(0)
    ability, difficulty = rng.normal(2.0, 0.7, 150), rng.normal(0, 1.0, 100)
    person, item = rng.integers(0, 150, 9000), rng.integers(0, 100, 9000)
    is_right = rng.random(9000) < 1 / (1 + np.exp(difficulty[item] - ability[person]))

    fitted = fit_difficulty(person, item, is_right)

    assert fitted.converged
    assert np.corrcoef(fitted.ability, ability)[0, 1] > 0.8
    assert np.corrcoef(fitted.difficulty, difficulty)[0, 1] > 0.93
    assert fitted.team_spread == pytest.approx(0.7, abs=0.15)
    assert fitted.item_spread == pytest.approx(1.0, abs=0.2)
    off = (fitted.difficulty - fitted.difficulty.mean() - difficulty + difficulty.mean()) / fitted.difficulty_sd
    assert (np.abs(off) < 1.96).mean() == pytest.approx(0.95, abs=0.06)


def test_an_item_nobody_missed_is_not_infinitely_easy() -> None:
    fitted = fit_difficulty(np.arange(3), np.zeros(3, dtype=int), np.ones(3, dtype=bool))

    assert -2 < fitted.difficulty[0] < 0


def test_without_answers_difficulty_is_refused() -> None:
    nobody = np.zeros(0, dtype=int)
    with pytest.raises(NoGold, match="Serve gold items first"):
        fit_difficulty(nobody, nobody, nobody.astype(bool))
