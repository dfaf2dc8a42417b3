"""PostgreSQL: a pool of connections that write, one of connections that read, and a pool of threads for changes."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel
from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg.rows import dict_row
from psycopg.types.numeric import Int8Dumper
from psycopg_pool import ConnectionPool

from karat.store.connection import Connection, Reader, Writer
from karat.store.pipeline import STALE, Pipeline

T = TypeVar("T")

MAX_WRITERS = 6
"""Changes made at once. More would wait for processors or for the disk, which takes many commits in one go."""
MAX_READERS = 16
MAX_JOBS = 4
"""Connections of their own for the worker's changes: one that annotators use stays warm for them."""
_ATTEMPTS = 4
# A change walks indexes, row by row, whatever the tables look like at the moment. A plan that was made while a table
# was small would read all of it, and is kept while the table grows; weighing plans anew costs more than running them.
_BY_INDEX = """
SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
SET enable_material = off; SET plan_cache_mode = force_generic_plan
"""
# A question may read much, and is asked less often: it is planned for the tables as they are.
_BY_SIZE = "SET plan_cache_mode = force_custom_plan"


class _Connection(psycopg.Connection[dict[str, Any]]):
    pipe: Pipeline
    """Only where changes are made."""


_Pool = ConnectionPool[_Connection]


class PostgresDatabase:
    """A PostgreSQL database; any number of processes may use it at once."""

    is_postgres = True

    def __init__(self, url: str) -> None:
        self.url = url.replace("postgresql+psycopg:", "postgresql:")
        self._writers = _open_pool(self.url, MAX_WRITERS, _configure_writer)
        self._jobs = _open_pool(self.url, MAX_JOBS, _configure_writer)
        self._readers = _open_pool(self.url, MAX_READERS, _configure_reader)
        self._threads = ThreadPoolExecutor(MAX_WRITERS, thread_name_prefix="karat-writer")

    def submit_write(self, change: Callable[[Writer], T]) -> "Future[T]":
        """Run a change in a thread; the future is resolved once it is committed, or raises what it raised."""
        return self._threads.submit(_change, self._writers, change)

    def write(self, change: Callable[[Writer], T]) -> T:
        """Make a change in one transaction, in the thread that asks for it."""
        return _change(self._jobs, change)

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A consistent snapshot to read from."""
        with self._readers.connection() as connection:
            yield Reader(connection, is_postgres=True)

    def close(self) -> None:
        """Finish what is running and close every connection."""
        self._threads.shutdown(wait=True)
        for pool in (self._writers, self._jobs, self._readers):
            pool.close()


class _PipeWriter(Writer):
    """Sends single statements through the connection's pipeline, and the rest through psycopg."""

    def __init__(self, connection: _Connection) -> None:
        super().__init__(connection, is_postgres=True)
        self._pipe = connection.pipe

    def _run(self, sql: str, parameters: dict[str, Any]) -> Any:
        return self._pipe.run(sql, parameters) if self._pipe.is_open else super()._run(sql, parameters)

    def _plain(self) -> Connection:
        self._pipe.leave()
        return super()._plain()

    def execute_later(self, sql: str, **parameters: Any) -> None:
        if self._pipe.is_open:
            self._pipe.send(sql, parameters)
        else:
            super()._run(sql, parameters)

    def execute_many(self, sql: str, parameters: Iterable[dict[str, Any]]) -> None:
        if not self._pipe.is_open:
            super().execute_many(sql, parameters)
            return
        for values in parameters:
            self.execute_later(sql, **values)


def _change(pool: _Pool, change: Callable[[Writer], T]) -> T:
    """Make a change in one transaction; a deadlock, a lost race or an outdated statement is tried again."""
    with pool.connection() as connection:
        for _ in range(_ATTEMPTS - 1):
            # On the same connection: only this one knows by then which of its statements are outdated.
            with suppress(DeadlockDetected, SerializationFailure, *STALE):
                return _attempt(connection, change)
        return _attempt(connection, change)


def _attempt(connection: _Connection, change: Callable[[Writer], T]) -> T:
    with connection.pipe.transaction():
        return change(_PipeWriter(connection))


def _open_pool(url: str, size: int, configure: Callable[[_Connection], None]) -> _Pool:
    pool: _Pool = ConnectionPool(
        url,
        connection_class=_Connection,
        min_size=1,
        max_size=size,
        open=False,
        kwargs={"row_factory": dict_row},
        configure=configure,
    )
    pool.open(wait=True, timeout=30)
    return pool


def _configure_writer(connection: _Connection) -> None:
    _configure(connection, _BY_INDEX)


def _configure_reader(connection: _Connection) -> None:
    _configure(connection, _BY_SIZE)
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True


def _configure(connection: _Connection, settings: str) -> None:
    connection.execute(settings)
    connection.commit()
    # Otherwise a number's size decides its type, and a statement is prepared anew for every combination of sizes.
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.pipe = Pipeline(connection)
