"""The supply of work: order, cursors, giving back, publishing; and the races that PostgreSQL allows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Event

import psycopg
import pytest

from karat import store
from karat.domain.ids import AnnotatorId, ItemId, QueueId
from karat.domain.people import Actor
from karat.domain.projects import Project
from karat.store.connection import Reader, Writer
from karat.store.database import Database
from karat.store.postgres import PostgresDatabase
from tests import builders as build


def _annotator(actor: Actor, project: Project) -> AnnotatorId:
    return actor.memberships[project.id].id


def _take_next(tx: Writer, project: Project, annotator_id: AnnotatorId) -> ItemId | None:
    """Claim as the action does, but without a clock, checks or leases."""
    found = store.queue.search(tx, annotator_id, store.queue.cursors(tx, project.id, annotator_id)).found
    if found is None:
        return None
    store.queue.take(tx, annotator_id, found)
    tx.execute(
        "INSERT INTO assignment (id, item_id, annotator_id, project_id, purpose, probability, place, state,"
        " spec_version, claimed_at, expires_at) VALUES (:id, :item, :annotator, :project, 0, 1, 0, 0, 1, 0, 0)",
        id=f"{annotator_id}-{found.item_id}",
        item=found.item_id,
        annotator=annotator_id,
        project=project.id,
    )
    return found.item_id


def _take_all(tx: Writer, project: Project, annotator_id: AnnotatorId) -> list[ItemId]:
    taken = []
    while (item_id := _take_next(tx, project, annotator_id)) is not None:
        taken.append(item_id)
    return taken


def _queue_id(db: Reader, project: Project) -> QueueId:
    return QueueId(db.value("SELECT id FROM queue WHERE project_id = :id", id=project.id))


def test_everybody_gets_every_item_once_up_to_its_overlap(database: Database) -> None:
    def scene(tx: Writer) -> tuple[list[ItemId], list[list[ItemId]]]:
        project = build.a_project(tx, build.a_policy(overlap=2))
        ids = build.items(tx, project, 40)
        people = [_annotator(actor, project) for actor in build.annotators(tx, project, 3)]
        return ids, [_take_all(tx, project, person) for person in people]

    ids, (first, second, third) = database.write(scene)

    assert sorted(first) == sorted(second) == ids
    assert first == second
    assert third == []


def test_items_come_in_another_order_than_they_were_imported(database: Database) -> None:
    def scene(tx: Writer) -> tuple[list[ItemId], list[ItemId]]:
        project = build.a_project(tx)
        ids = build.items(tx, project, 200)
        return ids, _take_all(tx, project, _annotator(build.an_annotator(tx, project), project))

    ids, taken = database.write(scene)

    neighbours = sum(abs(taken.index(a) - taken.index(b)) == 1 for a, b in pairwise(ids))
    assert neighbours < 12  # By chance 2 of 200; an order that survived would keep nearly all.


def test_the_same_seed_shuffles_alike(database: Database) -> None:
    def order(tx: Writer, name: str, seed: int) -> list[str]:
        project = build.a_project(tx, name=name)
        build.items(tx, project, 50, seed=seed)
        rows = tx.rows(
            "SELECT i.key FROM queue_item q JOIN item i ON i.id = q.item_id WHERE i.project_id = :id"
            " ORDER BY q.position",
            id=project.id,
        )
        return [row["key"] for row in rows]

    first, second = [database.write(lambda tx: order(tx, "one", 7)), database.write(lambda tx: order(tx, "two", 7))]

    assert sorted(first) == sorted(second)
    assert first != sorted(first)


def test_higher_priority_comes_first(database: Database) -> None:
    def scene(tx: Writer) -> tuple[list[ItemId], list[ItemId]]:
        project = build.a_project(tx)
        build.items(tx, project, 5, prefix="later")
        urgent = build.items(tx, project, 5, priority=1, prefix="urgent")
        return urgent, _take_all(tx, project, _annotator(build.an_annotator(tx, project), project))

    urgent, taken = database.write(scene)

    assert sorted(taken[:5]) == urgent
    assert len(taken) == 10


def test_an_item_given_back_reaches_those_who_had_passed_it(database: Database) -> None:
    def scene(tx: Writer) -> tuple[ItemId | None, list[ItemId]]:
        project = build.a_project(tx)
        build.items(tx, project, 30)
        ada, bo = (_annotator(actor, project) for actor in build.annotators(tx, project, 2))
        given_up = _take_next(tx, project, ada)
        assert given_up is not None
        _take_all(tx, project, bo)
        store.queue.give_back(tx, _queue_id(tx, project), [given_up])
        return given_up, [*_take_all(tx, project, ada), *_take_all(tx, project, bo)]

    given_up, taken = database.write(scene)

    assert taken == [given_up]


def test_someone_far_ahead_skips_what_she_knows_without_missing_the_rest(database: Database) -> None:
    def scene(tx: Writer) -> tuple[list[ItemId], list[ItemId], list[ItemId]]:
        project = build.a_project(tx, build.a_policy(overlap=2))
        ids = build.items(tx, project, 700)
        ada = _annotator(build.an_annotator(tx, project), project)
        first = _take_all(tx, project, ada)
        build.items(tx, project, 20, prefix="new")
        store.queue.reset_cursors(tx, ada, now=build.NOW)
        return ids, first, _take_all(tx, project, ada)

    ids, first, second = database.write(scene)

    assert sorted(first) == ids
    assert len(second) == 20


def test_a_search_is_bounded_and_the_next_one_goes_on_from_there(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.queue, "FIRST_PAGE", 16)
    monkeypatch.setattr(store.queue, "NEXT_PAGE", 16)
    monkeypatch.setattr(store.queue, "MAX_PAGES", 2)

    def scene(tx: Writer) -> list[bool]:
        project = build.a_project(tx, build.a_policy(overlap=2))
        build.items(tx, project, 60)
        ada = _annotator(build.an_annotator(tx, project), project)
        _take_all(tx, project, ada)
        store.queue.reset_cursors(tx, ada, now=build.NOW)
        exhausted = []
        for _ in range(3):
            search = store.queue.search(tx, ada, store.queue.cursors(tx, project.id, ada))
            for cursor in search.passed:
                store.queue.move_cursor(tx, ada, cursor)
            exhausted.append(search.is_exhausted)
        return exhausted

    assert database.write(scene) == [False, True, True]


def test_a_published_batch_is_open_and_its_checks_are_not_queued(database: Database) -> None:
    def scene(tx: Writer) -> tuple[list[tuple[str, int]], int]:
        project = build.a_project(tx)
        build.items(tx, project, 4)
        build.checks(tx, project, 3)
        rows = tx.rows("SELECT state, COUNT(*) AS n FROM item GROUP BY state ORDER BY state")
        return [(row["state"], row["n"]) for row in rows], tx.value("SELECT COUNT(*) FROM queue_item")

    assert database.write(scene) == ([("open", 4), ("resolved", 3)], 4)


def test_measured_items_get_the_larger_overlap(database: Database) -> None:
    def overlaps(tx: Writer, overlap: int) -> list[int]:
        project = build.a_project(tx, build.a_policy(overlap=overlap, measured_overlap=3), name=f"Overlap {overlap}")
        build.items(tx, project, 4, measured=1)
        rows = tx.rows(
            "SELECT q.overlap FROM queue_item q JOIN item i ON i.id = q.item_id WHERE i.project_id = :id ORDER BY i.id",
            id=project.id,
        )
        return [row["overlap"] for row in rows]

    assert database.write(lambda tx: overlaps(tx, 1)) == [3, 1, 1, 1]
    assert database.write(lambda tx: overlaps(tx, 5)) == [5, 5, 5, 5]


def test_loading_items_are_offered_to_nobody(database: Database) -> None:
    def scene(tx: Writer) -> ItemId | None:
        project = build.a_project(tx)
        build.items(tx, project, 1)
        build.loading_items(tx, project, build.a_batch(tx, project.id), 3, prefix="loading")
        ada = _annotator(build.an_annotator(tx, project), project)
        _take_next(tx, project, ada)
        return _take_next(tx, project, ada)

    assert database.write(scene) is None


def test_a_closed_item_is_offered_to_nobody(database: Database) -> None:
    def scene(tx: Writer) -> ItemId | None:
        project = build.a_project(tx)
        (item_id,) = build.items(tx, project, 1)
        store.queue.close_items(tx, [item_id])
        return _take_next(tx, project, _annotator(build.an_annotator(tx, project), project))

    assert database.write(scene) is None


# --- Races: only PostgreSQL lets two transactions write at once -----------------------------------------------------


def test_a_row_skipped_as_locked_is_not_passed_by_the_cursor(postgres: PostgresDatabase) -> None:
    project = postgres.write(build.a_project)
    ids = postgres.write(lambda tx: build.items(tx, project, 3))
    ada, bo = (_annotator(actor, project) for actor in postgres.write(lambda tx: build.annotators(tx, project, 2)))

    with psycopg.connect(postgres.url) as rolled_back:
        first = rolled_back.execute(
            "SELECT item_id FROM queue_item WHERE is_open = 1 ORDER BY position LIMIT 1 FOR UPDATE"
        ).fetchone()
        taken = [postgres.write(lambda tx: _take_next(tx, project, bo))]
        rolled_back.rollback()
    taken += [postgres.write(lambda tx: _take_next(tx, project, bo)) for _ in range(2)]

    assert first is not None
    assert taken[0] != first[0]
    assert sorted(item_id for item_id in taken if item_id is not None) == ids
    assert postgres.write(lambda tx: _take_next(tx, project, ada)) is None


def test_a_fresh_position_cannot_commit_before_a_lower_one(postgres: PostgresDatabase) -> None:
    """Without the lock on the queue, Ada would pass the lower position before it is there, and lose that item."""
    project = postgres.write(build.a_project)
    postgres.write(lambda tx: build.items(tx, project, 2))
    ada, bo = (_annotator(actor, project) for actor in postgres.write(lambda tx: build.annotators(tx, project, 2)))
    held = [postgres.write(lambda tx: _take_next(tx, project, bo)) for _ in range(2)]
    queue_id = postgres.write(lambda tx: _queue_id(tx, project))
    slow_has_its_position, slow_may_commit = Event(), Event()

    def give_back_slowly(tx: Writer) -> None:
        assert held[0] is not None
        store.queue.give_back(tx, queue_id, [held[0]])
        slow_has_its_position.set()
        assert slow_may_commit.wait(10)

    def give_back_quickly(tx: Writer) -> None:
        assert slow_has_its_position.wait(10)
        assert held[1] is not None
        store.queue.give_back(tx, queue_id, [held[1]])

    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(postgres.write, give_back_slowly)
        quick = threads.submit(postgres.write, give_back_quickly)
        assert slow_has_its_position.wait(10)
        before = postgres.write(lambda tx: _take_next(tx, project, ada))
        assert not quick.done()
        slow_may_commit.set()
        slow.result(10)
        quick.result(10)
    after = [postgres.write(lambda tx: _take_next(tx, project, ada)) for _ in range(2)]

    assert before is None
    assert after == held


def test_a_batch_published_meanwhile_is_not_lost_to_a_cursor(postgres: PostgresDatabase) -> None:
    project = postgres.write(build.a_project)
    postgres.write(lambda tx: build.items(tx, project, 1))
    ada, bo = (_annotator(actor, project) for actor in postgres.write(lambda tx: build.annotators(tx, project, 2)))
    held = postgres.write(lambda tx: _take_next(tx, project, bo))
    batch_id = postgres.write(lambda tx: build.a_batch(tx, project.id))
    new = postgres.write(lambda tx: build.loading_items(tx, project, batch_id, 3, prefix="new"))
    is_published, may_commit = Event(), Event()

    def publish_slowly(tx: Writer) -> None:
        build.publish(tx, project, batch_id)
        is_published.set()
        assert may_commit.wait(10)

    def give_back(tx: Writer) -> None:
        assert held is not None
        store.queue.give_back(tx, _queue_id(tx, project), [held])

    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(postgres.write, publish_slowly)
        assert is_published.wait(10)
        quick = threads.submit(postgres.write, give_back)
        early = postgres.write(lambda tx: _take_next(tx, project, ada))
        may_commit.set()
        slow.result(10)
        quick.result(10)
    taken = postgres.write(lambda tx: _take_all(tx, project, ada))

    assert early is None
    assert taken[-1] == held
    assert sorted(taken[:-1]) == new
