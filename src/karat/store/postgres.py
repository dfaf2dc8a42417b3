"""PostgreSQL: a pool of connections that write, one of connections that read, and a pool of threads for changes."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import IsolationLevel
from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg.rows import dict_row
from psycopg.types.numeric import Int8Dumper
from psycopg_pool import ConnectionPool

from karat.store.connection import Reader, Writer

T = TypeVar("T")

MAX_WRITERS = 6
"""Changes made at once. More would wait for processors or for the disk, which takes many commits in one go."""
MAX_READERS = 16
_MAX_JOBS = 4
"""Connections more, for the worker's changes."""
_ATTEMPTS = 4
# A change walks indexes, row by row, whatever the tables look like at the moment. A plan that was made while a table
# was small would read all of it, and is kept while the table grows; weighing plans anew costs more than running them.
_BY_INDEX = """
SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
SET enable_material = off; SET plan_cache_mode = force_generic_plan
"""
# A question may read much, and is asked less often: it is planned for the tables as they are.
_BY_SIZE = "SET plan_cache_mode = force_custom_plan"

_Connection = psycopg.Connection[dict[str, Any]]
_Pool = ConnectionPool[_Connection]


class PostgresDatabase:
    """A PostgreSQL database; any number of processes may use it at once."""

    is_postgres = True

    def __init__(self, url: str) -> None:
        self.url = url.replace("postgresql+psycopg:", "postgresql:")
        self._writers = _open_pool(self.url, MAX_WRITERS + _MAX_JOBS, _configure_writer)
        self._readers = _open_pool(self.url, MAX_READERS, _configure_reader)
        self._threads = ThreadPoolExecutor(MAX_WRITERS, thread_name_prefix="karat-writer")

    def submit_write(self, change: Callable[[Writer], T]) -> "Future[T]":
        """Run a change in a thread; the future is resolved once it is committed, or raises what it raised."""
        return self._threads.submit(self.write, change)

    def write(self, change: Callable[[Writer], T]) -> T:
        """Make a change in one transaction; a deadlock or a lost race is tried again."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._writers.connection() as connection:
                    return change(Writer(connection, is_postgres=True))
            except (DeadlockDetected, SerializationFailure):
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A consistent snapshot to read from."""
        with self._readers.connection() as connection:
            yield Reader(connection, is_postgres=True)

    def close(self) -> None:
        """Finish what is running and close every connection."""
        self._threads.shutdown(wait=True)
        self._writers.close()
        self._readers.close()


def _open_pool(url: str, size: int, configure: Callable[[_Connection], None]) -> _Pool:
    pool: _Pool = ConnectionPool(
        url, min_size=1, max_size=size, open=False, kwargs={"row_factory": dict_row}, configure=configure
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
