"""Documents are true: their Python examples run, their links lead somewhere, the commands they name exist.

A ```python block runs, after the blocks above it on the same page, in an empty folder. A block that cannot (it needs
a server, say) is written ```python no-run, and is read for syntax only. Of shell blocks, which mostly stay or install,
those written ```sh run are run, in the same way.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from tests.house.test_dev import COMMANDS

ROOT = Path(__file__).parent.parent.parent
FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)")
COMMAND = re.compile(r"^\s*(?:\$ )?(?P<line>(?:\./dev|karat)(?:[ \t][^\n#|>]*)?)", re.MULTILINE)
SHELLS = {"sh", "bash", "console", "shell"}


@dataclass(frozen=True)
class Block:
    language: str
    options: tuple[str, ...]
    body: str


def documents() -> list[Path]:
    """Every page a reader may open: at the top of the repository and in docs."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def blocks(text: str) -> Iterator[Block]:
    for match in FENCE.finditer(text):
        words = match["info"].split()
        yield Block(words[0] if words else "", tuple(words[1:]), match["body"])


every_page = pytest.mark.parametrize("page", [str(path.relative_to(ROOT)) for path in documents()])


@every_page
def test_python_examples_run(page: str, tmp_path: Path) -> None:
    examples = [block for block in blocks((ROOT / page).read_text(encoding="utf-8")) if block.language == "python"]
    for example in examples:
        compile(example.body, page, "exec")

    script = "\n".join(example.body for example in examples if "no-run" not in example.options)
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


@every_page
def test_shell_examples_run(page: str, tmp_path: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    script = "\n".join(block.body for block in blocks(text) if block.language in SHELLS and "run" in block.options)

    settings = {name: value for name, value in os.environ.items() if not name.startswith("KARAT_")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env=settings | {"PATH": path, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


@every_page
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    text = FENCE.sub("", path.read_text(encoding="utf-8"))

    broken = [match["target"] for match in LINK.finditer(text) if not leads_somewhere(path, match["target"])]

    assert broken == []


@every_page
def test_commands_exist(page: str) -> None:
    shell = [block.body for block in blocks((ROOT / page).read_text(encoding="utf-8")) if block.language in SHELLS]

    unknown = [match["line"] for body in shell for match in COMMAND.finditer(body) if not exists(match["line"])]

    assert unknown == []


def test_a_planted_error_is_found() -> None:
    readme = ROOT / "README.md"
    assert not leads_somewhere(readme, "docs/nowhere.md")
    assert not leads_somewhere(readme, "GLOSSARY.md#no-such-heading")
    assert leads_somewhere(readme, "GLOSSARY.md#people")
    assert not exists("./dev deploy")
    assert exists("./dev demo --fresh")


def leads_somewhere(page: Path, target: str) -> bool:
    """Whether a relative link names a file, and its anchor a heading. Addresses elsewhere are taken on trust."""
    if re.match(r"[a-z]+:", target):
        return True
    name, _, anchor = target.partition("#")
    path = page.parent / name if name else page
    if not path.exists():
        return False
    return not anchor or path.suffix != ".md" or anchor in anchors(path.read_text(encoding="utf-8"))


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+\s+(.*?)\s*$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def exists(line: str) -> bool:
    program, *words = line.split()
    if program == "./dev":
        return not words or words[0] in COMMANDS
    return not words or is_command(words)


def is_command(words: list[str]) -> bool:
    """Whether words begin with a command of `karat`, down to the last group."""
    from karat.cli.main import main  # noqa: PLC0415 - only pages that show a command need the command line

    command: click.Command | None = main
    context = click.Context(main)
    for word in words:
        if not isinstance(command, click.Group) or word.startswith("-"):
            break
        command = command.get_command(context, word)
    return command is not None
