"""The one call, and which method answers it."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.consensus import METHODS, auto, consensus, majority_vote
from karat.quality.errors import UnknownMethod
from tests.quality.builders import planted_world

WORLD = planted_world(seed=0, n_items=60, accuracy=[0.9, 0.8, 0.7, 0.6], overlap=3)


def test_the_default_is_auto() -> None:
    by_default, by_name = consensus(WORLD.ratings), auto(WORLD.ratings)

    assert by_default.method == "auto"
    assert np.array_equal(by_default.probabilities, by_name.probabilities)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_in_the_same_shape(method: str) -> None:
    gold = {0: WORLD.truth[0]}

    result = consensus(WORLD.ratings, method=method, gold=gold, seed=7)

    assert result.method == method
    assert result.items == WORLD.ratings.items
    assert result.probabilities.shape == (60, 3)
    assert result.p_truth is result.probabilities
    assert result.probabilities.sum(axis=1) == pytest.approx(np.ones(60))
    assert result.p_response.shape == (60, 3)
    assert result.p_response.sum(axis=1) == pytest.approx(np.ones(60))
    assert result.effective_votes.shape == (60,)
    assert (result.effective_votes >= 0).all()
    assert result.by_item()[0] == WORLD.truth[0]
    best = result.probabilities.max(axis=1)
    assert result.certainty == pytest.approx(best)
    assert list(result.annotators) == list(WORLD.ratings.annotators)
    has_no_likelihood = method in ("majority", "wawa", "gold_weighted", "ebcc")
    assert (result.log_likelihood is None) == has_no_likelihood


def test_the_seed_does_not_matter_to_methods_that_draw_nothing() -> None:
    assert np.array_equal(
        consensus(WORLD.ratings, seed=1).probabilities, consensus(WORLD.ratings, seed=2).probabilities
    )


def test_majority_is_asked_for_by_name() -> None:
    assert consensus(WORLD.ratings, method="majority").labels == majority_vote(WORLD.ratings).labels


def test_a_method_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownMethod, match="'oracle'"):
        consensus(WORLD.ratings, method="oracle")
