"""Consensus on real crowds with known truth: the accuracies others found, and the table of the 1979 paper."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from karat.quality.annotators.gold_accuracy import reference_accuracy
from karat.quality.consensus import Consensus, consensus
from karat.quality.ratings import Ratings

# Per cent right when tied classes share the credit. Majority and maximum likelihood: several published
# implementations agree on them; with a prior: an independent implementation of the same model.
MAJORITY = {
    "bluebird": 75.9,
    "dog": 82.2,
    "rte": 89.7,
    "trec": 65.1,
    "web": 73.1,
    "CF": 88.2,
    "CF_amt": 85.3,
    "ZC_in": 74.0,
    "ZC_us": 86.2,
    "product": 89.7,
    "face": 63.7,
    "rel": 54.2,
}
WITH_PRIOR = {
    "bluebird": 88.9,
    "dog": 84.0,
    "rte": 92.8,
    "trec": 70.4,
    "web": 75.5,
    "CF": 89.3,
    "CF_amt": 85.3,
    "ZC_in": 76.8,
    "ZC_us": 82.4,
    "product": 93.7,
    "face": 64.2,
    "rel": 60.9,
}
MAXIMUM_LIKELIHOOD = {"bluebird": 89.8, "dog": 84.3, "rte": 92.8, "product": 94.0, "face": 64.0}


@pytest.mark.parametrize("name", ["rte", "dog"])
def test_accuracy_on_a_real_crowd(shared_data: Path, name: str) -> None:
    ratings, gold = crowd(shared_data, name)

    assert right_per_cent(consensus(ratings, method="majority"), gold) == pytest.approx(MAJORITY[name], abs=0.06)
    assert right_per_cent(consensus(ratings, method="dawid_skene"), gold) == pytest.approx(WITH_PRIOR[name], abs=0.3)


def test_accuracy_on_every_crowd(shared_data: Path) -> None:
    """Majority to the printed digit; Dawid and Skene within half a point; in the mean not below others' .3."""
    found = {}
    for name, printed in MAJORITY.items():
        ratings, gold = crowd(shared_data, name)
        # Those who answered twice are both kept, as in the published figures.
        majority, modelled = consensus(ratings, method="majority"), consensus(ratings, method="dawid_skene")
        assert right_per_cent(majority, gold) == pytest.approx(printed, abs=0.06), name
        found[name] = right_per_cent(modelled, gold)
        assert found[name] == pytest.approx(WITH_PRIOR[name], abs=0.55), name
        assert modelled.converged, name

    assert np.mean(list(found.values())) >= np.mean(list(WITH_PRIOR.values())) - 0.3


@pytest.mark.parametrize("name", MAXIMUM_LIKELIHOOD)
def test_accuracy_of_maximum_likelihood(shared_data: Path, name: str) -> None:
    ratings, gold = crowd(shared_data, name)

    found = right_per_cent(consensus(ratings, method="dawid_skene_ml"), gold)

    assert found == pytest.approx(MAXIMUM_LIKELIHOOD[name], abs=0.15)


def test_certainty_is_less_wrong_than_the_untempered_posterior(shared_data: Path) -> None:
    """Dog breeds: the 1979 posterior claims more than 99 % on most items and is right on 86 % of those."""
    ratings, gold = crowd(shared_data, "dog")

    printed, raw = consensus(ratings), consensus(ratings, method="dawid_skene_ml")

    def boasting(result: Consensus) -> float:
        return float(result.certainty.mean() - reference_accuracy(result.by_item(), gold).value)

    assert boasting(raw) > 0.14
    assert boasting(printed) < boasting(raw)
    assert log_loss(printed, gold) < 0.6 * log_loss(raw, gold)


def test_the_blend_is_never_worse_than_votes_and_far_better_than_the_bare_model(shared_data: Path) -> None:
    """Log-loss on every crowd, at the accuracy of the model in the mean."""
    losses, right = [], []
    for name, printed in WITH_PRIOR.items():
        ratings, gold = crowd(shared_data, name)
        blended = consensus(ratings, method="blend")
        losses.append(log_loss(blended, gold))
        right.append(right_per_cent(blended, gold) - printed)
        assert losses[-1] < log_loss(consensus(ratings, method="majority"), gold), name

    assert np.mean(losses) < 0.65
    assert np.mean(right) > -0.3


def test_the_anesthesia_table_of_dawid_and_skene_1979(shared_data: Path) -> None:
    """Their class shares .40 .42 .11 .07, and observer 1, who answered three times, all three counted."""
    file = shared_data / "truth" / "anesthesia" / "answers.csv"
    ratings = Ratings.from_csv(file, item="task", annotator="worker", repeats="all")

    result = consensus(ratings, method="dawid_skene_ml")

    assert ratings.n_ratings == 315
    assert result.converged
    assert result.probabilities.mean(axis=0).round(2).tolist() == [0.40, 0.42, 0.11, 0.07]
    first = result.annotators["1"].confusion
    assert np.diag(first)[:2].round(2).tolist() == [0.89, 0.88]


def crowd(shared_data: Path, name: str) -> tuple[Ratings, Mapping[str, str]]:
    folder = shared_data / "truth" / name
    with (folder / "gold.csv").open(encoding="utf-8", newline="") as file:
        gold = {row["task"]: row["label"] for row in csv.DictReader(file)}
    ratings = Ratings.from_csv(folder / "answers.csv", item="task", annotator="worker", repeats="all")
    return ratings, gold


def right_per_cent(result: Consensus, gold: Mapping[str, str]) -> float:
    """Share of gold items labeled right; of several most probable classes each gets its part."""
    row = {item: number for number, item in enumerate(result.items)}
    credit = []
    for item, label in gold.items():
        if item not in row:
            continue
        probabilities = result.probabilities[row[item]].round(9)
        best = [name for name, p in zip(result.classes, probabilities, strict=True) if p == probabilities.max()]
        credit.append((label in best) / len(best))
    return 100 * float(np.mean(credit))


def log_loss(result: Consensus, gold: Mapping[str, str]) -> float:
    row = {item: number for number, item in enumerate(result.items)}
    code = {name: number for number, name in enumerate(result.classes)}
    right = [result.probabilities[row[item], code[label]] for item, label in gold.items() if item in row]
    return float(-np.log(np.maximum(right, 1e-6)).mean())
