"""A team watched on gold and by its peers: the planted truth against which detectors are scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.monitoring.baseline import baselines
from karat.quality.monitoring.e_detector import EDetector, Stream, first_alarms

GOLD_A_DAY, PEERS_A_DAY = 10, 20
A_DAY = GOLD_A_DAY + PEERS_A_DAY
AGREES_IF_RIGHT, AGREES_IF_WRONG = 0.93, 0.15
SLOPE = AGREES_IF_RIGHT - AGREES_IF_WRONG


@dataclass(frozen=True)
class Score:
    """How a detector did."""

    recall: float
    n_false: int
    median_days: float


def watch_a_team(
    *, drop: float, days: int, limit: float, n_people: int = 1000, fallen_share: float = 0.05, seed: int = 0
) -> Score:
    """Some fall on a day of the first month; everybody's baseline was learned from 200 gold and 600 peer answers."""
    rng = np.random.default_rng(seed)
    usual = rng.beta(46, 4, n_people)
    does_fall = np.arange(n_people) < round(fallen_share * n_people)
    begins = np.where(does_fall, rng.integers(0, 31, n_people) * A_DAY, np.iinfo(np.int64).max)
    detectors = learned(usual, agreement(usual), limit=limit, rng=rng)
    streams = np.tile([0, 1, 1], days * GOLD_A_DAY)
    accuracy = np.where(
        np.arange(len(streams)) >= begins[:, None], np.maximum(usual - drop, 0)[:, None], usual[:, None]
    )
    is_right = rng.random(accuracy.shape) < np.where(streams == 0, accuracy, agreement(accuracy))

    alarm = first_alarms(detectors, streams, is_right)

    found = does_fall & (alarm > begins)
    delays = (alarm - begins)[found] / A_DAY
    return Score(
        float(found.sum() / max(1, does_fall.sum())),
        int(((alarm > 0) & ~found).sum()),
        float(np.median(delays)) if len(delays) else float("inf"),
    )


def learned(
    gold: npt.NDArray[np.float64], peers: npt.NDArray[np.float64], *, limit: float, rng: np.random.Generator
) -> list[EDetector]:
    """A detector for each person, from calibration answers at these true shares."""
    of_gold = baselines(rng.binomial(200, gold), np.full(len(gold), 200))
    of_peers = baselines(rng.binomial(600, peers), np.full(len(peers), 600))
    return [
        EDetector.watching([Stream(one), Stream(other, SLOPE)], answers_between_false_alarms=limit)
        for one, other in zip(of_gold.beliefs, of_peers.beliefs, strict=True)
    ]


def agreement(accuracy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How often somebody this accurate agrees with the consensus of others."""
    return AGREES_IF_RIGHT * accuracy + AGREES_IF_WRONG * (1 - accuracy)
