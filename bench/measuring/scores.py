"""How good probabilities are, where the truth is known; and where plain expectation-maximisation leads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

LEAST_PROBABILITY = 1e-6
"""What a probability of zero counts as: else one item decides the mean log-loss."""
N_BINS = 10
_NEVER = 1e-100


@dataclass(frozen=True)
class Scores:
    """Of probabilities against truth: accuracy (ties share), mean log-loss in nats, calibration error of the label."""

    accuracy: float
    log_loss: float
    calibration_error: float
    calibration_floor: float

    @property
    def excess_calibration_error(self) -> float:
        """What is left when chance is taken out."""
        return max(0.0, self.calibration_error - self.calibration_floor)


def score(probabilities: Array, truth: Indices, rng: np.random.Generator) -> Scores:
    """Judge probabilities (n_items, n_classes) by the true class of each item; -1 is a class without a column."""
    of_truth = np.where(truth >= 0, probabilities[np.arange(len(truth)), truth], 0.0)
    largest = probabilities.max(axis=1)
    is_best = probabilities >= largest[:, np.newaxis] - 1e-12
    credit = (of_truth >= largest - 1e-12) / is_best.sum(axis=1)
    return Scores(
        accuracy=float(credit.mean()),
        log_loss=float(-np.log(np.maximum(of_truth, LEAST_PROBABILITY)).mean()),
        calibration_error=calibration_error(largest, credit),
        calibration_floor=calibration_floor(largest, rng),
    )


def calibration_error(certainty: Array, credit: Array) -> float:
    """Mean distance of certainty and accuracy over ten bins of certainty, each weighted by its items."""
    place = np.minimum((certainty * N_BINS).astype(np.intp), N_BINS - 1)
    return float(np.abs(np.bincount(place, credit - certainty, minlength=N_BINS)).sum() / len(certainty))


def calibration_floor(certainty: Array, rng: np.random.Generator, n_draws: int = 200) -> float:
    """The error that perfectly calibrated certainties would show on so many items, by chance."""
    errors = [
        calibration_error(certainty, (rng.random(len(certainty)) < certainty).astype(np.float64))
        for _ in range(n_draws)
    ]
    return float(np.mean(errors))


def likelihood_path(
    item: Indices, annotator: Indices, label: Indices, *, most: int = 5000, rest: float = 1e-9
) -> list[float]:
    """Log-likelihood (nats) after each iteration of plain expectation-maximisation from vote shares.

    It is what crowd-kit computes, without its stopping rule: entry n - 1 belongs to the parameters after n updates.

    Parameters
    ----------
    most : int
        Iterations at most.
    rest : float
        Stop when an iteration gains less than this share.
    """
    n_classes = int(label.max()) + 1
    cell = annotator * n_classes + label
    shape = (int(item.max()) + 1, (int(annotator.max()) + 1) * n_classes)
    met = scipy.sparse.csr_array((np.ones(len(item)), (item, cell)), shape=shape)
    given = np.tile(np.eye(n_classes), (shape[1] // n_classes, 1))
    posterior = met @ given / met.sum(axis=1)[:, np.newaxis]
    path: list[float] = []
    while len(path) < most and (len(path) < 3 or path[-1] - path[-2] > rest * abs(path[-1])):
        counts = (met.T @ posterior).reshape(-1, n_classes, n_classes) + _NEVER
        table = np.log(counts / counts.sum(axis=1, keepdims=True)).reshape(-1, n_classes)
        scores = met @ table + np.log(posterior.mean(axis=0) + _NEVER)
        normaliser = scipy.special.logsumexp(scores, axis=1)
        path.append(float(normaliser.sum()))
        posterior = np.exp(scores - normaliser[:, np.newaxis])
    return path


def first_within(path: list[float], optimum: float, share: float = 1e-6) -> int:
    """How many iterations it takes to come within this share of the optimum."""
    reached = (number for number, value in enumerate(path, start=1) if value >= optimum - share * abs(optimum))
    return next(reached, len(path))
