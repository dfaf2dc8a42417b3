"""Runs the server: the database, the worker and the HTTP face in one process, started and stopped in order."""

import gc
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from ipaddress import ip_address
from types import FrameType

import structlog
import uvicorn

from karat.api.app import create_app
from karat.cli import logs
from karat.domain.errors import Conflict
from karat.jobs.worker import Worker
from karat.settings import Settings
from karat.store.database import Database, open_database, sqlite_path
from karat.store.sqlite import claim_for_serving

_LAST_SECONDS = 10
"""How long requests at hand may take once the server has been told to stop."""

log = structlog.get_logger("karat.server")


def serve(
    settings: Settings,
    *,
    with_worker: bool = True,
    on_ready: Callable[[str], None] | None = None,
    beside: Callable[[Database], AbstractContextManager[object]] | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Parameters
    ----------
    with_worker : bool
        Run jobs in this process. On PostgreSQL turn it off where `karat worker` runs them.
    on_ready : callable
        Called with the address once connections are accepted.
    beside : callable
        Makes what runs as long as the server does, such as a simulated workforce.

    Raises
    ------
    Conflict
        When the port, or the SQLite database, is in use by another process.
    """
    logs.configure(settings.log_level)
    with _listen(settings) as listener, _opened(settings) as database:
        worker = _working(Worker(database, settings)) if with_worker else nullcontext()
        with worker, beside(database) if beside else nullcontext():
            _run(settings, database, listener, on_ready)


def _run(
    settings: Settings, database: Database, listener: socket.socket, on_ready: Callable[[str], None] | None
) -> None:
    config = uvicorn.Config(
        create_app(settings, database),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    server = _Server(config, lambda: _announce(settings, listener, on_ready))
    # uvicorn repeats the signal that stopped it; as an exception it lets everything below be closed in order.
    with terminate_as_interrupt(), suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    log.info("stopped")


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What lives as long as the process is not looked through again by the garbage collector.
        gc.collect()
        gc.freeze()
        self._on_ready()


def _announce(settings: Settings, listener: socket.socket, on_ready: Callable[[str], None] | None) -> None:
    port = listener.getsockname()[1]
    address = settings.public_url.rstrip("/") or f"http://{_in_address(settings.host)}:{port}"
    log.info("serving", address=address, database="postgresql" if settings.is_postgres else str(settings.home))
    if not _is_loopback(settings.host) and not address.startswith("https:"):
        log.warning(
            "listening beyond this machine without TLS: passwords and sign-ins can be read on the way. "
            "Put a TLS proxy in front and set KARAT_PUBLIC_URL=https://…",
            host=settings.host,
        )
    if on_ready is not None:
        on_ready(address)


@contextmanager
def _listen(settings: Settings) -> Iterator[socket.socket]:
    """The bound socket: bound first, so that a port in use is found before anything is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise Conflict(
            f"cannot listen on {_in_address(settings.host)}:{settings.port}: {os.strerror(error.errno or 0)}. "
            "Another server may be running there; stop it, or choose another port (--port or KARAT_PORT)."
        ) from error
    with listener:
        yield listener


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    with _claimed(settings):
        database = open_database(settings)
        try:
            yield database
        finally:
            database.close()


def _claimed(settings: Settings) -> AbstractContextManager[object]:
    """SQLite is served by one process; PostgreSQL by any number."""
    if settings.is_postgres:
        return nullcontext()
    settings.home.mkdir(parents=True, exist_ok=True)
    return claim_for_serving(sqlite_path(settings.home))


@contextmanager
def _working(worker: Worker) -> Iterator[None]:
    worker.start()
    try:
        yield
    finally:
        worker.stop()


@contextmanager
def terminate_as_interrupt() -> Iterator[None]:
    """SIGTERM ends what is inside as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
