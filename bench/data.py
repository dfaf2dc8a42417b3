"""How fast data comes in and goes out: ./dev bench data [--items 1000000] [--database postgres]

CPU seconds, because the machine may be shared: of this process (on SQLite that is the database too) and of PostgreSQL,
all of its processes.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench._processes import family_seconds, postmaster  # noqa: E402
from karat import queries  # noqa: E402
from karat.actions import imports, projects  # noqa: E402
from karat.domain.people import SYSTEM  # noqa: E402
from karat.domain.projects import MediaKind, Project, QualityPolicy  # noqa: E402
from karat.domain.specs import ClassDefinition, Spec  # noqa: E402
from karat.formats.labels_file import FORMATS, write_table  # noqa: E402
from karat.jobs.import_file import Importer, Source  # noqa: E402
from karat.settings import Settings  # noqa: E402
from karat.store.connection import Writer  # noqa: E402
from karat.store.database import Database, open_database  # noqa: E402
from tests.postgres import running_server  # noqa: E402

_Timed = Callable[[str, int, Callable[[], object]], None]
_WORDS = ("the", "customer", "says", "that", "a", "card", "was", "declined", "at", "a", "shop", "yesterday")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    arguments = parser.parse_args()
    with _database_url(arguments.database) as url, tempfile.TemporaryDirectory(prefix="karat-bench-") as folder:
        settings = Settings(home=Path(folder), database_url=url)
        database = open_database(settings)
        timed = partial(_timed, postmaster(url) if url else None)
        try:
            project = _import(database, settings, arguments.items, timed)
            _export(database, settings, project, arguments.items, timed)
            _import_answers(database, settings, arguments.items // 4, timed)
        finally:
            database.close()


@contextmanager
def _database_url(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        yield ""
        return
    with running_server(options=()) as server:
        yield server.url(server.create())


def _import(database: Database, settings: Settings, n_items: int, timed: _Timed) -> Project:
    path = _write_csv(settings.home / "items.csv", n_items)
    project = database.write(_project)
    longest = _watch_writes()
    importer = Importer(database, settings, SYSTEM, project.id)
    timed("import of CSV", n_items, lambda: importer.run(Source(path, path.name)))
    for name, seconds in longest.items():
        print(f"  longest transaction to {name}: {seconds:.2f} s")
    return project


def _export(database: Database, settings: Settings, project: Project, n_items: int, timed: _Timed) -> None:
    """Every item with its label, as the server does it for a download."""
    for file_format in FORMATS:

        def export(chosen: str = file_format) -> None:
            with database.read() as db:
                table, rows = queries.labels.export(db, SYSTEM, project.id)
                write_table(settings.home, table, rows, [chosen])

        timed(f"export as {file_format}", n_items, export)


def _import_answers(database: Database, settings: Settings, n_items: int, timed: _Timed) -> None:
    """Existing answers, four to an item, by 200 people."""
    path = settings.home / "answers.csv"
    rng = random.Random(2)
    with path.open("w") as file:
        file.write("task,worker,label\n")
        for number in range(n_items):
            for worker in rng.sample(range(200), 4):
                file.write(f"{number},w{worker},{rng.choice('abc')}\n")
    project = database.write(lambda tx: _project(tx, "Answers"))
    importer = Importer(database, settings, SYSTEM, project.id)
    timed("import of answers", 4 * n_items, lambda: importer.run(Source(path, path.name)))


def _project(tx: Writer, name: str = "Items") -> Project:
    spec = Spec("What is it?", tuple(ClassDefinition(key, key) for key in ("a", "b", "c")))
    now = datetime.now(UTC)
    return projects.create(tx, SYSTEM, name=name, media_kind=MediaKind.TEXT, spec=spec, policy=QualityPolicy(), now=now)


def _write_csv(path: Path, n_items: int) -> Path:
    rng = random.Random(1)
    with path.open("w") as file:
        file.write("id,text,channel\n")
        for number in range(n_items):
            file.write(f"item-{number},{' '.join(rng.choices(_WORDS, k=15))},chat\n")
    return path


def _watch_writes() -> dict[str, float]:
    """How long the transactions take that an annotator on SQLite may have to wait for."""
    longest: dict[str, float] = {}

    def watch(name: str) -> None:
        original = getattr(imports, name)

        def timed(*args: object, **options: object) -> object:
            start = time.perf_counter()
            try:
                return original(*args, **options)
            finally:
                longest[name] = max(longest.get(name, 0.0), time.perf_counter() - start)

        setattr(imports, name, timed)

    for name in ("add_items", "take_turn", "prepare", "publish"):
        watch(name)
    return longest


def _timed(postmaster: int | None, what: str, n: int, run: Callable[[], object]) -> None:
    wall, cpu = time.perf_counter(), _processor_seconds(postmaster)
    run()
    wall, cpu = time.perf_counter() - wall, _processor_seconds(postmaster) - cpu
    print(f"{what}: {n:,} in {cpu:.1f} CPU-s ({wall:.1f} s): {n / cpu:,.0f} per CPU-second")
    sys.stdout.flush()


def _processor_seconds(postmaster: int | None) -> float:
    return time.process_time() + (family_seconds(postmaster) if postmaster else 0)


if __name__ == "__main__":
    main()
