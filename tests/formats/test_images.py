"""Pictures from folders and zips: what is taken, and everything that is refused."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from karat.domain.errors import Invalid
from karat.formats.images import Limits, NotAPicture, look_at, open_images, thumbnail
from karat.formats.problems import ProblemList

LIMITS = Limits(max_pixels=1_000_000, max_total_bytes=50_000_000)


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


def a_zip(path: Path, files: dict[str, bytes], *, compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def names_in(path: Path, limits: Limits = LIMITS) -> tuple[list[str], ProblemList]:
    problems = ProblemList()
    with open_images(path) as source:
        return source.names(limits, problems), problems


@pytest.mark.parametrize(
    ("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")]
)
def test_pictures_are_what_they_decode_to_whatever_their_name_says(tmp_path: Path, kind: str, mime: str) -> None:
    path = tmp_path / "picture.txt"
    path.write_bytes(picture(kind))

    found = look_at(path, LIMITS)

    assert (found.kind, found.width, found.height) == (mime, 8, 6)


def test_a_truncated_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    whole = picture("JPEG", (300, 300))
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(NotAPicture, match="cut off"):
        look_at(path, LIMITS)


def test_a_text_that_calls_itself_a_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("not a picture")

    with pytest.raises(NotAPicture, match=r"is not a picture in .* Convert it, or take it out\."):
        look_at(path, LIMITS)


def test_svg_is_refused_because_it_can_carry_scripts(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')

    with pytest.raises(NotAPicture):
        look_at(path, LIMITS)


def test_a_picture_with_more_pixels_than_allowed_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(_png_that_claims(60_000, 60_000))

    with pytest.raises(NotAPicture, match="60,000 × 60,000 pixels; at most 1,000,000"):
        look_at(path, LIMITS)


def _png_that_claims(width: int, height: int) -> bytes:
    """A header of 3.6 gigapixels and hardly any data."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_what_systems_leave_behind_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    junk = ("__MACOSX/._a.png", ".DS_Store", "b/Thumbs.db", "b/.hidden.png", "desktop.ini")
    path = a_zip(tmp_path / "x.zip", {"a.png": picture(), "b/c.png": picture()} | dict.fromkeys(junk, b"x"))

    names, problems = names_in(path)

    assert names == ["a.png", "b/c.png"]
    assert not problems


@pytest.mark.parametrize("name", ["../evil.png", "/etc/evil.png", "a/../../evil.png", "..\\evil.png", "C:evil.png"])
def test_a_path_that_leads_out_of_the_archive_is_a_problem(tmp_path: Path, name: str) -> None:
    names, problems = names_in(a_zip(tmp_path / "x.zip", {name: picture(), "good.png": picture()}))

    assert names == ["good.png"]
    assert "leads out" in problems.found[0].message


def test_a_link_in_an_archive_is_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("passwd.png")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")

    names, problems = names_in(path)

    assert names == []
    assert "is a link" in problems.found[0].message


def test_a_link_in_a_folder_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "passwd.png").symlink_to("/etc/passwd")

    _, problems = names_in(tmp_path)

    assert "is a link" in problems.found[0].message


def test_a_file_that_unpacks_to_far_more_than_it_is_is_a_problem(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "x.zip", {"bomb.png": b"\0" * 5_000_000}, compression=zipfile.ZIP_DEFLATED)

    names, problems = names_in(path)

    assert names == []
    assert "5,000,000 bytes" in problems.found[0].message


def test_an_archive_that_unpacks_to_more_than_allowed_is_refused(tmp_path: Path) -> None:
    path = a_zip(tmp_path / "x.zip", {f"{n}.png": b"x" * 400_000 for n in range(5)})

    with pytest.raises(Invalid, match="unpacks to 2,000,000 bytes; at most 1,000,000"):
        names_in(path, Limits(max_pixels=1, max_total_bytes=1_000_000))


def test_an_archive_inside_the_archive_is_a_problem(tmp_path: Path) -> None:
    _, problems = names_in(a_zip(tmp_path / "x.zip", {"inner.zip": b"PK"}))

    assert "archive inside the archive" in problems.found[0].message


def test_two_pictures_with_one_id_are_a_problem(tmp_path: Path) -> None:
    _, problems = names_in(a_zip(tmp_path / "x.zip", {"a.png": picture(), "a.jpg": picture("JPEG")}))

    assert "differs from a.jpg only in its ending" in problems.found[0].message


def test_a_broken_archive_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 but no zip")
    a_zip(tmp_path / "empty.zip", {})

    with pytest.raises(Invalid, match="cannot be read as zip"):
        names_in(tmp_path / "broken.zip")
    with pytest.raises(Invalid, match="there are none"):
        names_in(tmp_path / "empty.zip")


def test_a_thumbnail_is_small(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(picture(size=(900, 700)))

    assert thumbnail(path).startswith("data:image/jpeg;base64,")
    assert len(thumbnail(path)) < 5_000
