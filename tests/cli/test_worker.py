"""`karat worker` in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_worker_cleanly(toxicity: CommandLine, number: signal.Signals) -> None:
    with _worker({"KARAT_HOME": str(toxicity.home)}) as process:
        said = _first_line(process)
        process.send_signal(number)
        _, rest = process.communicate(timeout=30)

    assert said == "the worker is running (Ctrl-C stops it)\n"
    assert process.returncode == 0
    assert "Traceback" not in rest


@pytest.mark.postgres
def test_on_postgresql_it_does_the_work_that_servers_leave_to_it(tmp_path: Path, postgres_database: str) -> None:
    karat = CommandLine(tmp_path / "home", {"KARAT_DATABASE_URL": postgres_database})
    karat.done("project", "create", "--name", "p", "--question", "?", "--class", "a", "--class", "b")
    karat.done("import", karat.file("id,text\nx,one\ny,two\n"), "--project", "p")
    assert "0 items" in karat.done("project", "show", "p")

    with _worker({"KARAT_HOME": str(karat.home), "KARAT_DATABASE_URL": postgres_database}) as process:
        _first_line(process)
        while "2 items: 2 open" not in karat.done("project", "show", "p"):
            assert process.poll() is None
        process.terminate()
        process.communicate(timeout=30)

    assert process.returncode == 0


def _worker(environment: dict[str, str]) -> subprocess.Popen[str]:
    run = [sys.executable, "-m", "karat", "worker"]
    return subprocess.Popen(run, env=os.environ | environment, stderr=subprocess.PIPE, text=True)


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    return process.stderr.readline()
