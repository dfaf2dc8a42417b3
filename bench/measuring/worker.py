"""Runs one workload, once for each line it is sent, and says what that cost.

Started by `contest.py` in the environment of the tool to measure, so it needs nothing but numpy, and pandas for CSV. A
workload is a function of data and options that does what is not to be counted and returns two functions: what to
measure, and what to say of its result.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

WARM_UP_ROWS = 2000
ENOUGH_SECONDS, MOST_REPEATS = 0.1, 15

Workload = tuple[Callable[[], Any], Callable[[Any], Any]]


def main(order: dict[str, Any]) -> None:
    """Prepare, say so, then serve lines until there are no more."""
    # Tools print as they please; the channel to the benchmark is kept apart.
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for name in order["hidden"]:
        sys.modules[name] = None  # type: ignore[assignment] # As if it were not installed.
    try:
        run, describe = _prepared(order)
        _answer(channel, {"ready": True})
        for _ in sys.stdin:
            _answer(channel, _measured(run, describe))
    except Exception as problem:
        _answer(channel, {"refused": reason(problem, order["gib"])})


def _prepared(order: dict[str, Any]) -> Workload:
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (order["gib"] << 30, order["gib"] << 30))
    prepare: Callable[..., Workload] = getattr(import_module(order["module"]), order["workload"])
    data = _load(Path(order["data"])) if order["data"] else {}
    if order["warms_up"]:
        with suppress(Exception):  # Whatever is wrong with a small part, the whole will say better.
            prepare(_first_rows(data), **order["options"])[0]()
    return prepare(data, **order["options"])


def reason(problem: Exception, gib: int) -> str:
    """Why there is no figure, in a few words."""
    if isinstance(problem, MemoryError):
        return f"over {gib} GiB"
    if isinstance(problem, ImportError | NotImplementedError):
        return "not offered"
    first = (str(problem).splitlines() or [""])[0]
    return f"{type(problem).__name__}: {first}"[:60]


def _load(path: Path) -> Any:
    if path.suffix == ".csv":
        import pandas as pd  # noqa: PLC0415 (only where there is a CSV)

        return pd.read_csv(path)
    import numpy as np  # noqa: PLC0415 (after the limit of memory is set)

    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def _first_rows(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: values[:WARM_UP_ROWS] for name, values in data.items()}
    return data.head(WARM_UP_ROWS)


def _measured(run: Callable[[], Any], describe: Callable[[Any], Any]) -> dict[str, Any]:
    gc.collect()
    before = _reset_peak()
    seconds, result = _timed(run)
    mib = (_status("VmHWM") - before) / 1024
    spent = seconds
    # What takes milliseconds is repeated at once, so that it finds its data where it left them.
    for _ in range(MOST_REPEATS):
        if spent > ENOUGH_SECONDS:
            break
        again, result = _timed(run)
        spent, seconds = spent + again, min(seconds, again)
    return {"seconds": seconds, "mib": mib, "said": describe(result)}


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    result = run()
    return time.process_time() - began, result


def _reset_peak() -> int:
    """Give free memory back, forget the highest point so far, and say what is in use, in KiB."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _status(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field + ":"))


def _answer(channel: Any, answer: dict[str, Any]) -> None:
    channel.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
