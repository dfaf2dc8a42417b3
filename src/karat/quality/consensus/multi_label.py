"""Set-valued answers: for each label whether it applies, with one skill per annotator behind all labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.assemble import has_settled
from karat.quality.errors import NoRatings, UnreadableRatings
from karat.quality.intervals import Estimate, proportion
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]

_UNSEEN = object()


@dataclass(frozen=True, slots=True)
class Marking:
    """What is believed before any answer; pseudo-answers.

    Attributes
    ----------
    hit, miss : float
        Beta prior of an annotator's sensitivity: how often they give a label that applies.
    correct, false : float
        Beta prior of an annotator's specificity: how often they leave out one that does not. False alarms are rare
        where there are many labels.
    applies, not_applies : float
        Beta prior of the share of items a label applies to.
    """

    hit: float = 3.0
    miss: float = 1.0
    correct: float = 9.0
    false: float = 1.0
    applies: float = 1.0
    not_applies: float = 1.0


@dataclass(frozen=True, slots=True)
class MultiLabelAnnotator:
    """How one annotator gives labels, over all labels together.

    Attributes
    ----------
    sensitivity, specificity : Estimate or None
        Share of labels that apply which the annotator gave, and of those that do not which they left out; `n` counts
        (item, label) pairs as far as each is likely to apply. None when there is no such pair.
    """

    sensitivity: Estimate | None
    specificity: Estimate | None


@dataclass(frozen=True, eq=False)
class MultiLabelConsensus:
    """The set of labels of each item.

    Attributes
    ----------
    items : sequence of names of shape (n_items,)
    labels : tuple of names of shape (n_labels,)
    sets : tuple of frozensets of shape (n_items,)
        The labels that apply with probability above one half; at one half a label is left out.
    probabilities : float array of shape (n_items, n_labels)
        Probability that the label applies.
    certainty : float array of shape (n_items,)
        Probability of the whole set.
    annotators : mapping of annotator to MultiLabelAnnotator
    converged : bool
    n_iterations : int
    """

    items: Sequence[Name]
    labels: tuple[Name, ...]
    sets: tuple[frozenset[Name], ...]
    probabilities: Array
    certainty: Array
    annotators: Mapping[Name, MultiLabelAnnotator]
    converged: bool
    n_iterations: int

    def by_item(self) -> dict[Name, frozenset[Name]]:
        """The set of each item by the item's name."""
        return dict(zip(self.items, self.sets, strict=True))


def multi_label(
    ratings: Ratings,
    *,
    separator: str | None = None,
    abstention: Name = _UNSEEN,
    labels: Iterable[Name] | None = None,
    gold: Mapping[Any, Iterable[Name]] | None = None,
    marking: Marking = Marking(),
    tolerance: float = 1e-6,
    max_iterations: int = 500,
) -> MultiLabelConsensus:
    """Sets of labels, and how often each annotator misses a label or gives one too many.

    Each label applies to an item or not, independently of the others. An annotator gives a label that applies with
    their sensitivity, and leaves out one that does not with their specificity, whichever label it is: a hundred labels
    then need no more answers per annotator than one.

    Parameters
    ----------
    ratings : Ratings
        Their classes are sets: frozensets, tuples, or text to be split at the separator. The empty set says that no
        label applies.
    separator : str, optional
        What stands between labels in text, such as ",". Spaces around labels are dropped. Without one, a text is one
        label.
    abstention : name, optional
        The class that says nothing at all, such as "unsure": such answers are left aside.
    labels : iterable of names, optional
        All labels there are; those nobody gave may be among them. By default those that occur, in order of name.
    gold : mapping of item to labels, optional
        Trusted sets, held fixed.
    marking : Marking
    tolerance : float
        Settled when what is still to be gained of the bound on the evidence is less than this share of it.
    max_iterations : int
        Give up after so many and say so in `converged`.

    Returns
    -------
    MultiLabelConsensus
        Deterministic: it starts from the shares of answers with each label. An item without answers gets each label's
        frequency.

    Raises
    ------
    NoRatings
        When there is no rating that says anything.
    UnreadableRatings
        When an answer or a gold set has a label that is not among `labels`.

    References
    ----------
    Sensitivity and specificity: Raykar et al. (2010), "Learning from crowds", JMLR 11, section 2.1, here without
    features and pooled over labels; solved by variational Bayes.

    Examples
    --------
    >>> rows = [(1, "ada", "rude, loud"), (1, "bo", "rude"), (1, "cy", "rude, loud"), (2, "ada", "loud"), (2, "bo", "")]
    >>> ratings = Ratings.from_rows([(i, who, frozenset(s.split(", ")) - {""}) for i, who, s in rows])
    >>> sorted(multi_label(ratings).by_item()[1])
    ['loud', 'rude']
    """
    answers = _Answers.of(ratings, separator, abstention, labels, gold)
    state = answers.start()
    objective: list[float] = []
    converged = False
    while not converged and len(objective) < max(1, max_iterations):
        beliefs = _beliefs(answers, state, marking)
        state, log_likelihood = answers.applied(beliefs)
        objective.append(log_likelihood - beliefs.divergence)
        converged = has_settled(objective, tolerance)
    return _result(answers, state, converged, len(objective))


@dataclass(frozen=True, eq=False)
class _Answers:
    """Answers as (item, annotator) with the labels given.

    Attributes
    ----------
    met : sparse float array of shape (n_items, n_annotators)
        How often each annotator answered each item.
    mark_item, mark_annotator, mark_label : int arrays of shape (n_marks,)
        Every label that was given in an answer.
    gold : float array of shape (n_items, n_labels)
        1 and 0 for items of `is_gold`.
    """

    ratings: Ratings
    labels: tuple[Name, ...]
    met: Any
    mark_item: npt.NDArray[np.int32]
    mark_annotator: npt.NDArray[np.int32]
    mark_label: npt.NDArray[np.intp]
    is_gold: npt.NDArray[np.bool_]
    gold: Array

    @staticmethod
    def of(
        ratings: Ratings,
        separator: str | None,
        abstention: Name,
        labels: Iterable[Name] | None,
        gold: Mapping[Any, Iterable[Name]] | None,
    ) -> _Answers:
        speaks = np.array([name != abstention for name in ratings.classes], dtype=bool)[ratings.label]
        if not speaks.any():
            raise NoRatings(f"labels need answers that say something; none of the {ratings.n_ratings} does.")
        sets = [_as_set(name, separator) if name != abstention else () for name in ratings.classes]
        trusted = {item: tuple(gold[item]) for item in ratings.items if item in gold} if gold else {}
        names = _all_labels([*sets, *trusted.values()]) if labels is None else tuple(dict.fromkeys(labels))
        code = {name: number for number, name in enumerate(names)}
        members = [[_code_of(label, code) for label in one] for one in sets]
        item, annotator = ratings.item[speaks], ratings.annotator[speaks]
        shape = (ratings.n_items, ratings.n_annotators)
        met = scipy.sparse.coo_array((np.ones(len(item)), (item, annotator)), shape=shape).tocsr()
        sizes = np.array([len(one) for one in members], dtype=np.intp)
        starts = np.concatenate([[0], np.cumsum(sizes)])
        flat = np.array([label for one in members for label in one], dtype=np.intp)
        size = sizes[ratings.label]
        within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
        held = np.zeros((ratings.n_items, len(names)))
        is_gold = np.array([name in trusted for name in ratings.items], dtype=bool)
        for row in np.flatnonzero(is_gold).tolist():
            held[row, [_code_of(label, code) for label in trusted[ratings.items[row]]]] = 1.0
        return _Answers(
            ratings,
            names,
            met,
            np.repeat(ratings.item, size),
            np.repeat(ratings.annotator, size),
            flat[np.repeat(starts[ratings.label], size) + within],
            is_gold,
            held,
        )

    def start(self) -> Array:
        """Share of the item's answers that have each label."""
        given = np.zeros((self.ratings.n_items, len(self.labels)))
        np.add.at(given, (self.mark_item, self.mark_label), 1.0)
        n_answers = np.asarray(self.met.sum(axis=1))[:, np.newaxis]
        shares = np.where(n_answers > 0, given / np.maximum(n_answers, 1.0), given.sum(axis=0) / self.met.sum())
        return self._held(np.minimum(shares, 1.0))

    def applied(self, beliefs: _Beliefs) -> tuple[Array, float]:
        """Probability that each label applies, (n_items, n_labels), and the log-likelihood."""
        n_items, n_labels = self.ratings.n_items, len(self.labels)
        # All left out first; then what each label that was given changes.
        out_if = (self.met @ beliefs.log_miss)[:, np.newaxis] + beliefs.log_applies
        out_not = (self.met @ beliefs.log_correct)[:, np.newaxis] + beliefs.log_not_applies
        place = self.mark_item.astype(np.int64) * n_labels + self.mark_label
        hits = (beliefs.log_hit - beliefs.log_miss)[self.mark_annotator]
        alarms = (beliefs.log_false - beliefs.log_correct)[self.mark_annotator]
        scores_if = out_if + np.bincount(place, hits, n_items * n_labels).reshape(n_items, n_labels)
        scores_not = out_not + np.bincount(place, alarms, n_items * n_labels).reshape(n_items, n_labels)
        either = np.logaddexp(scores_if, scores_not)
        either[self.is_gold] = np.where(self.gold > 0, scores_if, scores_not)[self.is_gold]
        log_likelihood = float(either[self.is_seen].sum())
        return self._held(np.asarray(scipy.special.expit(scores_if - scores_not))), log_likelihood

    @property
    def is_seen(self) -> npt.NDArray[np.bool_]:
        """Items with answers that say something."""
        return np.asarray(np.diff(self.met.indptr) > 0)

    def _held(self, probabilities: Array) -> Array:
        probabilities[self.is_gold] = self.gold[self.is_gold]
        return probabilities


@dataclass(frozen=True, eq=False)
class _Beliefs:
    """Expected logarithms per annotator and per label, and their divergence (nats) from the priors."""

    log_hit: Array
    log_miss: Array
    log_correct: Array
    log_false: Array
    log_applies: Array
    log_not_applies: Array
    divergence: float


def _counts(answers: _Answers, applies: Array) -> tuple[Array, Array, Array, Array]:
    """Hits, misses, correctly left out and false alarms of each annotator, as far as labels are likely to apply."""
    n, n_labels = answers.ratings.n_annotators, len(answers.labels)
    given_if = applies[answers.mark_item, answers.mark_label]
    hits = np.asarray(np.bincount(answers.mark_annotator, given_if, n), dtype=np.float64)
    alarms = np.asarray(np.bincount(answers.mark_annotator, 1.0 - given_if, n), dtype=np.float64)
    applying = answers.met.T @ applies.sum(axis=1)
    not_applying = answers.met.T @ (n_labels - applies.sum(axis=1))
    return hits, np.maximum(applying - hits, 0.0), np.maximum(not_applying - alarms, 0.0), alarms


def _beliefs(answers: _Answers, applies: Array, marking: Marking) -> _Beliefs:
    hits, misses, correct, alarms = _counts(answers, applies)
    seen = applies[answers.is_seen]
    log_hit, log_miss, one = _beta(hits, misses, marking.hit, marking.miss)
    log_correct, log_false, two = _beta(correct, alarms, marking.correct, marking.false)
    of = _beta(seen.sum(axis=0), (1.0 - seen).sum(axis=0), marking.applies, marking.not_applies)
    return _Beliefs(log_hit, log_miss, log_correct, log_false, of[0], of[1], one + two + of[2])


def _beta(yes: Array, no: Array, prior_yes: float, prior_no: float) -> tuple[Array, Array, float]:
    """Expected logarithms of shares and of their complements, and the divergence from the prior."""
    digamma, betaln = scipy.special.digamma, scipy.special.betaln
    total = digamma(yes + no + prior_yes + prior_no)
    log_yes, log_no = digamma(yes + prior_yes) - total, digamma(no + prior_no) - total
    divergence = betaln(prior_yes, prior_no) - betaln(yes + prior_yes, no + prior_no) + yes * log_yes + no * log_no
    return log_yes, log_no, float(divergence.sum())


def _result(answers: _Answers, applies: Array, converged: bool, n_iterations: int) -> MultiLabelConsensus:
    is_in = np.round(applies, 12) > 0.5
    names = answers.labels
    return MultiLabelConsensus(
        items=answers.ratings.items,
        labels=names,
        sets=tuple(frozenset(names[code] for code in np.flatnonzero(row)) for row in is_in),
        probabilities=applies,
        certainty=np.exp(np.log(np.maximum(np.where(is_in, applies, 1.0 - applies), 1e-300)).sum(axis=1)),
        annotators=_annotators(answers, applies),
        converged=converged,
        n_iterations=n_iterations,
    )


def _annotators(answers: _Answers, applies: Array) -> dict[Name, MultiLabelAnnotator]:
    hits, misses, correct, alarms = _counts(answers, applies)
    return {
        name: MultiLabelAnnotator(_share(hits[code], misses[code]), _share(correct[code], alarms[code]))
        for code, name in enumerate(answers.ratings.annotators)
    }


def _share(yes: float, no: float) -> Estimate | None:
    return proportion(float(yes), float(yes + no)) if yes + no > 1e-6 else None


def _as_set(name: Any, separator: str | None) -> tuple[Name, ...]:
    """The labels of an answer, each once."""
    if isinstance(name, str):
        parts = [name] if separator is None else [part.strip() for part in name.split(separator)]
        return tuple(dict.fromkeys(part for part in parts if part))
    if isinstance(name, (frozenset, tuple)):
        return tuple(dict.fromkeys(name))
    return (name,)


def _all_labels(sets: Iterable[Iterable[Name]]) -> tuple[Name, ...]:
    return tuple(sorted({label for one in sets for label in one}, key=str))


def _code_of(label: Name, code: Mapping[Name, int]) -> int:
    if label not in code:
        raise UnreadableRatings(f"the label {label!r} is not among {list(code)!r}. Name it there, or correct it.")
    return code[label]
