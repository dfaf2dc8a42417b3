"""Thirty-two annotators at once, some of whom leave, retry, skip or come too late; and nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from karat import actions
from karat.domain.annotations import Answer
from karat.domain.errors import Conflict
from karat.domain.ids import AnnotationId, AssignmentId, ItemId
from karat.domain.items import GoldKind
from karat.domain.people import Actor
from karat.domain.projects import Project
from karat.settings import Settings
from karat.store.database import Database
from tests import builders as build
from tests.api.visitors import Api, Visitor

N_PEOPLE = 32
N_ITEMS = 160
OVERLAP = 3
LEASE = 60


@dataclass
class Clock:
    """Shared time: it runs only when somebody gives up and waits."""

    now: timedelta = timedelta()
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> float:
        with self.lock:
            return self.now.total_seconds()

    def turn(self, seconds: float) -> None:
        with self.lock:
            self.now += timedelta(seconds=seconds)


@dataclass
class Crowd:
    """Everybody's doings, and what they were promised."""

    database: Database
    project: Project
    clock: Clock = field(default_factory=Clock)
    acknowledged: list[tuple[AssignmentId, AnnotationId]] = field(default_factory=list)
    refused: int = 0

    def work(self, actor: Actor, seed: int) -> None:
        """Work until nothing is left, in the way of people: some leave, skip, repeat or come too late."""
        rng = random.Random(seed)
        n_empty = 0
        while n_empty < 3:
            stream = self.database.write(
                lambda tx: actions.assignments.claim(
                    tx, actor, self.project.id, hold=rng.choice((1, 2, 4)), now=build.later(self.clock.read())
                )
            )
            n_empty = 0 if stream.claims else n_empty + 1
            if not stream.claims:
                self.clock.turn(LEASE / 4)
                self.take_back()
            for claim in stream.claims:
                self._deal_with(actor, claim.id, rng)

    def _deal_with(self, actor: Actor, assignment_id: AssignmentId, rng: random.Random) -> None:
        mood = rng.random()
        if mood < 0.15:
            return  # Closes the tab; the claim expires, or is found again at the next visit.
        try:
            if mood < 0.25:
                self._skip(actor, assignment_id)
            elif mood < 0.35:
                self.clock.turn(LEASE / 8)
                self.submit(actor, assignment_id, rng.choice(("toxic", "fine")))
            else:
                self.submit(actor, assignment_id, "fine")
                if rng.random() < 0.3:
                    self.submit(actor, assignment_id, rng.choice(("fine", "toxic")))
        except Conflict:
            self.refused += 1

    def submit(self, actor: Actor, assignment_id: AssignmentId, label: str) -> None:
        annotation = self.database.write(
            lambda tx: actions.annotations.submit(
                tx, actor, assignment_id, Answer(label), now=build.later(self.clock.read())
            )
        )
        self.acknowledged.append((assignment_id, annotation.id))

    def _skip(self, actor: Actor, assignment_id: AssignmentId) -> None:
        self.database.write(
            lambda tx: actions.assignments.skip(
                tx, actor, assignment_id, "not mine", now=build.later(self.clock.read())
            )
        )

    def take_back(self) -> None:
        self.database.write(
            lambda tx: actions.assignments.expire_overdue(tx, limit=20, now=build.later(self.clock.read()))
        )


def _crowd(database: Database, *, n_people: int, n_items: int) -> tuple[Crowd, list[Actor], list[ItemId]]:
    policy = build.a_policy(overlap=OVERLAP, lease_seconds=LEASE, gold_share=0.1, honeypot_share=0.1, max_skips=50)
    project = database.write(lambda tx: build.a_project(tx, policy))
    ids = database.write(lambda tx: build.items(tx, project, n_items))
    database.write(lambda tx: build.checks(tx, project, 10, kind=GoldKind.GOLD))
    database.write(lambda tx: build.checks(tx, project, 10, kind=GoldKind.HONEYPOT))
    return Crowd(database, project), database.write(lambda tx: build.annotators(tx, project, n_people)), ids


def _finish(crowd: Crowd, people: list[Actor]) -> None:
    """Everybody comes back once the last claims have run out: the end of a project must not hang on anyone."""
    for _ in range(6):
        crowd.clock.turn(2 * LEASE)
        crowd.take_back()
        for actor in people:
            stream = crowd.database.write(
                lambda tx, actor=actor: actions.assignments.claim(  # type: ignore[misc]
                    tx, actor, crowd.project.id, hold=4, now=build.later(crowd.clock.read())
                )
            )
            for claim in stream.claims:
                crowd.submit(actor, claim.id, "fine")


def _assert_nothing_lost_or_doubled(crowd: Crowd, items: list[ItemId]) -> None:
    with crowd.database.read() as db:
        answers = db.rows("SELECT id, item_id, annotator_id, assignment_id, superseded_by FROM annotation")
        queue = db.rows("SELECT item_id, taken, overlap, is_open FROM queue_item")
        pairs = db.rows("SELECT item_id, annotator_id, state, purpose FROM assignment")
        n_events = db.value("SELECT COUNT(*) FROM event WHERE kind LIKE 'annotation%'")
    standing = Counter(row["item_id"] for row in answers if row["superseded_by"] is None)
    assert {item_id: standing[item_id] for item_id in items} == dict.fromkeys(items, OVERLAP)
    assert all(row["taken"] == row["overlap"] and not row["is_open"] for row in queue)
    assert len({(row["item_id"], row["annotator_id"]) for row in pairs}) == len(pairs)
    assert len({row["assignment_id"] for row in answers if row["superseded_by"] is None}) == sum(standing.values())
    assert set(crowd.acknowledged) <= {(row["assignment_id"], row["id"]) for row in answers}
    assert n_events == len(answers)
    assert {row["state"] for row in pairs} <= {1, 2, 3}


def test_with_many_annotators_no_item_is_lost_doubled_or_given_to_too_many(database: Database) -> None:
    crowd, people, items = _crowd(database, n_people=N_PEOPLE, n_items=N_ITEMS)

    with ThreadPoolExecutor(N_PEOPLE) as threads:
        for done in [threads.submit(crowd.work, actor, seed) for seed, actor in enumerate(people)]:
            done.result()
    _finish(crowd, people)

    _assert_nothing_lost_or_doubled(crowd, items)


def test_two_submits_of_one_claim_at_once_make_one_annotation(database: Database) -> None:
    crowd, (ada, *_), _ = _crowd(database, n_people=1, n_items=20)

    for _ in range(10):
        stream = database.write(lambda tx: actions.assignments.claim(tx, ada, crowd.project.id, hold=1, now=build.NOW))
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda _, id=stream.claims[0].id: crowd.submit(ada, id, "fine"), range(4)))

    assert len(set(crowd.acknowledged)) == 10
    assert len(crowd.acknowledged) == 40


def test_an_answer_at_the_very_moment_of_expiry_is_either_kept_or_refused(database: Database) -> None:
    crowd, people, _ = _crowd(database, n_people=8, n_items=40)
    held = []
    for actor in people:
        stream = database.write(
            lambda tx, actor=actor: actions.assignments.claim(  # type: ignore[misc]
                tx, actor, crowd.project.id, hold=4, now=build.NOW
            )
        )
        held += [(actor, claim.id) for claim in stream.claims]
    crowd.clock.turn(LEASE + 1)

    def answer(pair: tuple[Actor, AssignmentId]) -> None:
        try:
            crowd.submit(pair[0], pair[1], "fine")
        except Conflict:
            crowd.refused += 1

    with ThreadPoolExecutor(12) as threads:
        answers = [threads.submit(answer, pair) for pair in held]
        expiries = [threads.submit(crowd.take_back) for _ in range(4)]
        for done in (*answers, *expiries):
            done.result()

    with database.read() as db:
        n_submitted = db.value("SELECT COUNT(*) FROM assignment WHERE state = 1")
        n_annotations = db.value("SELECT COUNT(*) FROM annotation")
        taken = db.value("SELECT SUM(taken) FROM queue_item")
        n_production = db.value("SELECT COUNT(*) FROM assignment WHERE state IN (0, 1) AND purpose = 0")
    assert n_annotations == n_submitted == len(crowd.acknowledged)
    assert len(crowd.acknowledged) + crowd.refused == len(held)
    assert taken == n_production


def test_over_http_the_same_holds(database: Database, tmp_path: Path) -> None:
    crowd, people, items = _crowd(database, n_people=6, n_items=20)
    api = Api(database, Settings(home=tmp_path / "karat"))
    visitors = [api.signed_in(actor.account_id) for actor in people]

    async def everybody() -> None:
        await asyncio.gather(*(_work_over_http(visitor, crowd.project) for visitor in visitors))

    api.runner.run(everybody())
    api.close()

    with database.read() as db:
        answers = db.rows("SELECT item_id, annotator_id FROM annotation")
    per_item = Counter(row["item_id"] for row in answers)
    assert {item_id: per_item[item_id] for item_id in items} == dict.fromkeys(items, OVERLAP)
    assert len({(row["item_id"], row["annotator_id"]) for row in answers}) == len(answers)


async def _work_over_http(visitor: Visitor, project: Project) -> None:
    response = await visitor._request("POST", f"/api/projects/{project.id}/work/next", json={"hold": 2})
    held = response.json()["assignments"]
    while held:
        body = {"label": "fine", "hold": 2}
        path = f"/api/work/{held[0]['id']}/submit"
        first = await visitor._request("POST", path, json=body)
        again = await visitor._request("POST", path, json=body)
        assert (first.status_code, again.status_code) == (200, 200)
        held = again.json()["stream"]["assignments"]
