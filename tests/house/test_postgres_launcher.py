"""The PostgreSQL of the tests: the version asked for, fresh databases, nothing left behind."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import psycopg
import pytest

from karat.store import migrate
from karat.store.postgres import PostgresDatabase
from tests import postgres
from tests.postgres import PostgresUnavailable, Server, find_binaries, running_server


def test_a_server_answers_with_the_version_of_its_binaries(postgres_server: Server) -> None:
    assert postgres_server.version() >= 13


def test_each_database_copies_its_template_and_can_be_dropped(postgres_server: Server) -> None:
    template = postgres_server.create()
    with psycopg.connect(_plain(postgres_server.url(template))) as connection:
        connection.execute("CREATE TABLE item (id bigint)")

    copy = postgres_server.create(template=template)

    with psycopg.connect(_plain(postgres_server.url(copy))) as connection:
        assert connection.execute("SELECT count(*) FROM item").fetchone() == (0,)
    postgres_server.drop(copy)
    postgres_server.drop(template)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(_plain(postgres_server.url(copy)))


def test_a_database_of_its_own_is_at_the_newest_schema(postgres_database: str) -> None:
    database = PostgresDatabase(postgres_database)

    with database.read() as db:
        assert migrate.schema_version(db) == max(migrate.migrations())
    database.close()


@pytest.mark.slow
@pytest.mark.parametrize("version", ["16", "18"])
def test_both_versions_of_the_wheel_can_be_asked_for(version: str) -> None:
    with running_server(version) as server:
        assert server.version() == int(version)


def test_a_version_that_is_not_here_is_named_with_what_to_do() -> None:
    with pytest.raises(PostgresUnavailable, match=r"no PostgreSQL 9 among .*KARAT_TEST_PG_DSN"):
        find_binaries("9")


def test_the_wheel_is_never_imported_because_its_import_changes_the_machine(postgres_server: Server) -> None:
    assert postgres.WHEEL not in sys.modules


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another account")
def test_binaries_in_a_closed_folder_are_copied_and_the_folder_stays_closed(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    binaries = closed / "site-packages" / postgres.WHEEL / "pginstall18" / "bin"
    libraries = closed / "site-packages" / f"{postgres.WHEEL}.libs"
    binaries.mkdir(parents=True)
    libraries.mkdir()
    (binaries / "postgres").write_text("binary")
    (libraries / "libpq.so").write_text("library")
    closed.chmod(0o700)

    reachable = postgres._reachable(binaries, tmp_path / "copy")

    assert (reachable / "postgres").read_text() == "binary"
    assert (reachable / ".." / ".." / ".." / libraries.name / "libpq.so").read_text() == "library"
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_the_home_folder_keeps_its_permissions(postgres_server: Server) -> None:
    """Whoever starts the tests as root must not find the home folder opened to everybody afterwards."""
    before = Path.home().stat().st_mode

    with running_server() as server:
        server.version()

    assert Path.home().stat().st_mode == before


def test_a_stopped_server_leaves_no_process_and_no_files() -> None:
    with running_server() as server:
        with server.connect() as connection:
            row = connection.execute("SELECT current_setting('data_directory')").fetchone()
        assert row is not None
        data = Path(str(row[0]))
        process = int((data / "postmaster.pid").read_text().splitlines()[0])

    assert not data.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")
