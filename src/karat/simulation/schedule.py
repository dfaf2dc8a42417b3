"""Work sessions: when each person takes which place in their stream."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karat.simulation.annotators import Annotators
from karat.simulation.arrays import DAY_SECONDS, Bools, Floats, Ints, offsets_of
from karat.simulation.world import World

_EVENING_HOUR = 19.0
_BREAK_SECONDS = 900.0
LEARNING_ANSWERS = 200.0
"""After so many answers two thirds of what there is to learn is learnt."""
_BETWEEN_ITEMS_SECONDS = 0.7


@dataclass(frozen=True, eq=False)
class Sessions:
    """Work sessions, person after person; arrays (n_sessions,)."""

    annotator: Ints
    size: Ints
    """Places in it."""
    wanted_start: Floats
    """Seconds from the start; later when the session before it is not over."""
    is_evening: Bools


@dataclass(frozen=True, eq=False)
class Schedule:
    """Places in the streams, person after person, each in the order of time; arrays (n_places,)."""

    annotator: Ints
    position: Ints
    """In the person's stream, from 0."""
    session: Ints
    """Number of the work session, over all people."""
    session_position: Ints
    seconds: Floats
    """Time the answer takes, before the item is known."""
    claimed: Floats
    """Seconds from the start."""
    first: Ints
    """(n_annotators,): each person's first place."""
    count: Ints
    """(n_annotators,)"""
    sessions: Sessions

    @property
    def n(self) -> int:
        """Number of places."""
        return len(self.annotator)


def draw_schedule(world: World, people: Annotators, n_places: int, rng: np.random.Generator) -> Schedule:
    """Share the places among people, and lay them into sessions and days."""
    count = volumes(world, people, n_places, rng)
    sessions = _sessions(world, people, count, rng)
    annotator = np.repeat(np.arange(people.n, dtype=np.int32), count)
    session = np.repeat(np.arange(len(sessions.size), dtype=np.int32), sessions.size)
    first = offsets_of(count)
    places = np.arange(len(annotator), dtype=np.int32)
    position = places - first[annotator].astype(np.int32)
    seconds = _seconds(world, people, annotator, position, rng)
    session_first = offsets_of(sessions.size)
    return Schedule(
        annotator=annotator,
        position=position,
        session=session,
        session_position=places - session_first[session].astype(np.int32),
        seconds=seconds,
        claimed=claims(sessions, session, seconds),
        first=first,
        count=count,
        sessions=sessions,
    )


def claims(sessions: Sessions, session: Ints, seconds: Floats) -> Floats:
    """When each place is taken: one after the other in its session, and no session before the one before it is over.

    Parameters
    ----------
    session : int array (n_places,)
        Non-decreasing; sessions may have lost places.
    seconds : float array (n_places,)
        Time that each answer takes.
    """
    size = np.bincount(session, minlength=len(sessions.size))
    ends = np.cumsum(seconds + np.float32(_BETWEEN_ITEMS_SECONDS), dtype=np.float64)
    begins = np.concatenate([[0.0], ends])
    first = offsets_of(size)
    start = _without_overlap(sessions, begins[first + size] - begins[first])
    found: Floats = begins[:-1] + (start - begins[first])[session]
    return found


def volumes(world: World, people: Annotators, n_places: int, rng: np.random.Generator) -> Ints:
    """How many places each person takes: by appetite and time, and no more than there are items."""
    days = np.minimum(people.stays_days, world.work.days)
    weight = people.volume * days
    most = max(1, int(0.9 * world.items.n))
    share = weight / weight.sum()
    for _ in range(8):
        expected = share * n_places
        if expected.max() <= most:
            break
        share = np.minimum(share, most / n_places)
        share /= share.sum()
    return np.minimum(rng.multinomial(n_places, share), most).astype(np.int32)


def _sessions(world: World, people: Annotators, count: Ints, rng: np.random.Generator) -> Sessions:
    """Sessions of each person, spread over the days that they stay."""
    usual = np.maximum(world.work.session_items * np.exp(rng.normal(0, 0.3, people.n)), 5)
    n_sessions = np.ceil(count / usual).astype(np.int32)
    annotator = np.repeat(np.arange(people.n, dtype=np.int32), n_sessions)
    number = np.arange(len(annotator)) - offsets_of(n_sessions)[annotator]
    size = count[annotator] // n_sessions[annotator]
    size += number < count[annotator] - size * n_sessions[annotator]
    days = np.minimum(people.stays_days, world.work.days)[annotator]
    day = np.floor((number + rng.random(len(annotator))) / n_sessions[annotator] * days)
    is_evening = rng.random(len(annotator)) < world.work.evening_share
    hour = np.where(is_evening, _EVENING_HOUR, people.start_hour[annotator]) + rng.normal(0, 0.7, len(annotator))
    hour = np.where(people.is_bot[annotator], rng.uniform(0, 24, len(annotator)), np.clip(hour, 0, 23.5))
    return Sessions(annotator, size.astype(np.int32), (day + hour / 24) * DAY_SECONDS, is_evening)


def _seconds(world: World, people: Annotators, annotator: Ints, position: Ints, rng: np.random.Generator) -> Floats:
    """Lognormal times that shorten with practice."""
    crowd = world.annotators
    practice = np.exp(-position.astype(np.float32) / np.float32(LEARNING_ANSWERS))
    factor = 1 - crowd.speedup + crowd.speedup * practice
    noise = np.exp(np.float32(crowd.seconds_sd) * rng.standard_normal(len(annotator), dtype=np.float32))
    found: Floats = people.seconds[annotator] * noise * factor
    return found


def _without_overlap(sessions: Sessions, durations: Floats) -> Floats:
    """Starts such that nobody sits in two sessions at once: a later one waits for the end of the earlier, and a break.

    start[s] = max over j <= s of wanted[j] + time taken by the sessions j to s-1, taken within each person.
    """
    needed = durations + _BREAK_SECONDS
    before = np.cumsum(needed) - needed
    slack = sessions.wanted_start - before
    # One running maximum serves all people, when each begins above all that came before.
    step = (np.ptp(slack) + 1.0) if len(slack) else 1.0
    lift = sessions.annotator * step
    found: Floats = np.maximum.accumulate(slack + lift) - lift + before
    return found
