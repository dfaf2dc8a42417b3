"""The embedded database: changes are committed together, fail alone, and are answered only once they are stored."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from karat.domain.errors import Conflict
from karat.store.connection import Writer
from karat.store.sqlite import SqliteDatabase, claim_for_serving


@pytest.fixture
def database(tmp_path: Path) -> SqliteDatabase:
    opened = SqliteDatabase(tmp_path / "karat.db")
    opened.write(lambda tx: tx.execute("CREATE TABLE word (text TEXT NOT NULL UNIQUE)"))
    return opened


def add(text: str) -> Callable[[Writer], int]:
    return lambda tx: tx.execute("INSERT INTO word (text) VALUES (:text)", text=text)


def words(database: SqliteDatabase) -> list[str]:
    with database.read() as db:
        return [row["text"] for row in db.rows("SELECT text FROM word ORDER BY text")]


def held_up(database: SqliteDatabase) -> threading.Event:
    """Keep the writer busy until the event is set, so that what follows is committed as one group."""
    go_on = threading.Event()
    database.submit_write(lambda _: go_on.wait(10))
    return go_on


def test_a_change_that_fails_takes_nobody_with_it(database: SqliteDatabase) -> None:
    go_on = held_up(database)
    futures = [database.submit_write(add(text)) for text in ("one", "one", "two")]
    go_on.set()

    assert futures[0].result() == 1
    with pytest.raises(sqlite3.IntegrityError):
        futures[1].result()
    assert futures[2].result() == 1
    assert words(database) == ["one", "two"]


def test_half_of_a_failed_change_is_not_kept(database: SqliteDatabase) -> None:
    def change(tx: Writer) -> None:
        tx.execute("INSERT INTO word (text) VALUES ('half')")
        raise Conflict("changed my mind")

    with pytest.raises(Conflict):
        database.write(change)

    assert words(database) == []


def test_a_cancelled_request_is_not_carried_out_and_harms_nobody(database: SqliteDatabase) -> None:
    go_on = held_up(database)
    cancelled, kept = database.submit_write(add("cancelled")), database.submit_write(add("kept"))

    assert cancelled.cancel()
    go_on.set()

    assert kept.result() == 1
    with pytest.raises(CancelledError):
        cancelled.result()
    assert words(database) == ["kept"]


def test_a_reader_sees_one_moment_only(database: SqliteDatabase) -> None:
    database.write(add("before"))
    with database.read() as db:
        first = db.value("SELECT count(*) FROM word")
        database.write(add("meanwhile"))
        second = db.value("SELECT count(*) FROM word")

    assert (first, second) == (1, 1)


def test_a_reader_cannot_write(database: SqliteDatabase) -> None:
    with database.read() as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.rows("INSERT INTO word (text) VALUES ('sneaky')")


def test_what_is_queued_is_finished_before_the_database_closes(database: SqliteDatabase) -> None:
    go_on = held_up(database)
    future = database.submit_write(add("last"))
    closing = threading.Thread(target=database.close)
    closing.start()
    go_on.set()
    closing.join(10)

    assert future.result(1) == 1
    with pytest.raises(Conflict):
        database.write(add("too late"))


def test_one_process_serves_a_database(tmp_path: Path) -> None:
    with claim_for_serving(tmp_path / "karat.db"), pytest.raises(Conflict, match="already serves"):
        claim_for_serving(tmp_path / "karat.db")
