"""A detector as a fold over what happened, so that its running form and its batch twin are the same by construction."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, Protocol, TypeVar

from karat.quality.errors import UnknownItem

State = TypeVar("State")
Seen_contra = TypeVar("Seen_contra", contravariant=True)
Told_co = TypeVar("Told_co", covariant=True)


class Detector(Protocol[State, Seen_contra, Told_co]):
    """Looks at one thing after the other. Its state is plain data, and everything it knows."""

    def start(self) -> State:
        """The state before anything was seen."""
        ...

    def step(self, state: State, seen: Seen_contra) -> State:
        """The state after one more."""
        ...

    def read(self, state: State) -> Told_co:
        """What the state means."""
        ...


AnySeen = TypeVar("AnySeen")
AnyTold = TypeVar("AnyTold")


def run(detector: Detector[State, AnySeen, AnyTold], seen: Iterable[AnySeen]) -> AnyTold:
    """The batch twin of any detector: everything at once."""
    state = detector.start()
    for one in seen:
        state = detector.step(state, one)
    return detector.read(state)


class Running(Generic[State, AnySeen, AnyTold]):
    """A detector beside what it has seen, so that what was seen can change.

    What comes next costs one step. A revision or withdrawal of something earlier costs the steps from there on, taken
    when the detector is next read: the state is always that of `run` over what now counts, in the order it happened.

    Examples
    --------
    >>> from karat.quality.monitoring.cusum import Cusum
    >>> watched = Running(Cusum.against(0.92, 0.85, answers_between_false_alarms=1000))
    >>> for answer in range(5):
    ...     watched.add(answer, False)
    >>> watched.read().is_alarm
    True
    >>> watched.revise(4, True)
    >>> watched.read().is_alarm
    False
    """

    def __init__(self, detector: Detector[State, AnySeen, AnyTold]) -> None:
        self._detector = detector
        self._seen: dict[Hashable, AnySeen] = {}
        self._state: State | None = detector.start()

    def add(self, key: Hashable, seen: AnySeen) -> None:
        """Something new, under a key by which it may be revised."""
        if key in self._seen:
            raise UnknownItem(f"{key!r} was seen before. Use revise, or another key.")
        self._seen[key] = seen
        if self._state is not None:
            self._state = self._detector.step(self._state, seen)

    def revise(self, key: Hashable, seen: AnySeen) -> None:
        """What was seen under this key was something else; its place in the order stays."""
        self._refuse_unknown(key)
        if self._seen[key] != seen:
            self._seen[key] = seen
            self._state = None

    def withdraw(self, key: Hashable) -> None:
        """What was seen under this key does not count."""
        self._refuse_unknown(key)
        del self._seen[key]
        self._state = None

    def read(self) -> AnyTold:
        """What the detector says of all that counts now."""
        if self._state is None:
            state = self._detector.start()
            for seen in self._seen.values():
                state = self._detector.step(state, seen)
            self._state = state
        return self._detector.read(self._state)

    def _refuse_unknown(self, key: Hashable) -> None:
        if key not in self._seen:
            raise UnknownItem(f"nothing was seen under {key!r}, so it can be neither revised nor withdrawn.")
