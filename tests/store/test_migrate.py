"""The schema: applied once, in order, on both databases, and never by a Karat that is too old for it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from karat.domain.errors import Conflict
from karat.settings import Settings
from karat.store import migrate
from karat.store.database import Database, open_database
from karat.store.postgres import PostgresDatabase


def test_a_new_database_is_at_the_newest_schema(database: Database) -> None:
    with database.read() as db:
        assert migrate.schema_version(db) == max(migrate.migrations())


def test_migrating_again_changes_nothing(database: Database) -> None:
    before = _tables(database)

    migrate.upgrade(database)

    assert _tables(database) == before


def test_both_databases_have_the_same_tables_and_columns(tmp_path: Path, postgres: PostgresDatabase) -> None:
    sqlite = open_database(Settings(home=tmp_path / "sqlite"))

    assert _tables(sqlite) == _tables(postgres)
    sqlite.close()


def test_a_database_of_a_newer_karat_is_refused(database: Database) -> None:
    newer = max(migrate.migrations()) + 1
    database.write(lambda tx: tx.execute("INSERT INTO schema_version (number) VALUES (:number)", number=newer))

    with pytest.raises(Conflict, match="Run the newer Karat"):
        migrate.upgrade(database)


def test_servers_that_start_together_migrate_once(postgres_empty: str) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            open_database(Settings(database_url=postgres_empty)).close()
        except BaseException as error:
            failures.append(error)

    starters = [threading.Thread(target=start) for _ in range(4)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()

    assert failures == []


def _tables(database: Database) -> dict[str, list[str]]:
    """The columns of every table."""
    sql = (
        "SELECT table_name AS name, column_name AS col FROM information_schema.columns"
        " WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
        if database.is_postgres
        else "SELECT t.name, c.name AS col FROM sqlite_master t JOIN pragma_table_info(t.name) c"
        " WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid"
    )
    found: dict[str, list[str]] = {}
    with database.read() as db:
        for row in db.rows(sql):
            found.setdefault(row["name"], []).append(row["col"])
    return found
