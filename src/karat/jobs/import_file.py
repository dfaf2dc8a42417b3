"""Reads a file into a batch, chunk by chunk: used by the import job and by `karat import`.

The transactions are opened here; what happens in them is in `karat.actions.imports`.
"""

import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

from karat import store
from karat.actions import imports
from karat.actions.imports import Clash, Counts, Load
from karat.domain.ids import BatchId, ProjectId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.projects import MediaKind
from karat.formats import columns as table_columns
from karat.formats.columns import mapping_of, recognise
from karat.formats.gold_file import read_gold
from karat.formats.items_file import Classes, ItemReader, ReadGold, ReadItem
from karat.formats.problems import EnoughProblems, ProblemList, refusal
from karat.formats.sniff import FileKind, Sniffed, sniff
from karat.formats.table import Row, read_rows, where
from karat.settings import Settings
from karat.store.connection import Writer, is_twin
from karat.store.database import Database
from karat.store.supply import Shuffle, Turn

T = TypeVar("T")

CHUNK = 10_000
"""Items stored in one transaction: on SQLite an annotator's submit may wait for one, a fifth of a second."""
_SAMPLE = 200
"""Rows by which columns are recognised."""
_TURN_SECONDS = 0.1
"""Pause before asking again whether another import of the project has made way."""

Progress = Callable[[int, int | None], None]
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Source:
    """What to import, and how to read it."""

    path: Path
    file_name: str
    mapping: table_columns.Mapping | None = None
    """None has the columns recognised."""
    gold_path: Path | None = None
    """Gold labels in a file of their own."""


@dataclass(frozen=True)
class Imported:
    """What an import has brought."""

    batch_id: BatchId
    name: str
    counts: Counts
    n_gold_unused: int
    """Labels of the gold file for items that the import did not bring."""


def _no_progress(n_done: int, n_total: int | None) -> None:
    pass


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Importer:
    """One import: what it reads into, and how it says how far it is."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        actor: Actor,
        project_id: ProjectId,
        *,
        progress: Progress = _no_progress,
        clock: Clock = _utc_now,
        rng: random.Random | None = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._actor = actor
        self._project_id = project_id
        self._progress = progress
        self._clock = clock
        self._rng = rng or secrets.SystemRandom()

    def run(self, source: Source, *, name: str = "") -> Imported:
        """Import everything in the file, or nothing.

        Raises
        ------
        Invalid
            When anything is wrong with the file: lists up to 20 problems with line and reason.
        """
        with self._database.read() as db:
            require(self._actor, Permission.IMPORT, on=self._project_id)
            project = store.projects.get(db, self._project_id)
            classes = Classes(store.specs.get(db, project.id, project.spec_version).spec)
        sniffed = sniff(source.path, source.file_name)
        problems = ProblemList()
        self._remove_dead()
        if sniffed.kind is FileKind.IMAGES:
            return self._load_images(source, classes, problems, name)
        return self._load_table(source, sniffed, classes, problems, name)

    # --- Tables ---------------------------------------------------------------------------------------------------

    def _load_table(
        self, source: Source, sniffed: Sniffed, classes: Classes, problems: ProblemList, name: str
    ) -> Imported:
        rows = self._rows(source, sniffed, problems)
        try:
            sample = list(islice(rows, _SAMPLE))
        except EnoughProblems:
            sample = []
        if not sample:
            problems.refuse(source.file_name)
            raise refusal(source.file_name, "the file", "has no rows under its header. There is nothing to import.")
        mapping = source.mapping or mapping_of(recognise(sample))
        reader = ItemReader(mapping, classes, kind=sniffed.kind, file_name=source.file_name, problems=problems)
        reader.check_mapping(list(dict.fromkeys(column for row in sample for column in row.values)))
        gold = self._read_gold(source, mapping, classes, problems)
        items, used = reader.items(chain(sample, rows)), set[str]()
        if gold:
            items = _with_gold(items, gold, used)
        load = self._begin(name or source.file_name, MediaKind.TEXT, with_answers=mapping.label is not None)
        try:
            load = self._load_items(load, items, problems, source, sniffed)
            problems.refuse(source.file_name)
            return self._publish(load, n_gold_unused=len(gold) - len(used))
        except BaseException:
            self._remove(load.batch_id)
            raise

    def _rows(self, source: Source, sniffed: Sniffed, problems: ProblemList) -> Iterator[Row]:
        return read_rows(
            source.path,
            sniffed,
            problems=problems,
            max_field_bytes=self._settings.max_field_bytes,
            file_name=source.file_name,
        )

    def _load_items(
        self,
        load: Load,
        items: Iterator[ReadItem],
        problems: ProblemList,
        source: Source,
        sniffed: Sniffed,
    ) -> Load:
        """Store chunk after chunk. After the first problem nothing more is stored; reading goes on, to find others."""
        clashes: list[Clash] = []
        n_rows = 0
        total = _count_lines(source.path, sniffed)
        try:
            for chunk in _chunks(items, CHUNK):
                n_rows += len(chunk)
                if not problems and not clashes:
                    clashes, load = self._add(load, chunk)
                self._progress(n_rows, total)
        except EnoughProblems:
            pass
        if clashes:
            self._report_clashes(clashes, problems, source, sniffed)
        return load

    def _add(self, load: Load, chunk: Sequence[ReadItem]) -> tuple[list[Clash], Load]:
        def add(tx: Writer, *, look: bool) -> tuple[list[Clash], Load]:
            return imports.add_items(tx, load, chunk, look=look, now=self._clock())

        try:
            return self._database.write(partial(add, look=load.with_answers))
        except Exception as error:
            if not is_twin(error):
                raise
            # A key is taken, perhaps by another import at this very moment; now the look finds it.
            return self._database.write(partial(add, look=True))

    def _report_clashes(
        self, clashes: Sequence[Clash], problems: ProblemList, source: Source, sniffed: Sniffed
    ) -> None:
        own = {clash.key for clash in clashes if clash.is_own}
        first = self._first_lines(own, source, sniffed)
        try:
            for clash in clashes:
                place = where(sniffed.kind, clash.line)
                if not clash.is_own:
                    problems.add(place, f"item {clash.key!r} is in the project already. Remove the line, or rename it.")
                elif clash.has_other_content:
                    problems.add(
                        place, f"item {clash.key!r} has another content on {first.get(clash.key, 'a line before')}."
                    )
                else:
                    problems.add(
                        place, f"item {clash.key!r} is on {first.get(clash.key, 'a line before')} already. Keep one."
                    )
        except EnoughProblems:
            pass

    def _first_lines(self, keys: set[str], source: Source, sniffed: Sniffed) -> dict[str, str]:
        """Where keys first occur: worth a second reading, now that it has to be said."""
        mapping = source.mapping
        found: dict[str, str] = {}
        if not keys:
            return found
        rows = self._rows(source, sniffed, ProblemList(limit=10**9))
        if mapping is None:
            sample = list(islice(rows, _SAMPLE))
            mapping = mapping_of(recognise(sample))
            rows = chain(sample, rows)
        for row in rows:
            key = str(row.values.get(mapping.id or "")).strip()
            if key in keys and key not in found:
                found[key] = where(sniffed.kind, row.line)
                if len(found) == len(keys):
                    break
        return found

    def _read_gold(
        self, source: Source, mapping: table_columns.Mapping, classes: Classes, problems: ProblemList
    ) -> dict[str, ReadGold]:
        if source.gold_path is None:
            return {}
        limit = self._settings.max_field_bytes
        try:
            gold = read_gold(source.gold_path, classes, mapping=mapping, problems=problems, max_field_bytes=limit)
        except EnoughProblems:
            gold = {}
        problems.refuse(source.file_name)
        return gold

    # --- Images ---------------------------------------------------------------------------------------------------

    def _load_images(self, source: Source, classes: Classes, problems: ProblemList, name: str) -> Imported:
        from karat.jobs.import_images import ImageReader  # noqa: PLC0415 - Pillow belongs to the server's extra

        gold = self._read_gold(source, source.mapping or table_columns.Mapping(), classes, problems)
        load = self._begin(name or source.file_name, MediaKind.IMAGE, with_answers=False)
        try:
            used = set[str]()
            with ImageReader(source.path, source.file_name, load, self._settings, problems) as reader:
                for chunk in reader.chunks():
                    items = list(_with_gold(iter(chunk.items), gold, used))
                    if not problems:
                        load = self._add_pictures(load, items, chunk.media, problems)
                    self._progress(chunk.n_done, reader.n_total)
            problems.refuse(source.file_name)
            return self._publish(load, n_gold_unused=len(gold) - len(used))
        except BaseException:
            self._remove(load.batch_id)
            raise

    def _add_pictures(
        self, load: Load, items: Sequence[ReadItem], media: Sequence[store.media.Media], problems: ProblemList
    ) -> Load:
        def add(tx: Writer) -> tuple[list[Clash], Load]:
            imports.add_media(tx, load, media)
            return imports.add_items(tx, load, items, now=self._clock())

        clashes, after = self._database.write(add)
        try:
            for clash in clashes:
                problems.add(clash.key, "is in the project already, under the same name. Rename the file.")
        except EnoughProblems:
            pass
        return after

    # --- The batch ------------------------------------------------------------------------------------------------

    def _begin(self, name: str, media_kind: MediaKind, *, with_answers: bool) -> Load:
        return self._database.write(
            lambda tx: imports.begin(
                tx,
                self._actor,
                self._project_id,
                name=name,
                media_kind=media_kind,
                with_answers=with_answers,
                now=self._clock(),
            )
        )

    def _publish(self, load: Load, *, n_gold_unused: int) -> Imported:
        turn = self._turn(load)
        with self._database.read() as db:
            parts = imports.parts(db, load)
        for part in parts:
            self._database.write(partial(imports.prepare, load=load, turn=turn, part=part, now=self._clock()))
        self._database.write(store.supply.refresh_plans)
        counts = self._database.write(lambda tx: imports.publish(tx, self._actor, load, turn, now=self._clock()))
        return Imported(load.batch_id, load.name, counts, n_gold_unused)

    def _turn(self, load: Load) -> Turn:
        """Wait until no other batch of the project is being prepared: seconds, however many items it has."""
        shuffle = Shuffle.drawn(self._rng)
        while True:
            turn = self._database.write(lambda tx: imports.take_turn(tx, load, shuffle, now=self._clock()))
            if turn is not None:
                return turn
            self._remove_dead()
            time.sleep(_TURN_SECONDS)

    def _remove(self, batch_id: BatchId) -> None:
        remove_batch(self._database, batch_id)

    def _remove_dead(self) -> None:
        """An import of the same file that was killed holds its keys; make room before trying again."""
        with self._database.read() as db:
            dead = imports.dead_batches(db, now=self._clock(), project_id=self._project_id)
        for batch_id in dead:
            self._remove(batch_id)


def remove_batch(database: Database, batch_id: BatchId) -> None:
    """Remove a batch that is not published, in parts that make nobody wait."""
    database.write(lambda tx: imports.give_up(tx, batch_id))
    while not database.write(lambda tx: imports.remove_some(tx, batch_id)):
        pass


def _with_gold(items: Iterator[ReadItem], gold: Mapping[str, ReadGold], used: set[str]) -> Iterator[ReadItem]:
    """Add the labels of the gold file, each once (with answers an item has several rows), and note which were used."""
    for item in items:
        if item.key in gold and item.key not in used:
            used.add(item.key)
            yield item._replace(gold=gold[item.key])
        else:
            yield item


def _chunks(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(islice(items, size)):
        yield chunk


def _count_lines(path: Path, sniffed: Sniffed) -> int | None:
    """About how many rows there are, for a progress bar: exact unless texts have line ends in them."""
    if sniffed.kind not in (FileKind.CSV, FileKind.TSV, FileKind.JSONL) or "utf-16" in sniffed.encoding:
        return None
    with path.open("rb") as file:
        n = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    return max(1, n - (sniffed.kind is not FileKind.JSONL))
