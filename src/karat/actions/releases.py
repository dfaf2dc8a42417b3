"""Asking for a release, and saying what became of it. The files are written by a job, between the two."""

from datetime import datetime
from typing import Any

from karat import store
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import AccountId, ProjectId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.releases import Gate, Release, ReleaseState
from karat.store.connection import Writer


def request(
    tx: Writer, actor: Actor, project_id: ProjectId, *, note: str, leave_out_undecided: bool, now: datetime
) -> Release:
    """Take the next number and have the release judged and built by a job."""
    require(actor, Permission.RELEASE, on=project_id)
    project = store.projects.get(tx, project_id)
    number = store.releases.add(
        tx,
        project_id,
        note=note.strip(),
        leave_out_undecided=leave_out_undecided,
        by=actor.account_id,
        spec_version=project.spec_version,
        now=now,
    )
    store.jobs.enqueue(
        tx,
        "build_release",
        {"number": number, "by": actor.account_id},
        project_id=project_id,
        dedupe=f"build_release:{project_id}:{number}",
        now=now,
    )
    facts = {"number": number, "leave_out_undecided": leave_out_undecided}
    store.events.append(tx, NewEvent(EventKind.RELEASE_REQUESTED, now, actor.account_id, project_id, facts=facts))
    return store.releases.get(tx, project_id, number)


def refuse(tx: Writer, project_id: ProjectId, number: int, gate: Gate, *, by: AccountId | None, now: datetime) -> None:
    """The gate was not passed; its checks say why and what to do."""
    if store.releases.close(tx, project_id, number, ReleaseState.REFUSED, gate=gate):
        facts = {"number": number, "failed": gate.failed()}
        store.events.append(tx, NewEvent(EventKind.RELEASE_REFUSED, now, by, project_id, facts=facts))


def fail(tx: Writer, project_id: ProjectId, number: int, error: str) -> None:
    """The release could not be built, for a reason that has nothing to do with the labels."""
    store.releases.close(tx, project_id, number, ReleaseState.REFUSED, error=error)


def publish(
    tx: Writer,
    project_id: ProjectId,
    number: int,
    gate: Gate,
    *,
    manifest: dict[str, Any],
    manifest_sha256: str,
    by: AccountId | None,
    now: datetime,
) -> None:
    """The files are complete and in their place: from now on they never change."""
    if store.releases.close(tx, project_id, number, ReleaseState.PUBLISHED, gate=gate, manifest=manifest):
        facts = {"number": number, "items": manifest["n_items"], "sha256": manifest_sha256}
        store.events.append(tx, NewEvent(EventKind.RELEASE_PUBLISHED, now, by, project_id, facts=facts))


def note_export(
    tx: Writer, actor: Actor, project_id: ProjectId, *, file_format: str, number: int | None, now: datetime
) -> None:
    """Record that somebody has taken labels out of the house."""
    require(actor, Permission.READ_RELEASES, on=project_id)
    facts = {"format": file_format, "release": number}
    store.events.append(tx, NewEvent(EventKind.DATA_EXPORTED, now, actor.account_id, project_id, facts=facts))
