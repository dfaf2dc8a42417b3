"""The rules of claims, one test a sentence; and the draw of checks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from karat.domain.errors import NotAllowed
from karat.domain.ids import AnnotatorId, ProjectId
from karat.domain.probes import Purpose, draw_purpose
from karat.domain.projects import QualityPolicy
from karat.domain.routing import (
    Stand,
    check_ticket,
    goes_back,
    n_to_claim,
    needs_renewal,
    production_probability,
    refuse_paused,
)
from tests.builders import NOW, later

ADA, BO = AnnotatorId(1), AnnotatorId(2)


def a_stand(*, is_paused: bool = False, is_archived: bool = False) -> Stand:
    return Stand(
        annotator_id=ADA,
        project_id=ProjectId(1),
        n_served=0,
        is_paused=is_paused,
        is_archived=is_archived,
        swept_at=NOW,
        policy=QualityPolicy(),
        spec_version=1,
        secret=b"secret",
    )


def test_only_somebody_paused_or_in_an_archived_project_is_refused() -> None:
    refuse_paused(a_stand())
    with pytest.raises(NotAllowed, match="paused"):
        refuse_paused(a_stand(is_paused=True))
    with pytest.raises(NotAllowed, match="archived"):
        refuse_paused(a_stand(is_archived=True))


def test_nobody_is_topped_up_beyond_the_hold_of_the_policy_nor_of_the_request() -> None:
    policy = QualityPolicy(hold=4)

    assert n_to_claim(2, 1, policy) == 1
    assert n_to_claim(10, 1, policy) == 3
    assert n_to_claim(1, 3, policy) == 0


def test_a_claim_needs_renewal_after_a_quarter_of_its_lease() -> None:
    policy = QualityPolicy(lease_seconds=400)

    assert not needs_renewal(later(400), policy, later(100))
    assert needs_renewal(later(400), policy, later(101))


def test_an_item_goes_back_unless_it_is_settled_or_too_many_skipped_it() -> None:
    policy = QualityPolicy(max_skips=2)

    assert goes_back(1, False, policy)
    assert not goes_back(2, False, policy)
    assert not goes_back(0, True, policy)


def test_the_first_check_to_try_depends_on_person_place_and_secret_and_is_spread_evenly() -> None:
    tickets = [check_ticket(b"secret", ADA, place) for place in range(1000)]

    assert tickets == [check_ticket(b"secret", ADA, place) for place in range(1000)]
    assert tickets != [check_ticket(b"secret", BO, place) for place in range(1000)]
    assert tickets != [check_ticket(b"other", ADA, place) for place in range(1000)]
    counts = [sum(ticket % 10 == digit for ticket in tickets) for digit in range(10)]
    assert all(60 <= count <= 140 for count in counts)  # Four standard deviations around 100.


def test_purposes_are_drawn_with_their_shares() -> None:
    policy = QualityPolicy(gold_share=0.2, honeypot_share=0.1)

    draws = [draw_purpose(b"secret", ADA, place, policy) for place in range(2000)]

    assert 328 <= sum(draw.purpose is Purpose.GOLD for draw in draws) <= 472
    assert 146 <= sum(draw.purpose is Purpose.HONEYPOT for draw in draws) <= 254
    assert {round(draw.probability, 6) for draw in draws} == {0.2, 0.1, 0.7}


def test_production_in_the_place_of_a_used_up_check_has_the_probability_of_both() -> None:
    policy = replace(QualityPolicy(), gold_share=0.2, honeypot_share=0.1)

    assert production_probability(policy, Purpose.PRODUCTION) == pytest.approx(0.7)
    assert production_probability(policy, Purpose.GOLD) == pytest.approx(0.9)
    assert production_probability(policy, Purpose.HONEYPOT) == pytest.approx(0.8)
