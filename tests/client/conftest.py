"""A real server on a free port, with its worker, and somebody to be."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn

from karat import actions, store
from karat.api.app import create_app
from karat.client import Client
from karat.domain.ids import AccountId, ProjectId
from karat.domain.people import SYSTEM, Actor, Role
from karat.jobs.run import utc_now
from karat.jobs.worker import Worker
from karat.settings import Settings
from karat.store.database import Database, open_database

THREE_ROWS = "id,text,gold\nc1,You are all idiots,\nc2,What a lovely garden,\nc3,I hope you lose,toxic\n"


@dataclass
class Server:
    """A running server and its database."""

    url: str
    database: Database

    def account(self, name: str, *, is_admin: bool = False) -> AccountId:
        email = f"{name}-{secrets.token_hex(4)}@example.org"
        return self.database.write(
            lambda tx: actions.accounts.create(
                tx, SYSTEM, email=email, name=name, password_hash=None, is_admin=is_admin, now=utc_now()
            )
        ).id

    def token(self, account_id: AccountId, *, scope: frozenset[str] | None = None) -> str:
        secret = "karat_" + secrets.token_urlsafe(24)

        def make(tx: store.connection.Writer) -> None:
            actor = Actor(account_id, "test", False)
            lifetime = timedelta(days=1)
            actions.tokens.create(tx, actor, name="t", secret=secret, scope=scope, lifetime=lifetime, now=utc_now())

        self.database.write(make)
        return secret

    def member(self, project_id: int, role: Role) -> Client:
        """A client that acts as a new member of a project."""
        account_id = self.account(role.value)
        self.database.write(
            lambda tx: actions.members.add(tx, SYSTEM, ProjectId(project_id), account_id, role, now=utc_now())
        )
        return Client(self.url, self.token(account_id))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(home=tmp_path_factory.mktemp("karat"), synchronous="normal", requests_per_minute=0)
    database = open_database(settings)
    config = uvicorn.Config(create_app(settings, database), host="127.0.0.1", port=0, log_config=None, access_log=False)
    running, worker = uvicorn.Server(config), Worker(database, settings)
    thread = threading.Thread(target=running.run, daemon=True)
    worker.start()
    thread.start()
    while not running.started:
        assert thread.is_alive(), "the server did not start"
        threading.Event().wait(0.01)
    yield Server(f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}", database)
    running.should_exit = True
    thread.join()
    worker.stop()
    database.close()


@pytest.fixture
def token(server: Server) -> str:
    """Of a new administrator."""
    return server.token(server.account("lead", is_admin=True))


@pytest.fixture
def client(server: Server, token: str) -> Iterator[Client]:
    with Client(server.url, token) as opened:
        yield opened


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two ordinary items and a gold one."""
    path = tmp_path / "comments.csv"
    path.write_text(THREE_ROWS, encoding="utf-8")
    return path
