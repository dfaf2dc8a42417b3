"""The blend: what it averages, and what it keeps."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.consensus import Prior, blend, dawid_skene, majority_vote, one_coin
from karat.quality.consensus.fitting import USUAL_TOLERANCE
from karat.quality.errors import NoRatings
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world, ratings_of

WORLD = planted_world(seed=0, n_items=80, accuracy=[0.9, 0.8, 0.7, 0.6, 0.8], overlap=3)


def test_it_is_the_mean_of_votes_one_coin_and_three_models() -> None:
    gold = {item: WORLD.truth[item] for item in range(5)}
    models = [
        dawid_skene(WORLD.ratings, gold=gold, is_tempered=True),
        dawid_skene(WORLD.ratings, gold=gold, is_tempered=True, prior=Prior(right=4, wrong=2)),
        dawid_skene(WORLD.ratings, gold=gold, is_tempered=True, estimate="map", tolerance=USUAL_TOLERANCE),
    ]
    plain = [majority_vote(WORLD.ratings, gold=gold), one_coin(WORLD.ratings, gold=gold)]

    result = blend(WORLD.ratings, gold=gold)

    assert result.probabilities == pytest.approx(
        np.mean([part.probabilities for part in (*plain, *models)], axis=0), abs=1e-12
    )
    assert result.n_iterations == sum(model.n_iterations for model in [*plain, *models])
    assert result.annotators[0].accuracy == models[0].annotators[0].accuracy
    assert result.certainty[:5].tolist() == [1] * 5


def test_one_item_one_annotator_or_one_class_is_no_obstacle() -> None:
    assert blend(ratings_of("a")).labels == ("a",)
    assert blend(ratings_of("a", "b")).certainty.min() >= 0.5


def test_without_ratings_it_is_refused() -> None:
    with pytest.raises(NoRatings):
        blend(Ratings.from_rows([]))
