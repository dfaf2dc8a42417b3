"""A server as its own process, and what it costs: processor time and memory, from /proc."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

_TICKS = os.sysconf("SC_CLK_TCK")
_START_SECONDS = 30.0


@dataclass(frozen=True)
class Served:
    """A running Karat server, and the PostgreSQL behind it if there is one."""

    port: int
    pid: int
    postmaster: int | None

    def server_seconds(self) -> float:
        """Processor time the server has used so far."""
        return _seconds(self.pid)

    def postgres_seconds(self) -> float:
        """Processor time of PostgreSQL, all of its processes, those that ended included."""
        return 0.0 if self.postmaster is None else family_seconds(self.postmaster)

    def memory_mib(self) -> float:
        """Resident memory of the server."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024


@contextmanager
def serving(home: Path, database_url: str) -> Iterator[Served]:
    """Start `karat serve`, worker included, on an installation that exists already; stop it at the end."""
    port = _free_port()
    environment = os.environ | {
        "KARAT_HOME": str(home),
        "KARAT_DATABASE_URL": database_url,
        "KARAT_PORT": str(port),
        "KARAT_REQUESTS_PER_MINUTE": "0",
        "KARAT_LOG_LEVEL": "warning",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "karat.cli.main", "serve"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait_until_it_answers(port, process)
        yield Served(port, process.pid, postmaster(database_url) if database_url else None)
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError(f"the server on port {port} did not answer within {_START_SECONDS:.0f} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postmaster(database_url: str) -> int:
    """The process that all of PostgreSQL's others descend from: the parent of whoever answers us."""
    with psycopg.connect(database_url.replace("postgresql+psycopg:", "postgresql:")) as connection:
        return _parent(connection.info.backend_pid)


def _fields(pid: int) -> list[str]:
    """/proc/PID/stat after the command, which may contain anything; the state comes first."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _parent(pid: int) -> int:
    return int(_fields(pid)[1])


def _seconds(pid: int) -> float:
    user, system = _fields(pid)[11:13]
    return (int(user) + int(system)) / _TICKS


def family_seconds(postmaster: int) -> float:
    ended = sum(map(int, _fields(postmaster)[13:15])) / _TICKS
    total = _seconds(postmaster) + ended
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if _parent(int(entry.name)) == postmaster:
                    total += _seconds(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue  # It ended while we looked: then its time is the postmaster's.
    return total
