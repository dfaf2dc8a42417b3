"""The rule that says where an item stands, sentence by sentence."""

from __future__ import annotations

import pytest

from karat.domain.items import UNDECIDABLE, Dispute, ItemState, Position, Standing, Vote, position
from karat.domain.projects import QualityPolicy

OPEN, RESOLVED = Position(ItemState.OPEN), Position(ItemState.RESOLVED)


def standing(*labels: str | None, overlap: int = 2, n_skips: int = 0, resolution: str | None = None) -> Standing:
    return Standing([Vote(label) for label in labels], overlap, n_skips, resolution)


def disputed(why: Dispute) -> Position:
    return Position(ItemState.DISPUTED, why)


def test_an_item_nobody_has_answered_is_open() -> None:
    assert position(standing(), QualityPolicy()) == OPEN


def test_an_item_with_fewer_answers_than_its_overlap_is_open() -> None:
    assert position(standing("toxic", overlap=2), QualityPolicy()) == OPEN


def test_an_item_is_resolved_once_its_overlap_agrees() -> None:
    assert position(standing("toxic", "toxic"), QualityPolicy()) == RESOLVED


def test_one_answer_resolves_an_item_whose_overlap_is_one() -> None:
    assert position(standing("toxic", overlap=1), QualityPolicy()) == RESOLVED


def test_answers_without_a_clear_majority_call_for_a_reviewer() -> None:
    assert position(standing("toxic", "fine"), QualityPolicy()) == disputed(Dispute.DISAGREEMENT)


@pytest.mark.parametrize(("majority_share", "expected"), [(0.6, RESOLVED), (0.61, disputed(Dispute.DISAGREEMENT))])
def test_a_majority_is_clear_from_the_share_of_the_policy_on(majority_share: float, expected: Position) -> None:
    five = standing("toxic", "toxic", "toxic", "fine", "rude", overlap=5)

    assert position(five, QualityPolicy(majority_share=majority_share)) == expected


def test_an_item_with_more_answers_than_its_overlap_is_judged_by_all_of_them() -> None:
    assert position(standing("toxic", "toxic", "fine", overlap=2), QualityPolicy()) == RESOLVED


def test_a_single_unsure_answer_calls_for_a_reviewer_whatever_the_others_say() -> None:
    assert position(standing("toxic", "toxic", None), QualityPolicy()) == disputed(Dispute.UNSURE)


def test_unsure_does_not_wait_for_the_overlap() -> None:
    assert position(standing(None, overlap=5), QualityPolicy()) == disputed(Dispute.UNSURE)


def test_too_many_skips_call_for_a_reviewer() -> None:
    policy = QualityPolicy(max_skips=2)

    assert position(standing("toxic", n_skips=1), policy) == OPEN
    assert position(standing("toxic", n_skips=2), policy) == disputed(Dispute.SKIPPED)


def test_unsure_is_named_before_skips_as_the_reason_of_a_dispute() -> None:
    assert position(standing(None, n_skips=9), QualityPolicy()) == disputed(Dispute.UNSURE)


@pytest.mark.parametrize("decision", ["toxic", UNDECIDABLE])
def test_a_reviewers_decision_settles_an_item_whatever_was_said(decision: str) -> None:
    assert position(standing("fine", None, n_skips=9, resolution=decision), QualityPolicy()) == RESOLVED
