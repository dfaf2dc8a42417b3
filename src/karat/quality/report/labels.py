"""The section on the labels themselves: which method, how certain, which items are in doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from karat.quality.annotators import reference_accuracy
from karat.quality.consensus import Consensus, consensus
from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate
from karat.quality.ratings import Name, Ratings
from karat.quality.report.contents import DoubtfulItem, LabelsPart

_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Inferred:
    """The labels three ways: as they are given out, without having been told the gold, and by plain votes."""

    given_out: Consensus
    untold: Consensus
    votes: Consensus
    n_gold: int

    @property
    def described(self) -> Consensus:
        """The labels whose doubts are worth describing: where most of them are gold, those without it."""
        return self.untold if 2 * self.n_gold > len(self.given_out.items) else self.given_out


def infer(ratings: Ratings, gold: Mapping[Name, Name], *, method: str, seed: int) -> Inferred:
    """Infer the labels. Gold can only grade what has not been told of it, so with gold this is done twice."""
    untold = consensus(ratings, method=method, seed=seed)
    given_out = consensus(ratings, method=method, gold=gold, seed=seed) if gold else untold
    return Inferred(given_out, untold, consensus(ratings, method="majority"), len(gold))


def labels_part(ratings: Ratings, inferred: Inferred, gold: Mapping[Name, Name], *, why: str) -> LabelsPart:
    """Describe the labels; certainty is that of the items whose label was not told."""
    found = inferred.described
    is_told = np.fromiter((name in gold for name in found.items), np.bool_, len(found.items))
    certainty = found.certainty if found is inferred.untold else found.certainty[~is_told]
    tenth = np.minimum((certainty * 10 + 1e-9).astype(np.int64), 9)
    counts = dict.fromkeys(found.classes, 0)
    for name in found.labels:
        counts[name] += 1
    return LabelsPart(
        method=found.method,
        why=why,
        mean_certainty=float(certainty.mean()),
        certainty_without_gold=float(inferred.untold.certainty.mean()),
        expected_wrong=float((1 - certainty).sum()),
        gold_accuracy=_accuracy(inferred.untold, gold),
        majority_gold_accuracy=_accuracy(inferred.votes, gold),
        n_gold=len(gold),
        n_unlike_majority=_n_different(ratings, found),
        certainty_histogram=tuple(np.bincount(tenth, minlength=10).tolist()),
        class_shares=tuple((name, n / len(found.labels)) for name, n in counts.items()),
        doubtful=_doubtful(ratings, found),
        mean_effective_votes=float(np.mean(found.effective_votes)),
    )


def _accuracy(found: Consensus, gold: Mapping[Name, Name]) -> Estimate | None:
    try:
        return reference_accuracy(found.by_item(), gold)
    except QualityError:
        return None


def _n_different(ratings: Ratings, found: Consensus) -> int:
    """Items whose label got fewer votes than another; ties with it do not count."""
    counts = ratings.class_counts()
    most = counts.max(axis=1).toarray().ravel()
    code = {name: place for place, name in enumerate(found.classes)}
    label = np.fromiter((code[name] for name in found.labels), np.int64, len(found.labels))
    known = np.flatnonzero(label < ratings.n_classes)
    votes = np.zeros(len(label), dtype=np.int64)
    votes[known] = np.asarray(counts[known, label[known]]).ravel()
    return int((votes < most).sum())


def _doubtful(ratings: Ratings, found: Consensus) -> tuple[DoubtfulItem, ...]:
    order = np.argsort(found.certainty, kind="stable")[:_SHOWN]
    is_rated = np.bincount(ratings.item, minlength=ratings.n_items) > 0
    rows = ratings.class_counts()[order].toarray()
    return tuple(
        _doubtful_item(ratings, found, item, rows[place])
        for place, item in enumerate(order.tolist())
        if is_rated[item] and found.certainty[item] < 0.999
    )


def _doubtful_item(ratings: Ratings, found: Consensus, item: int, counts: npt.NDArray[np.int64]) -> DoubtfulItem:
    by_probability = np.argsort(-found.probabilities[item], kind="stable")
    code = {name: place for place, name in enumerate(found.classes)}
    label = code[found.labels[item]]
    runner_up = next((place for place in by_probability.tolist() if place != label), label)
    votes = [(ratings.classes[place], int(counts[place])) for place in np.argsort(-counts, kind="stable").tolist()]
    return DoubtfulItem(
        item=found.items[item],
        label=found.labels[item],
        certainty=float(found.certainty[item]),
        runner_up=found.classes[runner_up],
        runner_up_probability=float(found.probabilities[item, runner_up]),
        votes=tuple((name, n) for name, n in votes if n),
    )
