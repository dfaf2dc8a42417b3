"""`karat import`: everything in a file, or nothing."""

import time
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from karat.cli.project_options import policy_options, spec_options, take_policy, take_spec
from karat.domain.people import SYSTEM

if TYPE_CHECKING:
    from karat.cli.installation import Installation
    from karat.domain.projects import Project
    from karat.formats.columns import Mapping
    from karat.jobs.import_file import Imported, Source

_FILE = click.Path(exists=True, path_type=Path)
_ROLES = {
    "id": "Column with the item's lasting id.",
    "content": "Column with the text that annotators see.",
    "label": "Column with an existing answer; needs --annotator.",
    "annotator": "Column that says who gave the answer.",
    "gold": "Column with the gold label of an item.",
    "check": "Column that says what a gold label is for: gold, honeypot or reference.",
    "priority": "Column with 0 to 9; higher comes first.",
    "time": "Column that says when the answer was given.",
}


def _column_options(command: Any) -> Any:
    for role, text in reversed(_ROLES.items()):
        command = click.option(f"--{role}", default=None, metavar="COLUMN", help=text)(command)
    return command


@click.command(
    "import",
    epilog="""
\b
Examples:
  karat import comments.csv --project Toxicity
  karat import comments.jsonl --project Toxicity --id uid --content body --gold truth --check kind
  karat import photos.zip --project Birds --gold-file gold.csv
  karat import answers.csv --project rte --id task --annotator worker --label label --gold-file gold.csv
  karat import answers.csv --project rte --create --question "Does it follow?" --overlap 10
\b
CSV, TSV, JSONL, JSON, Parquet, and images as a zip or a folder. Without column options the columns are recognised
by their names; with any of them, only the named ones are used. All others are kept with the item.
""",
)
@click.argument("file", type=_FILE)
@click.option(
    "--project", "project_name", required=True, metavar="NAME", help="Project to import into: name or number."
)
@_column_options
@click.option("--gold-file", type=_FILE, default=None, help="Gold labels in a file of their own, by the item's id.")
@click.option("--batch", default="", metavar="NAME", help="Name of the batch. [the file's name]")
@click.option(
    "--create",
    "is_new",
    is_flag=True,
    help="Create the project first, unless there is one of that name; the options from --question on are for this. "
    "Without --class and --spec, the classes are those found in the label and gold columns.",
)
@spec_options
@policy_options
def import_file(
    *, file: Path, project_name: str, gold_file: Path | None, batch: str, is_new: bool, **options: Any
) -> None:
    """Import items, existing answers and gold labels.

    Everything in FILE is imported, or nothing: when something is wrong with it, every problem is listed with its line
    and reason, up to 20. Annotators are not disturbed, and see the new items only when all are there.
    """
    from karat.cli.installation import find_project, opened  # noqa: PLC0415 - `karat --help` must not load the server
    from karat.jobs.import_file import Source  # noqa: PLC0415

    mapping = _mapping({role: options.pop(role) for role in _ROLES})
    given = [name for name, value in options.items() if value]
    if given and not is_new:
        raise click.UsageError(f"--{given[0].replace('_', '-')} is for a new project: add --create, or leave it out.")
    source, started = Source(file, file.name, mapping, gold_file), time.monotonic()
    with opened(create=is_new) as karat:
        if is_new:
            _create_unless_there(karat, project_name, source, options)
        project = karat.read(lambda db: find_project(db, project_name))
        imported = _import(karat, project, source, batch)
    _report(imported, project, seconds=time.monotonic() - started)


def _import(karat: "Installation", project: "Project", source: "Source", batch: str) -> "Imported":
    from karat.cli.progress import ProgressLine  # noqa: PLC0415
    from karat.jobs.import_file import Importer  # noqa: PLC0415

    with ProgressLine("rows") as progress:
        importer = Importer(karat.database, karat.settings, SYSTEM, project.id, progress=progress)
        return importer.run(source, name=batch)


def _mapping(chosen: dict[str, str | None]) -> "Mapping | None":
    from karat.formats.columns import Mapping  # noqa: PLC0415

    assert set(chosen) == {field.name for field in fields(Mapping)}
    return Mapping(**chosen) if any(chosen.values()) else None


def _create_unless_there(karat: "Installation", name: str, source: "Source", options: dict[str, Any]) -> None:
    from karat import store  # noqa: PLC0415
    from karat.cli.found_classes import found_classes, is_images  # noqa: PLC0415
    from karat.cli.project_commands import create_project  # noqa: PLC0415

    if karat.read(lambda db: store.projects.find_by_name(db, name)) is not None:
        return
    chosen, policy = take_spec(options), take_policy(options)
    has_classes = chosen.classes or chosen.file
    names = () if has_classes else found_classes(source.path, source.gold_path, source.mapping, karat.settings)
    made = create_project(karat, name, chosen.spec(names), policy, images=is_images(source.path))
    click.echo(f"created project {made.name!r} (number {made.id})", err=True)


def _report(imported: "Imported", project: "Project", *, seconds: float) -> None:
    counts = imported.counts
    parts = [f"{counts.n_items:,} items"]
    if counts.n_answers:
        parts.append(f"{counts.n_answers:,} answers of {counts.n_annotators:,} people")
    if counts.n_gold:
        parts.append(f"{counts.n_gold:,} gold labels ({counts.n_checks:,} of them check items)")
    click.echo(f"imported {', '.join(parts)} into {project.name!r} as {imported.name!r} in {seconds:.1f} s")
    remarks = [
        (counts.n_repeated, "answers repeat an earlier one of the same person and were left out"),
        (counts.n_revised, "answers revise an earlier one of the same person"),
        (imported.n_gold_unused, "gold labels are for items that this file does not have"),
    ]
    for n, remark in remarks:
        if n:
            click.echo(f"{n:,} {remark}", err=True)
