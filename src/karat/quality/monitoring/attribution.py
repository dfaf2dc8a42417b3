"""Why did somebody's errors rise? Odds among fatigue, another reading, a shift of items and a change of the spec."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.errors import QualityError

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

Cause = Literal["fatigue", "interpretation", "data shift", "spec change", "decline"]

EFFECTS = np.array([0.4, 0.8, 1.2, 1.6, 2.2, 3.0])
"""Rises of the log-odds of an error that are weighed; 0.8 takes errors from 8 % to 16 %."""

_REPEATS: dict[Cause, tuple[float, float]] = {
    "fatigue": (8.0, 2.0),
    "interpretation": (19.0, 1.0),
    "data shift": (9.0, 1.0),
    "spec change": (9.0, 1.0),
    "decline": (7.0, 3.0),
}
"""How often people contradict themselves under each cause, as Beta beliefs about the share of equal repeats."""

_N_PARTS = 4
_MOST_ONSETS = 10
_LAG_DAYS = (0.0, 1.0, 2.0)
_OWN_SPREAD = 0.7
_PRIOR_ANSWERS = 4.0


@dataclass(frozen=True, slots=True)
class Watched:
    """Graded answers of a person and of the team around an alarm; all arrays of shape (n_answers,).

    Attributes
    ----------
    is_own : bool array
        Whether the answer is by the person of the alarm.
    day : float array
    position : float array
        Place in the work session, 0 at its start, 1 at its end.
    label : int array
        Class of the item, by gold or consensus.
    is_wrong : bool array
    """

    is_own: Flags
    day: Array
    position: Array
    label: Codes
    is_wrong: Flags


@dataclass(frozen=True, slots=True)
class SpecChange:
    """A new version of the spec.

    Attributes
    ----------
    day : float
        When it took effect.
    labels : tuple of int
        Classes whose rules changed; empty where that is not known.
    """

    day: float
    labels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """One cause.

    Attributes
    ----------
    cause : str
    probability : float
        Among the five, which are equally likely beforehand.
    label : int or None
        The class that it concerns, where it concerns a single one.
    since_day : float
        When it most probably began.
    """

    cause: Cause
    probability: float
    label: int | None
    since_day: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """All causes, the most probable one first."""

    explanations: tuple[Explanation, ...]

    @property
    def likely(self) -> Explanation:
        """The most probable cause."""
        return self.explanations[0]

    def odds(self, one: Cause, other: Cause) -> float:
        """How many times more probable one cause is than another."""
        of_cause = {explanation.cause: explanation.probability for explanation in self.explanations}
        return of_cause[one] / max(of_cause[other], 1e-300)


@dataclass(frozen=True, slots=True)
class _Cells:
    """Answers counted by owner, day, class and part of the session."""

    is_own: Flags
    day: Array
    part: Array
    label: Codes
    n: Array
    n_wrong: Array


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One way in which a cause may show: which cells it touches, and how strongly."""

    cause: Cause
    strength: Array
    label: int | None
    since_day: float
    weight: float


def attribute(
    watched: Watched,
    *,
    quiet_until: float,
    spec_changes: Sequence[SpecChange] = (),
    equal_repeats: int = 0,
    repeats: int = 0,
    shift_evidence: float = 0.0,
) -> Attribution:
    """Weigh the causes of a rise of errors.

    Each cause has its own pattern. Fatigue: the person's errors rise along the session and are back to usual at the
    next one. Another reading: they rise in one class, at any time of the session, and repeats get the same answer.
    A shift of the items: they rise for everybody. A change of the spec: for everybody, within two days of a version and
    in its classes. And a plain decline: for the person, everywhere. Beginning, class and size are unknown and averaged
    over.

    Parameters
    ----------
    watched : Watched
    quiet_until : float
        Day up to which all was in order; errors until then are what is usual.
    spec_changes : sequence of SpecChange
        New versions of the spec around that time.
    equal_repeats, repeats : int
        Items the person got twice since, and how many of them got the same answer again.
    shift_evidence : float
        Log of the Bayes factor for a shift, from the inputs themselves (class mix, unsure rate), where it is watched.

    Raises
    ------
    QualityError
        When there is nothing before or after the quiet time to compare.
    """
    is_quiet = watched.day <= quiet_until
    if not ((is_quiet & watched.is_own).any() and (~is_quiet & watched.is_own).any()):
        raise QualityError(
            f"a cause shows by comparing the person's answers until day {quiet_until:g} with later ones; there are "
            f"{int((is_quiet & watched.is_own).sum())} and {int((~is_quiet & watched.is_own).sum())}. "
            "Choose another day."
        )
    cells = _count(watched)
    usual = _usual(cells, quiet_until)
    later = cells.day > quiet_until
    found = [
        (candidate, _log_evidence(cells, usual, candidate))
        for candidate in _candidates(cells, later, quiet_until, spec_changes)
    ]
    scores = {
        cause: _scored(cause, found, _repeat_evidence(cause, equal_repeats, repeats), shift_evidence)
        for cause in get_args(Cause)
    }
    top = max(score for score, _ in scores.values())
    weights = {cause: float(np.exp(score - top)) for cause, (score, _) in scores.items()}
    total = sum(weights.values())
    explanations = [
        Explanation(
            cause, weights[cause] / total, best.label if best else None, best.since_day if best else quiet_until
        )
        for cause, (_, best) in scores.items()
    ]
    return Attribution(tuple(sorted(explanations, key=lambda one: -one.probability)))


def _count(watched: Watched) -> _Cells:
    part = np.minimum((watched.position * _N_PARTS).astype(np.intp), _N_PARTS - 1)
    day = np.floor(watched.day).astype(np.intp)
    keys = np.stack([watched.is_own.astype(np.intp), day, part, watched.label])
    unique, cell = np.unique(keys, axis=1, return_inverse=True)
    cell = cell.ravel()
    n = np.bincount(cell).astype(np.float64)
    n_wrong = np.bincount(cell, watched.is_wrong).astype(np.float64)
    middle = (unique[2] + 0.5) / _N_PARTS
    return _Cells(unique[0].astype(bool), unique[1].astype(np.float64), middle, unique[3], n, n_wrong)


def _usual(cells: _Cells, quiet_until: float) -> Array:
    """Usual log-odds of an error in each cell: the team's in the class, and how far the person differs from it."""
    quiet = cells.day <= quiet_until
    n_labels = int(cells.label.max()) + 1
    n = np.bincount(cells.label, np.where(quiet, cells.n, 0), minlength=n_labels)
    wrong = np.bincount(cells.label, np.where(quiet, cells.n_wrong, 0), minlength=n_labels)
    overall = (wrong.sum() + 0.5) / (n.sum() + 1)
    share = (wrong + _PRIOR_ANSWERS * overall) / (n + _PRIOR_ANSWERS)
    of_label = np.log(share / (1 - share))
    offset = 0.0
    own = quiet & cells.is_own
    for _ in range(20):
        p = scipy.special.expit(of_label[cells.label[own]] + offset)
        slope = float((cells.n_wrong[own] - cells.n[own] * p).sum()) - offset / _OWN_SPREAD**2
        offset += slope / (float((cells.n[own] * p * (1 - p)).sum()) + 1 / _OWN_SPREAD**2)
    return np.asarray(of_label[cells.label] + offset * cells.is_own, dtype=np.float64)


def _candidates(
    cells: _Cells, later: Flags, quiet_until: float, spec_changes: Sequence[SpecChange]
) -> list[_Candidate]:
    """Every cause, at every beginning, in every class; the weights of each cause sum to 1."""
    days = np.unique(cells.day[later])
    onsets = days[np.unique(np.linspace(0, len(days) - 1, min(_MOST_ONSETS, len(days))).astype(int))]
    labels = np.unique(cells.label[later]).tolist()
    starts = [float(day) for day in onsets]
    versions = [
        (change.day + lag, change.labels)
        for change in spec_changes
        for lag in _LAG_DAYS
        if quiet_until < change.day + lag <= days[-1]
    ]
    own = cells.is_own.astype(np.float64)
    all_cells = np.ones_like(own)
    candidates: list[_Candidate] = []
    for start in starts:
        on = (cells.day >= start).astype(np.float64)
        each = 1 / len(starts)
        candidates.append(_Candidate("fatigue", own * on * cells.part, None, start, each))
        candidates.append(_Candidate("decline", own * on, None, start, each))
        candidates += _by_label("interpretation", cells, own * on, labels, start, each)
        candidates.append(_Candidate("data shift", all_cells * on, None, start, each / 2))
        candidates += _by_label("data shift", cells, on, labels, start, each / 2)
    for start, touched in versions:
        on = all_cells * (cells.day >= start)
        if touched:
            on = on * np.isin(cells.label, touched)
        each = 1 / len(versions)
        candidates.append(_Candidate("spec change", on, None, start, each / 2))
        candidates += _by_label("spec change", cells, on, list(touched) or labels, start, each / 2)
    return candidates


def _by_label(  # noqa: PLR0917  (one candidate for each class)
    cause: Cause, cells: _Cells, strength: Array, labels: list[int], start: float, weight: float
) -> list[_Candidate]:
    return [
        _Candidate(cause, strength * (cells.label == label), label, start, weight / len(labels)) for label in labels
    ]


def _log_evidence(cells: _Cells, usual: Array, candidate: _Candidate) -> float:
    """Log-likelihood under the candidate over that without any change, averaged over the size of the effect."""
    touched = candidate.strength > 0
    if not touched.any():
        return -np.inf
    base, n, wrong = usual[touched], cells.n[touched], cells.n_wrong[touched]
    logit = base + EFFECTS[:, np.newaxis] * candidate.strength[touched]
    gain = wrong * (logit - base) - n * (np.logaddexp(0, logit) - np.logaddexp(0, base))
    return float(scipy.special.logsumexp(gain.sum(axis=1)) - np.log(len(EFFECTS)) + np.log(candidate.weight))


def _scored(
    cause: Cause, found: list[tuple[_Candidate, float]], repeat_evidence: float, shift_evidence: float
) -> tuple[float, _Candidate | None]:
    """Log-evidence of a cause, all its candidates together, and the best of them."""
    own = [(evidence, candidate) for candidate, evidence in found if candidate.cause == cause]
    if not own:
        return -np.inf, None
    total = float(scipy.special.logsumexp([evidence for evidence, _ in own])) + repeat_evidence
    best = max(own, key=lambda pair: pair[0])[1]
    return total + (shift_evidence if cause == "data shift" else 0.0), best


def _repeat_evidence(cause: Cause, equal: int, n: int) -> float:
    """Log-probability of so many equal repeats under a cause."""
    a, b = _REPEATS[cause]
    return float(scipy.special.betaln(a + equal, b + n - equal) - scipy.special.betaln(a, b))
