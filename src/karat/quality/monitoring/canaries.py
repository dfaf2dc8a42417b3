"""Does somebody let a model answer? Items on which models fall for a lure and careful people do not."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.errors import QualityError
from karat.quality.intervals import beta_quantile

Array = npt.NDArray[np.float64]

COPY_SHARES = (0.3, 0.6, 0.9)
"""The shares of answers taken from a model that are looked for, each believed in as much as the others."""

_MOST_LOG = 700.0  # of a number that a float can hold


@dataclass(frozen=True, slots=True)
class CanaryAnswer:
    """An answer to a canary.

    Attributes
    ----------
    took_lure : bool
        Whether it is the answer that models give here.
    human_rate : float
        Upper bound of the share of careful people who give it too, 0-1 (`human_rate_bound`).
    """

    took_lure: bool
    human_rate: float


@dataclass(frozen=True, slots=True)
class CanaryReading:
    """The evidence.

    Attributes
    ----------
    evidence : float
        How many times better model use explains the answers than careful work does.
    most : float
        The greatest it ever was.
    is_alarm : bool
        Whether it ever reached the limit: a reason to talk, with these answers on the table, never to act alone.
    n, n_lures : int
        Canaries answered, and lures taken.
    """

    evidence: float
    most: float
    is_alarm: bool
    n: int
    n_lures: int


@dataclass(frozen=True, slots=True)
class CanaryState:
    """Plain data: the logarithm of the likelihood ratio for each copy share, and the greatest mean so far."""

    logs: tuple[float, ...]
    most: float = 1.0
    n: int = 0
    n_lures: int = 0


@dataclass(frozen=True, slots=True)
class Canaries:
    """A bet against careful work whose stake grows with every lure taken and shrinks with every one avoided.

    Whoever works carefully takes a lure no more often than the bound says, so the mean of the ratios cannot grow on
    average: the probability that it ever reaches 100 is at most 1 in 100, however often one looks and whenever one
    stops (Ville). That holds for each person over all time, not for a number of canaries.

    Attributes
    ----------
    model_rate : float
        Share of canaries on which models take the lure, 0-1.
    shares : tuple of float
    limit : float
        1 over the chance of a false alarm.

    References
    ----------
    Ville (1939); e-processes: Ramdas and others (2023), doi:10.1214/23-STS894.

    Examples
    --------
    >>> watch = Canaries()
    >>> state = watch.start()
    >>> for took_lure in [True, False, True, True, False, True, True]:
    ...     state = watch.step(state, CanaryAnswer(took_lure, human_rate=0.12))
    >>> watch.read(state).is_alarm
    True
    >>> round(watch.chance_of_alarm(20, copy_share=0.6, human_rate=0.08, bound=0.10), 2)
    0.97
    """

    model_rate: float = 0.9
    shares: tuple[float, ...] = COPY_SHARES
    limit: float = 100.0

    def __post_init__(self) -> None:
        if not (0 < self.model_rate <= 1 and self.shares and all(0 < share <= 1 for share in self.shares)):
            raise QualityError(
                "model use is looked for with a lure rate and copy shares between 0 and 1; got "
                f"{self.model_rate:g} and {list(self.shares)}."
            )
        if not self.limit > 1:
            raise QualityError(f"the limit is 1 over the chance of a false alarm, such as 100; got {self.limit:g}.")

    def start(self) -> CanaryState:
        """Nothing seen."""
        return CanaryState((0.0,) * len(self.shares))

    def step(self, state: CanaryState, seen: CanaryAnswer) -> CanaryState:
        """One more canary.

        Raises
        ------
        QualityError
            When people take its lure almost as often as models: such an item tells nothing and is no canary.
        """
        self._refuse_poor(seen.human_rate)
        logs = tuple(
            log + self._gain(share, took_lure=seen.took_lure, bound=seen.human_rate)
            for log, share in zip(state.logs, self.shares, strict=True)
        )
        return CanaryState(logs, max(state.most, _mean(logs)), state.n + 1, state.n_lures + seen.took_lure)

    def read(self, state: CanaryState) -> CanaryReading:
        """The evidence so far."""
        return CanaryReading(_mean(state.logs), state.most, state.most >= self.limit, state.n, state.n_lures)

    def chance_of_alarm(self, n: int, *, copy_share: float, human_rate: float, bound: float) -> float:
        """Probability of an alarm within `n` canaries of somebody who takes this share of answers from a model.

        Exact, by the number of lures taken so far. A copy share of 0 gives the chance of a false alarm.

        Parameters
        ----------
        n : int
        copy_share : float
        human_rate : float
            How often careful people truly take the lure.
        bound : float
            The upper bound that the evidence is reckoned with.
        """
        self._refuse_poor(bound)
        rate = copy_share * self.model_rate + (1 - copy_share) * human_rate
        lured, spared = (
            np.array([self._gain(share, took_lure=took, bound=bound) for share in self.shares])
            for took in (True, False)
        )
        alive = np.array([1.0])  # by number of lures taken
        for canaries in range(1, n + 1):
            after = np.append(alive * (1 - rate), 0.0)
            after[1:] += alive * rate
            n_lures = np.arange(canaries + 1)[:, None]
            logs = np.minimum(n_lures * lured + (canaries - n_lures) * spared, _MOST_LOG)
            evidence = np.exp(logs).mean(axis=1)
            alive = np.where(evidence >= self.limit, 0.0, after)
        return float(1 - alive.sum())

    def canaries_needed(
        self, *, copy_share: float, human_rate: float, bound: float, chance: float = 0.95, most: int = 200
    ) -> int:
        """Canaries after which model use of this share is found with this probability.

        Raises
        ------
        QualityError
            When it takes more than `most`.
        """
        for n in range(1, most + 1):
            if self.chance_of_alarm(n, copy_share=copy_share, human_rate=human_rate, bound=bound) >= chance:
                return n
        raise QualityError(
            f"copying {copy_share:.0%} of answers is not found with a probability of {chance:g} within {most} "
            "canaries. Take canaries on which people fall for the lure less often."
        )

    def _gain(self, share: float, *, took_lure: bool, bound: float) -> float:
        """Logarithm of how much more probable this outcome is when so many answers come from a model."""
        rate = share * self.model_rate + (1 - share) * bound
        return math.log(rate / bound) if took_lure else math.log((1 - rate) / (1 - bound))

    def _refuse_poor(self, human_rate: float) -> None:
        if not 0 < human_rate < self.model_rate or human_rate >= 1:
            raise QualityError(
                f"a canary's lure is taken by people less often than by models ({self.model_rate:g}), and never with a "
                f"bound of 0; the bound is {human_rate:g}. Drop the item, or measure it on more people."
            )


def human_rate_bound(n_lures: int, n: int, *, level: float = 0.95) -> float:
    """Upper bound of the share of careful people who take a lure (Clopper and Pearson, one-sided).

    A point estimate would accuse people: if 15 % take it where 8 % were supposed, one careful person in 22 is accused.

    Parameters
    ----------
    n_lures, n : int
        Lures taken, among answers of people who were watched, or trusted, to answer themselves.

    Examples
    --------
    >>> round(human_rate_bound(8, 100), 3)
    0.14
    """
    if not 0 <= n_lures < n:
        raise QualityError(
            f"the bound needs answers, not all of them lures; got {n_lures} among {n}. Ask more careful people."
        )
    return beta_quantile(level, n_lures + 1, n - n_lures)


def _mean(logs: tuple[float, ...]) -> float:
    return sum(math.exp(min(log, _MOST_LOG)) for log in logs) / len(logs)
