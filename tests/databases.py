"""The fixture `database`: the same test on SQLite and on PostgreSQL, each with a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from karat.settings import Settings
from karat.store.database import Database, open_database
from karat.store.postgres import PostgresDatabase


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An open database at the newest schema, empty but for the installation's secret."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgres" else ""
    opened = open_database(Settings(home=tmp_path / "karat", database_url=url, synchronous="normal"))
    yield opened
    opened.close()


@pytest.fixture
def postgres(postgres_database: str, tmp_path: Path) -> Iterator[PostgresDatabase]:
    """PostgreSQL only, for what SQLite's single writer cannot even attempt."""
    opened = open_database(Settings(home=tmp_path / "karat", database_url=postgres_database))
    assert isinstance(opened, PostgresDatabase)
    yield opened
    opened.close()
