"""Commands on a database that a server is using at the same moment, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from karat.client import Client
from tests.cli.test_server import a_server

N_ITEMS = 30_000


def karat(home: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"KARAT_HOME": str(home)}
    run = [sys.executable, "-m", "karat", *words]
    return subprocess.run(run, env=environment, capture_output=True, text=True, check=check, timeout=120)


@pytest.mark.slow
def test_files_are_imported_while_people_work(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = tmp_path / "many.csv"
    file.write_text("id,text\n" + "".join(f"k{n},text {n}\n" for n in range(N_ITEMS)), encoding="utf-8")
    with a_server(home) as (_, address):
        karat(home, "project", "create", "--name", "Live", "--question", "?", "--class", "a", "--class", "b")
        karat(home, "admin", "create-account", "--email", "ada@example.org", "--name", "Ada", "--admin")
        token = karat(home, "admin", "create-token", "--email", "ada@example.org", "--name", "t").stdout.strip()
        with Client(address, token) as client:
            said = karat(home, "import", str(file), "--project", "Live").stdout
            _until(lambda: client.overview("Live")["progress"]["n_items"] == N_ITEMS)

        refused = karat(home, "worker", check=False)

    assert f"imported {N_ITEMS:,} items" in said
    assert refused.returncode == 2
    assert "another `karat serve` or `karat demo` already serves" in refused.stderr


def _until(is_so: object) -> None:
    assert callable(is_so)
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)
