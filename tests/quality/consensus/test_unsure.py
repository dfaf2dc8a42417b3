"""Unsure as an answer: evidence, never a label; rates by annotator and class."""

from __future__ import annotations

import numpy as np
import pytest

from karat.quality.consensus import Prior, dawid_skene
from karat.quality.consensus.gold import with_gold
from karat.quality.consensus.majority import vote_shares
from karat.quality.consensus.unsure import Openness, _Model, _without, with_unsure
from karat.quality.errors import NoRatings, UnknownClass
from karat.quality.ratings import Ratings
from tests.quality.builders import planted_world, ratings_of


def hesitant_world(seed: int) -> tuple[Ratings, dict[int, str]]:
    """Of two classes people are unsure of one far more often, each to their own degree."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(2, size=300)
    rows = []
    for item, label in enumerate(truth):
        for who in range(4):
            rate = (0.05, 0.3 + 0.15 * who)[label]
            is_right = rng.random() < 0.75
            answer = "unsure" if rng.random() < rate else "ab"[label if is_right else 1 - label]
            rows.append((item, who, answer))
    return Ratings.from_rows(rows), {item: "ab"[label] for item, label in enumerate(truth)}


def test_hesitation_is_evidence() -> None:
    """Labels are better than those of the same model without the unsure answers."""
    with_it, without = [], []
    for seed in range(4):
        ratings, truth = hesitant_world(seed)
        found = with_unsure(ratings).consensus
        decided = ratings.select([ratings.classes[code] != "unsure" for code in ratings.label])
        left_out = dawid_skene(decided).by_item()
        with_it.append(np.mean([found.by_item()[item] == label for item, label in truth.items()]))
        without.append(np.mean([left_out.get(item) == label for item, label in truth.items()]))

    assert np.mean(with_it) > np.mean(without) + 0.02


def test_unsure_is_never_a_label_and_its_rates_are_told() -> None:
    ratings, _ = hesitant_world(0)

    found = with_unsure(ratings)

    assert found.consensus.classes == ("a", "b")
    assert found.unsure_rate_of_class["a"].value == pytest.approx(0.05, abs=0.05)
    assert found.unsure_rate_of_class["b"].value == pytest.approx(0.525, abs=0.07)
    assert [found.unsure_rate[who].n for who in range(4)] == [300] * 4
    assert found.unsure_rate[0].value < found.unsure_rate[3].value
    first = ratings.label[ratings.item == 0] == 2
    assert found.unsure_share[0] == pytest.approx(first.mean())


def test_without_unsure_answers_it_is_the_plain_model() -> None:
    world = planted_world(seed=6, n_items=150, accuracy=[0.9, 0.8, 0.7, 0.6], overlap=3)

    found = with_unsure(world.ratings, openness=Openness(unsure=1e-9), tolerance=1e-12).consensus
    plain = dawid_skene(world.ratings, prior=Prior(), is_tempered=False, tolerance=1e-12)

    assert found.probabilities == pytest.approx(plain.probabilities, abs=1e-3)


def test_the_bound_never_falls() -> None:
    ratings, truth = hesitant_world(1)
    decided, is_unsure = _without(ratings, "unsure")
    decided, known = with_gold(decided, {0: truth[0], 3: "c"})
    model = _Model.of(ratings, decided, is_unsure, known, Openness())
    posterior = vote_shares(decided)

    bounds = []
    for _ in range(40):
        by_cell, of_class, divergence = model.parameters(posterior)
        posterior, log_likelihood = model.items(by_cell, of_class)
        bounds.append(log_likelihood - divergence)

    assert np.diff(bounds).min() > -1e-9


def test_an_item_with_nothing_but_unsure_answers_has_what_these_leave_it() -> None:
    ratings, _ = hesitant_world(2)
    more = [(ratings.items[i], ratings.annotators[a], ratings.classes[c]) for i, a, c in
            zip(ratings.item, ratings.annotator, ratings.label, strict=True)]  # fmt: skip
    found = with_unsure(Ratings.from_rows([*more, ("new", 0, "unsure"), ("new", 3, "unsure")]))

    assert found.consensus.by_item()["new"] == "b"
    assert found.unsure_share[-1] == 1


def test_gold_is_held_and_is_never_unsure() -> None:
    ratings = ratings_of("aau", "bub", "uab")

    found = with_unsure(ratings, unsure="u", gold={0: "b", 1: "z"}).consensus

    assert found.labels[:2] == ("b", "z")
    with pytest.raises(UnknownClass, match="no class"):
        with_unsure(ratings, unsure="u", gold={0: "u"})


def test_nothing_but_unsure_is_refused() -> None:
    with pytest.raises(NoRatings, match="all 2 answers"):
        with_unsure(ratings_of("uu"), unsure="u")
    with pytest.raises(NoRatings):
        with_unsure(Ratings.from_rows([]))


def test_one_answer_and_one_class_are_no_obstacle() -> None:
    assert with_unsure(ratings_of("a")).consensus.labels == ("a",)
    assert with_unsure(ratings_of("au", "u."), unsure="u").consensus.labels == ("a", "a")
