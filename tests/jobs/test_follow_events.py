"""The follower: whatever happens, in whatever order, its running sums equal the batch twin."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from karat import actions
from karat.actions.recount import rebuild
from karat.domain.annotations import Answer
from karat.domain.ids import AssignmentId, ItemId
from karat.domain.items import GoldKind, GoldLabel, ItemState
from karat.domain.people import Actor, Role
from karat.domain.projects import Project
from karat.jobs.follow_events import CHUNK, follow
from karat.store.database import Database, Writer
from tests.builders import NOW, a_member, a_policy, a_project, a_spec, annotators, checks, items
from tests.twins import assert_twins_agree, statistics

CLASSES = ("toxic", "rude", "fine")


class Workload:
    """People who claim, answer, revise, skip, are unsure and give up; a reviewer and a lead who interfere."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.rng, self.now = database, random.Random(seed), NOW
        self.project, self.people, self.reviewer, self.lead = database.write(self._set_up)
        self.answered: list[tuple[Actor, AssignmentId]] = []

    def _set_up(self, tx: Writer) -> tuple[Project, list[Actor], Actor, Actor]:
        policy = a_policy(overlap=2, gold_share=0.15, honeypot_share=0.1, lease_seconds=300)
        project = a_project(tx, policy, spec=a_spec(*CLASSES))
        items(tx, project, 40, measured=40)
        checks(tx, project, 5)
        checks(tx, project, 3, kind=GoldKind.HONEYPOT, label="fine")
        return (
            project,
            annotators(tx, project, 4),
            a_member(tx, project, "rex", Role.REVIEWER),
            a_member(tx, project, "lea", Role.LEAD),
        )

    def step(self) -> None:
        self.now += timedelta(seconds=self.rng.expovariate(1 / 20))
        act = self.rng.choices(
            [self.work, self.revise, self.resolve, self.set_gold, self.expire, self.count], [12, 3, 1, 0.4, 1, 4]
        )[0]
        act()

    def work(self) -> None:
        person, now = self.rng.choice(self.people), self.now
        stream = self.database.write(lambda tx: actions.assignments.claim(tx, person, self.project.id, hold=3, now=now))
        if not stream.claims:
            return
        chosen = self.rng.choice(stream.claims).id
        if self.rng.random() < 0.1:
            self.database.write(lambda tx: actions.assignments.skip(tx, person, chosen, "not my language", now=now))
            return
        answer = self.answer()
        self.database.write(lambda tx: actions.annotations.submit(tx, person, chosen, answer, now=now))
        self.answered.append((person, chosen))

    def revise(self) -> None:
        if self.answered:
            person, chosen = self.rng.choice(self.answered)
            answer, now = self.answer(), self.now
            self.database.write(lambda tx: actions.annotations.submit(tx, person, chosen, answer, now=now))

    def answer(self) -> Answer:
        label = self.rng.choice([*CLASSES, None])
        return Answer(label, reason="" if label else "could be either", duration_ms=self.rng.randrange(0, 90_000))

    def resolve(self) -> None:
        item_id, label, now = self.an_item(), self.rng.choice([*CLASSES, None]), self.now
        self.database.write(
            lambda tx: actions.reviews.resolve(
                tx, self.reviewer, self.project.id, item_id, label=label, note="as R3 says", now=now
            )
        )

    def set_gold(self) -> None:
        item_id, now = self.an_item(), self.now
        gold = GoldLabel(self.rng.choice(list(GoldKind)), self.rng.choice(CLASSES), "the lead")
        self.database.write(lambda tx: actions.reviews.set_gold(tx, self.lead, self.project.id, item_id, gold, now=now))

    def expire(self) -> None:
        self.now += timedelta(seconds=200)
        self.database.write(lambda tx: actions.assignments.expire_overdue(tx, now=self.now))

    def count(self) -> None:
        follow(self.database, now=self.now)

    def an_item(self) -> ItemId:
        with self.database.read() as db:
            return ItemId(self.rng.choice(db.rows("SELECT id FROM item ORDER BY id"))["id"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_running_statistics_equal_their_batch_twin_after_any_history(database: Database, seed: int) -> None:
    workload = Workload(database, seed)

    for _ in range(150):
        workload.step()
    catch_up(database, workload.now)

    assert_twins_agree(database, workload.project.id)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 40))
def test_running_statistics_equal_their_batch_twin_after_long_histories(database: Database, seed: int) -> None:
    workload = Workload(database, seed)

    for _ in range(600):
        workload.step()
    catch_up(database, workload.now)

    assert_twins_agree(database, workload.project.id)


def test_a_rebuild_from_the_facts_changes_no_number(database: Database) -> None:
    workload = Workload(database, seed=4)
    for _ in range(100):
        workload.step()
    catch_up(database, workload.now)
    with database.read() as db:
        before = statistics(db, workload.project.id)

    database.write(lambda tx: rebuild(tx, workload.project.id))

    with database.read() as db:
        assert statistics(db, workload.project.id) == before


def test_following_twice_changes_nothing(database: Database) -> None:
    workload = Workload(database, seed=5)
    for _ in range(60):
        workload.step()
    catch_up(database, workload.now)
    with database.read() as db:
        before = statistics(db, workload.project.id)

    database.write(lambda tx: tx.execute("UPDATE checkpoint SET transaction_id = 0, event_id = 0"))
    database.write(lambda tx: tx.execute("DELETE FROM event WHERE kind = 'batch_published'"))
    catch_up(database, workload.now)

    with database.read() as db:
        assert statistics(db, workload.project.id) == before


def test_an_item_is_resolved_once_its_answers_agree(database: Database) -> None:
    project, people = database.write(_two_people_one_item)
    for person in people:
        _answer(database, project, person, "toxic")

    catch_up(database, NOW)

    assert state_of_only_item(database) is ItemState.RESOLVED


def test_an_item_is_disputed_once_its_answers_differ(database: Database) -> None:
    project, people = database.write(_two_people_one_item)
    for person, label in zip(people, ("toxic", "fine"), strict=True):
        _answer(database, project, person, label)

    catch_up(database, NOW)

    assert state_of_only_item(database) is ItemState.DISPUTED


def test_an_unsure_answer_sends_its_item_to_a_reviewer_and_to_nobody_else(database: Database) -> None:
    project, (first, second) = database.write(_two_people_one_item)
    _answer(database, project, first, None)
    catch_up(database, NOW)

    stream = database.write(lambda tx: actions.assignments.claim(tx, second, project.id, hold=1, now=NOW))

    assert state_of_only_item(database) is ItemState.DISPUTED
    assert stream.claims == ()


def _two_people_one_item(tx: Writer) -> tuple[Project, list[Actor]]:
    project = a_project(tx, a_policy(overlap=2))
    items(tx, project, 1)
    return project, annotators(tx, project, 2)


def _answer(database: Database, project: Project, person: Actor, label: str | None) -> None:
    stream = database.write(lambda tx: actions.assignments.claim(tx, person, project.id, hold=1, now=NOW))
    answer = Answer(label, reason="" if label else "the spec is silent")
    database.write(lambda tx: actions.annotations.submit(tx, person, stream.claims[0].id, answer, now=NOW))


def state_of_only_item(database: Database) -> ItemState:
    with database.read() as db:
        return ItemState(db.value("SELECT state FROM item"))


def catch_up(database: Database, now: datetime) -> None:
    for _ in range(1 + 10_000 // CHUNK):
        if follow(database, now=now) == 0:
            return
    raise AssertionError("the follower never catches up")
