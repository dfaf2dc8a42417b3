"""What is known of a share (an accuracy, an agreement): a Beta distribution, and the one a team starts from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate, beta_quantile

Array = npt.NDArray[np.float64]
AnyCounts = npt.ArrayLike

_LEAST_STRENGTH, _MOST_STRENGTH = 1.0, 2000.0
"""A team's own spread is taken to be worth at least one and at most so many answers: nobody is exactly alike."""

_LEAST_PEOPLE = 3


@dataclass(frozen=True, slots=True)
class Belief:
    """A share, known as if `right` answers had been right and `wrong` ones wrong.

    Attributes
    ----------
    right, wrong : float
        Parameters of the Beta distribution, above 0.

    Examples
    --------
    >>> belief = Belief(18, 2).after(right=46, answered=50)
    >>> print(belief.estimate())
    0.914 (0.839 to 0.967, n = 70)
    >>> round(belief.chance_at_least(0.85), 3)
    0.958
    """

    right: float
    wrong: float

    def __post_init__(self) -> None:
        if not (self.right > 0 and self.wrong > 0):
            raise QualityError(
                f"a belief about a share needs both kinds of answers, be they fractions of one; "
                f"got {self.right:g} right and {self.wrong:g} wrong."
            )

    @property
    def mean(self) -> float:
        """The expected share."""
        return self.right / (self.right + self.wrong)

    @property
    def strength(self) -> float:
        """The number of answers it is worth."""
        return self.right + self.wrong

    def after(self, *, right: float, answered: float) -> Belief:
        """The belief when so many answers more have been seen, so many of them right."""
        if not 0 <= right <= answered:
            raise QualityError(
                f"{right:g} right among {answered:g} answers: right must lie between 0 and {answered:g}."
            )
        return Belief(self.right + right, self.wrong + answered - right)

    def chance_at_least(self, bar: float) -> float:
        """Probability that the share is at least this."""
        return float(scipy.special.betaincc(self.right, self.wrong, min(max(bar, 0.0), 1.0)))

    def quantile(self, probability: float) -> float:
        """The share below which this probability lies."""
        return beta_quantile(probability, self.right, self.wrong)

    def estimate(self, *, level: float = 0.95) -> Estimate:
        """Mean and equal-tailed interval; `n` counts the answers the belief is worth, its start included."""
        low, high = self.quantile((1 - level) / 2), self.quantile((1 + level) / 2)
        return Estimate(self.mean, min(low, self.mean), max(high, self.mean), self.strength, level)


def team_belief(right: AnyCounts, answered: AnyCounts) -> Belief:
    """What is known of a member before any answer: the Beta distribution from which the team's shares seem drawn.

    Fitted by maximum likelihood of the beta-binomial. A team that is more alike than chance allows gets the tightest
    distribution that is ever used (worth 2,000 answers).

    Parameters
    ----------
    right, answered : arrays of shape (n_people,)
        Answers that were right, of those graded. People without any are left out.

    Raises
    ------
    QualityError
        When fewer than three people have answers: a spread cannot be learned from them.

    References
    ----------
    Casella (1985), doi:10.1080/00031305.1985.10479400, on empirical Bayes.

    Examples
    --------
    >>> team = team_belief([90, 85, 97, 78, 92], [100, 100, 100, 100, 100])
    >>> round(team.mean, 3), round(team.strength)
    (0.884, 29)
    """
    k, n = np.asarray(right, dtype=np.float64), np.asarray(answered, dtype=np.float64)
    if k.shape != n.shape or (k < 0).any() or (k > n).any():
        raise QualityError("right and answered are counts of the same people, and nobody has more right than answered.")
    k, n = k[n > 0], n[n > 0]
    if len(n) < _LEAST_PEOPLE:
        raise QualityError(
            f"what a team is like shows from {_LEAST_PEOPLE} people with graded answers; there are {len(n)}. "
            "State a belief, such as Belief(18, 2), until there are more."
        )
    pooled = min(max(float(k.sum() / n.sum()), 1e-3), 1 - 1e-3)
    start = np.array([math.log(pooled / (1 - pooled)), math.log(30.0)])
    bounds = [(-9.0, 9.0), (math.log(_LEAST_STRENGTH), math.log(_MOST_STRENGTH))]
    found = scipy.optimize.minimize(_misfit, start, args=(k, n), method="L-BFGS-B", bounds=bounds)
    mean, strength = 1 / (1 + math.exp(-found.x[0])), math.exp(found.x[1])
    return Belief(mean * strength, (1 - mean) * strength)


def _misfit(place: Array, k: Array, n: Array) -> float:
    """Minus the log-likelihood of the beta-binomial, at (logit of the mean, log of the strength)."""
    mean, strength = 1 / (1 + math.exp(-place[0])), math.exp(place[1])
    a, b = mean * strength, (1 - mean) * strength
    return float((scipy.special.betaln(a, b) - scipy.special.betaln(k + a, n - k + b)).sum())
