"""Once a day: removes uploads that nobody has imported, pictures of failed imports, and what killed processes left."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from karat import store
from karat.actions import uploads
from karat.jobs.run import JobRun
from karat.store.connection import Writer
from karat.store.database import Database

_EVERY = timedelta(days=1)
_GRACE = timedelta(days=1)
"""What was changed within this time may belong to work that is under way."""


def plan(tx: Writer, *, run_at: datetime, now: datetime) -> None:
    """Have the files swept, unless that is planned already."""
    store.jobs.enqueue(tx, "sweep_files", {}, dedupe="sweep_files", run_at=run_at, now=now)


def sweep_files(run: JobRun) -> dict[str, int]:
    """May be interrupted and repeated at any point; plans the next day's first, so that a failure does not end it."""
    now, home = run.now(), run.settings.home
    run.database.write(lambda tx: plan(tx, run_at=now + _EVERY, now=now))
    n_expired = run.database.write(lambda tx: uploads.forget_expired(tx, now=now))
    with run.database.read() as db:
        known = store.uploads.known(db)
    return {
        "n_uploads_expired": n_expired,
        "n_uploads": store.leftovers.remove_uploads(home, but=known, before=now - _GRACE),
        "n_temporary": store.leftovers.remove_temporary(home, before=now - _GRACE),
        "n_pictures": sum(
            store.media_files.discard(home, sha256, before=now - _GRACE) for sha256 in _orphans(run.database, home)
        ),
    }


def _orphans(database: Database, home: Path) -> list[str]:
    """Digests of files that no picture refers to, by walking files and pictures side by side."""
    with database.read() as db:
        return list(_missing(store.media_files.digests(home), store.media.digests(db)))


def _missing(found: Iterator[str], known: Iterator[str]) -> Iterator[str]:
    """What is found and not known, of two ascending sequences.

    >>> list(_missing(iter("abde"), iter("bcd")))
    ['a', 'e']
    """
    last = next(known, None)
    for one in found:
        while last is not None and last < one:
            last = next(known, None)
        if last != one:
            yield one
