"""Consensus kept up to date one answer at a time.

Incremental EM (Neal and Hinton 1998): a new answer changes the probabilities of its item, and what these said of its
annotators is replaced by what they say now. Other items follow when they are touched, or all at once with `refine`, the
batch twin.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy

from karat.quality.consensus.concluding import concluded
from karat.quality.consensus.fitting import USUAL_PASSES, USUAL_TOLERANCE, Fit, fit, nobody_known, prepare
from karat.quality.consensus.prior import Prior
from karat.quality.consensus.result import Consensus
from karat.quality.consensus.updates import ConfusionUpdate
from karat.quality.errors import NoRatings, UnknownClass, UnknownItem
from karat.quality.ratings import Name, Ratings

Array = npt.NDArray[np.float64]


class _Item:
    """Its ratings as cells and annotators, and the probabilities of its classes."""

    __slots__ = ("annotators", "cells", "posterior")

    def __init__(self) -> None:
        self.cells = self.annotators = np.zeros(0, dtype=np.intp)
        self.posterior = np.zeros(0)

    def append(self, cell: int, annotator: int) -> None:
        self.cells = np.array([*self.cells.tolist(), cell])
        self.annotators = np.array([*self.annotators.tolist(), annotator])

    def remove(self, place: int) -> None:
        self.cells, self.annotators = np.delete(self.cells, place), np.delete(self.annotators, place)


class RunningConsensus:
    """Dawid and Skene with a prior (`dawid_skene`), kept up to date by every answer.

    An answer takes some thirty microseconds, however many have been collected. Labels are those of a batch fit on 97
    to 100 % of the items of most public sets; after `refine` they are exactly those.

    Parameters
    ----------
    classes : sequence of names
        All of them, in their order.
    prior : Prior, optional

    Examples
    --------
    >>> running = RunningConsensus(["x", "y"])
    >>> for who, label in [("ada", "x"), ("bo", "x"), ("cy", "y")]:
    ...     running.add("post-1", who, label)
    >>> running.label("post-1"), bool(running.certainty("post-1") > 0.5)
    ('x', True)
    >>> running.take_back("post-1", "cy", "y")
    >>> running.refine().labels
    ('x',)
    """

    def __init__(self, classes: Sequence[Name], *, prior: Prior | None = None) -> None:
        self._classes, self._prior = tuple(classes), prior or Prior()
        self._class_code = {name: code for code, name in enumerate(self._classes)}
        n_classes = len(self._classes)
        self._items: dict[Name, _Item] = {}
        self._annotators: dict[Name, int] = {}
        self._cells: dict[tuple[int, int], int] = {}
        self._counts = np.zeros((64, n_classes))  # by cell
        self._pseudo = np.zeros((64, n_classes))
        self._rows = np.zeros((16, n_classes))  # by annotator
        self._totals = np.zeros(n_classes)

    @property
    def n_ratings(self) -> int:
        """Answers that stand."""
        return sum(len(item.cells) for item in self._items.values())

    def add(self, item: Name, annotator: Name, label: Name) -> None:
        """Take in one answer. One that replaces another is added after `take_back` of the former.

        Raises
        ------
        UnknownClass
            When the label is not among the classes.
        """
        cell, who = self._cell(annotator, label)
        held = self._items.get(item)
        if held is None:
            held = self._items[item] = _Item()
        self._count(held, -1.0)
        held.append(cell, who)
        self._infer(held)
        self._count(held, 1.0)

    def take_back(self, item: Name, annotator: Name, label: Name) -> None:
        """Undo an answer.

        Raises
        ------
        UnknownItem
            When there is no such answer.
        """
        held, cell = self._items.get(item), self._known_cell(annotator, label)
        if held is None or cell is None or cell not in held.cells:
            raise UnknownItem(
                f"there is no answer {label!r} of {annotator!r} on {item!r} to take back. Take back what was added."
            )
        self._count(held, -1.0)
        held.remove(int(np.flatnonzero(held.cells == cell)[0]))
        if not len(held.cells):
            del self._items[item]
            return
        self._infer(held)
        self._count(held, 1.0)

    def probabilities(self, item: Name) -> Array:
        """Probabilities of the item's classes, (n_classes,).

        Raises
        ------
        UnknownItem
            When the item has no answer.
        """
        if item not in self._items:
            raise UnknownItem(f"the item {item!r} has no answer, so there is no consensus on it.")
        return self._items[item].posterior.copy()

    def label(self, item: Name) -> Name:
        """The most probable class of the item; of equally probable ones the first."""
        return self._classes[int(np.round(self.probabilities(item), 12).argmax())]

    def certainty(self, item: Name) -> float:
        """The probability of that class."""
        return float(self.probabilities(item).max())

    def ratings(self) -> Ratings:
        """The answers that stand."""
        owner = {cell: pair for pair, cell in self._cells.items()}
        rows = [
            (number, *owner[cell]) for number, item in enumerate(self._items.values()) for cell in item.cells.tolist()
        ]
        item, annotator, label = np.array(rows, dtype=np.int32).reshape(-1, 3).T
        return Ratings(item, annotator, label, tuple(self._items), tuple(self._annotators), self._classes)

    def refine(self) -> Consensus:
        """Fit everything anew, go on from there, and return what `dawid_skene` says of the answers that stand.

        Raises
        ------
        NoRatings
            When no answer stands.
        """
        ratings = self.ratings()
        if ratings.n_ratings == 0:
            raise NoRatings("a consensus needs ratings; there are none.")
        problem = prepare(ratings, nobody_known(ratings.n_items))
        update = ConfusionUpdate(problem.layout, self._prior, "bayes")
        found = fit(problem, update, tolerance=USUAL_TOLERANCE, max_iterations=USUAL_PASSES)
        self._continue_from(found)
        return concluded(
            ratings, found, update, found.soft(), prior=self._prior, method="dawid_skene", evidence_weight=1.0
        )

    def _continue_from(self, found: Fit) -> None:
        self._counts[:], self._rows[:], self._totals[:] = 0.0, 0.0, 0.0
        for item, posterior in zip(self._items.values(), found.soft().dense(), strict=True):
            item.posterior = np.asarray(posterior)
            self._count(item, 1.0)

    def _cell(self, annotator: Name, label: Name) -> tuple[int, int]:
        if label not in self._class_code:
            raise UnknownClass(f"the class {label!r} is not among {list(self._classes)!r}. Declare it at the start.")
        given = self._class_code[label]
        who = self._annotators.setdefault(annotator, len(self._annotators))
        if who == len(self._rows):
            self._rows = _doubled(self._rows)
        cell = self._cells.get((who, given))
        if cell is None:
            cell = self._cells[who, given] = len(self._cells)
            if cell == len(self._counts):
                self._counts, self._pseudo = _doubled(self._counts), _doubled(self._pseudo)
            self._pseudo[cell] = self._prior.wrong / max(len(self._classes) - 1, 1)
            self._pseudo[cell, given] = self._prior.right
        return cell, who

    def _known_cell(self, annotator: Name, label: Name) -> int | None:
        pair = (self._annotators.get(annotator, -1), self._class_code.get(label, -1))
        return self._cells.get(pair)

    def _count(self, item: _Item, sign: float) -> None:
        """Add or remove what the item's probabilities say of its annotators."""
        if not len(item.cells):
            return
        change = sign * item.posterior
        np.add.at(self._counts, item.cells, change)  # `at`: somebody may have given the item the same class twice
        np.add.at(self._rows, item.annotators, change)
        self._totals += change

    def _infer(self, item: _Item) -> None:
        """Probabilities of the item from what all other items say of its annotators."""
        digamma = scipy.special.psi
        # What was added and removed may leave a last bit below 0.
        counts = np.maximum(self._counts[item.cells], 0.0) + self._pseudo[item.cells]
        rows = np.maximum(self._rows[item.annotators], 0.0) + (self._prior.right + self._prior.wrong)
        scores = (digamma(counts) - digamma(rows)).sum(axis=0)
        scores += digamma(np.maximum(self._totals, 0.0) + self._prior.items)
        scores -= scores.max()
        np.exp(scores, out=scores)
        scores /= scores.sum()
        item.posterior = scores


def _doubled(table: Array) -> Array:
    return np.concatenate([table, np.zeros_like(table)])
