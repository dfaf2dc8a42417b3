"""Starting and stopping the server as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

_START = "from karat.cli.server import serve; from karat.settings import read_settings; serve(read_settings())"


@contextmanager
def a_server(home: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and its address."""
    environment = os.environ | {"KARAT_HOME": str(home), "KARAT_PORT": "0", **settings}
    with subprocess.Popen(
        [sys.executable, "-c", _START], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process, _address(process)
        finally:
            process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("{") and json.loads(line)["event"] == "serving":
            return str(json.loads(line)["address"])
    raise AssertionError("the server ended before it served")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_server_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    with a_server(tmp_path) as (process, address):
        health = httpx.get(f"{address}/api/health")
        process.send_signal(number)
        _, log = process.communicate(timeout=30)

    assert health.json() == {"status": "ok"}
    assert process.returncode == 0
    assert json.loads(log.splitlines()[-1])["event"] == "stopped"


def test_a_database_is_served_once(tmp_path: Path) -> None:
    with a_server(tmp_path):
        environment = os.environ | {"KARAT_HOME": str(tmp_path), "KARAT_PORT": "0"}
        second = subprocess.run(
            [sys.executable, "-c", _START], env=environment, capture_output=True, text=True, check=False, timeout=30
        )

    assert second.returncode != 0
    assert "already serves" in second.stderr


def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = os.environ | {"KARAT_HOME": str(tmp_path), "KARAT_PORT": str(taken.getsockname()[1])}
        process = subprocess.run(
            [sys.executable, "-c", _START], env=environment, capture_output=True, text=True, check=False, timeout=30
        )

    assert "KARAT_PORT" in process.stderr
    assert list(tmp_path.iterdir()) == []


def test_postgres_is_served_by_several_processes(tmp_path: Path, postgres_database: str) -> None:
    with (
        a_server(tmp_path / "a", KARAT_DATABASE_URL=postgres_database) as (_, first),
        a_server(tmp_path / "b", KARAT_DATABASE_URL=postgres_database) as (_, second),
    ):
        answers = [httpx.get(f"{address}/api/health").status_code for address in (first, second)]

    assert answers == [200, 200]
