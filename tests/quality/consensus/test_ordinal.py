"""The ordinal model: planted leans and scatters, medians, gold, hard cases."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from karat.quality.consensus.gold import with_gold
from karat.quality.consensus.majority import majority_vote, vote_shares
from karat.quality.consensus.ordinal import Scale, _Model, ordinal
from karat.quality.errors import NoRatings, QualityError
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world, ratings_of

LEANS = {"ada": 0.0, "bo": 0.8, "cy": -0.6, "di": 0.0, "ed": 1.5}
SCATTERS = {"ada": 0.15, "bo": 0.3, "cy": 0.3, "di": 0.8, "ed": 0.4}


def scale_world(seed: int, *, n_items: int = 250, n_classes: int = 6) -> tuple[Ratings, npt.NDArray[np.intp]]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(n_classes, size=n_items)
    rows = []
    for who, lean in LEANS.items():
        seen = truth + lean + SCATTERS[who] * rng.logistic(size=n_items)
        given = np.clip(np.rint(seen), 0, n_classes - 1).astype(int)
        rows += [(item, who, int(given[item])) for item in range(n_items)]
    return Ratings.from_rows(rows, classes=range(n_classes)), truth


def test_planted_labels_leans_and_scatters_are_found() -> None:
    ratings, truth = scale_world(0)

    found = ordinal(ratings)

    assert np.mean(np.array(found.consensus.labels) == truth) > 0.9
    assert np.mean(np.array(majority_vote(ratings).labels) == truth) < 0.85
    assert np.abs(found.expected - truth).mean() < 0.15
    for who, lean in LEANS.items():
        assert found.annotators[who].lean.value == pytest.approx(lean, abs=0.25)
    assert found.annotators["ada"].scatter.value < found.annotators["di"].scatter.value


def test_intervals_of_leans_hold_the_planted_ones() -> None:
    hits = []
    for seed in range(8):
        found = ordinal(scale_world(seed)[0]).annotators
        hits += [found[who].lean.low <= lean <= found[who].lean.high for who, lean in LEANS.items()]

    # Leans of all together and labels can move against each other; that doubt the intervals leave out.
    assert np.mean(hits) > 0.8


def test_the_bound_never_falls() -> None:
    world = planted_world(seed=2, n_items=80, accuracy=[0.9, 0.8, 0.7, 0.4], n_classes=4, overlap=3)
    ratings, known = with_gold(world.ratings, {0: world.truth[0], 5: (world.truth[5] + 1) % 4})
    model = _Model.of(ratings, known, Scale())
    posterior = vote_shares(ratings)

    bounds = []
    for _ in range(50):
        belief = model.annotators(posterior)
        posterior, log_likelihood = model.items(belief)
        bounds.append(log_likelihood - belief.divergence)

    assert np.diff(bounds).min() > -1e-9


def test_a_scale_turned_round_gives_the_mirror_image() -> None:
    ratings, _ = scale_world(3, n_items=60)
    turned = Ratings(
        ratings.item, ratings.annotator, 5 - ratings.label, ratings.items, ratings.annotators, ratings.classes
    )

    one, other = ordinal(ratings), ordinal(turned)

    assert other.expected == pytest.approx(5 - one.expected, abs=1e-6)
    assert other.annotators["ed"].lean.value == pytest.approx(-one.annotators["ed"].lean.value, abs=1e-6)


def test_the_median_of_an_even_split_is_the_lower_class() -> None:
    found = ordinal(Ratings.from_rows([("a", "ada", 1), ("a", "bo", 3)], classes=[1, 2, 3]), gold={"a": 3})
    split = ordinal(ratings_of("ab", "ba"))

    assert found.medians == (3,)
    assert split.consensus.probabilities == pytest.approx(np.full((2, 2), 0.5))
    assert split.medians == ("a", "a")


def test_gold_is_held_and_shows_a_common_lean() -> None:
    """Everybody is one step too high: only gold can tell."""
    truth = [item % 5 for item in range(60)]
    rows = [(i, who, t + 1) for i, t in enumerate(truth) for who in ("ada", "bo", "cy")]
    gold = dict(enumerate(truth[:25]))

    found = ordinal(Ratings.from_rows(rows, classes=range(7)), gold=gold)

    assert found.consensus.labels == tuple(truth)
    assert found.annotators["ada"].lean.value == pytest.approx(1, abs=0.25)


def test_one_class_one_rating_and_unrated_items_are_no_obstacle() -> None:
    single = ordinal(ratings_of("a"))
    rated = ratings_of("ab", "bb", classes="abc")
    ratings = Ratings(
        rated.item, rated.annotator, rated.label, (*rated.items, "new"), (*rated.annotators, "new"), rated.classes
    )
    found = ordinal(ratings)

    assert single.consensus.labels == ("a",)
    assert found.consensus.probabilities.sum(axis=1) == pytest.approx(np.ones(3))
    assert found.annotators["new"].lean.n == 0
    assert np.isfinite(found.expected).all()


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(NoRatings):
        ordinal(Ratings.from_rows([]))
    with pytest.raises(QualityError, match="numbers"):
        ordinal(Ratings.from_rows([("a", "ada", n) for n in range(301)]))
