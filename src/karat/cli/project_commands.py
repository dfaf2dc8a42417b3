"""`karat project`: create, list and show."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from karat.cli.project_options import policy_options, spec_options, take_policy, take_spec
from karat.domain.people import SYSTEM, Role
from karat.domain.projects import MediaKind, Project, QualityPolicy
from karat.domain.specs import Spec

if TYPE_CHECKING:
    from karat.cli.installation import Installation


@click.group("project")
def project() -> None:
    """Create, list and show projects."""


@project.command(
    "create",
    epilog="""
\b
Examples:
  karat project create --name Toxicity --question "Is this comment toxic?" \\
      --class "Toxic: attacks or demeans a person" --class "Fine: everything else" --overlap 3
  karat project create --name Digits --images --spec digits.json --lead ada@example.org
""",
)
@click.option("--name", required=True, help="Name of the project; no other one may have it.")
@spec_options
@click.option("--images", is_flag=True, help="Items are pictures. Otherwise they are texts.")
@click.option("--note", default="", help="Shown wherever the project is.")
@click.option("--lead", default=None, metavar="EMAIL", help="Account that leads the project.")
@policy_options
def create(*, name: str, images: bool, note: str, lead: str | None, **options: Any) -> None:
    """Create a project with its question and classes."""
    from karat.cli.installation import opened  # noqa: PLC0415 - `karat --help` must not load the server

    spec, policy = take_spec(options).spec(), take_policy(options)
    with opened(create=True) as karat:
        made = create_project(karat, name, spec, policy, images=images, note=note, lead=lead)
    click.echo(f"created project {made.name!r} (number {made.id}) with {len(spec.classes)} classes")


@project.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def list_projects(*, as_json: bool) -> None:
    """List the projects, newest first."""
    from karat import queries  # noqa: PLC0415
    from karat.cli.installation import opened  # noqa: PLC0415

    with opened() as karat:
        cards = karat.read(lambda db: queries.projects.cards(db, SYSTEM))
    rows = [
        {
            "number": card.project.id,
            "name": card.project.name,
            "shows": card.project.media_kind.value,
            "items": card.counts.n_items if card.counts else 0,
            "resolved": card.counts.n_resolved if card.counts else 0,
            "disputed": card.counts.n_disputed if card.counts else 0,
        }
        for card in cards
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif rows:
        click.echo(table(rows))
    else:
        click.echo("there are no projects yet: `karat project create` makes one", err=True)


@project.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def show(*, name: str, as_json: bool) -> None:
    """Show a project: its question, classes, policy and how far it is. NAME may be its number."""
    from karat import store  # noqa: PLC0415
    from karat.cli.installation import find_project, opened  # noqa: PLC0415

    with opened() as karat, karat.database.read() as db:
        found = find_project(db, name)
        spec = store.specs.get(db, found.id, found.spec_version).spec
        counts = store.statistics.counts(db, found.id)
        intake = store.batches.intake(db, found.id)
        is_counting = store.jobs.has_pending(db, found.id, store.jobs.COUNTING)
        is_counting |= not store.checkpoints.is_caught_up(db, store.checkpoints.STATISTICS, found.id)
        n_waiting = store.jobs.n_pending(db, found.id, "import_upload")
    facts = {
        "number": found.id,
        "name": found.name,
        "shows": found.media_kind.value,
        "note": found.note,
        "question": spec.question,
        "spec_version": found.spec_version,
        "classes": [{"key": one.key, "name": one.name, "definition": one.definition} for one in spec.classes],
        "items": counts["items"],
        "open": counts["state:open"],
        "disputed": counts["state:disputed"],
        "resolved": counts["state:resolved"],
        "check_items": counts["check_items"],
        "answers": counts["answers"],
        "is_counting": is_counting,
        "items_not_counted": max(0, intake.n_published - counts["items"] - counts["check_items"]),
        "batches_loading": intake.n_loading,
        "imports_waiting": max(0, n_waiting - intake.n_loading),
        "policy": asdict(found.policy),
    }
    click.echo(json.dumps(facts, ensure_ascii=False, indent=2) if as_json else _described(facts))


def create_project(
    karat: "Installation",
    name: str,
    spec: Spec,
    policy: QualityPolicy,
    *,
    images: bool = False,
    note: str = "",
    lead: str | None = None,
) -> Project:
    """Create a project, and make an existing account its lead, in one transaction."""
    from karat import actions  # noqa: PLC0415
    from karat.cli.installation import now  # noqa: PLC0415
    from karat.cli.people import find_account  # noqa: PLC0415
    from karat.store.connection import Writer  # noqa: PLC0415

    def change(tx: Writer) -> Project:
        made = actions.projects.create(
            tx,
            SYSTEM,
            name=name,
            media_kind=MediaKind.IMAGE if images else MediaKind.TEXT,
            spec=spec,
            policy=policy,
            note=note,
            now=now(),
        )
        if lead is not None:
            actions.members.add(tx, SYSTEM, made.id, find_account(tx, lead).id, Role.LEAD, now=now())
        return made

    return karat.write(change)


def table(rows: list[dict[str, Any]]) -> str:
    """Rows with the same keys as aligned columns: texts to the left, numbers to the right."""
    titles = list(rows[0])
    cells = [[str(row[title]) for title in titles] for row in rows]
    widths = [max(len(title), *(len(row[place]) for row in cells)) for place, title in enumerate(titles)]
    numeric = [all(isinstance(row[title], int | float) for row in rows) for title in titles]

    def line(values: list[str]) -> str:
        padded = (
            value.rjust(width) if is_number else value.ljust(width)
            for value, width, is_number in zip(values, widths, numeric, strict=True)
        )
        return "  ".join(padded).rstrip()

    return "\n".join([line(titles), *map(line, cells)])


def _described(facts: dict[str, Any]) -> str:
    lines = [f"{facts['name']} (number {facts['number']}, shows {facts['shows']})"]
    if facts["note"]:
        lines.append(facts["note"])
    lines += ["", facts["question"]]
    width = max(16, *(len(one["key"]) for one in facts["classes"]))
    for one in facts["classes"]:
        lines.append(f"  {one['key']:<{width}} {one['name']}{': ' + one['definition'] if one['definition'] else ''}")
    lines += [
        "",
        f"{facts['items']:,} items: {facts['open']:,} open, {facts['disputed']:,} disputed, "
        f"{facts['resolved']:,} resolved; {facts['answers']:,} answers; {facts['check_items']:,} check items",
        *_still_to_come(facts),
        "",
        f"spec version {facts['spec_version']}, policy:",
        *(f"  {name.replace('_', '-'):<20} {value:g}" for name, value in facts["policy"].items()),
    ]
    return "\n".join(lines)


def _still_to_come(facts: dict[str, Any]) -> list[str]:
    """What the counts above do not say yet, and who sees to it."""
    lines = []
    if n := facts["items_not_counted"]:
        lines.append(f"{n:,} more items are imported and wait to be counted")
    elif facts["is_counting"]:
        lines.append("what happened last has not been read yet: these numbers may lag behind")
    if n := facts["batches_loading"]:
        lines.append(f"{n:,} {'import is' if n == 1 else 'imports are'} being loaded; the items count once it is done")
    if n := facts["imports_waiting"]:
        lines.append(f"{n:,} uploaded {'file waits' if n == 1 else 'files wait'} to be imported")
    return [*lines, "a running server does this, or `karat worker`"] if lines else []
