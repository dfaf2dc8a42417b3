"""Waiting for what a server does later."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0


def poll(look: Callable[[], T | None], *, seconds: float | None, what: str) -> T:
    """Look again, ever more seldom, until there is something.

    Raises
    ------
    TimeoutError
        When there is nothing after `seconds`.
    """
    pause, until = _FIRST_PAUSE, None if seconds is None else time.monotonic() + seconds
    while (found := look()) is None:
        if until is not None and time.monotonic() + pause > until:
            raise TimeoutError(f"{what} is not done after {seconds:g} s. It goes on; ask for it again later.")
        time.sleep(pause)
        pause = min(_LONGEST_PAUSE, pause * 1.3)
    return found
