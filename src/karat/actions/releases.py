"""Asking for a release, and saying what became of it. The files are written by a job, between the two."""

from datetime import datetime
from typing import Any

from karat import store
from karat.domain.errors import Conflict
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import AccountId, ProjectId, ReleaseId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.releases import Gate, Release, ReleaseState
from karat.store.connection import Writer


def request(
    tx: Writer, actor: Actor, project_id: ProjectId, *, note: str, leave_out_undecided: bool, now: datetime
) -> Release:
    """Take the next number and have the release judged and built by a job.

    Raises
    ------
    Conflict
        While another release of the project is being built: only then are numbers without gaps.
    """
    require(actor, Permission.RELEASE, on=project_id)
    project = store.projects.get(tx, project_id)
    store.releases.lock(tx, project_id)
    _refuse_a_second(store.releases.being_built(tx, project_id))
    release_id = store.releases.add(
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
        {"release": release_id, "by": actor.account_id},
        project_id=project_id,
        dedupe=job_of(release_id),
        now=now,
    )
    release = store.releases.attempt(tx, release_id)
    facts = {"number": release.number, "leave_out_undecided": leave_out_undecided}
    store.events.append(tx, NewEvent(EventKind.RELEASE_REQUESTED, now, actor.account_id, project_id, facts=facts))
    return release


def job_of(release_id: ReleaseId) -> str:
    """The name under which the job that builds a release can be looked up."""
    return f"build_release:{release_id}"


def _refuse_a_second(first: Release | None) -> None:
    if first is not None:
        raise Conflict(f"release {first.number} is being built. Ask again when it is done.")


def refuse(tx: Writer, release: Release, gate: Gate, *, by: AccountId | None, now: datetime) -> None:
    """The gate was not passed; its checks say why and what to do."""
    if store.releases.close(tx, release.id, ReleaseState.REFUSED, gate=gate):
        facts = {"number": release.number, "failed": gate.failed()}
        store.events.append(tx, NewEvent(EventKind.RELEASE_REFUSED, now, by, release.project_id, facts=facts))


def fail(tx: Writer, release: Release, error: str, *, by: AccountId | None, now: datetime) -> None:
    """The release could not be built, for a reason that has nothing to do with the labels."""
    if store.releases.close(tx, release.id, ReleaseState.REFUSED, error=error):
        facts = {"number": release.number, "failed": [], "error": error}
        store.events.append(tx, NewEvent(EventKind.RELEASE_REFUSED, now, by, release.project_id, facts=facts))


def publish(
    tx: Writer,
    release: Release,
    gate: Gate,
    *,
    manifest: dict[str, Any],
    manifest_sha256: str,
    by: AccountId | None,
    now: datetime,
) -> None:
    """The files are complete and in their place: from now on they never change."""
    if store.releases.close(tx, release.id, ReleaseState.PUBLISHED, gate=gate, manifest=manifest):
        facts = {"number": release.number, "items": manifest["n_items"], "sha256": manifest_sha256}
        store.events.append(tx, NewEvent(EventKind.RELEASE_PUBLISHED, now, by, release.project_id, facts=facts))


def note_export(
    tx: Writer, actor: Actor, project_id: ProjectId, *, file_format: str, number: int | None, now: datetime
) -> None:
    """Record that somebody has taken labels out of the house."""
    require(actor, Permission.READ_RELEASES, on=project_id)
    facts = {"format": file_format, "release": number}
    store.events.append(tx, NewEvent(EventKind.DATA_EXPORTED, now, actor.account_id, project_id, facts=facts))
