"""`karat serve` and `karat worker`: the processes that stay."""

import threading
from contextlib import nullcontext, suppress
from dataclasses import replace

import click

_ADDRESS = "Every setting can also be given as an environment variable; `karat settings` lists them."


@click.command("serve", epilog=_ADDRESS)
@click.option("--host", default=None, help="Address to listen on; beyond this machine put TLS in front. [127.0.0.1]")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=None, help="Port to listen on; 0 takes a free one. [8100]"
)
@click.option(
    "--with-worker/--without-worker",
    default=True,
    show_default=True,
    help="Run jobs (imports, statistics, releases) in this process. Turn it off where `karat worker` runs them.",
)
def serve(*, host: str | None, port: int | None, with_worker: bool) -> None:
    """Serve Karat in the browser until Ctrl-C.

    The data is in ./karat-data (KARAT_HOME), or in the PostgreSQL database of KARAT_DATABASE_URL, which several servers
    may share. The first account is made with `karat admin create-account`.
    """
    from karat.cli import server  # noqa: PLC0415 - `karat --help` must not load the server
    from karat.cli.installation import the_settings  # noqa: PLC0415

    settings = the_settings()
    settings = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    if not with_worker and not settings.is_postgres:
        raise click.UsageError("on SQLite jobs run inside the server: leave --without-worker out, or use PostgreSQL.")
    server.serve(settings, with_worker=with_worker, on_ready=_announce)


def _announce(address: str) -> None:
    click.echo(f"Karat is ready at {address} (Ctrl-C stops it)")


@click.command("worker", epilog=_ADDRESS)
def worker() -> None:
    """Run jobs beside servers that share a PostgreSQL database.

    Imports, statistics, consensus and releases are computed here. Start as many as there is work for. SQLite needs
    none: its server runs the jobs itself; without a server, this does what is waiting until Ctrl-C.
    """
    from karat.cli import logs  # noqa: PLC0415
    from karat.cli.installation import opened  # noqa: PLC0415
    from karat.cli.server import terminate_as_interrupt  # noqa: PLC0415
    from karat.jobs.worker import Worker  # noqa: PLC0415
    from karat.store.database import sqlite_path  # noqa: PLC0415
    from karat.store.sqlite import claim_for_serving  # noqa: PLC0415

    with opened() as karat:
        settings = karat.settings
        logs.configure(settings.log_level)
        # The claim refuses while a server is running, and keeps one from starting.
        claim = nullcontext() if settings.is_postgres else claim_for_serving(sqlite_path(settings.home))
        with claim, terminate_as_interrupt(), suppress(KeyboardInterrupt):
            running = Worker(karat.database, settings)
            running.start()
            try:
                click.echo("the worker is running (Ctrl-C stops it)", err=True)
                threading.Event().wait()  # Only a signal ends this.
            finally:
                running.stop()
