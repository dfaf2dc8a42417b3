"""What a file is, by what is in it: its name is only asked where the content leaves a doubt."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from karat.formats.problems import refusal
from karat.formats.text import encoding_of

_START = 64 * 1024


class FileKind(StrEnum):
    """What Karat reads. Images come as a zip or, on the command line, as a folder."""

    CSV = "csv"
    TSV = "tsv"
    JSONL = "jsonl"
    JSON = "json"
    PARQUET = "parquet"
    IMAGES = "images"


@dataclass(frozen=True)
class Sniffed:
    """What a file is and how its text is to be read."""

    kind: FileKind
    encoding: str = ""
    """"" where the file is not text."""
    delimiter: str = ""
    """Between the cells of CSV and TSV."""


_BINARY = (
    (b"\x1f\x8b", "is compressed with gzip. Unpack it first."),
    (b"BZh", "is compressed with bzip2. Unpack it first."),
    (b"\xfd7zXZ", "is compressed with xz. Unpack it first."),
    (b"7z\xbc\xaf", "is a 7z archive. Pack the images as zip."),
    (b"Rar!", "is a RAR archive. Pack the images as zip."),
    (b"\xd0\xcf\x11\xe0", "is an old Office document. Save the table as CSV."),
    (b"%PDF", "is a PDF. Karat reads CSV, TSV, JSONL, JSON, Parquet and images in a zip."),
    (b"\x89PNG", "is a single image. Put the images into a zip, or name their folder."),
    (b"\xff\xd8\xff", "is a single image. Put the images into a zip, or name their folder."),
    (b"GIF8", "is a single image. Put the images into a zip, or name their folder."),
)


def sniff(path: Path, file_name: str = "") -> Sniffed:
    """Find out what a file, or a folder of images, is.

    Raises
    ------
    Invalid
        When it is nothing that Karat reads; says what it is, and what to do.
    """
    name = file_name or path.name
    if path.is_dir():
        return Sniffed(FileKind.IMAGES)
    with path.open("rb") as file:
        start = file.read(_START)
    if not start.strip():
        raise refusal(name, "the file", "is empty. There is nothing to read in it.")
    if start.startswith(b"PAR1"):
        return Sniffed(FileKind.PARQUET)
    if start.startswith(b"PK\x03\x04"):
        return _zip(start, name)
    for magic, message in _BINARY:
        if start.startswith(magic):
            raise refusal(name, "the file", message)
    return _text(path, name)


def _zip(start: bytes, name: str) -> Sniffed:
    # Office documents are zips too; their table of contents comes first.
    if b"[Content_Types].xml" in start[:4096]:
        raise refusal(name, "the file", "is an Office document. Save the table as CSV (UTF-8).")
    return Sniffed(FileKind.IMAGES)


def _text(path: Path, name: str) -> Sniffed:
    encoding = encoding_of(path)
    if encoding == "utf-32":
        raise refusal(name, "the file", "is UTF-32. Save it as UTF-8.")
    with path.open("rb") as file:
        # A character may be cut at the end of the block, and a wrong byte is reported by the reader, with its line.
        start = file.read(_START).decode(encoding, errors="replace")
    head = start.lstrip("\ufeff \t\r\n")
    if head.startswith("["):
        return Sniffed(FileKind.JSON, encoding)
    if head.startswith("{"):
        return Sniffed(FileKind.JSONL, encoding)
    delimiter = _delimiter(start.lstrip("\ufeff\r\n").split("\n", 1)[0], path.suffix or Path(name).suffix)
    return Sniffed(FileKind.TSV if delimiter == "\t" else FileKind.CSV, encoding, delimiter)


def _delimiter(header: str, suffix: str) -> str:
    """The most frequent of tab, semicolon and comma in the header, outside quotes; else what the name says."""
    unquoted = "".join(header.split('"')[::2])
    counts = Counter(character for character in unquoted if character in ",;\t")
    if not counts:
        return "\t" if suffix.lower() in (".tsv", ".tab") else ","
    most = max(counts.values())
    return next(delimiter for delimiter in "\t,;" if counts[delimiter] == most)
