"""The section on what would help most: each piece of advice with what it is expected to bring."""

from __future__ import annotations

import math

import numpy as np

from karat.quality.consensus import Consensus
from karat.quality.intervals import normal_quantile
from karat.quality.ratings import Ratings
from karat.quality.report.cautions import LabelKind
from karat.quality.report.contents import Advice, ConfusionPair, DataShape, LabelsPart, People
from karat.quality.report.next_answer import gains_of_one_answer
from karat.quality.report.spellings import spellings
from karat.quality.report.wording import about, counted, listed, quoted, share, whole

_BUDGET_SHARE = 0.05
"""More answers are advised in this proportion to those there are."""

_LEAST_GAIN = 0.01
_LEAST_SAVED, _LEAST_SAVED_SHARE = 0.5, 0.04
"""Wrong labels that more answers must save to be worth advising: so many, and such a share of those expected."""

_WORTH_A_RULE, _BEYOND_EVEN = 0.1, 1.5
"""A pair of classes must hold such a share of the wrong labels, and so much more than if all pairs held alike."""

_WORTH_A_TALK, _WORTH_A_TALK_FIRST = 0.1, 0.4
BEYOND_SHARE = 1.2
"""People stand out who give so many times as many of the wrong answers as of all answers."""

_LEAST_GOLD, _LEAST_GOLD_ADVISED = 100, 30
_GOLD_HALF_WIDTH = 0.05


def advice(
    ratings: Ratings,
    consensus: Consensus,
    *,
    shape: DataShape,
    confusions: tuple[ConfusionPair, ...],
    people: People,
    labels: LabelsPart,
    kind: LabelKind = LabelKind.CLASSES,
) -> tuple[Advice, ...]:
    """What to do, the most effective first; what only makes things known comes after what makes them better."""
    if not shape.n_shared_items:  # then nothing is known of what would make the labels better
        return (*_overlap(shape), *_gold(shape, labels))
    better: list[Advice] = []
    if kind is LabelKind.CLASSES:
        better = [*_more_answers(ratings, consensus, labels), *_a_rule(ratings, confusions, labels)]
    talk = _a_talk(people)
    comes_first = people.standing_out_errors >= _WORTH_A_TALK_FIRST
    return (
        *_OF_KIND.get(kind, ()),
        *(_one_spelling(shape) if kind is LabelKind.CLASSES else []),
        *(talk if comes_first else []),
        *sorted(better, key=lambda one: -one.fewer_wrong),
        *([] if comes_first else talk),
        *_independence(people),
        *_gold(shape, labels),
        *_overlap(shape),
    )


_OF_KIND = {
    LabelKind.AMOUNTS: (
        Advice(
            "Take the labels for numbers: infer values with karat.quality.consensus.numbers.",
            "Voting for one of so many numbers throws away that 49 and 50 nearly agree.",
            0.0,
        ),
    ),
    LabelKind.TEXTS: (
        Advice(
            "Use a measure made for what the labels are: spans, sets, rankings …; docs/methods has a page on each.",
            "Compared as wholes, labels that nearly agree count as different, so the figures here are a lower bound.",
            0.0,
        ),
    ),
}


def _one_spelling(shape: DataShape) -> list[Advice]:
    if not spellings([name for name, n in shape.class_counts if n]):
        return []
    return [
        Advice(
            "Give each class one spelling (--merge-spellings), then look again.",
            "As long as spellings count as classes, no figure here says how far people agree.",
            0.0,
        )
    ]


def _more_answers(ratings: Ratings, consensus: Consensus, labels: LabelsPart) -> list[Advice]:
    gains = np.sort(gains_of_one_answer(ratings, consensus))[::-1]
    worth_it = int((gains >= _LEAST_GAIN).sum())
    n = min(worth_it, max(10, math.ceil(_BUDGET_SHARE * ratings.n_ratings)))
    if not n or labels.expected_wrong < 0.5:
        return []
    fewer, at_random = float(gains[:n].sum()), float(gains.mean() * n)
    if fewer < max(_LEAST_SAVED, _LEAST_SAVED_SHARE * labels.expected_wrong):
        return []
    return [
        Advice(
            f"Get one more answer on {'the most doubtful item' if n == 1 else f'the {n:,} most doubtful items'}.",
            f"Expected wrong labels fall from {about(labels.expected_wrong)} to "
            f"{about(labels.expected_wrong - fewer)}; as many answers on items drawn at random would save "
            f"{at_random:,.1f}.",
            fewer,
        )
    ]


def _a_rule(ratings: Ratings, confusions: tuple[ConfusionPair, ...], labels: LabelsPart) -> list[Advice]:
    n_classes = len(np.unique(ratings.label))
    if not confusions or n_classes < 3:  # of two classes, the rule would be the whole spec
        return []
    pair = confusions[0]
    of_wrong = pair.expected_wrong / max(labels.expected_wrong, 1e-9)
    if (
        of_wrong < max(_WORTH_A_RULE, _BEYOND_EVEN / math.comb(n_classes, 2))
        or pair.expected_wrong < 1
        or spellings([pair.first, pair.second])
    ):
        return []
    return [
        Advice(
            f"Write a rule that tells {quoted(pair.first)} from {quoted(pair.second)}.",
            f"{share(of_wrong, 0)} of the labels expected to be wrong ({about(pair.expected_wrong)}) and "
            f"{share(pair.share, 0)} of all disagreement lie between these two; a rule cannot save more than that.",
            pair.expected_wrong,
        )
    ]


def _a_talk(people: People) -> list[Advice]:
    """Where a few people give most of what is wrong, beyond doubt and beyond their share of the work."""
    errors, answers = people.standing_out_errors, people.standing_out_answers
    if len(people.rows) < 3 or errors < _WORTH_A_TALK or errors < BEYOND_SHARE * answers:
        return []
    n = len(people.standing_out)
    return [
        Advice(
            f"Look at the answers of {listed([row.annotator for row in people.standing_out])} with them.",
            f"{n} of {len(people.rows):,} annotators {'gives' if n == 1 else 'give'} {share(answers, 0)} of the "
            f"answers and {share(errors, 0)} of those expected to be wrong. Their confusions say whether they read a "
            "rule differently or guess.",
            0.0,
        )
    ]


def _independence(people: People) -> list[Advice]:
    if people.copying is None or not people.copying.suspicious:
        return []
    pair = people.copying.suspicious[0]
    n = len(people.copying.suspicious)
    others = f", and {counted(n - 1, 'further pair')} of annotators" if n > 1 else ""
    return [
        Advice(
            f"Find out why {pair.first} and {pair.second} give the same unlikely answers{others}.",
            f"They agree on {share(pair.equal_share, 0)} of {whole(pair.n_shared)} items where "
            f"{share(pair.expected_share, 0)} would be expected of two who work by themselves. "
            "If one copies, their answers are not two independent witnesses.",
            0.0,
        )
    ]


def gold_needed(labels: LabelsPart) -> int:
    """Gold items, drawn at random, that tell the share of right labels to about 5 points either way."""
    right = min(max(labels.mean_certainty, 0.5), 0.97)
    needed = math.ceil((normal_quantile(0.975) / _GOLD_HALF_WIDTH) ** 2 * right * (1 - right))
    return max(_LEAST_GOLD_ADVISED, needed)


def _gold(shape: DataShape, labels: LabelsPart) -> list[Advice]:
    if labels.n_gold >= _LEAST_GOLD:
        return []
    needed = gold_needed(labels) - labels.n_gold
    if needed <= 0 or labels.n_gold >= shape.n_items:
        return []
    if needed >= shape.n_items - labels.n_gold:
        what, why = f"all {counted(shape.n_items, 'item')}", "Then it is known how many labels are right."
    else:
        what = f"{needed:,} items drawn at random"
        why = "Then the share of right labels is known to about 5 points either way."
    return [
        Advice(
            f"Have an expert label {what}.",
            f"{why} Without gold, a mistake that everybody makes cannot be seen.",
            0.0,
        )
    ]


def _overlap(shape: DataShape) -> list[Advice]:
    if shape.n_shared_items * 20 >= shape.n_items:
        return []
    needed = min(max(50, math.ceil(shape.n_items * 0.05)), shape.n_items) - shape.n_shared_items
    known = f"Only {shape.n_shared_items:,} of {shape.n_items:,} items have" if shape.n_shared_items else "No item has"
    return [
        Advice(
            f"Give {counted(needed, 'item')}, drawn at random, to a second annotator.",
            f"{known} two answers; agreement and skill are known from such items alone.",
            0.0,
        )
    ]
