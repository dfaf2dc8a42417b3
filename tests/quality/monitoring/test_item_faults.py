"""Items that good people miss alike are found; hard items and weak people are not blamed on the spec."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from karat.quality.errors import NoGold
from karat.quality.monitoring.item_faults import item_faults

N_PEOPLE, N_ITEMS, N_CLASSES = 30, 60, 5
FAULTY = (3, 17, 44)


def answers(rng: np.random.Generator) -> tuple[npt.NDArray[np.intp], ...]:
    """Twenty good people and ten poor ones; 70 % read the rule behind the faulty items otherwise; item 9 is hard."""
    person, item = np.repeat(np.arange(N_PEOPLE), N_ITEMS), np.tile(np.arange(N_ITEMS), N_PEOPLE)
    gold = rng.integers(0, N_CLASSES, N_ITEMS)
    accuracy = np.where(person < 20, 0.94, 0.6)
    accuracy = np.where(item == 9, 0.4, accuracy)
    wrong = (gold[item] + rng.integers(1, N_CLASSES, len(item))) % N_CLASSES
    given = np.where(rng.random(len(item)) < accuracy, gold[item], wrong)
    reads_otherwise = np.isin(item, FAULTY) & (rng.random(len(item)) < 0.7)
    return person, item, np.where(reads_otherwise, (gold[item] + 1) % N_CLASSES, given), gold


def test_planted_faults_are_found_and_a_hard_item_is_not_among_them() -> None:
    for seed in range(20):
        person, item, given, gold = answers(np.random.default_rng(seed))

        faults = item_faults(person, item, given, gold)

        assert sorted(fault.item for fault in faults) == list(FAULTY)
        assert all(fault.common_answer == (gold[fault.item] + 1) % N_CLASSES for fault in faults)


def test_without_faults_hardly_any_is_named() -> None:
    n_named = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        person, item = np.repeat(np.arange(30), 40), np.tile(np.arange(40), 30)
        given = (rng.random(len(item)) > 0.9).astype(int)
        n_named += len(item_faults(person, item, given, np.zeros(40, dtype=int)))

    assert n_named <= 4


def test_without_answers_there_is_nothing_to_analyse() -> None:
    nobody = np.zeros(0, dtype=int)
    with pytest.raises(NoGold, match="there are none yet"):
        item_faults(nobody, nobody, nobody, nobody)
