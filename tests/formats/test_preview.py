"""What a file looks like before it is imported, in bounded time whatever its size."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from karat.domain.errors import Invalid
from karat.formats import preview as module
from karat.formats.images import Limits
from karat.formats.preview import Preview, preview
from karat.formats.sniff import FileKind

LIMITS = Limits(max_pixels=10_000, max_total_bytes=1_000_000)


def look(path: Path, content: bytes | str, *, limits: Limits = LIMITS) -> Preview:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return preview(path, path.name, max_field_bytes=1_000, limits=limits)


def a_zip(pictures: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pictures.items():
            archive.writestr(name, content)
    return out.getvalue()


def a_picture(size: tuple[int, int] = (8, 6)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "PNG")
    return out.getvalue()


def test_a_small_file_is_counted_and_its_mistakes_are_found_to_its_end(tmp_path: Path) -> None:
    rows = "".join(f"{n},text {n}\n" for n in range(5_000))

    found = look(tmp_path / "a.csv", f"id,text\n{rows}5000\n")

    assert (found.kind, found.n_rows, len(found.rows)) == (FileKind.CSV, 5_000, 8)
    assert found.problems[0].startswith("line 5002: has 1 cell")


def test_of_a_large_file_only_the_start_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_READ_WHOLE_BYTES", 100)
    rows = "".join(f"{n},text {n}\n" for n in range(5_000))

    found = look(tmp_path / "a.csv", f"id,text\n{rows}5000\n")

    assert (found.n_rows, len(found.rows), found.problems) == (None, 8, [])


def test_a_file_with_many_mistakes_lists_the_first_twenty(tmp_path: Path) -> None:
    found = look(tmp_path / "a.csv", "id,text\n" + "1\n" * 100)

    assert (found.n_rows, len(found.problems)) == (None, 20)


def test_what_ends_the_reading_stands_after_what_was_found_before(tmp_path: Path) -> None:
    found = look(tmp_path / "a.csv", 'id,text\n1,a\n2\n3,"open')

    assert [problem.partition(":")[0] for problem in found.problems] == ["line 3", "a.csv, line 4"]
    assert [row["id"] for row in found.rows] == ["1"]


def test_a_header_alone_is_a_problem(tmp_path: Path) -> None:
    assert look(tmp_path / "a.csv", "id,text\n").problems == [
        "The file has no rows under its header. There is nothing to import."
    ]


def test_a_field_beyond_the_limit_is_a_problem_with_its_size(tmp_path: Path) -> None:
    found = look(tmp_path / "a.csv", f"id,text\n1,{'x' * 1_001}\n2,b\n")

    assert "column 'text' has 1,001 bytes; at most 1,000 are allowed" in found.problems[0]


def test_pictures_come_with_size_and_thumbnail_and_a_dozen_are_enough(tmp_path: Path) -> None:
    found = look(tmp_path / "a.zip", a_zip({f"cats/{n:02}.png": a_picture() for n in range(20)}))

    assert (found.n_rows, len(found.rows)) == (20, 12)
    first = found.rows[0]
    assert (first["id"], first["width"], first["height"]) == ("cats/00", 8, 6)
    assert first["thumbnail"].startswith("data:image/jpeg;base64,")


def test_every_bad_picture_among_the_shown_is_named(tmp_path: Path) -> None:
    pictures = {"a.png": a_picture(), "b.png": b"no picture", "c.png": a_picture((200, 100)), "d.zip": b"x"}

    found = look(tmp_path / "a.zip", a_zip(pictures))

    assert [row["id"] for row in found.rows] == ["a"]
    assert sorted(problem.partition(":")[0] for problem in found.problems) == ["b.png", "c.png", "d.zip"]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    found = look(tmp_path / "a.zip", a_zip({"a.png": b"\0" * 2_000_000}))

    assert found.rows == []
    assert "unpacks to 2,000,000 bytes; at most 1,000,000 are read" in found.problems[0]


def test_a_picture_that_is_longer_than_one_may_be_is_not_unpacked_whole(tmp_path: Path) -> None:
    limits = Limits(max_pixels=10_000, max_total_bytes=1_000_000, max_image_bytes=50_000)

    found = look(tmp_path / "a.zip", a_zip({"a.png": bytes(range(256)) * 300}), limits=limits)

    assert found.problems == ["a.png: is longer than one picture may be. Scale it down."]


def test_pictures_that_are_not_there_are_a_problem(tmp_path: Path) -> None:
    found = look(tmp_path / "a.zip", a_zip({".DS_Store": b"x", "__MACOSX/a.png": b"x"}))

    assert "there are none" in found.problems[0]


def test_looking_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))

    look(tmp_path / "a.zip", a_zip({"a.png": a_picture(), "b.png": b"no picture"}))

    assert list(folder.iterdir()) == []


def test_what_is_no_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is a PDF"):
        look(tmp_path / "a.csv", "%PDF-1.7")
