"""The command line in this process, on an installation of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from karat.cli.main import main


@dataclass
class CommandLine:
    """Runs commands as somebody in a shell would."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __call__(self, *words: str, stdin: str | None = None) -> Result:
        environment = {"KARAT_HOME": str(self.home), "KARAT_SYNCHRONOUS": "normal", **self.settings}
        return CliRunner().invoke(main, words, env=environment, input=stdin, prog_name="karat")

    def done(self, *words: str, stdin: str | None = None) -> str:
        """What a command prints that is expected to work."""
        result = self(*words, stdin=stdin)
        assert result.exit_code == 0, result.output
        return result.stdout

    def fails(self, *words: str, code: int = 2) -> str:
        """What a command says on stderr that is expected to fail; never a traceback."""
        result = self(*words)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.stderr

    def file(self, content: str, name: str = "items.csv") -> str:
        """A file in the folder beside the installation."""
        path = self.home.parent / name
        path.write_text(content, encoding="utf-8")
        return str(path)


@pytest.fixture
def karat(tmp_path: Path) -> Iterator[CommandLine]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield CommandLine(tmp_path / "home")
    # A command sends the log to its own stderr, which is gone by now.
    root.handlers, root.level = handlers, level


@pytest.fixture
def toxicity(karat: CommandLine) -> CommandLine:
    """With an empty project."""
    karat.done("project", "create", "--name", "Toxicity", "--question", "Is it toxic?",
               "--class", "Toxic: attacks a person", "--class", "Fine")  # fmt: skip
    return karat
