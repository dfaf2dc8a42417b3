"""Karat as processes of its own: started from the command line, as people do, and killed, as machines do."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from karat.settings import Settings
from karat.store.database import Database, open_database

PATIENCE_SECONDS = 60.0
"""How long to wait for something that takes one or two seconds on an idle machine."""
_READY = re.compile(r"Karat is ready at (?P<address>http://\S+)|the worker is running")


@dataclass
class Installation:
    """A folder and a database, with whatever serves them at the moment."""

    settings: Settings
    running: dict[str, Process] = field(default_factory=dict)

    def commands(self) -> dict[str, tuple[str, ...]]:
        """Every process there should be: one on SQLite; two servers and a worker on PostgreSQL."""
        if not self.settings.is_postgres:
            return {"server": ("serve", "--port", "0")}
        server = ("serve", "--port", "0", "--without-worker")
        return {"server": server, "other server": server, "worker": ("worker",)}

    @property
    def that_works(self) -> str:
        """The process that runs jobs."""
        return "worker" if self.settings.is_postgres else "server"

    def start(self) -> None:
        """Start whatever is not running, and wait until it says that it is ready."""
        missing = {name: command for name, command in self.commands().items() if name not in self.running}
        started = {name: self.run(*command) for name, command in missing.items()}
        for process in started.values():
            process.wait_until_ready()
        self.running |= started

    def run(self, *command: str) -> Process:
        """Start a `karat` command; whoever does must end it."""
        return Process.of(self.settings, *command)

    def kill(self, name: str) -> None:
        """End a process as the kernel does when memory runs out: without a last word."""
        self.running.pop(name).kill()

    def stop(self) -> None:
        """Ask every process to end, and see that it does."""
        for process in self.running.values():
            process.popen.send_signal(signal.SIGTERM)
        codes = {name: process.popen.wait(PATIENCE_SECONDS) for name, process in self.running.items()}
        logs = {name: process.log.read_text() for name, process in self.running.items() if codes[name]}
        self.running.clear()
        assert not logs, f"ended with {codes}: {logs}"

    def addresses(self) -> list[str]:
        return [process.address for process in list(self.running.values()) if process.address]

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The database, seen from this process."""
        opened = open_database(self.settings)
        try:
            yield opened
        finally:
            opened.close()

    def let_time_pass(self, by: timedelta) -> None:
        """Move every deadline nearer, as if that much time had gone by: tests cannot wait for leases to run out."""
        micros = by // timedelta(microseconds=1)
        with self.database() as database:
            for table, column in _DEADLINES:
                sql = f"UPDATE {table} SET {column} = {column} - {micros}"
                database.write(lambda tx, sql=sql: tx.execute(sql))  # type: ignore[misc]


_DEADLINES = (
    ("assignment", "expires_at"),
    ("batch", "loading_until"),
    ("job", "run_at"),
    ("job", "leased_until"),
)


@dataclass
class Process:
    """A `karat` command that runs."""

    popen: subprocess.Popen[str]
    log: Path
    address: str = ""
    """Where it listens, once it does; empty for a worker."""

    @classmethod
    def of(cls, settings: Settings, *command: str) -> Process:
        environment = os.environ | {
            "KARAT_HOME": str(settings.home),
            "KARAT_DATABASE_URL": settings.database_url,
            "KARAT_SYNCHRONOUS": settings.synchronous,
            "KARAT_REQUESTS_PER_MINUTE": "0",
            "PYTHONUNBUFFERED": "1",
        }
        settings.home.mkdir(parents=True, exist_ok=True)
        log = settings.home / f"{command[0]}-{time.monotonic_ns()}.log"
        with log.open("w") as output:
            popen = subprocess.Popen(
                [sys.executable, "-m", "karat.cli.main", *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        return cls(popen, log)

    def wait_until_ready(self) -> None:
        def is_ready() -> bool:
            assert self.popen.poll() is None, f"it ended at once: {self.log.read_text()}"
            found = _READY.search(self.log.read_text())
            self.address = (found["address"] or "") if found else ""
            return found is not None

        wait_until(is_ready, "the process is ready")

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation that nothing serves yet, on SQLite and on PostgreSQL."""
    url = request.getfixturevalue("postgres_database") if request.param == "postgres" else ""
    with an_installation(tmp_path / "karat", url) as made:
        yield made


@contextmanager
def an_installation(home: Path, database_url: str = "") -> Iterator[Installation]:
    """An installation of which no process is left at the end, whatever happens."""
    made = Installation(Settings(home=home, database_url=database_url, synchronous="normal"))
    try:
        yield made
    finally:
        for process in made.running.values():
            process.kill()


def wait_until(is_so: Callable[[], bool], what: str, *, pause: float = 0.01) -> None:
    """Wait for something that happens in another process."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS:.0f} s in vain until {what}"
        time.sleep(pause)
