"""A group whose commands are loaded when they are run, so that help is there at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click


@dataclass(frozen=True)
class Entry:
    """A command that is known, but not loaded."""

    module: str
    """Where it is, below `karat.cli`; the command has the name of its function there."""
    attribute: str
    summary: str
    """The line that the group's help shows; the same as the command's own."""
    chapter: str
    """Heading of the group's help under which it stands."""


class LazyGroup(click.Group):
    """Lists its entries without loading any."""

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **options: Any) -> None:
        super().__init__(*args, **options)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        command = getattr(import_module(f"karat.cli.{entry.module}"), entry.attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        chapters: dict[str, list[tuple[str, str]]] = {}
        for name, entry in self.entries.items():
            chapters.setdefault(entry.chapter, []).append((name, entry.summary))
        for chapter, rows in chapters.items():
            with formatter.section(chapter):
                formatter.write_dl(rows, col_spacing=4)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.entries and not name.startswith("-"):
            near = get_close_matches(name, self.entries, n=1)
            advice = f"Did you mean {near[0]!r}?" if near else f"`{ctx.command_path} --help` lists those there are."
            ctx.fail(f"there is no command {name!r}. {advice}")
        return super().resolve_command(ctx, args)
