"""Annotators over HTTP who keep a ledger: what they sent, and what the server said to it before it was killed."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

import httpx

LABELS = ("toxic", "rude", "fine")
_PAUSE_SECONDS = 0.05
_READING_SECONDS = 0.02
"""How long people look at an item."""


class Outcome(Enum):
    """What a client knows about something it sent."""

    UNKNOWN = "no answer came"
    ACKNOWLEDGED = "2xx"
    REFUSED = "409"


@dataclass
class Attempt:
    """An answer or a skip as it was sent. The serial number is its duration, so that it is found in the database."""

    serial: int
    assignment_id: str
    label: str | None
    reason: str
    is_skip: bool = False
    outcome: Outcome = Outcome.UNKNOWN

    def body(self) -> dict[str, object]:
        if self.is_skip:
            return {"reason": self.reason, "hold": 0}
        unsure = self.label is None
        return {"label": self.label, "unsure": unsure, "reason": self.reason, "duration_ms": self.serial, "hold": 0}


@dataclass
class Ledger:
    """Everything a crowd has sent."""

    attempts: list[Attempt] = field(default_factory=list)
    n_allowed: int = 0
    """Attempts that may be made before calm returns: how long processes take to start decides nothing."""
    surprises: list[str] = field(default_factory=list)
    """Responses that no client should ever get."""
    _serials: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new(self, assignment_id: str, label: str | None, *, is_skip: bool = False) -> Attempt:
        with self._lock:
            serial = next(self._serials)
            attempt = Attempt(serial, assignment_id, label, f"reason {serial}", is_skip)
            self.attempts.append(attempt)
        return attempt

    def allow(self, n: int) -> None:
        """Let `n` more attempts be made."""
        self.n_allowed = len(self.attempts) + n

    def with_outcome(self, outcome: Outcome) -> list[Attempt]:
        return [attempt for attempt in list(self.attempts) if attempt.outcome is outcome]


@dataclass
class Person:
    """One annotator's client. It goes on when the server is gone, as a browser does."""

    number: int
    session: str
    project_id: int
    ledger: Ledger
    addresses: Callable[[], Sequence[str]]
    """The servers there are at the moment."""
    is_calm: threading.Event
    """From when on nobody leaves, skips or is unsure any more."""
    is_over: threading.Event

    def __post_init__(self) -> None:
        self._rng = random.Random(self.number)
        self._may_leave = self.number % 3 == 0  # If everybody might, nobody would be left after a while.
        self._client = httpx.Client(
            cookies={"karat_session": self.session}, headers={"X-Karat": "1"}, timeout=30, trust_env=False
        )
        self._answered: list[str] = []

    def work(self) -> None:
        """Until all is over, or this person leaves with items in hand."""
        with self._client:
            while not self.is_over.is_set():
                stream = self._post(f"/api/projects/{self.project_id}/work/next", {"hold": self._rng.choice((1, 3))})
                held = stream.json()["assignments"] if stream is not None else []
                if not held:
                    self.is_over.wait(_PAUSE_SECONDS)
                elif self._may_leave and not self.is_calm.is_set() and self._rng.random() < 0.02:
                    return
                for assignment in held:
                    self._deal_with(assignment["id"])

    def _wait_for_allowance(self) -> None:
        while len(self.ledger.attempts) >= self.ledger.n_allowed and not self.is_calm.is_set():
            if self.is_over.wait(_PAUSE_SECONDS):
                return

    def _deal_with(self, assignment_id: str) -> None:
        mood = 1.0
        self._wait_for_allowance()
        if not self.is_calm.is_set():
            self.is_over.wait(_READING_SECONDS)
            mood = self._rng.random()
        if mood < 0.05:
            self._send(self.ledger.new(assignment_id, None, is_skip=True))
            return
        label = None if mood < 0.12 else self._rng.choice(LABELS)
        self._send(self.ledger.new(assignment_id, label))
        if mood < 0.35 and self._answered:
            self._send(self.ledger.new(self._rng.choice(self._answered), self._rng.choice(LABELS)))

    def _send(self, attempt: Attempt) -> None:
        """Send, and when no answer came sometimes send the same again, as the interface does from its outbox."""
        path = f"/api/work/{attempt.assignment_id}/{'skip' if attempt.is_skip else 'submit'}"
        response = self._post(path, attempt.body())
        while response is None and self._rng.random() < 0.9 and not self.is_over.wait(_PAUSE_SECONDS):
            response = self._post(path, attempt.body())
        if response is None:
            return
        attempt.outcome = Outcome.REFUSED if response.status_code == 409 else Outcome.ACKNOWLEDGED
        if attempt.outcome is Outcome.ACKNOWLEDGED and not attempt.is_skip:
            self._answered.append(attempt.assignment_id)

    def _post(self, path: str, body: dict[str, object]) -> httpx.Response | None:
        """The response; None when the server was dead, or died before it answered."""
        addresses = self.addresses()
        if not addresses:
            return None
        try:
            response = self._client.post(addresses[self.number % len(addresses)] + path, json=body)
        except httpx.TransportError:
            return None
        if response.status_code not in (200, 409):
            self.ledger.surprises.append(f"{response.status_code} to {path} {body}: {response.text}")
            return None
        return response
