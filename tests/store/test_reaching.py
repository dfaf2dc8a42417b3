"""A PostgreSQL that does not answer is told of soon, once, and by name."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
import time

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from karat.domain.errors import Conflict
from karat.settings import Settings
from karat.store.database import open_database
from karat.store.reaching import reach


@pytest.fixture
def nobody() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as closing:
        return int(closing.getsockname()[1])


def test_a_server_that_is_not_there_is_named_with_what_to_do(nobody: int) -> None:
    with pytest.raises(Conflict) as raised:
        reach(f"postgresql://ada:secret@127.0.0.1:{nobody}/karat", patience=0)

    assert raised.value.message == (
        f"PostgreSQL cannot be reached at 127.0.0.1, port {nobody}, database 'karat': Connection refused. "
        "Is it running, and is KARAT_DATABASE_URL right?"
    )


def test_a_command_gives_up_within_seconds_with_one_message(nobody: int) -> None:
    environment = os.environ | {"KARAT_DATABASE_URL": f"postgresql://ada:secret@127.0.0.1:{nobody}/karat"}
    started = time.monotonic()

    result = subprocess.run(
        [sys.executable, "-m", "karat.cli.main", "serve", "--port", "0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert result.returncode == 2
    assert re.fullmatch(r"Error: PostgreSQL cannot be reached at .*\n", result.stderr)
    assert "secret" not in result.stderr
    assert time.monotonic() - started < 10  # 4 s of them waiting; the rest is a busy machine that starts Python.


def test_a_server_that_is_just_starting_is_waited_for(nobody: int, postgres_empty: str) -> None:
    late = threading.Timer(0.6, _forward, (nobody, postgres_empty))
    late.start()

    reach(make_conninfo(postgres_empty, host="127.0.0.1", port=nobody))
    late.join()


def test_a_database_that_does_not_exist_is_not_waited_for(postgres_empty: str) -> None:
    started = time.monotonic()

    with pytest.raises(Conflict, match="does not exist"):
        open_database(Settings(database_url=_url(postgres_empty, "no-such-database")))

    assert time.monotonic() - started < 3


def _url(url: str, database: str) -> str:
    return url.rpartition("/")[0] + "/" + database


def _forward(port: int, url: str) -> None:
    """One connection to PostgreSQL, by another way in."""
    with psycopg.connect(url) as known:
        host, own_port = known.info.host, known.info.port
    there = socket.socket(socket.AF_UNIX) if host.startswith("/") else socket.socket()
    there.connect(f"{host}/.s.PGSQL.{own_port}" if host.startswith("/") else (host, own_port))
    with socket.create_server(("127.0.0.1", port)) as server, there:
        here, _ = server.accept()
        with here:
            back = threading.Thread(target=_pump, args=(there, here), daemon=True)
            back.start()
            _pump(here, there)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    while data := source.recv(65_536):
        sink.sendall(data)
