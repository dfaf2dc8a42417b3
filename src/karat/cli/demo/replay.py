"""Replays the work of the simulated annotators through the normal API, on a clock that runs through past days.

What follows from their answers is computed by Karat, not written: the demo holds nothing that a user's own
project would not have.
"""

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from karat.cli.demo.clock import SimulatedClock
from karat.cli.demo.workforce import Message, SimulatedAnnotator, read
from karat.client import Client

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
    client: Client
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
    workers = [_Worker(person, Client(workplace.address, token), 0) for person, token in people]
    try:
        for turn in _turns(workers, days, workplace.rng):
            if n_done >= n_answers:
                break
            n_done += _take_turn(workplace, turn)
    finally:
        for worker in workers:
            worker.client.close()
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
    work = worker.client.work(workplace.project_id)
    assignments = work.next()
    if not assignments:
        worker.left = 0
        return 0
    text = assignments[0]["item"]["text"]
    assert text is not None
    reading = read(workplace.messages[text], worker.person, workplace.classes, workplace.rng)
    turn.at = turn.at + timedelta(seconds=reading.seconds)
    clock.move_to(turn.at)
    if reading.is_skip:
        work.skip(assignments[0], reading.reason)
    elif reading.label is None:
        work.submit(assignments[0], unsure=reading.reason, seconds=reading.seconds)
    else:
        work.submit(assignments[0], reading.label, seconds=reading.seconds)
    return 1


def review_some(workplace: Workplace, token: str, *, share: float) -> int:
    """Have the simulated reviewer decide a share of what waits; the rest is left for whoever tries the demo."""
    with Client(workplace.address, token) as client:
        waiting = client.review_queue(workplace.project_id, limit=100)["items"]
        chosen = workplace.rng.sample(waiting, round(share * len(waiting)))
        for item in chosen:
            text = item["content"]["text"]
            assert text is not None
            message = workplace.messages[text]
            if message.ambiguity > 0.8:
                client.resolve(workplace.project_id, item["id"], None, note="Too little to go on.")
            else:
                client.resolve(workplace.project_id, item["id"], message.truth, note="As the rules of the spec say.")
        return len(chosen)
