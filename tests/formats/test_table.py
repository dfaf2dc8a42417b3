"""Tables of any size in little memory, and exact places of what is wrong."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from karat.domain.errors import Invalid
from karat.formats.problems import ProblemList
from karat.formats.sniff import FileKind, sniff
from karat.formats.table import Row, read_rows
from karat.formats.text import first_bad_byte

GIGABYTE = 1 << 30


def rows(path: Path, *, max_field_bytes: int = 10_000) -> list[Row]:
    problems = ProblemList()
    found = list(read_rows(path, sniff(path), problems=problems, max_field_bytes=max_field_bytes))
    problems.refuse(path.name)
    return found


_READ = """
import resource, sys
from pathlib import Path
from karat.domain.errors import Invalid
from karat.formats.problems import ProblemList
from karat.formats.sniff import sniff
from karat.formats.table import read_rows
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
path = Path(sys.argv[1])
try:
    for row in read_rows(path, sniff(path), problems=ProblemList(), max_field_bytes=1 << 20):
        pass
except Invalid as refused:
    print(refused.message)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.csv", b'id,text\n1,"'),
        ("b.csv", b"id,text\n1,"),
        ("c.jsonl", b'{"id": 1, "text": "'),
        ("d.json", b'[{"id": "'),
    ],
)
def test_a_field_of_two_gigabytes_is_refused_in_little_memory(tmp_path: Path, name: str, start: bytes) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(start + b"x" * (1 << 16))
        # A hole in the file reads as NUL bytes and takes no room on the disk.
        file.truncate(2 * GIGABYTE)

    command = [sys.executable, "-c", _READ, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)

    message, kilobytes = ended.stdout.splitlines()
    assert "line" in message
    assert int(kilobytes) < 150_000


def test_a_record_over_several_lines_counts_from_its_first(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,text\n1,"one\ntwo"\n2,b\n')

    assert [(row.line, row.values["text"]) for row in rows(path)] == [(2, "one\ntwo"), (4, "b")]


def test_a_json_list_is_read_element_by_element_with_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[\n {"id": 1},\n {"id": 2,\n  "text": "[]{}"}\n]\n')

    assert [(row.line, row.values["id"]) for row in rows(path)] == [(2, 1), (3, 2)]


def test_an_element_that_lies_across_two_blocks_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    texts = ["y" * 1_700 + str(n) for n in range(3_000)]
    path.write_text("[" + ", ".join(f'{{"text": "{text}"}}' for text in texts) + "]")

    assert [row.values["text"] for row in rows(path)] == texts


def test_the_place_of_a_wrong_byte_is_exact_deep_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    start = ("id,text\n" + "1,h\u00e9llo\n" * 400_000).encode()
    path.write_bytes(start + b"2,caf\xe9\n")

    assert first_bad_byte(path) == (len(start) + 5, 400_002, 0xE9)
    with pytest.raises(Invalid, match=r"line 400002: is not UTF-8: byte 0xe9 at offset"):
        rows(path)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"id,text\n1,a\n", FileKind.CSV),
        (b"id\ttext\n1\ta\n", FileKind.TSV),
        (b'\xef\xbb\xbf{"id": 1}\n', FileKind.JSONL),
        (b' \n[{"id": 1}]', FileKind.JSON),
        ("id,text\n1,a\n".encode("utf-16"), FileKind.CSV),
        (b"PAR1....", FileKind.PARQUET),
        (b"PK\x03\x04....", FileKind.IMAGES),
    ],
)
def test_a_file_is_what_it_holds_not_what_it_is_called(tmp_path: Path, content: bytes, kind: FileKind) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(content)

    assert sniff(path).kind is kind


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x1f\x8b\x08", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml", "Office document"),
        (b"\x89PNG\r\n", "single image"),
        (b"   \n", "empty"),
        ("id,text\n".encode("utf-32"), "UTF-32"),
    ],
)
def test_what_karat_does_not_read_is_called_by_its_name(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)

    with pytest.raises(Invalid, match=what):
        sniff(path)


def test_every_row_of_a_large_file_goes_by_without_memory_growing(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text\n" + "".join(f"{n},some text of ordinary length\n" for n in range(300_000)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    n = sum(1 for _ in read_rows(path, sniff(path), problems=ProblemList(), max_field_bytes=1 << 20))

    assert n == 300_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
