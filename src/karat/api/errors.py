"""Every failure as one shape: the four errors of the domain, those of the edge, and what nobody expected."""

import secrets
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from karat.domain.errors import Invalid, KaratError, Problem
from karat.schemas.base import ErrorShape, ProblemShape

_STATUS = {"not_found": 404, "not_allowed": 403, "conflict": 409, "invalid": 422}
_CODE = {
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    409: "conflict",
    413: "too_large",
    429: "too_many_requests",
    503: "unavailable",
}
_log = structlog.get_logger("karat.api")


class EdgeError(HTTPException):
    """A refusal that only HTTP knows. Law: raised with a message for the person, never with the framework's."""

    status = 500

    def __init__(self, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(self.status, message, headers)


class NotSignedIn(EdgeError):
    status = 401


class TooLarge(EdgeError):
    status = 413


class TooManyRequests(EdgeError):
    status = 429

    def __init__(self, what: str, wait_seconds: float) -> None:
        seconds = max(1, round(wait_seconds + 0.5))
        super().__init__(f"{what}. Try again in {seconds} seconds.", {"Retry-After": str(seconds)})


class Unavailable(EdgeError):
    status = 503


def error_response(
    status: int, message: str, *, problems: Sequence[Problem] = (), headers: dict[str, str] | None = None
) -> Response:
    """An ErrorShape with its status."""
    shape = ErrorShape(
        code=_CODE.get(status, "error" if status >= 500 else "invalid"),
        message=message,
        problems=[ProblemShape(where=problem.where, message=problem.message) for problem in problems],
    )
    return Response(shape.model_dump_json(), status, headers, "application/json")


def handle_errors(app: FastAPI) -> None:
    """Teach the app all of it."""
    app.add_exception_handler(KaratError, _domain_error)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(CatchUnexpected)


async def _domain_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, KaratError)
    problems = error.problems if isinstance(error, Invalid) else ()
    return error_response(_STATUS[error.code], error.message, problems=problems)


async def _malformed(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [_problem(entry) for entry in error.errors()]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    message = f"the request does not read as it should: {problems[0].where}: {problems[0].message}{more}"
    return error_response(422, message, problems=problems)


def _problem(entry: dict[str, Any]) -> Problem:
    place, *path = entry["loc"]
    if entry["type"] == "json_invalid":
        return Problem("body", f"is not JSON: {entry['ctx']['error']} (at {path[0] if path else 0})")
    where = ".".join(str(step) for step in path) or str(place)
    return Problem(where, entry["msg"])


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = dict(error.headers) if error.headers else None
    if isinstance(error, EdgeError):
        return error_response(error.status_code, error.detail, headers=headers)
    path = request.url.path
    if error.status_code == 404:
        return error_response(404, f"there is nothing at {path}. The API is described at /api/openapi.json.")
    if error.status_code == 405:
        message = f"{path} cannot be used with {request.method}. The API is described at /api/openapi.json."
        return error_response(405, message, headers=headers)
    # 400 is how the framework says that a body could not be read: the same to whoever sent it as 422.
    status = 422 if error.status_code == 400 else error.status_code
    return error_response(status, str(error.detail), headers=headers)


class CatchUnexpected:
    """Outermost: logs what nobody expected under a reference, and tells the person only the reference."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def note_start(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, receive, note_start)
        except Exception as error:
            reference = secrets.token_hex(6)
            _log.error("unexpected", reference=reference, method=scope["method"], path=scope["path"], exc_info=error)
            if has_started:
                raise  # The answer is half sent: only breaking the connection can say so.
            await _unexpected(error, reference)(scope, receive, send)


def _unexpected(error: Exception, reference: str) -> Response:
    if _is_lost_race(error):
        return error_response(409, "somebody else changed the same thing at the same moment. Look, and try again.")
    if _is_unavailable(error):
        return error_response(503, "the database cannot be reached or is overloaded. Try again in a moment.")
    return error_response(500, f"something went wrong in Karat. Tell the administrator the reference {reference}.")


def _is_lost_race(error: Exception) -> bool:
    """Two transactions created the same unique thing; SQLite and PostgreSQL name that differently."""
    return getattr(error, "sqlstate", None) == "23505" or getattr(error, "sqlite_errorname", "") in (
        "SQLITE_CONSTRAINT_UNIQUE",
        "SQLITE_CONSTRAINT_PRIMARYKEY",
    )


def _is_unavailable(error: Exception) -> bool:
    """The database is gone, full or too busy. By name: an installation on SQLite never loads psycopg."""
    is_postgres = any(
        kind.__name__ == "OperationalError" and kind.__module__.startswith("psycopg") for kind in type(error).__mro__
    )
    return is_postgres or getattr(error, "sqlite_errorname", "") in ("SQLITE_BUSY", "SQLITE_FULL", "SQLITE_CANTOPEN")
