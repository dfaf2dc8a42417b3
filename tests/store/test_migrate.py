"""The schema: applied once, in order, on both databases, and never by a Karat that is too old for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from karat.domain.errors import Conflict
from karat.settings import Settings
from karat.store import migrate
from karat.store.connection import Writer
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


def test_refused_releases_give_their_numbers_back_in_a_database_of_the_first_schema(
    database_of_schema_1: Database,
) -> None:
    database = database_of_schema_1
    for number, state in ((1, "refused"), (2, "published"), (3, "refused"), (4, "building")):
        database.write(lambda tx, number=number, state=state: _add_release(tx, number, state))  # type: ignore[misc]

    migrate.upgrade(database)

    with database.read() as db:
        rows = db.rows("SELECT number, state FROM release ORDER BY id")
    assert [(row["number"], row["state"]) for row in rows] == [
        (1, "refused"),
        (2, "published"),
        (3, "refused"),
        (4, "refused"),
    ]
    database.write(lambda tx: _add_release(tx, 3, "building"))
    with pytest.raises(Exception, match=r"(?i)unique"):
        database.write(lambda tx: _add_release(tx, 2, "building"))


def test_batches_and_checks_of_the_first_schema_are_supplied_as_before(database_of_schema_1: Database) -> None:
    database = database_of_schema_1
    for batch, items in ((1, (1, 2)), (2, (3, 4, 5))):
        database.write(lambda tx, batch=batch, items=items: _add_batch(tx, batch, items))  # type: ignore[misc]
    for item, kind, place in ((1, "gold", 0), (2, "honeypot", 0), (3, "gold", 1), (4, "reference", None)):
        database.write(
            lambda tx, item=item, kind=kind, place=place: _add_gold(tx, item, kind, place)  # type: ignore[misc]
        )

    migrate.upgrade(database)

    with database.read() as db:
        batches = db.rows("SELECT first_item_id, last_item_id FROM batch ORDER BY id")
        supply = db.rows("SELECT kind, n FROM check_supply ORDER BY kind")
    assert [(row["first_item_id"], row["last_item_id"]) for row in batches] == [(1, 2), (3, 5)]
    assert [(row["kind"], row["n"]) for row in supply] == [("gold", 2), ("honeypot", 1)]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_of_schema_1(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """As a Karat has left it that knew only the first migration, with one project."""
    url = request.getfixturevalue("postgres_empty") if request.param == "postgres" else ""
    first = {1: migrate.migrations()[1]}
    with monkeypatch.context() as then:
        then.setattr(migrate, "migrations", lambda: first)
        opened = open_database(Settings(home=tmp_path, database_url=url))
    project: dict[str, Any] = {
        "id": 1,
        "name": "p",
        "media_kind": "text",
        "policy": "{}",
        "spec_version": 1,
        "created_at": 0,
    }
    opened.write(lambda tx: tx.insert("project", **project))
    yield opened
    opened.close()


def _add_release(tx: Writer, number: int, state: str) -> None:
    fixed: dict[str, Any] = {"project_id": 1, "note": "", "leave_out_undecided": 0, "created_at": 0, "spec_version": 1}
    tx.insert("release", number=number, state=state, **fixed)


def _add_batch(tx: Writer, batch: int, items: tuple[int, ...]) -> None:
    tx.insert("batch", id=batch, project_id=1, name="b", state="published", n_items=len(items), created_at=0)
    for item in items:
        tx.insert("item", id=item, project_id=1, batch_id=batch, key=str(item), content="{}", created_at=0, **_OPEN)


_OPEN: dict[str, Any] = {"state": "open", "priority": 0, "is_measured": 0}


def _add_gold(tx: Writer, item: int, kind: str, place: int | None) -> None:
    tx.execute(
        "INSERT INTO gold_label (item_id, project_id, kind, label, provenance, place, set_at)"
        " VALUES (:item, 1, :kind, 'x', 'test', :place, 0)",
        item=item,
        kind=kind,
        place=place,
    )


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
