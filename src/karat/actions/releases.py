"""Making releases: asked for here, built by a job, and finished here."""

import hashlib
from datetime import datetime

from karat import store
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import JobId, ProjectId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.releases import Contents, Gate, Release
from karat.store.codec import dump
from karat.store.connection import Writer


def request(
    tx: Writer, actor: Actor, project_id: ProjectId, *, note: str, leave_out_undecided: bool, now: datetime
) -> tuple[Release, JobId]:
    """Ask for the project's next release, to be judged by the gate and built under the current spec version."""
    require(actor, Permission.RELEASE, on=project_id)
    spec_version = store.projects.get(tx, project_id).spec_version
    number = store.releases.add(
        tx,
        project_id,
        note=note.strip(),
        leave_out_undecided=leave_out_undecided,
        by=actor.account_id,
        spec_version=spec_version,
        now=now,
    )
    job_id = store.jobs.enqueue(tx, "build_release", {"number": number}, project_id=project_id, now=now)
    assert job_id is not None, "without `dedupe` every job is enqueued"
    facts = {"number": number, "leave_out_undecided": leave_out_undecided}
    store.events.append(tx, NewEvent(EventKind.RELEASE_REQUESTED, now, actor.account_id, project_id, facts=facts))
    return store.releases.get(tx, project_id, number), job_id


def publish(tx: Writer, release: Release, gate: Gate, contents: Contents, *, now: datetime) -> None:
    """Make a release that was built public within its project."""
    store.releases.publish(tx, release.id, gate, contents)
    digest = hashlib.sha256(dump([vars(file) for file in contents.files]).encode()).hexdigest()
    facts = {"number": release.number, "items": contents.n_items, "sha256": digest}
    store.events.append(
        tx, NewEvent(EventKind.RELEASE_PUBLISHED, now, release.created_by, release.project_id, facts=facts)
    )


def refuse(tx: Writer, release: Release, gate: Gate, *, error: str | None = None, now: datetime) -> None:
    """Keep that, and why, the gate refused the release."""
    store.releases.refuse(tx, release.id, gate, error=error)
    facts = {"number": release.number, "failed": [check.name for check in gate.checks if not check.passed]}
    store.events.append(
        tx, NewEvent(EventKind.RELEASE_REFUSED, now, release.created_by, release.project_id, facts=facts)
    )


def note_download(
    tx: Writer, actor: Actor, project_id: ProjectId, *, file_format: str, number: int | None, now: datetime
) -> None:
    """Keep who took data out: of a release, or as it stood when the number is None."""
    facts = {"format": file_format, "number": number}
    store.events.append(tx, NewEvent(EventKind.DATA_EXPORTED, now, actor.account_id, project_id, facts=facts))
