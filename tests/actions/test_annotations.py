"""Answering and revising, sentence by sentence, on both databases."""

from __future__ import annotations

import json

import pytest

from karat import actions, queries, store
from karat.domain.annotations import Annotation, Answer
from karat.domain.errors import Conflict, Invalid, NotFound
from karat.domain.ids import AssignmentId, ItemId
from karat.domain.people import Actor, Role
from karat.domain.projects import Project
from karat.domain.routing import Claim
from karat.store.connection import Writer
from karat.store.database import Database
from tests import builders as build
from tests.builders import later

LEASE = 900


class Desk:
    """One annotator with a claimed item."""

    def __init__(self, database: Database, *, n_items: int = 3) -> None:
        self.database = database
        self.project: Project = database.write(build.a_project)
        self.items: list[ItemId] = database.write(lambda tx: build.items(tx, self.project, n_items))
        self.ada: Actor = database.write(lambda tx: build.an_annotator(tx, self.project))
        self.claim = self.next()

    def next(self, *, at: float = 0) -> Claim:
        stream = self.database.write(
            lambda tx: actions.assignments.claim(tx, self.ada, self.project.id, hold=1, now=later(at))
        )
        return stream.claims[0]

    def submit(
        self, answer: Answer, *, claim: Claim | None = None, actor: Actor | None = None, at: float = 0
    ) -> Annotation:
        assignment_id: AssignmentId = (claim or self.claim).id
        return self.database.write(
            lambda tx: actions.annotations.submit(tx, actor or self.ada, assignment_id, answer, now=later(at))
        )

    def events(self) -> list[tuple[str, dict[str, int], int]]:
        with self.database.read() as db:
            rows = db.rows("SELECT * FROM event WHERE kind LIKE 'annotation%' ORDER BY id")
        return [(row["kind"], json.loads(row["facts"]), row["item_id"]) for row in rows]


def test_an_answer_is_kept_with_all_that_belongs_to_it(database: Database) -> None:
    desk = Desk(database)

    given = desk.submit(Answer("toxic", duration_ms=2300), at=5)

    with database.read() as db:
        kept = store.annotations.get(db, given.id)
    assert kept == given
    assert kept.answer == Answer("toxic", "", 2300)
    assert kept.submitted_at == later(5)
    assert kept.spec_version == 1


def test_the_event_names_annotation_annotator_and_item(database: Database) -> None:
    desk = Desk(database)

    given = desk.submit(Answer("toxic"))

    facts = {"annotation": given.id, "annotator": desk.ada.memberships[desk.project.id].id}
    assert desk.events() == [("annotation_submitted", facts, given.item_id)]


def test_unsure_needs_a_reason(database: Database) -> None:
    desk = Desk(database)

    with pytest.raises(Invalid, match="reason: is empty"):
        desk.submit(Answer(None, "  "))
    given = desk.submit(Answer(None, " sarcasm? "))

    assert given.answer == Answer(None, "sarcasm?")


def test_a_label_must_be_a_class_of_the_spec(database: Database) -> None:
    desk = Desk(database)

    with pytest.raises(Invalid, match=r"'rude' is no class of this spec. Its classes are: toxic, fine"):
        desk.submit(Answer("rude"))


def test_the_answer_is_checked_against_the_spec_version_it_was_claimed_under(database: Database) -> None:
    desk = Desk(database)

    def publish_second_version(tx: Writer) -> None:
        spec = build.a_spec("rude", "fine")
        store.specs.add(tx, desk.project.id, 2, spec, note="Renamed.", by=None, now=later(1))
        store.projects.set_spec_version(tx, desk.project.id, 2)

    database.write(publish_second_version)
    under_first = desk.submit(Answer("toxic"), at=2)
    under_second = desk.submit(Answer("rude"), claim=desk.next(at=3), at=3)

    assert (under_first.spec_version, under_second.spec_version) == (1, 2)


def test_the_same_answer_again_changes_nothing(database: Database) -> None:
    desk = Desk(database)

    first = desk.submit(Answer("toxic", duration_ms=1000))
    second = desk.submit(Answer("toxic", duration_ms=1400), at=3)

    assert second == first
    assert len(desk.events()) == 1


def test_another_answer_is_a_revision_and_the_first_one_stays(database: Database) -> None:
    desk = Desk(database)

    first = desk.submit(Answer("toxic"))
    second = desk.submit(Answer("fine"), at=60)
    third = desk.submit(Answer(None, "both readings are possible"), at=90)

    with database.read() as db:
        everything = store.annotations.of_item(db, first.item_id)
        standing = store.annotations.standing(db, store.assignments.get(db, desk.claim.id))
    assert [kept.answer.label for kept in everything] == ["toxic", "fine", None]
    assert [kept.supersedes for kept in everything] == [None, first.id, second.id]
    assert standing == third
    assert [kind for kind, _, _ in desk.events()] == ["annotation_submitted", *["annotation_revised"] * 2]
    assert desk.events()[1][1]["supersedes"] == first.id


def test_going_back_to_an_earlier_answer_is_a_revision_too(database: Database) -> None:
    desk = Desk(database)

    for label in ("toxic", "fine", "toxic"):
        desk.submit(Answer(label))

    assert len(desk.events()) == 3


def test_an_answer_after_the_lease_counts_while_nobody_took_the_claim_back(database: Database) -> None:
    desk = Desk(database)

    assert desk.submit(Answer("fine"), at=LEASE + 600).answer.label == "fine"


def test_an_answer_to_a_claim_that_was_taken_back_is_refused(database: Database) -> None:
    desk = Desk(database)
    database.write(lambda tx: actions.assignments.expire_overdue(tx, now=later(LEASE + 1)))

    with pytest.raises(Conflict, match=r"expired at 09:15 UTC, 12 minutes ago"):
        desk.submit(Answer("fine"), at=LEASE + 12 * 60)


def test_an_answer_to_a_skipped_item_is_refused(database: Database) -> None:
    desk = Desk(database)
    database.write(lambda tx: actions.assignments.skip(tx, desk.ada, desk.claim.id, "blurred", now=later(1)))

    with pytest.raises(Conflict, match="you skipped this item"):
        desk.submit(Answer("fine"))


def test_nobody_answers_for_somebody_else(database: Database) -> None:
    desk = Desk(database)
    bo, lead = database.write(
        lambda tx: (
            build.an_annotator(tx, desk.project, "bo"),
            build.a_member(tx, desk.project, "lea", Role.LEAD),
        )
    )
    desk.submit(Answer("fine"))

    for other in (bo, lead):
        with pytest.raises(NotFound, match="no such assignment of yours"):
            desk.submit(Answer("toxic"), actor=other)


def test_an_unknown_assignment_is_refused(database: Database) -> None:
    desk = Desk(database)

    with pytest.raises(NotFound):
        database.write(
            lambda tx: actions.annotations.submit(tx, desk.ada, AssignmentId("guessed"), Answer("fine"), now=later(0))
        )


def test_a_check_is_answered_and_revised_like_any_other_item(database: Database) -> None:
    project = database.write(lambda tx: build.a_project(tx, build.a_policy(gold_share=0.5)))
    ada = database.write(lambda tx: build.an_annotator(tx, project))
    database.write(lambda tx: (build.items(tx, project, 30), build.checks(tx, project, 10)))

    for _ in range(20):
        (claim,) = database.write(
            lambda tx: actions.assignments.claim(tx, ada, project.id, hold=1, now=later(0))
        ).claims
        for label in ("toxic", "fine"):
            database.write(
                lambda tx, label=label, claim=claim: actions.annotations.submit(  # type: ignore[misc]
                    tx, ada, claim.id, Answer(label), now=later(1)
                )
            )

    with database.read() as db:
        rows = db.rows(
            "SELECT a.purpose, COUNT(*) AS n, SUM(CASE WHEN n.superseded_by IS NULL THEN 1 ELSE 0 END) AS standing"
            " FROM annotation n JOIN assignment a ON a.id = n.assignment_id GROUP BY a.purpose"
        )
    by_purpose = {row["purpose"]: (row["n"], row["standing"]) for row in rows}
    assert by_purpose[0][0] + by_purpose[1][0] == 40
    assert all(n == 2 * standing for n, standing in by_purpose.values())


def test_the_next_items_come_with_the_answer(database: Database) -> None:
    desk = Desk(database)

    stream = database.write(
        lambda tx: actions.annotations.submit_and_go_on(
            tx, desk.ada, desk.claim.id, Answer("fine"), hold=2, now=later(1)
        )
    )

    assert len(stream.claims) == 2
    assert desk.claim.id not in {claim.id for claim in stream.claims}


def test_a_paused_persons_answer_is_kept_although_nothing_follows(database: Database) -> None:
    desk = Desk(database)
    database.write(lambda tx: tx.execute("UPDATE annotator SET is_paused = 1"))

    stream = database.write(
        lambda tx: actions.annotations.submit_and_go_on(
            tx, desk.ada, desk.claim.id, Answer("fine"), hold=2, now=later(1)
        )
    )

    assert stream.claims == ()
    assert len(desk.events()) == 1


def test_the_desk_counts_answers_and_shows_the_spec_in_force(database: Database) -> None:
    desk = Desk(database)
    desk.submit(Answer("fine"))

    with database.read() as db:
        found = queries.work.desk(db, desk.ada, desk.project.id)

    assert found.n_answered == 1
    assert found.spec.number == 1
    assert found.project.name == "Comments"


def test_recent_answers_are_ones_own_newest_first_with_skips_and_the_answer_that_stands(database: Database) -> None:
    desk = Desk(database, n_items=4)
    bo = database.write(lambda tx: build.an_annotator(tx, desk.project, "bo"))
    desk.submit(Answer("toxic"), at=1)
    desk.submit(Answer("fine"), at=2)
    second = desk.next(at=3)
    database.write(lambda tx: actions.assignments.skip(tx, desk.ada, second.id, "blurred", now=later(4)))
    third = desk.next(at=5)
    desk.submit(Answer(None, "sarcasm"), claim=third, at=6)

    with database.read() as db:
        mine = queries.work.recent(db, desk.ada, desk.project.id)
        theirs = queries.work.recent(db, bo, desk.project.id)

    assert [closed.id for closed in mine] == [third.id, second.id, desk.claim.id]
    assert [closed.answer.label if closed.answer else "skipped" for closed in mine] == [None, "skipped", "fine"]
    assert [closed.reason for closed in mine] == ["sarcasm", "blurred", ""]
    assert theirs == []


def test_recent_answers_end_at_twenty(database: Database) -> None:
    desk = Desk(database, n_items=25)
    desk.submit(Answer("fine"))
    for number in range(24):
        desk.submit(Answer("fine"), claim=desk.next(at=number), at=number)

    with database.read() as db:
        assert len(queries.work.recent(db, desk.ada, desk.project.id)) == 20
