"""Reader and Writer: one way to run SQL on SQLite and PostgreSQL.

SQL is written with `:name` parameters and kept to what both databases understand; where they differ, a store
module asks `is_postgres`. Rows are read by column name. Law: a Reader has no way to write.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

Row = Any
"""A row, read as `row["column"]`."""

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")


@lru_cache(maxsize=1024)
def _for_psycopg(sql: str) -> str:
    return _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))


def is_twin(error: BaseException) -> bool:
    """Whether a change failed because it would have stored something twice that there may be only once."""
    return (
        getattr(error, "sqlstate", None) == "23505"
        or getattr(error, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_UNIQUE"
    )


class Connection(Protocol):
    """What `sqlite3` and psycopg connections have in common."""

    def execute(self, query: Any, params: Any = ..., /) -> Any: ...
    def cursor(self) -> Any: ...


class Reader:
    """Runs queries inside one consistent snapshot."""

    def __init__(self, connection: Connection, *, is_postgres: bool) -> None:
        self._connection = connection
        self.is_postgres = is_postgres

    def _run(self, sql: str, parameters: dict[str, Any]) -> Any:
        return self._connection.execute(_for_psycopg(sql) if self.is_postgres else sql, parameters)

    def _plain(self) -> Connection:
        """The connection itself, for more than single statements."""
        return self._connection

    def rows(self, sql: str, **parameters: Any) -> list[Row]:
        """All rows of a result that is known to be small."""
        return self._run(sql, parameters).fetchall()  # type: ignore[no-any-return]

    def row(self, sql: str, **parameters: Any) -> Row | None:
        """The first row, or None."""
        return self._run(sql, parameters).fetchone()

    def value(self, sql: str, **parameters: Any) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, **parameters)
        if row is None:
            return None
        return next(iter(row.values())) if self.is_postgres else row[0]

    def among(self, column: str, name: str = "ids") -> str:
        """The condition that a column is one of the ids bound as `name` through `ids(...)`."""
        if self.is_postgres:
            return f"{column} = ANY(:{name})"
        return f"{column} IN (SELECT value FROM json_each(:{name}))"

    def ids(self, values: Iterable[int]) -> Any:
        """Ids as one parameter for `among`: the SQL text stays the same however many there are."""
        return list(values) if self.is_postgres else json.dumps(list(values))

    def stream(self, sql: str, *, chunk: int = 10_000, **parameters: Any) -> Iterator[list[tuple[Any, ...]]]:
        """Rows as plain tuples, in chunks, without ever holding the whole result."""
        cursor = self._tuple_cursor()
        try:
            cursor.execute(_for_psycopg(sql) if self.is_postgres else sql, parameters)
            while rows := cursor.fetchmany(chunk):
                yield rows
        finally:
            cursor.close()

    def _tuple_cursor(self) -> Any:
        if not self.is_postgres:
            cursor = self._plain().cursor()
            cursor.row_factory = None
            return cursor
        from psycopg.rows import tuple_row  # noqa: PLC0415 - SQLite installations never load psycopg

        return self._plain().cursor(name="karat_stream", row_factory=tuple_row)  # type: ignore[call-arg]


class Writer(Reader):
    """Runs statements inside one transaction, which the edge commits."""

    def execute(self, sql: str, **parameters: Any) -> int:
        """Run one statement; the number of rows it changed."""
        return self._run(sql, parameters).rowcount  # type: ignore[no-any-return]

    def execute_later(self, sql: str, **parameters: Any) -> None:
        """Run one statement whose outcome nobody waits for; if it fails, what comes later does, at the latest the
        commit. On PostgreSQL it travels together with others."""
        self.execute(sql, **parameters)

    def insert(self, table: str, *, returning: str = "id", **values: Any) -> Any:
        """Insert one row and return its `returning` column."""
        columns = ", ".join(values)
        places = ", ".join(f":{name}" for name in values)
        return self.value(f"INSERT INTO {table} ({columns}) VALUES ({places}) RETURNING {returning}", **values)

    def execute_many(self, sql: str, parameters: Iterable[dict[str, Any]]) -> None:
        """Run one statement for each set of parameters."""
        cursor = self._plain().cursor()
        cursor.executemany(_for_psycopg(sql) if self.is_postgres else sql, list(parameters))

    def insert_many(
        self,
        table: str,
        columns: Sequence[str],
        rows: Iterable[tuple[str | float, ...]],
        *,
        shared: Mapping[str, int] | None = None,
    ) -> None:
        """Insert many rows, held in memory together, as fast as the database can: COPY on PostgreSQL.

        `shared` are columns that are the same in every row.
        """
        shared = shared or {}
        names = ", ".join((*columns, *shared))
        if self.is_postgres:
            with self._plain().cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                copy.write(_copy_text(list(rows), len(columns), tuple(shared.values())))
            return
        places = ", ".join(["?"] * len(columns) + [f"{value:d}" for value in shared.values()])
        self._plain().cursor().executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)


def _copy_text(rows: list[tuple[str | float, ...]], n_columns: int, shared: tuple[int, ...]) -> str:
    """Rows as COPY reads them. In one piece: psycopg takes half a microsecond for each row it is given."""
    line = "\t".join(["%s"] * n_columns) + "".join(f"\t{value:d}" for value in shared) + "\n"
    n_tabs = n_columns + len(shared) - 1
    text = "".join([line % row for row in rows])
    if text.count("\t") != n_tabs * len(rows) or text.count("\n") != len(rows) or "\r" in text:
        # A tab or the end of a line inside a value, which is rare: JSON never has them.
        return "".join([line % tuple(map(_escaped, row)) for row in rows])
    return text.replace("\\", "\\\\")


def _escaped(value: str | float) -> str:
    text = str(value).replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
