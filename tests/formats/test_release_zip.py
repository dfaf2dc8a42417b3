"""The same bytes at every download, made while they are sent."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest

from karat.formats.release_zip import members, zip_blocks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in (("labels.jsonl", '{"id":"1"}\n' * 1_000), ("manifest.json", "{}\n"), ("spec.json", "{}\n")):
        (tmp_path / name).write_text(content)
    return tmp_path


NAMES = ["labels.jsonl", "manifest.json", "spec.json"]


def test_a_download_has_the_tables_of_its_format_and_the_evidence() -> None:
    names = ["labels.csv", "answers.jsonl", "labels.jsonl", "labels.parquet", "spec.json"]

    assert members(names, "jsonl") == ["answers.jsonl", "labels.jsonl", "manifest.json", "spec.json"]
    assert members(names, "csv") == ["labels.csv", "manifest.json", "spec.json"]


def test_what_comes_out_is_what_went_in(folder: Path) -> None:
    data = b"".join(zip_blocks(folder, NAMES))

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            name: (folder / name).read_bytes() for name in NAMES
        }
    assert len(data) < (folder / "labels.jsonl").stat().st_size


def test_a_copy_of_the_release_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in NAMES:
        (copy / name).write_bytes((folder / name).read_bytes())
        os.utime(copy / name, (1_000_000_000, 1_000_000_000))
        (copy / name).chmod(0o440)

    assert b"".join(zip_blocks(copy, NAMES)) == b"".join(zip_blocks(folder, NAMES))


def test_a_large_file_is_sent_in_blocks_as_it_is_read(folder: Path) -> None:
    (folder / "labels.jsonl").write_bytes(os.urandom(3_000_000))

    blocks = list(zip_blocks(folder, NAMES))

    assert max(map(len, blocks)) < 600_000
    with zipfile.ZipFile(io.BytesIO(b"".join(blocks))) as archive:
        assert archive.read("labels.jsonl") == (folder / "labels.jsonl").read_bytes()


def test_the_first_block_comes_before_the_last_is_read(folder: Path) -> None:
    blocks = zip_blocks(folder, NAMES)

    first = next(blocks)
    (folder / "spec.json").write_text('{"late": true}\n')

    with zipfile.ZipFile(io.BytesIO(first + b"".join(blocks))) as archive:
        assert archive.read("spec.json") == b'{"late": true}\n'
