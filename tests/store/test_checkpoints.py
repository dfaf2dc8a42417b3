"""Reading the event log in commit order, with writers that overtake one another."""

from __future__ import annotations

import threading
from functools import partial

from karat import store
from karat.domain.events import EventKind, NewEvent
from karat.store.connection import Writer
from karat.store.database import Database
from karat.store.postgres import PostgresDatabase
from tests.builders import NOW

FOLLOWER = "test"


def append(tx: Writer, word: str) -> None:
    store.events.append(tx, NewEvent(EventKind.SIGNED_IN, NOW, None, facts={"word": word}))


def read_on(database: Database) -> list[str]:
    """What the follower has not read yet; its checkpoint moves behind it."""

    def step(tx: Writer) -> list[str]:
        assert store.checkpoints.lock(tx, FOLLOWER)
        unread = store.checkpoints.unread(tx, FOLLOWER, limit=100)
        if unread:
            store.checkpoints.advance(tx, FOLLOWER, unread)
        return [row["facts"] for row in unread]

    return database.write(step)


def test_events_are_read_once_and_in_order(database: Database) -> None:
    for word in ("one", "two"):
        database.write(partial(append, word=word))
    first = read_on(database)
    database.write(lambda tx: append(tx, "three"))

    assert first == ['{"word": "one"}', '{"word": "two"}']
    assert read_on(database) == ['{"word": "three"}']
    assert read_on(database) == []


def test_an_event_that_commits_late_is_not_missed(postgres: PostgresDatabase) -> None:
    may_commit, has_written = threading.Event(), threading.Event()

    def slow(tx: Writer) -> None:
        append(tx, "slow")
        has_written.set()
        may_commit.wait(10)

    writing = threading.Thread(target=postgres.write, args=(slow,))
    writing.start()
    has_written.wait(10)
    postgres.write(lambda tx: append(tx, "fast"))
    while_slow_is_open = read_on(postgres)
    may_commit.set()
    writing.join()

    assert while_slow_is_open == []
    assert sorted(read_on(postgres)) == ['{"word": "fast"}', '{"word": "slow"}']


def test_an_event_of_an_older_transaction_with_a_younger_id_is_not_missed(postgres: PostgresDatabase) -> None:
    has_number, may_write, may_commit = threading.Event(), threading.Event(), threading.Event()
    wrote = threading.Event()

    def older(tx: Writer) -> None:
        tx.value("SELECT pg_current_xact_id()")
        has_number.set()
        may_write.wait(10)
        append(tx, "older transaction, later event")

    def younger(tx: Writer) -> None:
        append(tx, "younger transaction, earlier event")
        wrote.set()
        may_commit.wait(10)

    threads = [threading.Thread(target=postgres.write, args=(older,))]
    threads[0].start()
    has_number.wait(10)
    threads.append(threading.Thread(target=postgres.write, args=(younger,)))
    threads[1].start()
    wrote.wait(10)
    may_write.set()
    threads[0].join()
    read = read_on(postgres)
    may_commit.set()
    threads[1].join()
    read += read_on(postgres)

    assert len(read) == 2


def test_no_event_is_missed_or_read_twice_among_concurrent_writers(postgres: PostgresDatabase) -> None:
    n_writers, n_events = 6, 40

    def write(number: int) -> None:
        for event in range(n_events):
            postgres.write(partial(append, word=f"{number}-{event}"))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(n_writers)]
    for writer in writers:
        writer.start()
    read: list[str] = []
    while any(writer.is_alive() for writer in writers):
        read += read_on(postgres)
    while more := read_on(postgres):
        read += more

    assert len(read) == n_writers * n_events
    assert len(set(read)) == len(read)
