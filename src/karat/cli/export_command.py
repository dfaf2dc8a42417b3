"""`karat export`: the labels as they stand now."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from karat.domain.people import SYSTEM

if TYPE_CHECKING:
    from karat.cli.installation import Installation
    from karat.domain.projects import Project


@click.command(
    "export",
    epilog="""
\b
Examples:
  karat export --project Toxicity > labels.jsonl
  karat export --project Toxicity --format parquet --output labels.parquet
\b
An export is a look at work in progress: items without a decision have an empty label. For a dataset to train on,
with its evidence and under a number, use `karat release create`.
""",
)
@click.option("--project", "project_name", required=True, metavar="NAME", help="Project, by name or number.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(("jsonl", "csv", "parquet")),
    default="jsonl",
    show_default=True,
    help="Format of the file.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File to write; an existing one is replaced. [standard output]",
)
def export(*, project_name: str, file_format: str, output: Path | None) -> None:
    """Write the labels of a project as they stand now.

    One row an item: id, content, state, label and where it comes from, certainty, and the soft label.
    """
    from karat.cli.background import wait_until_inferred, working  # noqa: PLC0415 - `--help` must not load the server
    from karat.cli.installation import find_project, opened  # noqa: PLC0415

    if output is None and file_format == "parquet":
        raise click.UsageError("Parquet is not text: name a file with --output.")
    with opened() as karat:
        project = karat.read(lambda db: find_project(db, project_name))
        with working(karat):
            wait_until_inferred(karat, project.id)
        n_rows = _write(karat, project, file_format, output)
    click.echo(f"wrote {n_rows:,} items of {project.name!r} to {output or 'standard output'}", err=True)


def _write(karat: "Installation", project: "Project", file_format: str, output: Path | None) -> int:
    from karat import actions, queries  # noqa: PLC0415
    from karat.cli.installation import now  # noqa: PLC0415
    from karat.formats.labels_file import write_table  # noqa: PLC0415

    # Beside the output, so that a complete file takes its place at once.
    with tempfile.TemporaryDirectory(prefix=".karat-", dir=None if output is None else output.parent) as folder:
        with karat.database.read() as db:
            table, rows = queries.labels.export(db, SYSTEM, project.id)
            written = write_table(Path(folder), table, rows, [file_format])
        path = Path(folder) / f"{table.name}.{file_format}"
        if output is None:
            with path.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
        else:
            path.replace(output)
    karat.write(
        lambda tx: actions.releases.note_export(tx, SYSTEM, project.id, file_format=file_format, number=None, now=now())
    )
    return written.n_rows
