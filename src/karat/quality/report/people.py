"""The section on annotators: skill with its interval, leaning, pace, copying."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from karat.quality.annotators import Copying, Leaning, Pace, find_copying, gold_accuracies, leaning, pace
from karat.quality.consensus import AnnotatorSkill, Consensus, dawid_skene
from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate
from karat.quality.ratings import Name, Ratings
from karat.quality.report.contents import People, PersonRow

_RANKABLE = 0.1
"""Half-width of an interval beyond which a person should not be compared with others."""

_ENOUGH_GOLD = 20
"""Graded answers from which on gold says more of a person than the consensus of all."""


def people(ratings: Ratings, consensus: Consensus, gold: Mapping[Name, Name], *, seed: int) -> People:
    """Look at every annotator, and at every two of them."""
    graded = _graded(ratings, gold)
    leanings, paces = _leanings(ratings), _paces(ratings)
    n_ratings = np.bincount(ratings.annotator, minlength=ratings.n_annotators)
    rows = [
        _row(consensus.annotators[ratings.annotators[code]], code, graded, leanings, paces)
        for code in np.argsort(-n_ratings, kind="stable").tolist()
        if n_ratings[code]
    ]
    standing_out = _standing_out(rows)
    errors = sum(row.expected_errors for row in rows)
    copying, reason = _copying(ratings, seed)
    return People(
        rows=tuple(rows),
        n_uncertain=sum(_is_uncertain(row.gold_accuracy or row.accuracy) for row in rows),
        standing_out=standing_out,
        standing_out_errors=sum(row.expected_errors for row in standing_out) / max(errors, 1e-12),
        standing_out_answers=sum(row.n_ratings for row in standing_out) / ratings.n_ratings,
        copying=copying,
        copying_reason=reason,
    )


def _row(
    skill: AnnotatorSkill,
    code: int,
    graded: Mapping[Name, Estimate],
    leanings: Leaning | None,
    paces: Mapping[Name, Pace],
) -> PersonRow:
    gold = graded.get(skill.annotator)
    known = gold if gold is not None and gold.n >= _ENOUGH_GOLD else skill.accuracy
    strongest = None if leanings is None else leanings.strongest(code)
    timed = paces.get(skill.annotator)
    return PersonRow(
        annotator=skill.annotator,
        n_ratings=skill.n_ratings,
        accuracy=skill.accuracy,
        gold_accuracy=gold,
        leaning_class=strongest[0] if strongest else None,
        leaning=strongest[1] if strongest else None,
        median_seconds=timed.median_seconds if timed else None,
        fast_share=timed.fast_share if timed else None,
        expected_errors=0.0 if known is None else skill.n_ratings * (1 - known.value),
    )


def _standing_out(rows: Sequence[PersonRow]) -> tuple[PersonRow, ...]:
    """Who answers worse than all together, beyond doubt; having answered much is no reason to be named."""
    known = [(row, found) for row in rows if (found := row.gold_accuracy or row.accuracy) is not None]
    error_rate = sum(row.expected_errors for row in rows) / max(sum(row.n_ratings for row, _ in known), 1)
    worse = [row for row, found in known if found.high < 1 - error_rate]
    worse.sort(key=lambda row: error_rate * row.n_ratings - row.expected_errors)
    return tuple(worse[: max(1, len(rows) // 10)])


def _is_uncertain(accuracy: Estimate | None) -> bool:
    return accuracy is None or (accuracy.high - accuracy.low) / 2 > _RANKABLE


def _graded(ratings: Ratings, gold: Mapping[Name, Name]) -> Mapping[Name, Estimate]:
    try:
        return gold_accuracies(ratings, gold)
    except QualityError:
        return {}


def _leanings(ratings: Ratings) -> Leaning | None:
    try:
        return leaning(ratings)
    except QualityError:
        return None


def _paces(ratings: Ratings) -> Mapping[Name, Pace]:
    try:
        return {one.annotator: one for one in pace(ratings).annotators}
    except QualityError:
        return {}


def _copying(ratings: Ratings, seed: int) -> tuple[Copying | None, str]:
    try:
        return find_copying(ratings, dawid_skene, seed=seed), ""
    except QualityError as reason:
        return None, str(reason)
