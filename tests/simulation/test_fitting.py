"""A crowd fitted to answers answers like the one that gave them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from karat.simulation import Answered, fit_crowd, simulate
from karat.simulation.fitting import same_wrong_share, shared_errors


def answers_of(name: str, items: int) -> Answered:
    run = simulate(name, seed=1, items=items)
    rows = run.part("stream") & ~run.unsure
    return Answered(
        item=run.item[rows],
        annotator=run.annotator[rows],
        label=run.label[rows].astype(int),
        truth=run.truth.label[:items].astype(int),
        n_annotators=run.n_annotators,
        n_classes=len(run.classes),
    )


@pytest.fixture(scope="module")
def seen() -> Answered:
    return answers_of("copy-ring", 2_000)


@pytest.fixture(scope="module")
def again(seen: Answered) -> Answered:
    label = fit_crowd(seen, seed=1).answer(seen.item, seen.annotator, seen.truth, np.random.default_rng(5))
    return replace(seen, label=label)


def test_people_are_as_accurate_as_they_were(seen: Answered, again: Answered) -> None:
    n = np.bincount(seen.annotator)
    before = np.bincount(seen.annotator, seen.label == seen.true) / n
    after = np.bincount(again.annotator, again.label == again.true) / n

    assert np.abs(before - after).max() < 0.12
    assert after.mean() == pytest.approx(before.mean(), abs=0.01)


def test_they_err_on_the_same_items_and_in_the_same_way_as_often(seen: Answered, again: Answered) -> None:
    assert shared_errors(again).mean() == pytest.approx(shared_errors(seen).mean(), rel=0.2)
    assert same_wrong_share(again) == pytest.approx(same_wrong_share(seen), rel=0.1)


def test_little_evidence_shrinks_to_the_team() -> None:
    seen = answers_of("long-tail-workers", 1_500)
    crowd = fit_crowd(seen, seed=1)
    n = np.bincount(seen.annotator, minlength=seen.n_annotators)

    diagonal = np.trace(crowd.counts, axis1=1, axis2=2) / crowd.counts.sum(axis=(1, 2))

    assert np.ptp(diagonal[n <= 2]) < np.ptp(diagonal[n > 30])
