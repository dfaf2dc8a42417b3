"""EBCC: hidden kinds of items are told apart, the bound never falls."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.consensus.ebcc import Subtypes, _best_start, _Model, ebcc
from karat.quality.consensus.gold import with_gold
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world


def two_kinds(seed: int) -> tuple[Ratings, np.ndarray, np.ndarray]:
    """Two classes; a third of the items of class 0 misleads the same four of ten annotators."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(2, size=400)
    is_lure = (truth == 0) & (rng.random(400) < 1 / 3)
    rows = []
    for item in range(400):
        for annotator in range(10):
            falls = is_lure[item] and annotator < 4
            is_right = rng.random() < (0.1 if falls else 0.9)
            rows.append((item, annotator, int(truth[item] if is_right else 1 - truth[item])))
    return Ratings.from_rows(rows), truth, is_lure


def test_items_that_mislead_the_same_people_form_a_subtype() -> None:
    ratings, truth, is_lure = two_kinds(0)

    found = ebcc(ratings)

    assert np.mean(np.array(found.consensus.labels) == truth) > 0.97
    assert np.mean(found.subtype[(truth == 0) & ~is_lure] == 0) > 0.9
    assert np.mean(found.subtype[is_lure] == 1) > 0.9


def test_the_bound_never_falls() -> None:
    world = planted_world(seed=2, n_items=100, accuracy=[0.9, 0.8, 0.7, 0.6, 0.4], overlap=3)
    ratings, known = with_gold(world.ratings, {0: world.truth[0], 5: (world.truth[5] + 1) % 3})
    model = _Model.of(ratings, known, Subtypes(per_class=4))
    joint = _best_start(model, 2, 1, seed=0)

    bounds = []
    for _ in range(60):
        joint, bound = model.improved(joint)
        bounds.append(bound)

    assert np.diff(bounds).min() > -1e-9
    assert bounds[-1] > bounds[0]


def test_with_one_subtype_it_is_the_plain_model_with_these_priors() -> None:
    from karat.quality.consensus import Prior, dawid_skene  # noqa: PLC0415 - the twin, for this test only

    world = planted_world(seed=6, n_items=150, accuracy=[0.9, 0.8, 0.7, 0.6], overlap=3)

    one = ebcc(world.ratings, subtypes=Subtypes(per_class=1), n_restarts=1, tolerance=1e-12).consensus
    plain = dawid_skene(world.ratings, prior=Prior(right=4, wrong=2), is_tempered=False, tolerance=1e-12)

    assert one.probabilities == pytest.approx(plain.probabilities, abs=1e-3)


def test_more_starts_never_end_lower() -> None:
    ratings, _, _ = two_kinds(3)

    one, many = ebcc(ratings, n_restarts=1, n_iterations=500), ebcc(ratings, n_restarts=6, n_iterations=500)

    assert many.bound >= one.bound - 1e-3


def test_it_says_when_it_did_not_converge() -> None:
    world = planted_world(seed=2, n_items=100, accuracy=[0.9, 0.7, 0.6, 0.5], overlap=3)

    stopped = ebcc(world.ratings, n_restarts=1, n_iterations=1, max_iterations=2).consensus

    assert (stopped.converged, stopped.n_iterations) == (False, 2)
