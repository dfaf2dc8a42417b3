"""The application in this process, and visitors who each have an address, cookies and headers of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from karat import actions, store
from karat.api.app import create_app
from karat.api.guard import SESSION_COOKIE
from karat.domain.accounts import token_hash
from karat.domain.ids import AccountId
from karat.domain.people import SYSTEM, Account
from karat.jobs.follow_events import follow
from karat.jobs.worker import Worker
from karat.settings import Settings
from karat.store.database import Database
from tests.builders import NOW

PASSWORD = "correct horse battery"
_SESSION_DAYS = 14
_MAX_STEPS = 1_000
"""Jobs and chunks of events: a hundred times what any test makes."""


class NeverDone(AssertionError):
    """Something asks for itself again and again."""


@dataclass
class Clock:
    """Stands still until a test turns it."""

    now: datetime = NOW
    on_turn: list[Callable[[], None]] = field(default_factory=list)

    def turn(self, **by: float) -> None:
        self.now += timedelta(**by)
        for react in self.on_turn:
            react()


@dataclass
class Api:
    """One process that serves a database."""

    database: Database
    settings: Settings
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.app: FastAPI = create_app(self.settings, self.database, clock=lambda: self.clock.now)
        self.runner = asyncio.Runner()
        # Actors are kept for seconds of real time, of which next to none passes while a test turns its clock.
        self.clock.on_turn.append(self.app.state.actors.forget)

    def close(self) -> None:
        self.app.state.context.close()
        self.runner.close()

    def work(self) -> None:
        """Have everything done that waits for a worker at this moment."""
        worker = Worker(self.database, self.settings, clock=lambda: self.clock.now)
        for _ in range(_MAX_STEPS):
            if not follow(self.database, now=self.clock.now) and not worker._run_one_job():
                return
        raise NeverDone(f"the worker has taken {_MAX_STEPS} steps and finds work still: {self._pending()}")

    def _pending(self) -> str:
        with self.database.read() as db:
            names = [row["name"] for row in db.rows("SELECT name FROM job WHERE state = 0 ORDER BY id")]
        return f"the jobs {names}" if names else "events that are read without end"

    def visitor(self, address: str = "192.0.2.1", **headers: str) -> Visitor:
        """Somebody who has not signed in; sends what the interface sends."""
        return Visitor(self, address, {"X-Karat": "1", **headers})

    def signed_in(self, account_id: AccountId | None, **headers: str) -> Visitor:
        """Somebody who has, without the cost of a password."""
        assert account_id is not None
        session = f"session of {account_id}"
        visitor = self.visitor(**headers)
        visitor.cookies[SESSION_COOKIE] = session.replace(" ", "-")
        now, until = self.clock.now, self.clock.now + timedelta(days=_SESSION_DAYS)
        key = token_hash(visitor.cookies[SESSION_COOKIE])
        self.database.write(lambda tx: store.sign_in.end_session(tx, key))
        self.database.write(lambda tx: store.sign_in.add_session(tx, key, account_id, expires_at=until, now=now))
        return visitor

    def with_token(self, account_id: AccountId | None, *, scope: frozenset[str] | None = None) -> Visitor:
        """A program with an API token."""
        assert account_id is not None
        secret = f"karat_{account_id}-{scope and sorted(scope)}"
        self.database.write(
            lambda tx: store.tokens.add(
                tx,
                account_id,
                name="test",
                prefix="karat_",
                token_hash=token_hash(secret),
                scope=scope,
                expires_at=self.clock.now + timedelta(days=30),
                now=self.clock.now,
            )
        )
        return Visitor(self, "192.0.2.2", {"Authorization": f"Bearer {secret}"})

    def account(self, email: str = "ada@example.org", *, is_admin: bool = False) -> Account:
        """Somebody whose password is PASSWORD."""
        return self.database.write(
            lambda tx: actions.accounts.create(
                tx,
                SYSTEM,
                email=email,
                name=email.partition("@")[0].capitalize(),
                password_hash=_password_hash(),
                is_admin=is_admin,
                now=self.clock.now,
            )
        )

    def give_everybody_a_password(self) -> None:
        """PASSWORD, to accounts that were made without one."""
        self.database.write(lambda tx: tx.execute("UPDATE account SET password_hash = :hash", hash=_password_hash()))


@dataclass
class Visitor:
    """Sends requests and keeps cookies."""

    api: Api
    address: str
    headers: dict[str, str]
    cookies: dict[str, str] = field(default_factory=dict)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.api.runner.run(self._request(method, path, **options))

    async def _request(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.api.app, client=(self.address, 4711))
        # As a header, since the client's own jar would not replace the cookies that a test has set by hand.
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers = self.headers | (cookies if self.cookies else {}) | options.pop("headers", {})
        async with httpx.AsyncClient(transport=transport, base_url="http://karat.test") as client:
            response = await client.request(method, path, headers=headers, **options)
        self.cookies |= dict(response.cookies)
        return response

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.request("POST", path, **(options if body is None else {"json": body} | options))

    def patch(self, path: str, body: Any) -> httpx.Response:
        return self.request("PATCH", path, json=body)

    def delete(self, path: str) -> httpx.Response:
        return self.request("DELETE", path)

    def sign_in(self, email: str = "ada@example.org", password: str = PASSWORD) -> httpx.Response:
        return self.post("/api/sign-in", {"email": email, "password": password})


_hashes: list[str] = []


def _password_hash() -> str:
    """Hashed once: it is slow on purpose."""
    if not _hashes:
        _hashes.append(actions.passwords.hash_new(PASSWORD, email=""))
    return _hashes[0]
