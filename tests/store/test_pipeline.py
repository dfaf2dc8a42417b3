"""Statements sent together to PostgreSQL: what holds when one of them fails, or the connection does."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg.errors import (
    AdminShutdown,
    DataError,
    InFailedSqlTransaction,
    OperationalError,
    QueryCanceled,
    SerializationFailure,
    UndefinedTable,
    UniqueViolation,
)

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


def test_a_failure_after_everything_was_waited_for_takes_it_back_at_once(words: PostgresDatabase) -> None:
    """An open transaction would keep its locks, and what it did would be committed with the next change."""

    def change(tx: Writer) -> None:
        assert tx.execute("INSERT INTO word VALUES (:number, '')", number=1) == 1
        raise ValueError("not wanted after all")

    with pytest.raises(ValueError, match="not wanted"):
        words.write(change)

    assert _n_in_transaction(words) == 0
    words.write(lambda tx: _add(tx, 2))
    assert _numbers(words) == [2]


def test_a_statement_that_was_waited_for_and_failed_is_taken_back_at_once(words: PostgresDatabase) -> None:
    def change(tx: Writer) -> None:
        tx.execute("INSERT INTO word VALUES (:number, '')", number=1)
        tx.execute("INSERT INTO word VALUES (:number, '')", number=1)

    with pytest.raises(UniqueViolation):
        words.write(change)

    assert _n_in_transaction(words) == 0
    words.write(lambda tx: _add(tx, 2))
    assert _numbers(words) == [2]


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


def _n_in_transaction(database: PostgresDatabase) -> int:
    with psycopg.connect(database.url, autocommit=True) as other:
        row = other.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
        ).fetchone()
    assert row is not None
    return int(row[0])


# --- Failures ---------------------------------------------------------------------------------------------------


def test_the_failure_of_an_earlier_statement_is_what_a_later_one_raises(words: PostgresDatabase) -> None:
    def change(tx: Writer) -> None:
        _add(tx, 1)
        _add(tx, 1)
        tx.value("SELECT count(*) FROM word")

    with pytest.raises(UniqueViolation, match="word_number_key"):
        words.write(change)


@pytest.mark.parametrize("goes_on", [False, True], ids=["and ends", "and goes on"])
@pytest.mark.parametrize("way", ["waiting", "later", "copying", "after it"])
def test_a_change_that_swallows_a_failure_is_not_taken_for_done(
    words: PostgresDatabase, way: str, *, goes_on: bool
) -> None:
    fail: Callable[[Writer], object] = {
        "waiting": lambda tx: tx.execute("INSERT INTO word VALUES (1, '')"),
        "later": lambda tx: tx.execute_many("INSERT INTO word VALUES (1, :word)", [{"word": ""}] * 600),
        "copying": lambda tx: tx.insert_many("word", ("number", "word"), [(1, "")]),
        "after it": lambda tx: [
            tx.insert_many("word", ("number", "word"), [(3, "")]),
            tx.execute("INSERT INTO word VALUES (1, '')"),
        ],
    }[way]

    def change(tx: Writer) -> None:
        _add(tx, 1)
        with contextlib.suppress(UniqueViolation):
            fail(tx)
        if goes_on:
            _add(tx, 2)
            tx.value("SELECT count(*) FROM word")

    with pytest.raises(InFailedSqlTransaction):
        words.write(change)

    assert _numbers(words) == []
    words.write(lambda tx: _add(tx, 3))
    assert _numbers(words) == [3]


def test_a_value_that_cannot_be_sent_fails_alone(words: PostgresDatabase) -> None:
    def change(tx: Writer) -> None:
        _add(tx, 1)
        with contextlib.suppress(DataError):
            _add(tx, 2, "a NUL: \0")
        _add(tx, 3)

    words.write(change)

    assert _numbers(words) == [1, 3]


def test_a_number_that_the_database_cannot_hold_is_refused(words: PostgresDatabase) -> None:
    with pytest.raises(DataError, match="out of range"):
        words.write(lambda tx: _add(tx, 2**63))

    assert _numbers(words) == []


def test_a_statement_that_takes_too_long_is_said_and_the_connection_kept(words: PostgresDatabase) -> None:
    def change(tx: Writer, pids: list[int]) -> None:
        pids.append(tx.value("SELECT pg_backend_pid()"))
        tx.execute("SET LOCAL statement_timeout = 20")
        _add(tx, 1)
        tx.execute("SELECT pg_sleep(30)")

    before: list[int] = []
    with pytest.raises(QueryCanceled):
        words.write(lambda tx: change(tx, before))

    assert words.write(lambda tx: tx.value("SELECT pg_backend_pid()")) == before[0]
    assert _numbers(words) == []


def test_changes_that_wait_for_each_other_in_a_circle_are_both_made(words: PostgresDatabase) -> None:
    words.write(lambda tx: tx.execute("INSERT INTO word VALUES (1, ''), (2, '')"))
    both_hold_one, tries = threading.Barrier(2), [0, 0]

    def change(tx: Writer, first: int) -> None:
        tries[first - 1] += 1
        update = "UPDATE word SET word = word || :name WHERE number = :number"
        tx.execute(update, name=f"{first}", number=first)
        if tries[first - 1] == 1:
            both_hold_one.wait(timeout=30)
        tx.execute_later(update, name=f"{first}", number=3 - first)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(words.write, lambda tx, first=first: change(tx, first)) for first in (1, 2)]:
            done.result()

    assert sum(tries) > 2, "they did not wait for each other"
    with words.read() as db:
        assert [sorted(row["word"]) for row in db.rows("SELECT word FROM word")] == [["1", "2"], ["1", "2"]]


def test_a_race_that_is_lost_every_time_is_said(words: PostgresDatabase) -> None:
    n_tries = 0

    def change(tx: Writer) -> None:
        nonlocal n_tries
        n_tries += 1
        tx.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        seen = tx.value("SELECT count(*) FROM word")
        words.write(lambda other: other.execute("UPDATE word SET word = word || 'x'"))
        _add(tx, 100 + n_tries)
        tx.execute_later("UPDATE word SET word = :seen WHERE number = 1", seen=str(seen))

    words.write(lambda tx: _add(tx, 1))
    with pytest.raises(SerializationFailure):
        words.write(change)

    assert n_tries > 1
    assert _numbers(words) == [1]


def test_an_interrupted_change_is_taken_back_at_once(words: PostgresDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(tx: Writer) -> None:
        _add(tx, 1)
        tx.value("SELECT 1")
        monkeypatch.setattr(pipeline, "_wait", _interrupted)
        tx.execute("SELECT pg_sleep(30)")

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        words.write(change)
    monkeypatch.undo()

    words.write(lambda tx: _add(tx, 2))
    assert time.monotonic() - started < 15
    assert _numbers(words) == [2]


def _interrupted(*_: object) -> int:
    raise KeyboardInterrupt


# --- What is read and sent --------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", range(9))
def test_a_result_is_got_however_many_are_unread(
    words: PostgresDatabase, monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    monkeypatch.setattr(pipeline, "MAX_UNREAD", 4)

    def change(tx: Writer) -> Any:
        for number in range(n):
            _add(tx, number)
        return tx.value("SELECT count(*) FROM word")

    assert words.write(change) == n


def test_one_statement_takes_values_of_different_types_from_call_to_call(words: PostgresDatabase) -> None:
    asked: list[Any] = [1, None, "text", True, 2**40, 0.5, None, b"bytes", 2**62, -1]

    def change(tx: Writer) -> list[Any]:
        return [tx.value("SELECT :value AS value", value=value) for value in asked]

    assert words.write(change) == asked
    assert words.write(lambda tx: [_n_among(tx, ids) for ids in ([], [1], [1, 2**40], list(range(3_000)))]) == [0] * 4


def _n_among(tx: Writer, ids: list[int]) -> int:
    return int(tx.value(f"SELECT count(*) FROM word WHERE {tx.among('number')}", ids=tx.ids(ids)))


def test_very_large_values_and_results_arrive_whole(words: PostgresDatabase) -> None:
    huge = "ä" * 4_000_000

    def change(tx: Writer) -> list[Any]:
        _add(tx, 1, huge)
        _add(tx, 2, huge)
        return tx.rows("SELECT number, word, :huge = word AS same FROM word, generate_series(1, 2)", huge=huge)

    rows = words.write(change)

    assert [row["number"] for row in rows].count(1) == 2
    assert all(row["word"] == huge and row["same"] for row in rows)


def test_both_sides_may_write_much_at_once(words: PostgresDatabase) -> None:
    """Results nobody reads fill what lies between both sides while statements are still being sent."""
    sql, word = "INSERT INTO word VALUES (:number, :word) RETURNING repeat(word, 3)", "w" * 100_000

    words.write(lambda tx: tx.execute_many(sql, [{"number": k, "word": word} for k in range(200)]))

    assert len(_numbers(words)) == 200


def test_a_change_may_read_and_change_elsewhere(words: PostgresDatabase) -> None:
    def change(tx: Writer) -> list[Any]:
        _add(tx, 1)
        words.write(lambda other: _add(other, 2))
        return _numbers(words)

    assert words.write(change) == [2]
    assert _numbers(words) == [1, 2]


def test_a_stream_is_read_within_the_change_and_sees_it(words: PostgresDatabase) -> None:
    def change(tx: Writer) -> list[Any]:
        tx.execute_many("INSERT INTO word VALUES (:number, '')", [{"number": k} for k in range(5)])
        read = list(tx.stream("SELECT number FROM word ORDER BY number", chunk=2))
        tx.execute_many("INSERT INTO word VALUES (:number, '')", [{"number": k} for k in range(5, 8)])
        return read

    assert words.write(change) == [[(0,), (1,)], [(2,), (3,)], [(4,)]]
    assert _numbers(words) == list(range(8))


# --- Statements kept ready --------------------------------------------------------------------------------------


def test_changes_that_are_refused_leave_no_statements_behind(words: PostgresDatabase) -> None:
    """Else whoever is refused again and again fills the memory of the database's processes."""

    def refused(tx: Writer) -> None:
        tx.value("SELECT count(*) FROM word WHERE number = :number", number=1)
        raise ValueError("refused")

    def failing(tx: Writer) -> None:
        _add(tx, 1)
        tx.execute("INSERT INTO word VALUES (:number, 'again')", number=1)

    counts = []
    for _ in range(5):
        with pytest.raises(ValueError, match="refused"):
            words.write(refused)
        with pytest.raises(UniqueViolation):
            words.write(failing)
        counts.append(words.write(lambda tx: tx.value("SELECT count(*) FROM pg_prepared_statements")))

    assert counts == counts[:1] * 5


def test_a_statement_that_could_not_be_prepared_is_prepared_once_it_can_be(words: PostgresDatabase) -> None:
    def count(tx: Writer) -> Any:
        return tx.value("SELECT count(*) FROM letter")

    with pytest.raises(UndefinedTable):
        words.write(count)
    words.write(lambda tx: tx.execute("CREATE TABLE letter (letter TEXT)"))

    assert words.write(count) == 0


@pytest.mark.parametrize("forget", ["DISCARD ALL", "DEALLOCATE ALL"])
def test_statements_that_the_database_has_forgotten_are_prepared_anew(words: PostgresDatabase, forget: str) -> None:
    words.write(lambda tx: _add(tx, 1))
    with words._jobs.connection() as connection:
        connection.autocommit = True
        connection.execute(forget)
        connection.autocommit = False

    words.write(lambda tx: _add(tx, 2))

    assert _numbers(words) == [1, 2]


def test_statements_are_prepared_anew_for_a_table_that_another_process_has_changed(words: PostgresDatabase) -> None:
    def read(tx: Writer) -> Any:
        return tx.row("SELECT * FROM word")

    words.write(lambda tx: _add(tx, 1))
    words.write(read)
    with psycopg.connect(words.url, autocommit=True) as other:
        other.execute("ALTER TABLE word ADD COLUMN language TEXT")

    assert words.write(read) == {"number": 1, "word": "", "language": None}


# --- Lost connections -------------------------------------------------------------------------------------------


def test_a_lost_connection_is_said_and_replaced(words: PostgresDatabase) -> None:
    def cut(tx: Writer) -> None:
        _cut(words, tx)
        _add(tx, 1)

    with pytest.raises(OperationalError):
        words.write(cut)

    words.write(lambda tx: _add(tx, 2))
    assert _numbers(words) == [2]


def test_why_a_connection_was_ended_is_said(words: PostgresDatabase) -> None:
    def change(tx: Writer) -> None:
        _add(tx, 1)
        tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(AdminShutdown):
        words.write(change)

    assert _numbers(words) == []


@pytest.mark.parametrize("is_copying", [False, True], ids=["sending", "copying"])
def test_a_failure_of_the_change_itself_is_not_hidden_by_a_lost_connection(
    words: PostgresDatabase, *, is_copying: bool
) -> None:
    def change(tx: Writer) -> None:
        _add(tx, 1)
        if is_copying:
            tx.insert_many("word", ("number", "word"), [(2, "")])
        _cut(words, tx)
        _add(tx, 3) if not is_copying else None
        raise ValueError("not wanted after all")

    with pytest.raises(ValueError, match="not wanted"):
        words.write(change)

    words.write(lambda tx: _add(tx, 4))
    assert _numbers(words) == [4]


def test_a_change_that_swallows_the_loss_of_its_connection_is_not_taken_for_done(words: PostgresDatabase) -> None:
    def change(tx: Writer) -> None:
        _add(tx, 1)
        with contextlib.suppress(OperationalError):
            tx.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(psycopg.Error):
        words.write(change)

    assert _numbers(words) == []


def test_a_connection_that_was_lost_while_nobody_used_it_is_replaced(words: PostgresDatabase) -> None:
    own = words.write(lambda tx: tx.value("SELECT pg_backend_pid()"))
    _end(words, own)

    with pytest.raises(OperationalError):
        words.write(lambda tx: _add(tx, 1))

    words.write(lambda tx: _add(tx, 2))
    assert _numbers(words) == [2]


def test_whatever_fails_and_whoever_is_cut_off_what_is_acknowledged_is_there_and_what_is_refused_is_not(
    words: PostgresDatabase,
) -> None:
    acknowledged: set[int] = set()
    refused: set[int] = set()
    unknown: set[int] = set()

    def work(person: int) -> None:
        rng = random.Random(person)
        for number in range(person * 1_000, person * 1_000 + 100):
            try:
                words.submit_write(lambda tx: _one_of_many(tx, number, rng)).result()  # noqa: B023 - awaited here
            except OperationalError:
                unknown.add(number)
            except (UniqueViolation, ValueError):
                refused.add(number)
            else:
                acknowledged.add(number)

    with ThreadPoolExecutor(6) as threads:
        working = [threads.submit(work, person) for person in range(1, 7)]
        while not all(done.done() for done in working):
            _end_somebody(words)
            time.sleep(0.01)
        for done in working:
            done.result()

    with psycopg.connect(words.url) as other:
        stored = {row[0] for row in other.execute("SELECT number FROM word")}
    assert acknowledged <= stored
    assert not refused & stored
    assert min(len(acknowledged), len(refused), len(unknown)) > 0


def _one_of_many(tx: Writer, number: int, rng: random.Random) -> None:
    _add(tx, number)
    kind = rng.randrange(5)
    if kind == 0:
        tx.insert_many("word", ("number", "word"), [(-number, "copied")])
    if kind == 1:
        _add(tx, number)
    if kind == 2:
        tx.value("SELECT count(*) FROM word")
        raise ValueError("refused")
    if kind == 3:
        tx.value("SELECT count(*) FROM word WHERE number = :number", number=number)


def _cut(database: PostgresDatabase, tx: Writer) -> None:
    _end(database, tx.value("SELECT pg_backend_pid()"))


def _end(database: PostgresDatabase, pid: int) -> None:
    with psycopg.connect(database.url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def _end_somebody(database: PostgresDatabase) -> None:
    with psycopg.connect(database.url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
        )
