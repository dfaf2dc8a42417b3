"""The real demo as its own process: what `./dev demo` starts, on a free port and in a folder of its own."""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import karat

LEAD, ANNOTATOR, SECOND_ANNOTATOR, REVIEWER = (
    "Demo Lead",
    "Demo Annotator One",
    "Demo Annotator Two",
    "Demo Reviewer",
)
BANK, DIGITS = 1, 2
"""Ids of the two projects, in the order in which the demo makes them."""

INTERFACE = Path(karat.__file__).parent / "ui" / "index.html"
_LINK = re.compile(r"^\s*(?P<who>[^:]+):\s+(?P<link>http://\S+/#/enter/\S+)$")
_READY_SECONDS = 180
_STOP_SECONDS = 30


@dataclass(frozen=True)
class Demo:
    """A running demo: its address, and a link that signs in for each of its four visitors, by name."""

    address: str
    links: dict[str, str]


@contextmanager
def running_demo(home: Path) -> Iterator[Demo]:
    """Start it, wait until it has printed its links, and end it as Ctrl-C does.

    Raises
    ------
    RuntimeError
        When it ends early or takes more than three minutes; with what it said.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "karat.cli.main", "demo", "--port", "0"],
        # The journeys sign in more often than any person: on a fast machine the limit would stop them.
        env=os.environ | {"KARAT_HOME": str(home), "KARAT_SIGN_IN_PER_MINUTE": "1000"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=_pass_on, args=(process, lines), daemon=True)
    reader.start()
    try:
        links = _wait_for_links(lines)
        yield Demo(next(iter(links.values())).split("/#")[0], links)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_SECONDS)
        finally:
            process.kill()
            reader.join()


def _pass_on(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    with process.stdout as output:
        for line in output:
            lines.put(line)
    lines.put(None)


def _wait_for_links(lines: queue.Queue[str | None]) -> dict[str, str]:
    links: dict[str, str] = {}
    said: list[str] = []
    until = time.monotonic() + _READY_SECONDS
    while REVIEWER not in links:
        try:
            line = lines.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            raise RuntimeError(f"the demo was not ready after {_READY_SECONDS} s; it said: {''.join(said)}") from None
        if line is None:
            raise RuntimeError(f"the demo ended before it was ready; it said: {''.join(said)}")
        said.append(line)
        if found := _LINK.match(line.rstrip()):
            links[found["who"].strip()] = found["link"]
    return links
