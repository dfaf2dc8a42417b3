"""Statements on their way to PostgreSQL, straight through libpq's pipeline mode.

psycopg waits for BEGIN and for every statement by itself, and its cursors can do more than Karat asks of them: on the
path of an annotation that costs more than the database's own work. Here statements travel together as far as nobody
waits for their results. How values are converted, and which errors are raised, is psycopg's.
"""

import re
import select
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from psycopg import Connection, abc
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import OperationalError, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

MAX_PREPARED = 500
"""Statements kept ready by a connection; Karat has fewer. More are planned with every use."""
MAX_UNREAD = 500
"""Results left unread at most: they wait in the memory of both sides."""

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE)


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...], list[PyFormat]]:
    """The statement with `$1` in place of the first name that it mentions, and the names in that order."""
    names = tuple(dict.fromkeys(_PARAMETER.findall(sql)))
    text = _PARAMETER.sub(lambda match: f"${names.index(match[1]) + 1}", sql)
    return text.encode(), names, [PyFormat.AUTO] * len(names)


class Answer:
    """The result of one statement; rows are dictionaries."""

    def __init__(self, result: PGresult, values: abc.Transformer) -> None:
        self._result = result
        self._values = values

    @property
    def rowcount(self) -> int:
        """How many rows the statement returned or changed."""
        return self._result.command_tuples or 0

    def fetchall(self) -> list[dict[str, Any]]:
        return self._rows(self._result.ntuples)

    def fetchone(self) -> dict[str, Any] | None:
        rows = self._rows(min(1, self._result.ntuples))
        return rows[0] if rows else None

    def _rows(self, n: int) -> list[dict[str, Any]]:
        if n == 0:
            return []
        result = self._result
        names = [(result.fname(column) or b"").decode() for column in range(result.nfields)]
        self._values.set_pgresult(result)

        def named(row: Sequence[Any]) -> dict[str, Any]:
            return dict(zip(names, row, strict=True))

        return self._values.load_rows(0, n, named)


class Pipeline:
    """One connection, the statements prepared on it, and what was sent in the transaction at hand."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._libpq = connection.pgconn
        self._values: abc.Transformer = Transformer(connection)
        self._prepared: dict[tuple[bytes, tuple[int, ...]], bytes] = {}
        self._n_prepared = 0
        self._fresh: list[tuple[bytes, tuple[int, ...]]] = []
        self._n_unread = 0
        self._is_begun = False
        self.is_open = False
        """Whether statements go through here now, rather than through psycopg's own cursors."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is sent within; roll all of it back when something fails."""
        self._enter()
        try:
            yield
            self._commit()
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._fresh.clear()

    def run(self, sql: str, parameters: dict[str, Any]) -> Answer:
        """Send a statement and wait for its result."""
        self.send(sql, parameters)
        self._libpq.send_flush_request()
        result = self._read()
        assert result is not None
        return Answer(result, self._values)

    def send(self, sql: str, parameters: dict[str, Any]) -> None:
        """Send a statement, at the latest with the commit, and do not wait: if it fails, what comes later raises."""
        if not self._is_begun:
            self._is_begun = True
            self._send_command(b"BEGIN")
        text, names, formats = _numbered(sql)
        values = self._values.dump_sequence([parameters[name] for name in names], formats)
        self._send_statement(text, values)
        if self._n_unread > MAX_UNREAD:
            self._libpq.send_flush_request()
            self._read()

    def leave(self) -> Connection[Any]:
        """Go on in the same transaction with psycopg's own cursors, which can do more: COPY, and reading in chunks."""
        if self.is_open:
            if self._is_begun:
                self._synchronise()
            self._exit()
        return self._connection

    def _send_statement(self, text: bytes, values: Sequence[abc.Buffer | None]) -> None:
        types, formats = self._values.types or (), self._values.formats
        name = self._prepared.get((text, types)) or self._prepare(text, types)
        if name is None:
            self._libpq.send_query_params(text, values, param_types=types, param_formats=formats)
        else:
            self._libpq.send_query_prepared(name, values, param_formats=formats)
        self._n_unread += 1

    def _prepare(self, text: bytes, types: tuple[int, ...]) -> bytes | None:
        if len(self._prepared) >= MAX_PREPARED:
            return None
        self._n_prepared += 1
        name = b"karat_%d" % self._n_prepared
        self._libpq.send_prepare(name, text, param_types=types)
        self._n_unread += 1
        self._prepared[text, types] = name
        self._fresh.append((text, types))
        return name

    def _send_command(self, command: bytes) -> None:
        self._libpq.send_query_params(command, None)
        self._n_unread += 1

    def _enter(self) -> None:
        self._libpq.enter_pipeline_mode()
        self.is_open, self._is_begun, self._n_unread = True, False, 0

    def _exit(self) -> None:
        self.is_open = False
        self._libpq.exit_pipeline_mode()

    def _commit(self) -> None:
        if not self.is_open:
            self._connection.commit()
            return
        if self._is_begun:
            self._send_command(b"COMMIT")
            self._synchronise()
        self._exit()

    def _roll_back(self) -> None:
        """Leave the connection as it was found, if it can still be reached; else whoever lends it sees it is closed."""
        for statement in self._fresh:
            del self._prepared[statement]  # Perhaps it was never prepared; next time it gets another name.
        try:
            if self.is_open:
                self._skip_results()
                self._exit()
            self._connection.rollback()
        except OperationalError:
            self._connection.close()

    def _skip_results(self) -> None:
        if self._libpq.transaction_status == TransactionStatus.ACTIVE:
            self._libpq.pipeline_sync()
            self._flush()
            self._reach_the_end()

    def _synchronise(self) -> None:
        """Wait for all that was sent, and for the end of it: only then can the mode be left."""
        self._libpq.pipeline_sync()
        try:
            self._read()
        finally:
            self._reach_the_end()

    def _reach_the_end(self) -> None:
        while (result := self._next_result()) is None or result.status != ExecStatus.PIPELINE_SYNC:
            if self._libpq.status == ConnStatus.BAD:
                raise OperationalError("the connection to the database was lost")

    def _read(self) -> PGresult | None:
        """Wait for the results of everything sent; the last one, if there was one to wait for.

        Raises
        ------
        psycopg.Error
            When one of the statements failed: what came after it was not done.
        """
        self._flush()
        last: PGresult | None = None
        for _ in range(self._n_unread):
            last = self._next_result()
            assert last is not None
            self._next_result()  # Nothing: the end of this one's results.
            self._n_unread -= 1
            if last.status in _FAILED:
                raise error_from_result(last)
        return last

    def _next_result(self) -> PGresult | None:
        libpq = self._libpq
        while libpq.is_busy():
            _wait(libpq.socket, select.POLLIN)
            libpq.consume_input()
        return libpq.get_result()

    def _flush(self) -> None:
        libpq = self._libpq
        while libpq.flush():
            # Both sides write: to read is what lets the other one go on.
            if _wait(libpq.socket, select.POLLIN | select.POLLOUT) & select.POLLIN:
                libpq.consume_input()


def _wait(socket: int, what: int) -> int:
    poll = select.poll()
    poll.register(socket, what)
    return poll.poll()[0][1]
