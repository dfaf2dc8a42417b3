"""The one place that opens transactions, and what a route has at hand: settings, database, secret, clock."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from karat import queries
from karat.api.limits import TokenBuckets
from karat.api.media_urls import media_token
from karat.domain.ids import MediaId
from karat.settings import Settings
from karat.store.database import Database, Reader, Writer

__all__ = ["Context", "Database", "Here", "Reader", "this_context"]

T = TypeVar("T")

_READERS = 8
_HASHERS = 2
"""Passwords hashed at once at most: each takes 19 MiB and 30 ms of a processor, which others need too."""


class Context:
    """One per process."""

    def __init__(self, settings: Settings, database: Database, *, clock: Callable[[], datetime] | None = None) -> None:
        self.settings = settings
        self.database = database
        self._clock = clock
        with database.read() as db:
            self.secret = queries.installation.secret(db)
        self.sign_in_attempts = TokenBuckets(settings.sign_in_per_minute)
        self.requests = TokenBuckets(settings.requests_per_minute)
        self._people_listeners: list[Callable[[], None]] = []
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="karat-reader")
        self._hashers = ThreadPoolExecutor(_HASHERS, thread_name_prefix="karat-hasher")

    def now(self) -> datetime:
        return self._clock() if self._clock else datetime.now(UTC)

    def media_url(self, media_id: str) -> str:
        """The signed address of a picture."""
        return f"/media/{media_token(self.secret, MediaId(media_id), now=self.now())}"

    async def write(self, change: Callable[[Writer], T]) -> T:
        """Run an action in one transaction; returns once it is committed."""
        # Shielded: a request that is given up must not cancel a change that others are committed together with.
        return await asyncio.shield(asyncio.wrap_future(self.database.submit_write(change)))

    async def write_people(self, change: Callable[[Writer], T]) -> T:
        """`write`, for what changes who may do what: it holds in this process at once, in others within seconds."""
        try:
            return await self.write(change)
        finally:
            for forget in self._people_listeners:
                forget()

    def on_people_changed(self, forget: Callable[[], None]) -> None:
        self._people_listeners.append(forget)

    async def read(self, question: Callable[[Reader], T]) -> T:
        """Run a query in a thread, on one consistent snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._answer, question)

    def _answer(self, question: Callable[[Reader], T]) -> T:
        with self.database.read() as db:
            return question(db)

    async def hash(self, work: Callable[[], T]) -> T:
        """Run what hashes a password, away from the event loop and from the database's writer."""
        return await asyncio.get_running_loop().run_in_executor(self._hashers, work)

    def close(self) -> None:
        """Wait for what is running. The database is closed by whoever opened it."""
        self._readers.shutdown(wait=True)
        self._hashers.shutdown(wait=True)


async def this_context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


Here = Annotated[Context, Depends(this_context)]
"""Write `here: Here` in a route: `await here.write(...)`, `await here.read(...)`, `here.now()`."""
