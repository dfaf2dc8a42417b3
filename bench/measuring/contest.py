"""Measures contestants against each other: each in a process of its own, taking turns, the least of several times."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SINGLE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
MOST_GIB = 8
"""Address space of a contestant: what needs more would end the machine's other work."""


@dataclass(frozen=True)
class Contestant:
    """One way to do a piece of work.

    Attributes
    ----------
    name : str
    module, workload : str
        The function, in a module of `bench.measuring` that the interpreter can import.
    python : Path or str
        Its interpreter, or why there is none.
    data : Path, optional
        What the workload gets: arrays (.npz) or a frame (.csv).
    options : mapping
        Its keyword arguments.
    hidden : sequence of str
        Modules that shall count as not installed.
    warms_up : bool
        Whether to do a small part of the work before, so that nothing is loaded or compiled while it counts.
    """

    name: str
    module: str
    workload: str
    python: Path | str = Path(sys.executable)
    data: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    hidden: Sequence[str] = ()
    warms_up: bool = True


@dataclass(frozen=True)
class Measured:
    """What a contestant needed.

    Attributes
    ----------
    seconds : float or None
        Processor seconds of all its threads, the least of its turns; None when it did not finish one.
    mib : float
        Memory at the highest point of its first turn, beyond what it had before.
    said : anything
        What the workload says of its result.
    refused : str
        Why there is no figure.
    """

    seconds: float | None = None
    mib: float = 0.0
    said: Any = None
    refused: str = ""


@dataclass(frozen=True)
class Effort:
    """How long to go on: until each has used so many processor seconds, within these numbers of turns."""

    seconds: float = 3.0
    least_turns: int = 3
    most_turns: int = 15
    patience: float = 400.0
    """Wall seconds of one turn."""

    @staticmethod
    def once() -> Effort:
        """A single turn: where the result matters and not the time."""
        return Effort(0.0, 1, 1)

    def is_enough(self, times: Sequence[float]) -> bool:
        """Whether a contestant with these times is done. A turn that alone takes three times as long stays alone."""
        if not times or len(times) >= self.most_turns:
            return bool(times)
        least = 1 if times[0] > 3 * self.seconds else self.least_turns
        return len(times) >= least and sum(times) >= self.seconds


def compare(contestants: Sequence[Contestant], effort: Effort) -> list[Measured]:
    """Let them take turns."""
    with ExitStack() as stack:
        seats = [stack.enter_context(_Seat(contestant, effort.patience)) for contestant in contestants]
        while waiting := [seat for seat in seats if not seat.refused and not effort.is_enough(seat.times)]:
            for seat in waiting:
                seat.take_turn()
        return [seat.measured() for seat in seats]


class _Seat:
    """A contestant's process."""

    def __init__(self, contestant: Contestant, patience: float) -> None:
        self._contestant, self._patience = contestant, patience
        self.times: list[float] = []
        self.refused = ""
        self._mib, self._said = 0.0, None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> _Seat:
        it = self._contestant
        if isinstance(it.python, str):
            self.refused = it.python
            return self
        order = {
            "module": it.module,
            "workload": it.workload,
            "data": str(it.data or ""),
            "options": dict(it.options),
            "hidden": list(it.hidden),
            "gib": MOST_GIB,
            "warms_up": it.warms_up,
        }
        worker = [str(it.python), str(Path(__file__).with_name("worker.py")), json.dumps(order)]
        self._process = subprocess.Popen(
            worker,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | SINGLE_THREAD,
            cwd=ROOT,
        )
        self._read()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def take_turn(self) -> None:
        """Measure once."""
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(b"again\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            self.refused = "it ended"
            return
        answer = self._read()
        if self.refused:
            return
        if not self.times:
            self._mib, self._said = answer["mib"], answer["said"]
        self.times.append(answer["seconds"])

    def measured(self) -> Measured:
        """The best of its turns; those before one that failed count."""
        if not self.times:
            return Measured(refused=self.refused)
        return Measured(min(self.times), self._mib, self._said)

    def _read(self) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], self._patience)[0]:
            self.refused = f"over {self._patience:.0f} s"
            return {}
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"refused": "it ended"}
        self.refused = answer.get("refused", "")
        return answer
