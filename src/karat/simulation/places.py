"""Places of a stream that have an item: what is answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from karat.simulation.arrays import Floats, Ints
from karat.simulation.schedule import Schedule
from karat.simulation.serving import Served


@dataclass(frozen=True, eq=False)
class Places:
    """One row for each answer to come, person after person, each in the order of time; arrays (n_answers,)."""

    annotator: Ints
    item: Ints
    probe: Ints
    earlier: Ints
    """For a second look: the row of the first; -1 for others."""
    position: Ints
    session: Ints
    session_position: Ints
    seconds: Floats
    claimed: Floats

    @property
    def n(self) -> int:
        """Number of answers."""
        return len(self.item)


def places_of(schedule: Schedule, served: Served) -> Places:
    """The places that were given an item, numbered anew."""
    has_item = served.item >= 0
    row = np.cumsum(has_item, dtype=np.int32) - 1
    earlier = served.earlier[has_item]
    return Places(
        annotator=schedule.annotator[has_item],
        item=served.item[has_item],
        probe=served.probe[has_item],
        earlier=np.where(earlier >= 0, row[earlier], -1).astype(np.int32),
        position=schedule.position[has_item],
        session=schedule.session[has_item],
        session_position=schedule.session_position[has_item],
        seconds=schedule.seconds[has_item],
        claimed=schedule.claimed[has_item],
    )
