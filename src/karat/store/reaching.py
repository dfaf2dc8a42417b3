"""Whether PostgreSQL answers at all, asked once before the pools are opened: those would try in silence for longer."""

import time

import psycopg
from psycopg.conninfo import conninfo_to_dict

from karat.domain.errors import Conflict

PATIENCE_SECONDS = 4.0
"""A server that is just starting is waited for; one that is not there is told of while somebody still looks."""
_CONNECT_SECONDS = 3
"""For a machine that never answers. libpq counts whole seconds, and takes 2 at least."""
_PAUSE_SECONDS = 0.25
_WRONG = ("28", "3D")
"""Classes of errors that waiting does not cure: who may come in, and whether there is such a database."""


def reach(url: str, *, patience: float = PATIENCE_SECONDS) -> None:
    """Connect once and go.

    Raises
    ------
    Conflict
        When the database cannot be reached; names host, port and database, but no password.
    """
    until = time.monotonic() + patience
    while True:
        try:
            psycopg.connect(url, connect_timeout=_CONNECT_SECONDS).close()
        except psycopg.OperationalError as error:
            if _is_wrong(error) or time.monotonic() + _PAUSE_SECONDS > until:
                raise Conflict(_unreachable(url, error)) from error
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _is_wrong(error: psycopg.OperationalError) -> bool:
    text = str(error)
    has_class = (error.sqlstate or "").startswith(_WRONG)
    # Before there is a session libpq tells in words only.
    return has_class or "authentication failed" in text or "does not exist" in text


def _unreachable(url: str, error: psycopg.OperationalError) -> str:
    return (
        f"PostgreSQL cannot be reached at {_place(url)}: {_reason(error)}. Is it running, and is KARAT_DATABASE_URL "
        "right?"
    )


def _place(url: str) -> str:
    parts = conninfo_to_dict(url)
    host, port = parts.get("host") or "the local socket", parts.get("port") or "5432"
    return f"{host}, port {port}, database {parts.get('dbname') or 'of the same name as the user'!r}"


def _reason(error: psycopg.OperationalError) -> str:
    """The last thing said, without "connection to server at … failed:" before it."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return first.rpartition("failed: ")[2].removeprefix("FATAL:").strip(" .") or first
