"""`karat release`: numbered datasets with their evidence."""

import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from karat.cli.failures import REFUSED
from karat.cli.project_commands import table
from karat.domain.errors import NotFound
from karat.domain.people import SYSTEM

if TYPE_CHECKING:
    from karat.domain.releases import Gate, Release

_PROJECT = click.option("--project", "project_name", required=True, metavar="NAME", help="Project, by name or number.")
_EVIDENCE = frozenset({"manifest.json", "spec.json"})


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
            wait_for_job(karat, project.id, f"build_release:{project.id}:{requested.number}", "rows")
        made = karat.read(lambda db: store.releases.get(db, project.id, requested.number))
    click.echo(_checklist(made.gate))
    click.echo(_outcome(made, project.name))
    if made.state.value != "published":
        raise click.exceptions.Exit(REFUSED)


@release.command("list")
@_PROJECT
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def list_releases(*, project_name: str, as_json: bool) -> None:
    """List the releases of a project, newest first."""
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
    """Write the files of a release as a zip."""
    from karat import actions, store  # noqa: PLC0415
    from karat.cli.installation import find_project, now, opened  # noqa: PLC0415

    with opened() as karat:
        with karat.database.read() as db:
            project = find_project(db, project_name)
            chosen = _choose(store.releases.history(db, project.id), number, project.name)
        folder = store.release_files.folder_of(karat.settings.home, project.id, chosen.number)
        _pack(folder, file_format, output)
        karat.write(
            lambda tx: actions.releases.note_export(
                tx, SYSTEM, project.id, file_format=file_format, number=chosen.number, now=now()
            )
        )
    click.echo(f"wrote release {chosen.number} of {project.name!r} to {output}", err=True)


def _choose(releases: "list[Release]", number: int | None, project_name: str) -> "Release":
    """The release of this number, or the newest published one.

    Raises
    ------
    NotFound
        When there is none, or it was not published.
    """
    if number is None:
        published = [one for one in releases if one.state.value == "published"]
        if published:
            return published[0]
        raise NotFound(f"{project_name!r} has no published release. `karat release create` makes one.")
    chosen = next((one for one in releases if one.number == number), None)
    if chosen is None:
        known = ", ".join(str(one.number) for one in releases) or "none"
        raise NotFound(f"{project_name!r} has no release {number}. There are: {known}.")
    if chosen.state.value != "published":
        raise NotFound(f"release {number} of {project_name!r} is {chosen.state.value}, so it has no files.")
    return chosen


def _pack(folder: Path, file_format: str, output: Path) -> None:
    """Pack what is wanted of a release's folder; the zip takes its place when it is complete."""
    if not folder.is_dir():
        raise NotFound(f"the files of this release are not in {folder}. Are they kept by another machine (KARAT_HOME)?")
    wanted = [path for path in sorted(folder.iterdir()) if path.suffix == f".{file_format}" or path.name in _EVIDENCE]
    with tempfile.TemporaryDirectory(prefix=".karat-", dir=output.parent) as aside:
        packed = Path(aside) / "release.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in wanted:
                archive.write(path, path.name)
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
    return f"release {made.number} of {project_name!r} is refused: {why}"
