"""How a call can fail: the four errors of `karat.domain.errors`, and those that only a client knows.

KaratError
├── NotFound, Conflict
├── NotAllowed
│   └── NotSignedIn       the token is missing, wrong, revoked or over
├── Invalid               `problems` lists everything wrong with the request, or with the imported file
├── TooManyRequests       the account's limit is reached, and waiting for it took too long
├── ServerFault           the server failed, or what answered is not Karat
└── Unreachable           nothing answered
"""

from collections.abc import Mapping
from typing import Any

from karat.domain.errors import Conflict, Invalid, KaratError, NotAllowed, NotFound, Problem

__all__ = [
    "Conflict",
    "Invalid",
    "KaratError",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "Problem",
    "ServerFault",
    "TooManyRequests",
    "Unreachable",
]


class NotSignedIn(NotAllowed):
    """Nobody knows this token."""

    code = "not_signed_in"


class TooManyRequests(KaratError):
    """More calls than the account may make in a minute."""

    code = "too_many_requests"


class ServerFault(KaratError):
    """The server failed: not the caller's fault. It may be tried again later."""

    code = "error"


class Unreachable(KaratError):
    """No connection, or it broke before there was an answer."""

    code = "unreachable"


_BY_CODE: dict[str, type[KaratError]] = {
    "not_found": NotFound,
    "not_allowed": NotAllowed,
    "conflict": Conflict,
    "not_signed_in": NotSignedIn,
    "too_many_requests": TooManyRequests,
}


def error_of(status: int, body: Any) -> KaratError:
    """The error that a response stands for.

    >>> error_of(409, {"code": "conflict", "message": "the claim expired", "problems": []})
    Conflict('the claim expired')
    """
    if not isinstance(body, Mapping) or not isinstance(body.get("message"), str):
        return ServerFault(
            f"the answer has status {status} and is none of Karat's. Is the address that of a Karat server?"
        )
    code, message = body.get("code"), body["message"]
    if code in ("invalid", "too_large"):
        problems = tuple(Problem(one["where"], one["message"]) for one in body.get("problems", []))
        return Invalid(message, problems)
    return _BY_CODE.get(str(code), ServerFault)(message)
