"""PostgreSQL: a pool of connections and a pool of threads that run changes in transactions of their own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg.rows import dict_row
from psycopg.types.numeric import Int8Dumper
from psycopg_pool import ConnectionPool

from karat.store.connection import Reader, Writer

T = TypeVar("T")

MAX_CONNECTIONS = 16
_ATTEMPTS = 4


class PostgresDatabase:
    """A PostgreSQL database; any number of processes may use it at once."""

    is_postgres = True

    def __init__(self, url: str) -> None:
        self.url = url.replace("postgresql+psycopg:", "postgresql:")
        self._pool: ConnectionPool[psycopg.Connection[dict[str, Any]]] = ConnectionPool(
            self.url,
            min_size=1,
            max_size=MAX_CONNECTIONS,
            open=False,
            kwargs={"row_factory": dict_row, "autocommit": True},
            configure=_configure,
        )
        self._pool.open(wait=True, timeout=30)
        self._threads = ThreadPoolExecutor(MAX_CONNECTIONS, thread_name_prefix="karat-writer")

    def submit_write(self, change: Callable[[Writer], T]) -> "Future[T]":
        """Run a change in a thread; the future is resolved once it is committed, or raises what it raised."""
        return self._threads.submit(self.write, change)

    def write(self, change: Callable[[Writer], T]) -> T:
        """Make a change in one transaction; a deadlock or a lost race is tried again."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._pool.connection() as connection, connection.transaction():
                    return change(Writer(connection, is_postgres=True))
            except (DeadlockDetected, SerializationFailure):
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A consistent snapshot to read from."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield Reader(connection, is_postgres=True)

    def close(self) -> None:
        """Finish what is running and close every connection."""
        self._threads.shutdown(wait=True)
        self._pool.close()


def _configure(connection: psycopg.Connection[dict[str, Any]]) -> None:
    # Otherwise a number's size decides its type, and a statement is prepared anew for every combination of sizes.
    connection.adapters.register_dumper(int, Int8Dumper)
