"""What tests may ask for: a PostgreSQL database, a browser, shared data: each starts at most once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from karat.store import migrate
from karat.store.postgres import PostgresDatabase
from tests.chromium import find_chromium, launch
from tests.databases import database, postgres
from tests.postgres import Server, running_server
from tests.processes import installation

__all__ = ["database", "installation", "postgres"]

ROOT = Path(__file__).parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--all", action="store_true", help="also run the tests marked slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what uses a browser or PostgreSQL; leave slow tests out unless --all asks for them."""
    for item in items:
        fixtures = getattr(item, "fixturenames", [])
        if "playwright" in fixtures:
            item.add_marker(pytest.mark.browser)
        if "postgres_server" in fixtures:
            item.add_marker(pytest.mark.postgres)
    if config.getoption("--all"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    items[:] = [item for item in items if item not in slow]
    config.hook.pytest_deselected(items=slow)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One server for the whole run."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """One empty database for the whole run, for tests that clean up after themselves."""
    database = postgres_server.create()
    yield postgres_server.url(database)
    postgres_server.drop(database)


@pytest.fixture
def postgres_empty(postgres_server: Server) -> Iterator[str]:
    """The address of a database without tables, for this test alone."""
    database = postgres_server.create()
    yield postgres_server.url(database)
    postgres_server.drop(database)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> Iterator[str]:
    """The name of a database at the newest schema, migrated once and copied for each test."""
    name = postgres_server.create()
    database = PostgresDatabase(postgres_server.url(name))
    migrate.upgrade(database)
    database.close()
    yield name
    postgres_server.drop(name)


@pytest.fixture
def postgres_database(postgres_server: Server, postgres_template: str) -> Iterator[str]:
    """The address of a database at the newest schema, for this test alone."""
    name = postgres_server.create(template=postgres_template)
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets beside the repository; tests that need it skip elsewhere."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the shared data sets, ../shared/data beside the repository, which are not here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver; it may be started only once in a process."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium for the whole run; take a fresh `browser.new_context()` per test."""
    launched = launch(playwright, find_chromium())
    yield launched
    launched.close()
