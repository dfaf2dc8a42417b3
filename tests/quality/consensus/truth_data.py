"""Public crowds with known truth, and the scores they are judged by."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from karat.quality.consensus import Consensus
from karat.quality.ratings import Ratings

Array = npt.NDArray[np.float64]

SETS = ("bluebird", "dog", "rte", "trec", "web", "CF", "CF_amt", "ZC_in", "ZC_us", "product", "face", "rel")
SMALL_SETS = ("bluebird", "dog", "rte", "CF", "CF_amt", "ZC_in", "ZC_us", "product", "face")


@dataclass(frozen=True)
class Crowd:
    """Ratings and the true classes of some items, by name."""

    ratings: Ratings
    truth: dict[str, str]


def crowd(shared_data: Path, name: str) -> Crowd:
    """One of the sets; every row counts."""
    rows = _rows(shared_data / "truth" / name / "answers.csv")
    ratings = Ratings.from_rows([(row[0], row[1], row[2]) for row in rows], repeats="all")
    truth = {row[0]: row[1] for row in _rows(shared_data / "truth" / name / "gold.csv")}
    rated = set(ratings.items)
    return Crowd(ratings, {item: label for item, label in truth.items() if item in rated})


@dataclass(frozen=True)
class Score:
    """Accuracy, log-loss (nats) and calibration error above what chance makes of a perfect forecast."""

    accuracy: float
    log_loss: float
    calibration_excess: float


def scored(result: Consensus, truth: dict[str, str]) -> Score:
    """How right and how honest the probabilities of these items are."""
    place = {name: row for row, name in enumerate(result.items)}
    code = {name: column for column, name in enumerate(result.classes)}
    judged = [(place[item], code[label]) for item, label in truth.items() if label in code]
    rows, labels = (np.array(part) for part in zip(*judged, strict=True))
    probabilities = result.probabilities[rows]
    of_truth = probabilities[np.arange(len(rows)), labels]
    certainty, is_right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    rng = np.random.default_rng(0)
    floor = np.mean([calibration_error(certainty, rng.random(len(rows)) < certainty) for _ in range(20)])
    return Score(
        float(is_right.mean()),
        float(-np.log(np.maximum(of_truth, 1e-6)).mean()),
        calibration_error(certainty, is_right) - float(floor),
    )


def calibration_error(certainty: Array, is_right: npt.NDArray[np.bool_], n_bins: int = 10) -> float:
    """Mean distance of certainty and accuracy over bins of certainty, weighted by their size."""
    bins = np.minimum((certainty * n_bins).astype(int), n_bins - 1)
    sums = np.bincount(bins, certainty - is_right, n_bins)
    return float(np.abs(sums).sum() / len(certainty))


def _rows(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))[1:]
