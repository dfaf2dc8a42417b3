"""How fast data comes in and goes out: ./dev bench data [--items 1000000] [--postgres URL]

CPU seconds of this process (on SQLite that is the database too), because the machine may be shared.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from karat import store
from karat.actions import imports, projects
from karat.domain.people import SYSTEM
from karat.domain.projects import MediaKind, Project, QualityPolicy
from karat.domain.specs import ClassDefinition, Spec
from karat.jobs import import_file
from karat.jobs.import_file import Importer, Source
from karat.settings import Settings
from karat.store.database import Database, open_database

_WORDS = "the customer says that a card was declined at a shop yesterday and nobody at the bank could tell why".split()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--postgres", default="", help="address of an empty database")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="karat-bench-") as folder:
        settings = Settings(home=Path(folder), database_url=arguments.postgres)
        database = open_database(settings)
        try:
            _import(database, settings, arguments.items)
        finally:
            database.close()


def _import(database: Database, settings: Settings, n_items: int) -> Project:
    path = _write_csv(settings.home / "items.csv", n_items)
    project = database.write(_project)
    longest = _watch_writes()
    importer = Importer(database, settings, SYSTEM, project.id)
    _timed("import of CSV", n_items, lambda: importer.run(Source(path, path.name)))
    for name, seconds in longest.items():
        print(f"  longest transaction to {name}: {seconds:.2f} s")
    return project


def _project(tx: store.connection.Writer) -> Project:
    spec = Spec("What is it?", tuple(ClassDefinition(key, key) for key in ("a", "b", "c")))
    now = import_file._utc_now()
    return projects.create(
        tx, SYSTEM, name="Bench", media_kind=MediaKind.TEXT, spec=spec, policy=QualityPolicy(), now=now
    )


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

    for name in ("add_items", "publish"):
        watch(name)
    return longest


def _timed(what: str, n: int, run: Callable[[], object]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what}: {n:,} in {cpu:.1f} CPU-s ({wall:.1f} s): {n / cpu:,.0f} per CPU-second")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
