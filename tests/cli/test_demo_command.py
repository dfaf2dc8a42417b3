"""Starting the demo over removes all of it, and nothing else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click
import pytest

from karat.cli import demo_command


def test_starting_over_removes_folders_that_are_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may empty them anyway, everybody else only once they may be written."""
    home = tmp_path / "demo"
    release = home / "releases" / "1" / "1"
    release.mkdir(parents=True)
    (home / "karat.db").touch()
    (release / "labels.csv").touch(mode=0o440)
    release.chmod(0o550)
    remove = shutil.rmtree
    locked: list[str] = []

    def noticed(path: Path) -> None:
        locked.extend(folder for folder, _, _ in os.walk(path) if not Path(folder).stat().st_mode & 0o200)
        remove(path)

    monkeypatch.setattr(shutil, "rmtree", noticed)
    demo_command._forget(home)

    assert (locked, home.exists()) == ([], False)


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").touch()

    with pytest.raises(click.ClickException, match="holds no Karat data"):
        demo_command._forget(tmp_path)

    assert (tmp_path / "thesis.doc").exists()
