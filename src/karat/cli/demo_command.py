"""`karat demo`: a running instance with something real to label and to look at."""

import os
import shutil
import signal
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from karat.settings import Settings, read_settings

_HOME = Path("demo-data")
_MARK = "demo-is-complete"
"""File that says that the demo was filled to the end; without it, an interrupted start is done over."""


@click.command("demo")
@click.option("--fresh", is_flag=True, help="Start over: forget everything labeled in the demo.")
@click.option("--smoke", is_flag=True, help="Start on a free port, label one item of each project, stop.")
@click.option("--port", type=click.IntRange(0, 65_535), default=None, help="Port to listen on; 0 takes a free one.")
def demo(*, fresh: bool, smoke: bool, port: int | None) -> None:
    """Start a demo with two projects and show links that sign in.

    Everything is kept in ./demo-data (or KARAT_HOME), so that a second start continues where the first was.
    """
    started = time.perf_counter()
    settings = _settings(0 if smoke and port is None else port)
    if fresh:
        _forget(settings.home)
    links = _prepare(settings)
    problem = _run(settings, links, started, smoke=smoke)
    if problem:
        raise click.ClickException(problem)


def _settings(port: int | None) -> Settings:
    """The demo always lives in the embedded database and in a folder of its own."""
    settings = read_settings({name: text for name, text in os.environ.items() if name != "KARAT_DATABASE_URL"})
    home = settings.home if "KARAT_HOME" in os.environ else _HOME
    return replace(settings, home=home, log_level="warning", port=settings.port if port is None else port)


def _forget(home: Path) -> None:
    """Remove the demo's folder, unless it holds something else."""
    if not home.exists():
        return
    if not (home / "karat.db").exists() and any(home.iterdir()):
        raise click.ClickException(f"{home} holds no Karat data, so --fresh leaves it alone. Set KARAT_HOME.")
    # The folders of releases are read-only; nobody but root could empty them.
    for folder, _, _ in os.walk(home):
        Path(folder).chmod(0o700)
    shutil.rmtree(home)


def _prepare(settings: Settings) -> dict[str, str]:
    """Fill the demo if that has not been done, and make links to sign in with, by e-mail."""
    from karat.cli.demo import people  # noqa: PLC0415 - `karat --help` must not load the server
    from karat.store.database import open_database, sqlite_path  # noqa: PLC0415
    from karat.store.sqlite import claim_for_serving  # noqa: PLC0415

    home = settings.home
    if (home / "karat.db").exists() and not (home / _MARK).exists():
        click.echo("The last start was interrupted before the demo was complete: starting over.", err=True)
        _forget(home)
    home.mkdir(parents=True, exist_ok=True)
    with claim_for_serving(sqlite_path(home)):
        database = open_database(settings)
        try:
            if not (home / _MARK).exists():
                _fill(database, settings)
            return database.write(lambda tx: people.sign_in_links(tx, now=datetime.now(UTC)))
        finally:
            database.close()


def _fill(database, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    try:
        from karat.cli.demo.seed import seed  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        raise click.ClickException(
            f"the demo needs {missing.name}. Install it with: pip install 'karat[demo]'"
        ) from None
    click.echo("Making two projects and replaying the work of seven simulated annotators …", err=True)
    seed(database, settings, now=datetime.now(UTC))
    (settings.home / _MARK).touch()


def _run(settings: Settings, links: dict[str, str], started: float, *, smoke: bool) -> str | None:
    """Serve until stopped, or until the smoke test is over; what went wrong in it."""
    from karat.cli.server import serve  # noqa: PLC0415

    problems: list[str] = []

    def ready(address: str) -> None:
        seconds = time.perf_counter() - started
        if smoke:
            threading.Thread(target=_smoke, args=(address, links, seconds, problems), daemon=True).start()
        else:
            _welcome(address, links, seconds)

    serve(settings, on_ready=ready)
    return problems[0] if problems else None


def _smoke(address: str, links: dict[str, str], seconds: float, problems: list[str]) -> None:
    from karat.cli.demo.people import VISITORS  # noqa: PLC0415
    from karat.cli.demo.smoke import label_one_item_of_each_project  # noqa: PLC0415

    click.echo(f"ready after {seconds:.1f} s")
    try:
        for name in label_one_item_of_each_project(address, links[VISITORS[1].email]):
            click.echo(f"labeled one item of {name!r}")
    except Exception as error:
        problems.append(f"the smoke test failed: {error}")
    finally:
        os.kill(os.getpid(), signal.SIGINT)


def _welcome(address: str, links: dict[str, str], seconds: float) -> None:
    from karat.cli.demo.people import VISITORS  # noqa: PLC0415

    click.echo(f"\n  Karat is ready ({seconds:.0f} s). Open one of these links; each signs in.\n")
    for visitor in VISITORS:
        click.echo(f"    {visitor.name + ':':<21} {address}/#/enter/{links[visitor.email]}")
    click.echo("\n  Two people at once: open the second link in a private window. Ctrl-C stops the server;")
    click.echo("  the next ./dev demo continues where this one was, ./dev demo --fresh starts over.\n")
