"""The section on what would help most: each piece of advice with what it is expected to bring."""

from __future__ import annotations

import math

import numpy as np

from karat.quality.consensus import Consensus
from karat.quality.intervals import normal_quantile
from karat.quality.ratings import Ratings
from karat.quality.report.contents import Advice, ConfusionPair, DataShape, LabelsPart, People
from karat.quality.report.next_answer import gains_of_one_answer
from karat.quality.report.wording import share, whole

_BUDGET_SHARE = 0.05
"""More answers are advised in this proportion to those there are."""

_LEAST_GAIN = 0.01
_WORTH_A_RULE = 0.1
_WORTH_A_TALK, _WORTH_A_TALK_FIRST = 0.3, 0.5
_LEAST_GOLD = 100
_GOLD_HALF_WIDTH = 0.05


def advice(
    ratings: Ratings,
    consensus: Consensus,
    *,
    shape: DataShape,
    confusions: tuple[ConfusionPair, ...],
    people: People,
    labels: LabelsPart,
) -> tuple[Advice, ...]:
    """What to do, the most effective first; what only makes things known comes after what makes them better."""
    found = [
        *_more_answers(ratings, consensus, labels),
        *_a_rule(ratings, confusions, labels),
        *([] if _first(people) else _a_talk(people)),
        *_independence(people),
        *_gold(labels),
        *_overlap(shape),
    ]
    return (*_first(people), *sorted(found, key=lambda one: -one.fewer_wrong))


def _more_answers(ratings: Ratings, consensus: Consensus, labels: LabelsPart) -> list[Advice]:
    gains = np.sort(gains_of_one_answer(ratings, consensus))[::-1]
    worth_it = int((gains >= _LEAST_GAIN).sum())
    n = min(worth_it, max(10, math.ceil(_BUDGET_SHARE * ratings.n_ratings)))
    if not n or labels.expected_wrong < 0.5:
        return []
    fewer, at_random = float(gains[:n].sum()), float(gains.mean() * n)
    return [
        Advice(
            f"Get one more answer on the {n:,} most doubtful items.",
            f"Expected wrong labels fall from {labels.expected_wrong:,.0f} to {labels.expected_wrong - fewer:,.0f}; "
            f"as many answers on items drawn at random would save {at_random:,.1f}.",
            fewer,
        )
    ]


def _a_rule(ratings: Ratings, confusions: tuple[ConfusionPair, ...], labels: LabelsPart) -> list[Advice]:
    if not confusions or ratings.n_classes < 3:  # of two classes, the rule would be the whole spec
        return []
    pair = confusions[0]
    of_wrong = pair.expected_wrong / max(labels.expected_wrong, 1e-9)
    if of_wrong < _WORTH_A_RULE or pair.expected_wrong < 1:
        return []
    return [
        Advice(
            f"Write a rule that tells “{pair.first}” from “{pair.second}”.",
            f"{share(of_wrong, 0)} of the labels expected to be wrong ({whole(pair.expected_wrong)}) and "
            f"{share(pair.share, 0)} of all disagreement lie between these two; a rule cannot save more than that.",
            pair.expected_wrong,
        )
    ]


def _first(people: People) -> list[Advice]:
    """A talk comes before everything else where a few people give most of what is wrong."""
    return _a_talk(people) if people.worst_tenth_share >= _WORTH_A_TALK_FIRST else []


def _a_talk(people: People) -> list[Advice]:
    n = max(1, len(people.rows) // 10)
    # With few people a tenth is one person, and one of them always has most errors.
    usual = max(_WORTH_A_TALK, 2.5 * n / max(len(people.rows), 1))
    if len(people.rows) < 5 or people.worst_tenth_share < usual:
        return []
    worst = sorted(people.rows, key=lambda row: -row.expected_errors)[: min(n, 3)]
    names = ", ".join(f"{row.annotator}" for row in worst)
    return [
        Advice(
            f"Look at the answers of {names}{' and others' if n > 3 else ''} with them.",
            f"{n} of {len(people.rows)} annotators give {share(people.worst_tenth_share, 0)} of all answers expected "
            "to be wrong. Their confusions say whether it is a rule they read differently.",
            0.0,
        )
    ]


def _independence(people: People) -> list[Advice]:
    if people.copying is None or not people.copying.suspicious:
        return []
    pair = people.copying.suspicious[0]
    n = len(people.copying.suspicious)
    return [
        Advice(
            f"Find out why {pair.first} and {pair.second}{f' and {n - 1} more pairs' if n > 1 else ''} "
            "give the same unlikely answers.",
            f"They agree on {share(pair.equal_share, 0)} of {whole(pair.n_shared)} items where "
            f"{share(pair.expected_share, 0)} would be expected of two who work by themselves. "
            "Their answers are not two independent witnesses.",
            0.0,
        )
    ]


def _gold(labels: LabelsPart) -> list[Advice]:
    if labels.n_gold >= _LEAST_GOLD:
        return []
    right = min(max(labels.mean_certainty, 0.5), 0.97)
    needed = math.ceil((normal_quantile(0.975) / _GOLD_HALF_WIDTH) ** 2 * right * (1 - right))
    needed = max(30, needed, 0) - labels.n_gold
    if needed <= 0:
        return []
    return [
        Advice(
            f"Have an expert label {needed:,} items drawn at random.",
            f"Then the share of right labels is known to about {share(_GOLD_HALF_WIDTH, 0)} either way. "
            "Without gold, a mistake that everybody makes cannot be seen.",
            0.0,
        )
    ]


def _overlap(shape: DataShape) -> list[Advice]:
    if shape.n_shared_items * 20 >= shape.n_items:
        return []
    needed = max(50, math.ceil(shape.n_items * 0.05)) - shape.n_shared_items
    return [
        Advice(
            f"Give {needed:,} more items, drawn at random, to a second annotator.",
            f"Only {shape.n_shared_items:,} of {shape.n_items:,} items have two answers; agreement and skill are known "
            "from these alone.",
            0.0,
        )
    ]
