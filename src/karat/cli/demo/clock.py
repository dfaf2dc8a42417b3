"""A clock for the days before the demo was started, on which its simulated annotators worked."""

import threading
from datetime import datetime


class SimulatedClock:
    """Stands still until it is moved; never goes back."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            return self._now

    def move_to(self, time: datetime) -> None:
        with self._lock:
            self._now = max(self._now, time)
