"""Once a day files go that nothing refers to; what may belong to work under way stays."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from karat import store
from karat.domain.ids import JobId, MediaId, UploadId
from karat.domain.projects import MediaKind, Project
from karat.jobs.run import JobRun
from karat.jobs.sweep_files import sweep_files
from karat.jobs.worker import Worker
from karat.settings import Settings
from karat.store.database import Database
from karat.store.media import Media
from karat.store.media_files import StagedFile
from karat.store.uploads import Upload
from tests.builders import NOW, a_batch, a_project

OLD = NOW - timedelta(days=2)


@dataclass(frozen=True)
class Home:
    """An installation's folder and database."""

    database: Database
    project: Project
    settings: Settings

    @property
    def path(self) -> Path:
        return self.settings.home

    def file(self, path: Path, *, changed_at: object = OLD) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        stamp = changed_at.timestamp()  # type: ignore[attr-defined]
        os.utime(path, (stamp, stamp))
        os.utime(path.parent, (stamp, stamp))
        return path

    def upload(self, name: str, *, age: timedelta) -> Path:
        at = NOW - age
        upload = Upload(UploadId(name), self.project.id, "a.csv", 1, at)
        self.database.write(lambda tx: store.uploads.add(tx, upload, by=None))
        return self.file(store.uploads.path_of(self.path, upload.id), changed_at=at)

    def picture(self, sha256: str) -> Path:
        """A file that a picture refers to."""
        media = Media(MediaId(f"m{sha256[:6]}"), sha256, "image/png", 1, width=1, height=1)
        batch_id = self.database.write(lambda tx: a_batch(tx, self.project.id))
        self.database.write(lambda tx: store.media.add_many(tx, self.project.id, batch_id, [media]))
        return self.orphan(sha256)

    def orphan(self, sha256: str, *, changed_at: object = OLD) -> Path:
        return self.file(store.media_files.path_of(self.path, sha256), changed_at=changed_at)

    def sweep(self) -> dict[str, int]:
        return sweep_files(JobRun(self.database, self.settings, JobId(0), None, {}, now=lambda: NOW))


@pytest.fixture
def home(database: Database, tmp_path: Path) -> Home:
    project = database.write(lambda tx: a_project(tx, media_kind=MediaKind.IMAGE))
    return Home(database, project, Settings(home=tmp_path / "karat"))


def test_a_file_that_nobody_has_imported_goes_after_a_week(home: Home) -> None:
    old, young = home.upload("old", age=timedelta(days=8)), home.upload("young", age=timedelta(days=6))

    swept = home.sweep()

    assert (old.exists(), young.exists(), swept["n_uploads_expired"]) == (False, True, 1)
    with home.database.read() as db:
        assert store.uploads.known(db) == {"young"}


def test_a_file_whose_upload_was_never_finished_goes_and_one_that_is_arriving_stays(home: Home) -> None:
    broken = home.file(home.path / "uploads" / "broken")
    arriving = home.file(home.path / "uploads" / "arriving", changed_at=NOW - timedelta(minutes=1))

    home.sweep()

    assert (broken.exists(), arriving.exists()) == (False, True)


def test_pictures_that_no_import_kept_go_and_the_others_stay(home: Home) -> None:
    kept = [home.picture(digest * 32) for digest in ("0a", "7f", "ff")]
    orphans = [home.orphan(digest * 32) for digest in ("00", "0b", "80")]
    twin = home.orphan("0a" * 31 + "0b")

    swept = home.sweep()

    assert [path.exists() for path in kept] == [True] * 3
    assert [path.exists() for path in (*orphans, twin)] == [False] * 4
    assert swept["n_pictures"] == 4


def test_a_picture_of_an_import_that_is_under_way_stays(home: Home) -> None:
    """Its file is in its place before the database knows of it."""
    fresh = home.orphan("00" * 32, changed_at=NOW - timedelta(minutes=1))

    home.sweep()

    assert fresh.exists()


def test_an_import_that_takes_an_orphan_into_use_again_keeps_it(home: Home, tmp_path: Path) -> None:
    orphan = home.orphan("00" * 32)
    copy = home.file(tmp_path / "copy")

    store.media_files.keep(home.path, StagedFile(copy, "00" * 32, 1))
    home.sweep()

    assert orphan.exists()


def test_a_picture_taken_into_use_while_it_is_removed_is_put_back(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    orphan = home.orphan("00" * 32)
    replace = Path.replace

    def touched_just_before(path: Path, target: Path) -> Path:
        if path == orphan:
            os.utime(path, (NOW.timestamp(), NOW.timestamp()))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", touched_just_before)

    assert home.sweep()["n_pictures"] == 0
    assert orphan.exists()


def test_what_killed_processes_had_begun_goes_and_work_in_progress_stays(home: Home) -> None:
    folders = ("exports/e1", "media/incoming", "releases/building/1-1-x")
    old = [home.file(home.path / folder / "old") for folder in folders]
    young = home.file(home.path / "exports" / "e2" / "young", changed_at=NOW)

    swept = home.sweep()

    assert [path.exists() for path in old] == [False] * 3
    assert young.exists()
    assert swept["n_temporary"] == 3


def test_releases_and_the_database_are_never_touched(home: Home) -> None:
    kept = [home.file(home.path / name) for name in ("releases/1/1/labels.csv", "karat.db", "other/x")]

    home.sweep()

    assert all(path.exists() for path in kept)


def test_each_sweep_plans_the_next_once_and_a_worker_that_starts_plans_the_first(home: Home) -> None:
    worker = Worker(home.database, home.settings, clock=lambda: NOW)
    for _ in range(2):
        home.database.write(worker._plan_sweeps)
    first = planned(home)
    home.database.write(lambda tx: tx.execute("DELETE FROM job"))
    for _ in range(2):
        home.sweep()

    assert first == [timedelta(minutes=10)]
    assert planned(home) == [timedelta(days=1)]


def planned(home: Home) -> list[timedelta]:
    """In how much time sweeps wait."""
    with home.database.read() as db:
        rows = db.rows("SELECT run_at FROM job WHERE name = 'sweep_files' AND state = 0")
    return [store.clock.from_micros(row["run_at"]) - NOW for row in rows]


def test_an_empty_home_is_swept_without_a_word(home: Home) -> None:
    assert set(home.sweep().values()) == {0}
