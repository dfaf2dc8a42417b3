"""Claiming, declining and taking back, sentence by sentence, on both databases."""

from __future__ import annotations

import pytest

from karat import actions
from karat.domain.annotations import Answer
from karat.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from karat.domain.ids import AssignmentId, ItemId
from karat.domain.items import GoldKind, GoldLabel
from karat.domain.people import SYSTEM, Actor, Role
from karat.domain.projects import Project
from karat.domain.routing import Claim, Stream
from karat.store.connection import Reader
from karat.store.database import Database
from tests import builders as build
from tests.builders import NOW, later

LEASE = 900


class Scene:
    """A project on a database, and short ways to act in it."""

    def __init__(self, database: Database, *, n_items: int = 5, n_people: int = 2, **policy: object) -> None:
        self.database = database
        self.project: Project = database.write(lambda tx: build.a_project(tx, build.a_policy(**policy)))
        self.items: list[ItemId] = database.write(lambda tx: build.items(tx, self.project, n_items))
        self.people: list[Actor] = database.write(lambda tx: build.annotators(tx, self.project, n_people))

    def claim(self, actor: Actor, *, hold: int = 1, at: float = 0) -> tuple[Claim, ...]:
        return self.stream(actor, hold=hold, at=at).claims

    def stream(self, actor: Actor, *, hold: int = 1, at: float = 0) -> Stream:
        return self.database.write(
            lambda tx: actions.assignments.claim(tx, actor, self.project.id, hold=hold, now=later(at))
        )

    def submit(self, actor: Actor, assignment_id: AssignmentId, label: str = "fine", *, at: float = 0) -> None:
        self.database.write(
            lambda tx: actions.annotations.submit(tx, actor, assignment_id, Answer(label), now=later(at))
        )

    def skip(self, actor: Actor, assignment_id: AssignmentId, reason: str = "blurred", *, at: float = 0) -> None:
        self.database.write(lambda tx: actions.assignments.skip(tx, actor, assignment_id, reason, now=later(at)))

    def expire(self, *, at: float, limit: int = 500) -> int:
        return self.database.write(lambda tx: actions.assignments.expire_overdue(tx, limit=limit, now=later(at)))

    def item_of(self, claim: Claim) -> ItemId:
        return ItemId(self.value("SELECT item_id FROM assignment WHERE id = :id", id=claim.id))

    def value(self, sql: str, **parameters: object) -> int:
        def ask(db: Reader) -> int:
            return int(db.value(sql, **parameters))

        with self.database.read() as db:
            return ask(db)

    def events(self, kind: str) -> list[dict[str, object]]:
        with self.database.read() as db:
            return [dict(row) for row in db.rows("SELECT * FROM event WHERE kind = :kind ORDER BY id", kind=kind)]


# --- Claiming ---------------------------------------------------------------------------------------------------


def test_a_claim_shows_the_item_and_how_long_it_lives(database: Database) -> None:
    scene = Scene(database)

    (claim,) = scene.claim(scene.people[0])

    assert claim.content["text"].startswith("item ")
    assert claim.expires_at == later(LEASE)
    assert len(claim.id) == 22


def test_asking_again_returns_the_same_claims(database: Database) -> None:
    scene = Scene(database)

    first = scene.claim(scene.people[0], hold=2)
    second = scene.claim(scene.people[0], hold=2)

    assert first == second


def test_live_claims_come_first_and_are_topped_up(database: Database) -> None:
    scene = Scene(database)

    first = scene.claim(scene.people[0], hold=2)
    second = scene.claim(scene.people[0], hold=4)

    assert second[:2] == first
    assert len({claim.id for claim in second}) == 4


def test_nobody_holds_more_than_the_policy_lets_them(database: Database) -> None:
    scene = Scene(database, n_items=10, hold=3)

    assert len(scene.claim(scene.people[0], hold=9)) == 3


def test_a_live_claim_is_renewed_once_a_quarter_of_its_lease_is_over(database: Database) -> None:
    scene = Scene(database)

    scene.claim(scene.people[0])
    (early,) = scene.claim(scene.people[0], at=200)
    (late,) = scene.claim(scene.people[0], at=300)

    assert early.expires_at == later(LEASE)
    assert late.expires_at == later(300 + LEASE)


def test_a_claim_that_nobody_took_back_yet_lives_on_when_its_annotator_returns(database: Database) -> None:
    scene = Scene(database)

    (before,) = scene.claim(scene.people[0])
    (after,) = scene.claim(scene.people[0], at=5000)

    assert after.id == before.id
    assert after.expires_at == later(5000 + LEASE)


def test_two_people_never_hold_an_item_of_overlap_one(database: Database) -> None:
    scene = Scene(database, n_items=4, hold=10)
    ada, bo = scene.people

    mine, theirs = scene.claim(ada, hold=2), scene.claim(bo, hold=10)

    assert len(theirs) == 2
    assert not {scene.item_of(claim) for claim in mine} & {scene.item_of(claim) for claim in theirs}


def test_nobody_gets_an_item_twice_however_the_claim_ended(database: Database) -> None:
    scene = Scene(database, n_items=2, n_people=1, overlap=3)
    ada = scene.people[0]

    first, second = scene.claim(ada, hold=2)
    scene.skip(ada, first.id)
    scene.expire(at=LEASE + 1)

    assert scene.claim(ada, hold=2, at=LEASE + 2) == ()
    assert second.id


def test_a_paused_person_finishes_what_is_held_and_gets_nothing_new(database: Database) -> None:
    scene = Scene(database)
    ada = scene.people[0]
    (claim,) = scene.claim(ada)
    database.write(lambda tx: tx.execute("UPDATE annotator SET is_paused = 1"))

    assert [held.id for held in scene.claim(ada, hold=3)] == [claim.id]
    scene.submit(ada, claim.id)
    with pytest.raises(NotAllowed, match=r"paused.*ask the project's lead"):
        scene.claim(ada)


def test_somebody_who_may_not_annotate_gets_nothing(database: Database) -> None:
    scene = Scene(database)
    engineer = database.write(lambda tx: build.a_member(tx, scene.project, "eve", Role.ENGINEER))
    outsider = database.write(lambda tx: build.actor_of(tx, build.an_account(tx, "mallory")))

    with pytest.raises(NotAllowed):
        scene.claim(engineer)
    with pytest.raises(NotFound):
        scene.claim(outsider)


def test_a_member_who_left_meanwhile_gets_nothing(database: Database) -> None:
    scene = Scene(database)
    database.write(lambda tx: tx.execute("UPDATE annotator SET left_at = 1"))

    with pytest.raises(NotFound, match="no member of this project any more"):
        scene.claim(scene.people[0])


def test_the_supply_is_searched_from_its_beginning_at_most_once_a_minute(database: Database) -> None:
    scene = Scene(database, n_items=1, overlap=2)
    ada, bo = scene.people
    (claim,) = scene.claim(ada)
    scene.submit(ada, claim.id)
    scene.claim(ada)  # Sweeps: nothing is left for her.
    # An item that lies before her cursor although she never had it: what the sweep is for.
    database.write(lambda tx: tx.execute("DELETE FROM annotation"))
    database.write(lambda tx: tx.execute("DELETE FROM assignment"))
    database.write(lambda tx: tx.execute("UPDATE queue_cursor SET position = (SELECT next_position FROM queue)"))

    assert scene.claim(ada, at=30) == ()
    assert len(scene.claim(ada, at=61)) == 1
    assert bo


# --- Checks -----------------------------------------------------------------------------------------------------


def _purposes(scene: Scene) -> list[int]:
    with scene.database.read() as db:
        return [row["purpose"] for row in db.rows("SELECT purpose FROM assignment ORDER BY place")]


def _work_through(scene: Scene, actor: Actor, n: int) -> int:
    """Answer up to `n` items; how many there were."""
    for number in range(n):
        claims = scene.claim(actor)
        if not claims:
            return number
        scene.submit(actor, claims[0].id)
    return n


def test_checks_are_blended_into_the_stream_at_about_their_share(database: Database) -> None:
    scene = Scene(database, n_items=150, n_people=1, gold_share=0.2, honeypot_share=0.2)
    database.write(lambda tx: build.checks(tx, scene.project, 60, kind=GoldKind.GOLD))
    database.write(lambda tx: build.checks(tx, scene.project, 60, kind=GoldKind.HONEYPOT))

    _work_through(scene, scene.people[0], 150)

    purposes = _purposes(scene)
    assert len(purposes) == 150
    assert 15 <= purposes.count(1) <= 47  # Four standard deviations around 30.
    assert 15 <= purposes.count(2) <= 47


def test_nobody_meets_a_check_twice_and_production_follows_when_all_are_used_up(database: Database) -> None:
    scene = Scene(database, n_items=60, n_people=1, gold_share=0.5)
    database.write(lambda tx: build.checks(tx, scene.project, 7))

    n = _work_through(scene, scene.people[0], 100)

    assert n == 67
    assert _purposes(scene).count(1) == 7


def test_checks_are_offered_only_while_there_is_ordinary_work(database: Database) -> None:
    scene = Scene(database, n_items=3, n_people=1, gold_share=0.25, honeypot_share=0.25)
    database.write(lambda tx: build.checks(tx, scene.project, 200, kind=GoldKind.GOLD))
    database.write(lambda tx: build.checks(tx, scene.project, 200, kind=GoldKind.HONEYPOT))

    _work_through(scene, scene.people[0], 400)

    assert _purposes(scene)[-1] == 0
    assert _purposes(scene).count(0) == 3
    assert scene.claim(scene.people[0]) == ()


def test_the_probability_of_every_purpose_is_on_record(database: Database) -> None:
    scene = Scene(database, n_items=40, n_people=1, gold_share=0.3, honeypot_share=0.1)
    database.write(lambda tx: build.checks(tx, scene.project, 40))

    _work_through(scene, scene.people[0], 40)

    with database.read() as db:
        rows = db.rows("SELECT DISTINCT purpose, probability FROM assignment")
    recorded = {(row["purpose"], round(row["probability"], 6)) for row in rows}
    assert (1, 0.3) in recorded
    assert recorded <= {(0, 0.6), (0, 0.7), (1, 0.3)}  # 0.7: a honeypot was drawn and there are none.


# --- Skipping ---------------------------------------------------------------------------------------------------


def test_a_skipped_item_goes_to_somebody_else(database: Database) -> None:
    scene = Scene(database, n_items=1)
    ada, bo = scene.people
    (claim,) = scene.claim(ada)

    scene.skip(ada, claim.id, "in a language I do not read")

    (theirs,) = scene.claim(bo)
    assert scene.item_of(theirs) == scene.item_of(claim)
    (event,) = scene.events("item_skipped")
    assert "in a language I do not read" in str(event["facts"])


def test_an_item_that_too_many_skipped_is_offered_to_nobody(database: Database) -> None:
    scene = Scene(database, n_items=1, n_people=3, max_skips=2)

    for actor in scene.people[:2]:
        (claim,) = scene.claim(actor)
        scene.skip(actor, claim.id)

    assert scene.claim(scene.people[2]) == ()
    assert scene.value("SELECT taken FROM queue_item") == 0


def test_skipping_again_changes_nothing(database: Database) -> None:
    scene = Scene(database, n_items=1)
    (claim,) = scene.claim(scene.people[0])

    scene.skip(scene.people[0], claim.id)
    scene.skip(scene.people[0], claim.id)

    assert scene.value("SELECT taken FROM queue_item") == 0
    assert len(scene.events("item_skipped")) == 1


def test_a_skip_needs_a_reason(database: Database) -> None:
    scene = Scene(database)
    (claim,) = scene.claim(scene.people[0])

    with pytest.raises(Invalid, match="reason"):
        scene.skip(scene.people[0], claim.id, "   ")


def test_what_was_answered_cannot_be_skipped(database: Database) -> None:
    scene = Scene(database)
    (claim,) = scene.claim(scene.people[0])
    scene.submit(scene.people[0], claim.id)

    with pytest.raises(Conflict, match="answered this item already"):
        scene.skip(scene.people[0], claim.id)


def test_somebody_elses_assignment_is_as_good_as_none(database: Database) -> None:
    scene = Scene(database)
    lead = database.write(lambda tx: build.a_member(tx, scene.project, "lea", Role.LEAD))
    (claim,) = scene.claim(scene.people[0])

    for other in (scene.people[1], lead):
        with pytest.raises(NotFound, match="no such assignment of yours"):
            scene.skip(other, claim.id)


def test_a_skipped_check_comes_back_to_nobody_and_says_the_same(database: Database) -> None:
    scene = Scene(database, n_items=30, n_people=1, gold_share=0.5)
    database.write(lambda tx: build.checks(tx, scene.project, 5))

    for _ in range(20):
        (claim,) = scene.claim(scene.people[0])
        scene.skip(scene.people[0], claim.id)

    assert _purposes(scene).count(1) == 5
    assert len(scene.events("item_skipped")) == 20


# --- Expiry -----------------------------------------------------------------------------------------------------


def test_overdue_claims_go_back_and_others_get_them(database: Database) -> None:
    scene = Scene(database, n_items=2)
    ada, bo = scene.people
    held = scene.claim(ada, hold=2)

    assert scene.expire(at=LEASE - 1) == 0
    assert scene.expire(at=LEASE + 1) == 2

    theirs = scene.claim(bo, hold=2, at=LEASE + 2)
    assert sorted(map(scene.item_of, theirs)) == sorted(map(scene.item_of, held))
    (event,) = scene.events("claims_expired")
    assert '"items": 2' in str(event["facts"])


def test_every_place_of_an_item_that_several_people_left_is_free_again(database: Database) -> None:
    scene = Scene(database, n_items=1, n_people=4, overlap=2)
    for actor in scene.people[:2]:
        scene.claim(actor)

    scene.expire(at=LEASE + 1)

    assert all(scene.claim(actor, at=LEASE + 2) for actor in scene.people[2:])


def test_expiry_works_in_bounded_chunks(database: Database) -> None:
    scene = Scene(database, n_items=9, n_people=3)
    for actor in scene.people:
        scene.claim(actor, hold=3)

    assert [scene.expire(at=LEASE + 1, limit=4) for _ in range(4)] == [4, 4, 1, 0]


def test_an_item_resolved_meanwhile_does_not_come_back(database: Database) -> None:
    scene = Scene(database, n_items=1)
    (claim,) = scene.claim(scene.people[0])
    item_id = scene.item_of(claim)
    database.write(lambda tx: tx.execute("UPDATE item SET state = 'resolved' WHERE id = :id", id=item_id))

    scene.expire(at=LEASE + 1)

    assert scene.claim(scene.people[1], at=LEASE + 2) == ()


def test_an_item_that_became_gold_meanwhile_does_not_come_back_as_ordinary_work(database: Database) -> None:
    scene = Scene(database, n_items=1)
    (claim,) = scene.claim(scene.people[0])
    item_id, gold = scene.item_of(claim), GoldLabel(GoldKind.GOLD, "fine", "the lead")
    database.write(lambda tx: actions.reviews.set_gold(tx, SYSTEM, scene.project.id, item_id, gold, now=NOW))

    scene.expire(at=LEASE + 1)

    assert scene.claim(scene.people[1], at=LEASE + 2) == ()


def test_an_item_that_waits_for_a_reviewer_does_not_come_back_when_somebody_lets_it_lie(database: Database) -> None:
    scene = Scene(database, n_items=1, n_people=3, overlap=2)
    (unsure,), _ = scene.claim(scene.people[0]), scene.claim(scene.people[1])
    database.write(
        lambda tx: actions.annotations.submit(tx, scene.people[0], unsure.id, Answer(None, "unclear"), now=NOW)
    )
    build.catch_up(database)

    scene.expire(at=LEASE + 1)

    assert scene.claim(scene.people[2], at=LEASE + 2) == ()


def test_the_hold_is_that_of_the_policy_of_the_moment(database: Database) -> None:
    scene = Scene(database, n_items=6, hold=1)
    lead = database.write(lambda tx: build.a_member(tx, scene.project, "lea", Role.LEAD))
    policy = build.a_policy(hold=3)
    database.write(lambda tx: actions.projects.change(tx, lead, scene.project.id, policy=policy, now=NOW))

    assert len(scene.claim(scene.people[0], hold=9)) == 3
