"""Pictures become items with files of their own, or nothing of the archive is kept in the project."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from karat import store
from karat.actions import imports
from karat.domain.errors import Invalid
from karat.domain.ids import JobId, MediaId
from karat.domain.people import SYSTEM
from karat.domain.projects import MediaKind, Project
from karat.jobs import import_images
from karat.jobs.import_file import Importer, Source
from karat.jobs.run import JobRun
from karat.jobs.sweep_batch import sweep_batch
from karat.settings import Settings
from karat.store.database import Database
from tests.builders import NOW, a_project


@pytest.fixture
def project(database: Database) -> Project:
    return database.write(lambda tx: a_project(tx, media_kind=MediaKind.IMAGE))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", max_image_pixels=10_000)


def picture(colour: str, size: tuple[int, int] = (8, 6)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def a_zip(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.png", content)
    return path


def load(database: Database, settings: Settings, project: Project, path: Path, **source: Any) -> Any:
    return Importer(database, settings, SYSTEM, project.id).run(Source(path, path.name, **source))


def rows(database: Database, sql: str) -> list[dict[str, Any]]:
    with database.read() as db:
        return [dict(row) for row in db.rows(sql)]


def test_each_picture_becomes_an_item_under_its_name(
    database: Database, settings: Settings, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_images, "CHUNK", 2)
    path = a_zip(tmp_path / "x.zip", a=picture("red"), b=picture("blue"), c=picture("green", (9, 9)))

    done = load(database, settings, project, path)

    assert done.counts.n_items == 3
    items = rows(database, "SELECT key, content, meta FROM item ORDER BY key")
    assert [item["key"] for item in items] == ["a", "b", "c"]
    content = json.loads(items[2]["content"])
    assert (content["width"], content["height"]) == (9, 9)
    with database.read() as db:
        media = store.media.get(db, MediaId(content["media"]))
    assert store.media_files.path_of(settings.home, media.sha256).read_bytes() == picture("green", (9, 9))
    assert media.kind == "image/png"


def test_what_the_annotator_sees_does_not_name_the_file(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    """File names such as cat_17.png would give the answer away."""
    load(database, settings, project, a_zip(tmp_path / "x.zip", cat_17=picture("red")))

    (item,) = rows(database, "SELECT content FROM item")
    assert "cat" not in item["content"]


def test_equal_pictures_share_a_file_and_are_two_items(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    load(database, settings, project, a_zip(tmp_path / "x.zip", a=picture("red"), b=picture("red")))

    assert len(rows(database, "SELECT id FROM item")) == 2
    files = [path for path in (settings.home / "media").rglob("*") if path.is_file()]
    assert len(files) == 1


def test_a_folder_is_read_like_a_zip(database: Database, settings: Settings, project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "pictures" / "cats"
    folder.mkdir(parents=True)
    (folder / "tom.png").write_bytes(picture("red"))

    load(database, settings, project, tmp_path / "pictures")

    assert rows(database, "SELECT key FROM item") == [{"key": "cats/tom"}]


def test_gold_labels_of_pictures_come_in_a_file_of_their_own(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    gold = tmp_path / "gold.csv"
    gold.write_text("id,label\na,toxic\n")

    done = load(
        database, settings, project, a_zip(tmp_path / "x.zip", a=picture("red"), b=picture("blue")), gold_path=gold
    )

    assert (done.counts.n_gold, done.counts.n_checks) == (1, 1)


def test_one_bad_picture_takes_all_others_with_it_and_every_bad_one_is_named(
    database: Database, settings: Settings, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_images, "CHUNK", 1)
    path = a_zip(
        tmp_path / "x.zip", a=picture("red"), b=b"no picture", c=picture("red", (200, 100)), d=picture("blue")[:40]
    )

    with pytest.raises(Invalid) as refused:
        load(database, settings, project, path)

    assert [problem.where for problem in refused.value.problems] == ["b.png", "c.png", "d.png"]
    for table in ("item", "media", "batch"):
        assert rows(database, f"SELECT id FROM {table}") == []
    assert list((settings.home / "media" / "incoming").iterdir()) == []


def test_a_picture_whose_name_the_project_has_is_refused(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    load(database, settings, project, a_zip(tmp_path / "x.zip", a=picture("red")))

    with pytest.raises(Invalid, match="is in the project already"):
        load(database, settings, project, a_zip(tmp_path / "y.zip", a=picture("blue")))


def test_the_sweeper_removes_a_batch_whose_loader_is_dead_and_leaves_a_living_one(
    database: Database, settings: Settings, project: Project
) -> None:
    def begin(age: timedelta) -> Any:
        from karat.jobs.run import utc_now  # noqa: PLC0415

        return database.write(
            lambda tx: imports.begin(
                tx,
                SYSTEM,
                project.id,
                name="x",
                media_kind=MediaKind.IMAGE,
                with_answers=False,
                now=utc_now() - age,
            )
        )

    dead, alive = begin(timedelta(minutes=5)), begin(timedelta())
    database.write(lambda tx: imports.sweep(tx, now=NOW))

    for load in (dead, alive):
        sweep_batch(JobRun(database, settings, JobId(0), project.id, {"batch": load.batch_id}))

    assert [row["id"] for row in rows(database, "SELECT id FROM batch")] == [alive.batch_id]
