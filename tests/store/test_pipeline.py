"""Statements sent together to PostgreSQL: what holds when one of them fails, or the connection does."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.errors import AdminShutdown, UniqueViolation

from karat.store import pipeline
from karat.store.connection import Writer
from karat.store.postgres import PostgresDatabase


@pytest.fixture
def words(postgres: PostgresDatabase) -> PostgresDatabase:
    """A database with an empty table of words, each of which may be there once."""
    postgres.write(lambda tx: tx.execute("CREATE TABLE word (number BIGINT UNIQUE, word TEXT)"))
    return postgres


def _add(tx: Writer, number: int | None, word: str = "") -> None:
    tx.execute_later("INSERT INTO word VALUES (:number, :word)", number=number, word=word)


def _numbers(database: PostgresDatabase) -> list[Any]:
    with database.read() as db:
        return [row["number"] for row in db.rows("SELECT number FROM word ORDER BY number")]


def test_what_nobody_waits_for_is_seen_by_later_statements_and_committed(words: PostgresDatabase) -> None:
    def change(tx: Writer) -> int:
        _add(tx, 1)
        return int(tx.value("SELECT count(*) FROM word WHERE number = :number", number=1))

    assert words.write(change) == 1
    assert _numbers(words) == [1]


def test_a_statement_that_fails_unseen_fails_the_commit_and_takes_everything_back(words: PostgresDatabase) -> None:
    def change(tx: Writer) -> None:
        _add(tx, 1)
        _add(tx, 1)
        _add(tx, 2)

    with pytest.raises(UniqueViolation):
        words.write(change)

    assert _numbers(words) == []
    words.write(lambda tx: _add(tx, 3))
    assert _numbers(words) == [3]


def test_a_failure_in_between_takes_back_what_was_sent(words: PostgresDatabase) -> None:
    def change(tx: Writer) -> None:
        _add(tx, 1)
        tx.value("SELECT count(*) FROM word")
        _add(tx, 2)
        raise ValueError("not wanted after all")

    with pytest.raises(ValueError, match="not wanted"):
        words.write(change)

    assert _numbers(words) == []


def test_a_change_without_a_statement_sends_nothing(words: PostgresDatabase) -> None:
    assert words.write(lambda _: 7) == 7


def test_values_come_back_as_they_went_in(words: PostgresDatabase) -> None:
    words.write(lambda tx: _add(tx, None, "it's 100 % “quoted”, with :colons and $1"))

    row = words.write(lambda tx: tx.row("SELECT number, word, word = :word AS same FROM word", word="$1"))

    assert row == {"number": None, "word": "it's 100 % “quoted”, with :colons and $1", "same": False}


def test_a_copy_goes_on_in_the_same_transaction(words: PostgresDatabase) -> None:
    def change(tx: Writer, *, last: int) -> None:
        _add(tx, 1)
        tx.insert_many("word", ("number", "word"), [(2, "two"), (3, "three")])
        _add(tx, last)

    with pytest.raises(UniqueViolation):
        words.write(lambda tx: change(tx, last=1))
    assert _numbers(words) == []

    words.write(lambda tx: change(tx, last=4))
    assert _numbers(words) == [1, 2, 3, 4]


def test_many_more_statements_than_are_left_unread_at_once_all_arrive(words: PostgresDatabase) -> None:
    n = 3 * pipeline.MAX_UNREAD + 1

    words.write(
        lambda tx: tx.execute_many(
            "INSERT INTO word VALUES (:number, :word)", [{"number": k, "word": "w" * 5_000} for k in range(n)]
        )
    )

    assert _numbers(words) == list(range(n))


def test_a_connection_that_can_prepare_no_more_plans_every_time(
    words: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MAX_PREPARED", 0)

    words.write(lambda tx: _add(tx, 1))

    assert words.write(lambda tx: tx.value("SELECT number FROM word WHERE number = :number", number=1)) == 1


def test_a_lost_connection_is_said_and_replaced(words: PostgresDatabase) -> None:
    def cut(tx: Writer) -> None:
        own = tx.value("SELECT pg_backend_pid()")
        with psycopg.connect(words.url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (own,))
        _add(tx, 1)

    with pytest.raises((AdminShutdown, psycopg.OperationalError)):
        words.write(cut)

    words.write(lambda tx: _add(tx, 2))
    assert _numbers(words) == [2]
