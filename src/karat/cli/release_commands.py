"""`karat release`: numbered datasets with their evidence."""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from karat.cli.failures import REFUSED
from karat.cli.project_commands import table
from karat.domain.errors import NotFound
from karat.domain.people import SYSTEM

if TYPE_CHECKING:
    from karat.domain.releases import Gate, Release
    from karat.queries.releases import ReleasedFiles

_PROJECT = click.option("--project", "project_name", required=True, metavar="NAME", help="Project, by name or number.")


@click.group("release")
def release() -> None:
    """Create, list and download releases."""


@release.command("create")
@_PROJECT
@click.option("--note", default="", help="What this release is for.")
@click.option(
    "--leave-out-undecided",
    is_flag=True,
    help="Leave out items that have no decision yet, instead of refusing the release because of them.",
)
def create(*, project_name: str, note: str, leave_out_undecided: bool) -> None:
    """Build a release, if the quality gate lets it pass.

    Prints each requirement of the gate with its figure, and what to do where it is not met. The exit code is 1 when the
    release is refused.
    """
    from karat import actions, store  # noqa: PLC0415 - `karat --help` must not load the server
    from karat.cli.background import wait_for_job, wait_until_counted, working  # noqa: PLC0415
    from karat.cli.installation import find_project, now, opened  # noqa: PLC0415

    with opened() as karat:
        project = karat.read(lambda db: find_project(db, project_name))
        with working(karat):
            wait_until_counted(karat, project.id)
            requested = karat.write(
                lambda tx: actions.releases.request(
                    tx, SYSTEM, project.id, note=note, leave_out_undecided=leave_out_undecided, now=now()
                )
            )
            wait_for_job(karat, project.id, actions.releases.job_of(requested.id), "rows")
        made = karat.read(lambda db: store.releases.attempt(db, requested.id))
    click.echo(_checklist(made.gate))
    click.echo(_outcome(made, project.name))
    if made.state.value != "published":
        raise click.exceptions.Exit(REFUSED)


@release.command("list")
@_PROJECT
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def list_releases(*, project_name: str, as_json: bool) -> None:
    """List the releases of a project, newest first, with refused attempts: those have taken no number."""
    from karat import store  # noqa: PLC0415
    from karat.cli.installation import find_project, opened  # noqa: PLC0415

    with opened() as karat, karat.database.read() as db:
        project = find_project(db, project_name)
        releases = store.releases.history(db, project.id)
    rows = [
        {
            "number": one.number,
            "state": one.state.value,
            "items": one.manifest.get("n_items", 0),
            "answers": one.manifest.get("n_answers", 0),
            "created": f"{one.created_at:%Y-%m-%d %H:%M}",
            "note": one.note,
        }
        for one in releases
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif rows:
        click.echo(table(rows))
    else:
        click.echo(f"{project.name!r} has no releases yet: `karat release create` makes one", err=True)


@release.command("download")
@_PROJECT
@click.option("--number", type=click.IntRange(min=1), default=None, help="Which release. [the newest published one]")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(("jsonl", "csv", "parquet")),
    default="jsonl",
    show_default=True,
    help="Format of the tables.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Zip to write: labels, answers, annotators, manifest.json and spec.json. An existing one is replaced.",
)
def download(*, project_name: str, number: int | None, file_format: str, output: Path) -> None:
    """Write the files of a release as a zip: the same bytes each time."""
    from karat import actions, queries, store  # noqa: PLC0415
    from karat.cli.installation import find_project, now, opened  # noqa: PLC0415

    with opened() as karat:
        with karat.database.read() as db:
            project = find_project(db, project_name)
            chosen = number or _newest(store.releases.history(db, project.id), project.name)
            found = queries.releases.files(
                db, SYSTEM, project.id, chosen, file_format=file_format, home=karat.settings.home
            )
        _pack(found, output)
        karat.write(
            lambda tx: actions.releases.note_export(
                tx, SYSTEM, project.id, file_format=file_format, number=chosen, now=now()
            )
        )
    click.echo(f"wrote release {chosen} of {project.name!r} to {output}", err=True)


def _newest(releases: "list[Release]", project_name: str) -> int:
    """The number of the newest published release."""
    published = [one.number for one in releases if one.state.value == "published"]
    if not published:
        raise NotFound(f"{project_name!r} has no published release. `karat release create` makes one.")
    return published[0]


def _pack(found: "ReleasedFiles", output: Path) -> None:
    """Write the zip; it takes its place when it is complete."""
    from karat.formats.release_zip import zip_blocks  # noqa: PLC0415

    if not found.folder.is_dir():
        raise NotFound(
            f"the files of this release are not in {found.folder}. Are they on another machine (KARAT_HOME)?"
        )
    with tempfile.TemporaryDirectory(prefix=".karat-", dir=output.parent) as aside:
        packed = Path(aside) / found.archive_name
        with packed.open("wb") as file:
            file.writelines(zip_blocks(found.folder, found.names))
        packed.replace(output)


def _checklist(gate: "Gate") -> str:
    lines = []
    for check in gate.checks:
        lines.append(f"{'[x]' if check.passed else '[ ]'} {check.title}: {check.figure} (asked for: {check.target})")
        if check.advice:
            lines.append(f"    {check.advice}")
    return "\n".join(lines)


def _outcome(made: "Release", project_name: str) -> str:
    if made.state.value == "published":
        facts = made.manifest
        return (
            f"release {made.number} of {project_name!r} is published: {facts['n_items']:,} items, "
            f"{facts['n_left_out']:,} left out, {facts['n_answers']:,} answers of {facts['n_annotators']:,} people"
        )
    why = made.error or "the gate was not passed; see above what to do"
    return f"the attempt at release {made.number} of {project_name!r} is refused: {why}"
