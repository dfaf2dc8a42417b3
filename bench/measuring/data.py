"""The data: public crowds with known truth beside the repository, and invented ones of any size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).parent.parent.parent
TRUTH = ROOT.parent / "shared" / "data" / "truth"
SETS = ("bluebird", "dog", "rte", "trec", "web", "CF", "CF_amt", "ZC_in", "ZC_us", "product", "face", "rel")
"""The categorical ones with gold labels."""

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Answers:
    """Who gave which item which class, as codes; arrays of shape (n_answers,)."""

    item: Codes
    annotator: Codes
    label: Codes

    def save(self, path: Path) -> Path:
        """For a worker to read."""
        np.savez(path, item=self.item, annotator=self.annotator, label=self.label)
        return path


def answers_path(name: str) -> Path:
    """The answers of a public crowd: columns task, worker, label."""
    return TRUTH / name / "answers.csv"


def crowd(
    n_items: int, per_item: tuple[int, int], n_annotators: int, n_classes: int, *, is_zipf: bool = False
) -> Answers:
    """Answers to items by distinct annotators who are right three times in four, and else say anything.

    Parameters
    ----------
    per_item : (int, int)
        Fewest and most answers of an item; how many is drawn evenly.
    is_zipf : bool
        The annotator in place r does a share in proportion to 1 / r of the work; else all do the same.
    """
    rng = np.random.default_rng(n_items + 7 * n_annotators + 13 * n_classes)
    work = 1 / np.arange(1, n_annotators + 1) if is_zipf else np.ones(n_annotators)
    chosen = _distinct(rng, n_items, per_item[1], np.cumsum(work / work.sum()))
    sizes = rng.integers(per_item[0], per_item[1] + 1, size=n_items)
    is_kept = np.arange(per_item[1]) < sizes[:, np.newaxis]
    item, annotator = np.repeat(np.arange(n_items), sizes), chosen[is_kept]
    truth = rng.integers(0, n_classes, size=n_items)
    accuracy = rng.beta(6, 2, size=n_annotators)
    is_right = rng.random(len(item)) < accuracy[annotator]
    label = np.where(is_right, truth[item], rng.integers(0, n_classes, size=len(item)))
    return Answers(item.astype(np.int32), annotator.astype(np.int32), label.astype(np.int32))


def _distinct(rng: np.random.Generator, n_rows: int, n: int, cumulative: npt.NDArray[np.float64]) -> Codes:
    """Rows of n different annotators; a row with somebody twice is drawn again."""
    rows = np.empty((n_rows, n), dtype=np.int32)
    again = np.arange(n_rows)
    while len(again):
        rows[again] = np.minimum(np.searchsorted(cumulative, rng.random((len(again), n))), len(cumulative) - 1)
        in_order = np.sort(rows[again], axis=1)
        again = again[(in_order[:, 1:] == in_order[:, :-1]).any(axis=1)]
    return rows


def class_counts(answers: Answers) -> npt.NDArray[np.int64]:
    """How often each item was given each class: what some peers take instead of answers."""
    n_items, n_classes = int(answers.item.max()) + 1, int(answers.label.max()) + 1
    codes = answers.item.astype(np.int64) * n_classes + answers.label
    return np.bincount(codes, minlength=n_items * n_classes).reshape(n_items, n_classes)
