"""Replays the work of the simulated annotators through the normal API, on a clock that runs through past days.

What follows from their answers is computed by Karat, not written: the demo holds nothing that a user's own
project would not have.
"""

import heapq
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from karat.cli.demo.clock import SimulatedClock
from karat.cli.demo.workforce import Message, SimulatedAnnotator, read

_SESSION_ITEMS = 26
"""Items per person and day: one work session."""
_MORNING_HOURS = 6.0
"""Sessions begin between 9 and so many hours later."""


@dataclass(order=True)
class _Turn:
    at: datetime
    place: int
    worker: "_Worker" = field(compare=False)


@dataclass
class _Worker:
    person: SimulatedAnnotator
    http: httpx.Client
    left: int


@dataclass(frozen=True)
class Workplace:
    """Where the simulated annotators work."""

    address: str
    project_id: int
    classes: list[str]
    messages: dict[str, Message]
    """By text: that is all an annotator gets to see."""
    clock: SimulatedClock
    rng: random.Random


def replay(
    workplace: Workplace, people: list[tuple[SimulatedAnnotator, str]], days: list[datetime], *, n_answers: int
) -> int:
    """Have the people, each with an API token, work through the days until so many answers are in.

    Returns
    -------
    int
        Answers and skips submitted.
    """
    n_done = 0
    workers = [_Worker(person, _client(workplace.address, token), 0) for person, token in people]
    try:
        for turn in _turns(workers, days, workplace.rng):
            if n_done >= n_answers:
                break
            n_done += _take_turn(workplace, turn)
    finally:
        for worker in workers:
            worker.http.close()
    return n_done


def _turns(workers: list[_Worker], days: list[datetime], rng: random.Random) -> Iterator[_Turn]:
    """The moments at which somebody is free to take an item, in order of time."""
    for day in days:
        waiting: list[_Turn] = []
        for place, worker in enumerate(workers):
            worker.left = _SESSION_ITEMS
            start = day + timedelta(hours=9 + rng.uniform(0, _MORNING_HOURS))
            heapq.heappush(waiting, _Turn(start, place, worker))
        while waiting:
            turn = heapq.heappop(waiting)
            yield turn
            if turn.worker.left > 0:
                heapq.heappush(waiting, turn)


def _take_turn(workplace: Workplace, turn: _Turn) -> int:
    """One item, claimed, read and answered. Moves the turn to when its person is free again."""
    worker, clock = turn.worker, workplace.clock
    clock.move_to(turn.at)
    worker.left -= 1
    stream = _post(worker.http, f"/api/projects/{workplace.project_id}/work/next", {"hold": 1})
    if not stream["assignments"]:
        worker.left = 0
        return 0
    assignment = stream["assignments"][0]
    reading = read(workplace.messages[assignment["item"]["text"]], worker.person, workplace.classes, workplace.rng)
    turn.at = turn.at + timedelta(seconds=reading.seconds)
    clock.move_to(turn.at)
    if reading.is_skip:
        _post(worker.http, f"/api/work/{assignment['id']}/skip", {"reason": reading.reason, "hold": 0})
        return 1
    answer = {
        "label": reading.label,
        "unsure": reading.label is None,
        "reason": reading.reason,
        "duration_ms": round(reading.seconds * 1000),
        "hold": 0,
    }
    _post(worker.http, f"/api/work/{assignment['id']}/submit", answer)
    return 1


def review_some(workplace: Workplace, token: str, *, share: float) -> int:
    """Have the simulated reviewer decide a share of what waits; the rest is left for whoever tries the demo."""
    with _client(workplace.address, token) as http:
        queue = (
            http.get(f"/api/projects/{workplace.project_id}/review", params={"limit": 100}).raise_for_status().json()
        )
        chosen = workplace.rng.sample(queue["items"], round(share * len(queue["items"])))
        for item in chosen:
            message = workplace.messages[item["content"]["text"]]
            note = "Too little to go on." if message.ambiguity > 0.8 else "As the rules of the spec say."
            decision = {"undecidable": True} if message.ambiguity > 0.8 else {"label": message.truth}
            path = f"/api/projects/{workplace.project_id}/items/{item['id']}/resolution"
            _post(http, path, {**decision, "note": note})
        return len(chosen)


def wait_for(http: httpx.Client, path: str, *, seconds: float) -> Any:
    """Poll a job until it is over; its result.

    Raises
    ------
    RuntimeError
        When it failed or takes longer.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = http.get(path).raise_for_status().json()
        if job["state"] == "done":
            return job["result"]
        if job["state"] == "failed":
            raise RuntimeError(f"{job['name']} failed: {job['error']}")
        time.sleep(0.05)
    raise RuntimeError(f"{path} is not done after {seconds:.0f} s")


def _client(address: str, token: str) -> httpx.Client:
    return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def _post(http: httpx.Client, path: str, body: dict[str, Any]) -> Any:
    response = http.post(path, json=body)
    if response.is_error:
        raise RuntimeError(f"{path} answered {response.status_code}: {response.text}")
    return response.json()
