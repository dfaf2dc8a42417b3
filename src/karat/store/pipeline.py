"""Statements on their way to PostgreSQL, straight through libpq's pipeline mode.

psycopg waits for BEGIN and for every statement by itself, and its cursors can do more than Karat asks of them: on the
path of an annotation that costs more than the database's own work. Here statements travel together as far as nobody
waits for their results. How values are converted, and which errors are raised, is psycopg's.
"""

import re
import select
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from psycopg import Connection, abc
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import (
    Error,
    FeatureNotSupported,
    InFailedSqlTransaction,
    InvalidSqlStatementName,
    OperationalError,
    error_from_result,
)
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

MAX_PREPARED = 500
"""Statements kept ready by a connection; Karat has fewer. More are planned with every use."""
MAX_UNREAD = 500
"""Results left unread before more is sent: they wait in the memory of both sides."""
STALE = (InvalidSqlStatementName, FeatureNotSupported)
"""What a statement fails with that was prepared, when it was discarded or its table has been changed since. The next
attempt prepares it anew."""

_Statement = tuple[bytes, tuple[int, ...]]
"""Its text, and the types of its parameters: it is planned for them."""

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE, ExecStatus.PIPELINE_ABORTED)
_NOT_DONE = (
    "a statement of this change failed before, and the change went on as if it had not: nothing of it was stored. "
    "Let the first failure end the change."
)


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
        self._prepared: dict[_Statement, bytes] = {}
        self._n_prepared = 0
        self._unsure: set[_Statement] = set()
        """Statements sent to be prepared, of which it is not known yet whether they were."""
        self._unread: deque[_Statement | None] = deque()
        """For every result that is to come, the statement that it says is prepared, if it does."""
        self._failure: Error | None = None
        self._is_begun = False
        self._is_under_way = False
        """Whether statements were sent, and the database was not brought to the end of them."""
        self._is_ending = False
        self.is_open = False
        """Whether statements go through here now, rather than through psycopg's own cursors."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is sent within; roll all of it back when something fails.

        Raises
        ------
        InFailedSqlTransaction
            When a statement failed and whoever sent it went on nevertheless: nothing was stored.
        """
        self._enter()
        try:
            yield
            self._commit()
        except Exception as error:
            self._roll_back()
            if isinstance(error, STALE):
                self._prepared.clear()
            raise
        except BaseException:
            self._connection.close()  # Whoever is interrupted does not wait until a statement ends.
            raise
        finally:
            self._failure = None

    def run(self, sql: str, parameters: dict[str, Any]) -> Answer:
        """Send a statement and wait for its result."""
        self.send(sql, parameters)
        self._libpq.send_flush_request()
        result = self._read()
        assert result is not None
        return Answer(result, self._values)

    def send(self, sql: str, parameters: dict[str, Any]) -> None:
        """Send a statement, at the latest with the commit, and do not wait: if it fails, what comes later raises."""
        self._refuse_after_failure()
        if len(self._unread) >= MAX_UNREAD:
            self._libpq.send_flush_request()
            self._read()
        text, names, formats = _numbered(sql)
        values = self._values.dump_sequence([parameters[name] for name in names], formats)
        if not self._is_begun:
            self._is_begun = self._is_under_way = True
            self._send_command(b"BEGIN")
        self._send_statement(text, values)

    def leave(self) -> Connection[Any]:
        """Go on in the same transaction with psycopg's own cursors, which can do more: COPY, and reading in chunks."""
        self._refuse_after_failure()
        if self.is_open:
            if self._is_begun:
                self._end()
            self._exit()
        return self._connection

    def _send_statement(self, text: bytes, values: Sequence[abc.Buffer | None]) -> None:
        types, formats = self._values.types or (), self._values.formats
        name = self._prepared.get((text, types)) or self._prepare(text, types)
        if name is None:
            self._libpq.send_query_params(text, values, param_types=types, param_formats=formats)
        else:
            self._libpq.send_query_prepared(name, values, param_formats=formats)
        self._unread.append(None)

    def _prepare(self, text: bytes, types: tuple[int, ...]) -> bytes | None:
        if len(self._prepared) >= MAX_PREPARED:
            return None
        self._n_prepared += 1
        name = b"karat_%d" % self._n_prepared
        self._libpq.send_prepare(name, text, param_types=types)
        statement = (text, types)
        self._unread.append(statement)
        self._unsure.add(statement)
        self._prepared[statement] = name
        return name

    def _send_command(self, command: bytes) -> None:
        self._libpq.send_query_params(command, None)
        self._unread.append(None)

    def _enter(self) -> None:
        self._libpq.enter_pipeline_mode()
        self.is_open = True
        self._is_begun = self._is_under_way = self._is_ending = False

    def _exit(self) -> None:
        self._libpq.exit_pipeline_mode()
        self.is_open = False

    def _commit(self) -> None:
        self._refuse_after_failure()
        if not self.is_open:
            # PostgreSQL would answer COMMIT with a rollback, which psycopg takes for an answer like any other.
            if self._libpq.transaction_status == TransactionStatus.INERROR:
                raise InFailedSqlTransaction(_NOT_DONE)
            self._connection.commit()
            return
        if self._is_begun:
            self._send_command(b"COMMIT")
            result = self._end()
            if result is None or result.command_status != b"COMMIT":
                raise InFailedSqlTransaction(_NOT_DONE)
        self._exit()

    def _refuse_after_failure(self) -> None:
        """Once a statement has failed, the database passes over what follows in silence."""
        if self._failure is not None:
            raise InFailedSqlTransaction(_NOT_DONE) from self._failure

    def _roll_back(self) -> None:
        """Leave the connection as it was found, if it can still be reached; else whoever lends it sees it is closed."""
        try:
            if self.is_open:
                self._skip_results()
                self._exit()
            self._connection.rollback()
        except Error:
            self._connection.close()
        for statement in self._unsure:
            del self._prepared[statement]  # It was not prepared; next time it gets another name.
        self._unsure.clear()

    def _skip_results(self) -> None:
        # Even when every result was read: the database passes over all that comes until the end, and only then does
        # libpq know again that there is a transaction to roll back.
        if not self._is_under_way:
            return
        if not self._is_ending:
            self._libpq.pipeline_sync()
        self._flush()
        self._reach_the_end()

    def _end(self) -> PGresult | None:
        """Wait for all that was sent, and for the end of it: only then can the mode be left. The last result."""
        self._libpq.pipeline_sync()
        self._is_ending = True
        last = self._read()
        self._reach_the_end()
        return last

    def _reach_the_end(self) -> None:
        while self._receive().status != ExecStatus.PIPELINE_SYNC:
            pass
        self._is_under_way = self._is_ending = False

    def _read(self) -> PGresult | None:
        """Wait for the results of everything sent; the last one, if there was one to wait for.

        Raises
        ------
        psycopg.Error
            When one of the statements failed: what came after it was not done.
        """
        last: PGresult | None = None
        try:
            self._flush()
            while self._unread:
                last = self._receive()
                if last.status in _FAILED:
                    raise error_from_result(last)
        except Error as error:
            self._failure = error
            raise
        return last

    def _receive(self) -> PGresult:
        """The next of the results that are to come."""
        result = self._next_result() or self._next_result()  # Between two of them comes nothing, once.
        if result is None:
            raise OperationalError("the connection to the database was lost")
        if self._unread and result.status != ExecStatus.PIPELINE_SYNC:
            prepared = self._unread.popleft()
            if prepared is not None and result.status == ExecStatus.COMMAND_OK:
                self._unsure.discard(prepared)
        return result

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
