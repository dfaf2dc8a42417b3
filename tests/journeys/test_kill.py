"""`kill -9` in the middle of everything: what was acknowledged is there, and what was not finished leaves no trace."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from karat import store
from karat.domain.accounts import token_hash
from karat.domain.assignments import AssignmentState
from karat.domain.ids import ItemId
from karat.domain.items import GoldKind
from karat.domain.people import Actor
from karat.domain.projects import Project
from karat.store.checkpoints import STATISTICS
from karat.store.connection import Reader, Writer
from tests import builders as build
from tests.journeys.kill_crowd import LABELS, Ledger, Outcome, Person
from tests.processes import Installation, wait_until
from tests.twins import assert_twins_agree

OVERLAP = 3
N_PEOPLE = 8
N_LATECOMERS = 4
"""They come when calm has returned: enough people for every item, whoever has left."""
LEASE = timedelta(seconds=60)


@dataclass
class Crowd:
    """A project, those who work in it, and their ledger."""

    installation: Installation
    project: Project
    items: list[ItemId]
    sessions: list[str]
    ledger: Ledger = field(default_factory=Ledger)
    is_calm: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)

    def person(self, number: int) -> Person:
        return Person(
            number,
            self.sessions[number],
            self.project.id,
            self.ledger,
            self.installation.addresses,
            self.is_calm,
            self.is_over,
        )

    def n_acknowledged(self) -> int:
        return len(self.ledger.with_outcome(Outcome.ACKNOWLEDGED))

    def wait_for_answers(self, n: int) -> None:
        enough = self.n_acknowledged() + n
        wait_until(lambda: self.n_acknowledged() >= enough, f"{n} more answers are acknowledged")

    def wait_until_finished(self) -> None:
        """Until no item is open any more and everything is counted: however long, but not long without an answer."""

        def is_finished() -> bool:
            with database.read() as db:
                is_counted = store.checkpoints.is_caught_up(db, STATISTICS, self.project.id)
                return is_counted and not db.value("SELECT COUNT(*) FROM item WHERE state = 'open'")

        def is_nearer(n_before: int) -> bool:
            return self.n_acknowledged() > n_before or is_finished()

        with self.installation.database() as database:
            while not is_finished():
                is_nearer_now = partial(is_nearer, self.n_acknowledged())
                wait_until(is_nearer_now, "the project is finished, or another answer acknowledged", pause=0.2)


def _a_crowd(installation: Installation, n_items: int) -> Crowd:
    policy = build.a_policy(
        overlap=OVERLAP, gold_share=0.1, honeypot_share=0.1, lease_seconds=int(LEASE.total_seconds())
    )
    with installation.database() as database:
        project = database.write(lambda tx: build.a_project(tx, policy, spec=build.a_spec(*LABELS)))
        items = database.write(lambda tx: build.items(tx, project, n_items, measured=n_items))
        database.write(lambda tx: build.checks(tx, project, 10, kind=GoldKind.GOLD))
        database.write(lambda tx: build.checks(tx, project, 10, kind=GoldKind.HONEYPOT))
        people = database.write(lambda tx: build.annotators(tx, project, N_PEOPLE + N_LATECOMERS))
        sessions = database.write(lambda tx: [_signed_in(tx, actor) for actor in people])
    return Crowd(installation, project, items, sessions)


def _signed_in(tx: Writer, actor: Actor) -> str:
    assert actor.account_id is not None
    session, now = f"session-of-{actor.account_id}", datetime.now(UTC)
    expires_at = now + timedelta(days=1)
    store.sign_in.add_session(tx, token_hash(session), actor.account_id, expires_at=expires_at, now=now)
    return session


def test_nothing_acknowledged_is_lost_when_servers_and_workers_are_killed(installation: Installation) -> None:
    crowd = _a_crowd(installation, n_items=260)

    _work_and_kill(crowd, n_kills=3, n_between=60)

    _assert_nothing_lost_or_doubled(crowd)


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_however_often_they_are_killed(installation: Installation) -> None:
    crowd = _a_crowd(installation, n_items=3_000)

    _work_and_kill(crowd, n_kills=12, n_between=150)

    _assert_nothing_lost_or_doubled(crowd)


def _work_and_kill(crowd: Crowd, *, n_kills: int, n_between: int) -> None:
    """Let everybody work; kill one process after the other, and start it again a little later; then let them finish."""
    installation, processes = crowd.installation, list(crowd.installation.commands())
    installation.start()
    with ThreadPoolExecutor(N_PEOPLE + N_LATECOMERS) as threads:
        working = [threads.submit(crowd.person(number).work) for number in range(N_PEOPLE)]
        try:
            for number in range(n_kills):
                # As many again while it is away: others go on, but the supply must last however slowly it starts.
                crowd.ledger.allow(2 * n_between)
                crowd.wait_for_answers(n_between)
                installation.kill(processes[number % len(processes)])
                if number == n_kills - 1:
                    crowd.is_calm.set()
                    installation.let_time_pass(LEASE)
                installation.start()
            latecomers = range(N_PEOPLE, N_PEOPLE + N_LATECOMERS)
            working += [threads.submit(crowd.person(number).work) for number in latecomers]
            crowd.wait_until_finished()
        finally:
            crowd.is_over.set()
        for person in working:
            person.result()
    installation.stop()


def _assert_nothing_lost_or_doubled(crowd: Crowd) -> None:
    assert crowd.ledger.surprises == []
    with crowd.installation.database() as database:
        with database.read() as db:
            _assert_ledger_is_kept(db, crowd.ledger)
            _assert_overlap_holds(db, crowd.items)
        assert_twins_agree(database, crowd.project.id)


def _assert_ledger_is_kept(db: Reader, ledger: Ledger) -> None:
    rows = db.rows("SELECT id, assignment_id, label, reason, duration_ms FROM annotation")
    stored = {row["duration_ms"]: (row["assignment_id"], row["label"], row["reason"]) for row in rows}
    skips = db.rows("SELECT id, reason FROM assignment WHERE state = :skipped", skipped=int(AssignmentState.SKIPPED))
    reasons = {row["id"]: row["reason"] for row in skips}
    answers = [attempt for attempt in ledger.attempts if not attempt.is_skip]
    acknowledged = [attempt for attempt in answers if attempt.outcome is Outcome.ACKNOWLEDGED]
    refused = [attempt.serial for attempt in answers if attempt.outcome is Outcome.REFUSED]

    assert len(stored) == len(rows), "an answer was stored twice"
    assert [a for a in acknowledged if stored.get(a.serial) != (a.assignment_id, a.label, a.reason)] == []
    assert stored.keys() & set(refused) == set()
    assert stored.keys() <= {attempt.serial for attempt in answers}
    for skip in ledger.with_outcome(Outcome.ACKNOWLEDGED):
        assert not skip.is_skip or reasons[skip.assignment_id] == skip.reason


def _assert_overlap_holds(db: Reader, items: list[ItemId]) -> None:
    chains = db.rows("SELECT item_id, annotator_id FROM annotation WHERE supersedes IS NULL")
    standing = db.rows("SELECT item_id, annotator_id FROM annotation WHERE superseded_by IS NULL")
    claimed = db.rows(
        "SELECT item_id, COUNT(*) AS n FROM assignment WHERE purpose = 0 AND state IN (0, 1) GROUP BY item_id"
    )
    taken = {row["item_id"]: row["taken"] for row in db.rows("SELECT item_id, taken FROM queue_item")}
    n_answers = Counter(row["item_id"] for row in chains)
    pairs = [(row["item_id"], row["annotator_id"]) for row in chains]

    assert len(set(pairs)) == len(pairs), "somebody answered an item twice"
    assert sorted(pairs) == sorted((row["item_id"], row["annotator_id"]) for row in standing)
    assert max(n_answers[item_id] for item_id in items) <= OVERLAP
    held = {row["item_id"]: row["n"] for row in claimed}
    assert taken == {item_id: held.get(item_id, 0) for item_id in taken}
