"""Pictures out of a folder or a zip, one at a time; nothing in the archive is believed before it is checked.

Law: an archive is never unpacked to paths it names, never read beyond its limits, and a picture is decoded before it
is taken.
"""

import io
import stat
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from karat.formats.problems import ProblemList, refusal

# Karat has a limit of its own, which is asked before anything is decoded; Pillow's would only warn.
Image.MAX_IMAGE_PIXELS = None

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp", "BMP": "image/bmp"}
"""What every browser shows: MIME type by Pillow's name of the format."""

MAX_IMAGES = 2_000_000
MAX_RATIO = 200
"""A file that unpacks to more than so many times its size is a bomb; pictures hardly shrink at all."""
_RATIO_MATTERS_FROM = 1 << 20
MAX_IMAGE_BYTES = 512 << 20
_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".bz2", ".xz")
_NOT_CONTENT = ("thumbs.db", "desktop.ini")
_THUMBNAIL = (96, 96)


@dataclass(frozen=True)
class Limits:
    """How much is taken from one source."""

    max_pixels: int
    max_total_bytes: int
    """Of all pictures together, unpacked."""
    max_image_bytes: int = MAX_IMAGE_BYTES


@dataclass(frozen=True)
class Picture:
    """A picture that decodes: what it is and how large."""

    kind: str
    width: int
    height: int


class ImageSource:
    """The pictures of a folder or a zip, by name."""

    def __init__(self, path: Path, name: str, archive: zipfile.ZipFile | None) -> None:
        self._path = path
        self._name = name
        self._archive = archive

    def names(self, limits: Limits, problems: ProblemList) -> list[str]:
        """The names of all files that ought to be pictures, sorted; what cannot be one is a problem.

        Raises
        ------
        Invalid
            When there are none or too many, or their sizes say that the archive is a bomb.
        """
        found = self._zipped(limits, problems) if self._archive else self._in_folder(limits, problems)
        if not found and not problems:
            raise refusal(self._name, "the images", "there are none. Put JPEG, PNG, WebP, GIF or BMP files into it.")
        _refuse_twins(found, problems)
        return sorted(found)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """The bytes of one file, as a stream."""
        if self._archive is None:
            with (self._path / name).open("rb") as file:
                yield file
            return
        with self._archive.open(name) as member:
            yield member  # type: ignore[misc]

    def _zipped(self, limits: Limits, problems: ProblemList) -> list[str]:
        assert self._archive is not None
        members = [
            member for member in self._archive.infolist() if not member.is_dir() and _is_content(member.filename)
        ]
        if len(members) > MAX_IMAGES:
            raise refusal(self._name, "the archive", f"has {len(members):,} files; at most {MAX_IMAGES:,} are read.")
        total = sum(member.file_size for member in members)
        if total > limits.max_total_bytes:
            raise refusal(
                self._name,
                "the archive",
                f"unpacks to {total:,} bytes; at most {limits.max_total_bytes:,} are read. Import it in several parts.",
            )
        return [member.filename for member in members if _is_usable(member, problems)]

    def _in_folder(self, limits: Limits, problems: ProblemList) -> list[str]:
        found: list[str] = []
        total = 0
        for path in sorted(self._path.rglob("*")):
            name = path.relative_to(self._path).as_posix()
            if (path.is_dir() and not path.is_symlink()) or not _is_content(name):
                continue
            if path.is_symlink() or not path.is_file():
                problems.add(name, "is a link or a device, not a file. Copy the picture itself into the folder.")
                continue
            total += path.stat().st_size
            if total > limits.max_total_bytes or len(found) >= MAX_IMAGES:
                raise refusal(self._name, "the folder", "holds more than one import takes. Import it in several parts.")
            found.append(name)
        return found


@contextmanager
def open_images(path: Path, file_name: str = "") -> Iterator[ImageSource]:
    """
    Raises
    ------
    Invalid
        When it is neither a folder nor a zip that can be read.
    """
    name = file_name or path.name
    if path.is_dir():
        yield ImageSource(path, name, None)
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise refusal(name, "the archive", f"cannot be read as zip ({error}). Pack it again.") from None
    with archive:
        yield ImageSource(path, name, archive)


def key_of(name: str) -> str:
    """A picture's key: its name without ending, with its folders.

    >>> key_of("cats/tom.jpg")
    'cats/tom'
    """
    return str(PurePosixPath(name).with_suffix(""))


def look_at(file: Path, limits: Limits) -> Picture:
    """Decode a picture completely.

    Raises
    ------
    NotAPicture
        With the reason, when it is none, is broken, or is larger than allowed.
    """
    try:
        with Image.open(file, formats=tuple(KINDS)) as image:
            width, height = image.size
            if width * height > limits.max_pixels:
                raise NotAPicture(
                    f"has {width:,} × {height:,} pixels; at most {limits.max_pixels:,} are allowed. Scale it down, or "
                    "raise KARAT_MAX_IMAGE_PIXELS."
                )
            image.load()
            return Picture(KINDS[image.format or ""], width, height)
    except UnidentifiedImageError:
        raise NotAPicture(
            "is not a picture in JPEG, PNG, WebP, GIF or BMP format. Convert it, or take it out."
        ) from None
    except NotAPicture:
        raise
    # Pillow's decoders answer broken files with whatever they stumble over.
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, OverflowError, MemoryError) as error:
        raise NotAPicture(f"cannot be decoded: {error or type(error).__name__}. It may be cut off.") from None


class NotAPicture(Exception):
    """A file is no picture that Karat takes; the message says why."""


def thumbnail(file: Path) -> str:
    """A small copy as a data URL, for a preview."""
    with Image.open(file, formats=tuple(KINDS)) as image:
        small = image.convert("RGB")
        small.thumbnail(_THUMBNAIL)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=70)
    return "data:image/jpeg;base64," + b64encode(out.getvalue()).decode()


def _is_content(name: str) -> bool:
    """Not what operating systems leave behind, nor anything hidden."""
    parts = PurePosixPath(name).parts
    # What begins with two dots may lead out of the archive: not hidden, but looked at and refused.
    if any(part == "__MACOSX" or (part.startswith(".") and not part.startswith("..")) for part in parts):
        return False
    return bool(parts) and parts[-1].casefold() not in _NOT_CONTENT


def _is_usable(member: zipfile.ZipInfo, problems: ProblemList) -> bool:
    reason = _refusal_of(member)
    if reason:
        problems.add(member.filename[:200], reason)
    return not reason


def _refusal_of(member: zipfile.ZipInfo) -> str:
    name = member.filename
    parts = PurePosixPath(name).parts
    if name.startswith(("/", "\\")) or ".." in parts or "\\" in name or ":" in parts[0] or "\0" in name:
        return "has a path that leads out of the archive. Pack the images with plain relative paths."
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link, not a file. Pack the picture itself."
    if member.flag_bits & 0x1:
        return "is encrypted. Pack the images without a password."
    if name.casefold().endswith(_ARCHIVES):
        return "is an archive inside the archive. Unpack it first."
    if member.file_size > _RATIO_MATTERS_FROM and member.file_size > MAX_RATIO * max(1, member.compress_size):
        return f"unpacks to {member.file_size:,} bytes from {member.compress_size:,}: that is no picture."
    return ""


def _refuse_twins(names: list[str], problems: ProblemList) -> None:
    first: dict[str, str] = {}
    for name in sorted(names):
        other = first.setdefault(key_of(name), name)
        if other != name:
            problems.add(
                name, f"differs from {other} only in its ending, and the id is the name without it. Rename it."
            )
