"""What a command says when it fails: one message on stderr and an exit code, never a traceback for a user's mistake.

Exit codes: 0 done; 1 the answer is no, as when a release is refused; 2 the command could not be carried out;
3 a fault of Karat's own.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from karat.domain.errors import Invalid, KaratError

REFUSED = 1
FAILED = 2
FAULT = 3

_SERVER_PARTS = ("fastapi", "uvicorn", "psycopg", "psycopg_pool", "argon2", "PIL", "pydantic",
                 "structlog", "orjson")  # fmt: skip


class Failure(click.ClickException):
    """Ends the command with a message and its own exit code."""

    def __init__(self, message: str, *, exit_code: int = FAILED, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]
        self.details = details

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message, on stderr unless told otherwise."""
        click.echo(f"Error: {self.message}", file=file, err=True)
        for line in self.details:
            click.echo(f"  {line}", file=file, err=True)


@contextmanager
def failures_as_messages() -> Iterator[None]:
    """Turn what goes wrong inside into messages for people."""
    try:
        yield
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except KaratError as error:
        raise failure_of(error) from error
    except ValueError as error:
        if type(error).__module__ != "karat.quality.errors":  # not imported here: it would load numpy for every command
            raise _fault(error) from error
        raise Failure(str(error)) from error
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _SERVER_PARTS:
            raise _fault(error) from error
        raise Failure(f"this command needs {error.name}. Install it with: pip install 'karat[server]'") from error
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        raise _outside(error) from error
    except Exception as error:
        raise _database_failure(error) or _fault(error) from error


def failure_of(error: KaratError) -> Failure:
    """The message of an error that is meant for people; several problems are listed below it."""
    problems = error.problems if isinstance(error, Invalid) else ()
    if len(problems) < 2:
        return Failure(error.message)
    headline = error.message.partition(f"{problems[0].where}: ")[0].rstrip(" ,:") or "that cannot be done"
    lines = tuple(f"{problem.where}: {problem.message}" for problem in problems)
    return Failure(f"{headline}: {len(problems)} problems", details=lines)


def is_debugging() -> bool:
    return os.environ.get("KARAT_LOG_LEVEL", "").lower() == "debug"


def _outside(error: OSError) -> Failure:
    """A file or folder that cannot be used as asked."""
    where = f"{error.filename}: " if error.filename else ""
    return Failure(f"{where}{error.strerror or error}")


def _database_failure(error: Exception) -> Failure | None:
    kind = f"{type(error).__module__}.{type(error).__name__}"
    if kind in ("psycopg_pool.PoolTimeout", "psycopg_pool.errors.PoolTimeout", "psycopg.OperationalError"):
        return Failure(
            f"the database of KARAT_DATABASE_URL does not answer: {error}. Check the address and the server."
        )
    if kind == "sqlite3.OperationalError":
        return Failure(f"the database cannot be used: {error}. Check KARAT_HOME, free space and permissions.")
    return None


def _fault(error: Exception) -> Exception:
    """Something that nobody foresaw: the traceback itself when debugging."""
    if is_debugging():
        return error
    return Failure(
        f"a fault in Karat: {type(error).__name__}: {error}. The same command with KARAT_LOG_LEVEL=debug in front "
        "shows where; please report that.",
        exit_code=FAULT,
    )
