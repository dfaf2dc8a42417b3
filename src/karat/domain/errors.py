"""The four ways in which a request can fail, for the person who must act.

KaratError
├── NotFound    there is no such thing, or the actor may not know that there is
├── NotAllowed  the actor lacks the permission
├── Conflict    it was possible a moment ago; the state has moved on
└── Invalid     the request itself cannot be carried out; lists every problem at once

The API maps these four to HTTP in one place. A message says what happened, with the values, then what to do.
"""

from dataclasses import dataclass


class KaratError(Exception):
    """Base of the errors that are meant for people."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(KaratError):
    """There is no such thing."""

    code = "not_found"


class NotAllowed(KaratError):
    """The actor lacks the permission."""

    code = "not_allowed"


class Conflict(KaratError):
    """The state has moved on since the request was prepared."""

    code = "conflict"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a request: where it is (a field, a line, a row) and what to do about it."""

    where: str
    message: str


class Invalid(KaratError):
    """The request cannot be carried out; `problems` lists everything wrong with it."""

    code = "invalid"

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


def refuse_problems(what: str, problems: list[Problem]) -> None:
    """Raise `Invalid` naming the first problem, with all of them attached, if there is any.

    >>> refuse_problems("the spec", [])
    """
    if not problems:
        return
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    raise Invalid(f"{what}: {problems[0].where}: {problems[0].message}{more}", tuple(problems))
