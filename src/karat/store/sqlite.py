"""The embedded database: one writer thread with group commit, and a pool of reading connections.

Requests that wait together are committed together, each inside its own savepoint, so that an fsync is shared and
a failing request takes nobody with it. A future is resolved only after COMMIT: what is acknowledged is on disk.
"""

import fcntl
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar

from karat.domain.errors import Conflict
from karat.store.connection import Reader, Writer

T = TypeVar("T")
_Request = tuple[Callable[[Writer], Any], "Future[Any]"]

MAX_GROUP = 64
"""Requests committed together at most: bounds how long the first one waits."""
BUSY_SECONDS = 60.0
"""How long to wait for another process that writes, such as an import from the command line."""


class SqliteDatabase:
    """SQLite in WAL mode in one file."""

    is_postgres = False

    def __init__(self, path: Path, *, synchronous: str = "full") -> None:
        self.path = path
        self._synchronous = synchronous
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    def submit_write(self, change: Callable[[Writer], T]) -> "Future[T]":
        """Queue a change; the future is resolved once it is committed, or raises what it raised."""
        self._start()
        future: Future[T] = Future()
        self._requests.put((change, future))
        return future

    def write(self, change: Callable[[Writer], T]) -> T:
        """Make a change and wait until it is committed."""
        return self.submit_write(change).result()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A consistent snapshot to read from."""
        try:
            connection = self._readers.get_nowait()
        except queue.Empty:
            connection = self._connect(cache_mib=8)
            connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        try:
            yield Reader(connection, is_postgres=False)
        finally:
            connection.execute("ROLLBACK")
            self._readers.put(connection)

    def close(self) -> None:
        """Finish what is queued and close every connection."""
        with self._lock:
            self._is_closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            self._requests.put(None)
            thread.join()
        with suppress(queue.Empty):
            while True:
                self._readers.get_nowait().close()

    def _connect(self, *, cache_mib: int) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            isolation_level=None,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
            cached_statements=512,
        )
        connection.row_factory = sqlite3.Row
        connection.create_function("fold", 1, _fold, deterministic=True)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {self._synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = {-cache_mib * 1024}")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        return connection

    def _start(self) -> None:
        if self._thread is not None:
            return
        with self._lock:
            if self._is_closed:
                raise Conflict(
                    "the database is being closed; nothing can be stored any more. Try again after the restart."
                )
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_forever, name="karat-writer", daemon=True)
                self._thread.start()

    def _write_forever(self) -> None:
        connection = self._connect(cache_mib=32)
        try:
            while (request := self._requests.get()) is not None:
                group, is_last = self._gather(request)
                _commit_together(connection, group)
                if is_last:
                    return
        finally:
            connection.close()

    def _gather(self, first: _Request) -> tuple[list[_Request], bool]:
        group = [first]
        while len(group) < MAX_GROUP:
            try:
                request = self._requests.get_nowait()
            except queue.Empty:
                break
            if request is None:
                return group, True
            group.append(request)
        return group, False


def _fold(text: str | None) -> str | None:
    """Lower case of every letter there is; SQLite's own `lower` knows 26."""
    return None if text is None else text.lower()


def _commit_together(connection: sqlite3.Connection, group: list[_Request]) -> None:
    outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
    try:
        connection.execute("BEGIN IMMEDIATE")
        writer = Writer(connection, is_postgres=False)
        for change, future in group:
            # From here on nobody can cancel it: what is committed is also answered.
            if future.set_running_or_notify_cancel():
                outcomes.append((future, *_run_in_savepoint(connection, writer, change)))
        connection.execute("COMMIT")
    except BaseException as error:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        for _, future in group:
            if not future.cancelled():
                future.set_exception(error)
        return
    for future, result, failure in outcomes:
        if failure is None:
            future.set_result(result)
        else:
            future.set_exception(failure)


def _run_in_savepoint(
    connection: sqlite3.Connection, writer: Writer, change: Callable[[Writer], Any]
) -> tuple[Any, BaseException | None]:
    connection.execute("SAVEPOINT request")
    try:
        result = change(writer)
    except Exception as error:
        connection.execute("ROLLBACK TO request")
        connection.execute("RELEASE request")
        return None, error
    connection.execute("RELEASE request")
    return result, None


def claim_for_serving(path: Path) -> IO[str]:
    """Lock the database file for one serving process; keep the returned file open as long as it serves.

    Raises
    ------
    Conflict
        When another process serves this database already.
    """
    file = path.with_suffix(".serving").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Conflict(
            f"another `karat serve` or `karat demo` already serves {path}. Use that one, stop it, or move to "
            "PostgreSQL (KARAT_DATABASE_URL), which several processes can serve."
        ) from None
    return file
