"""Creating and changing projects."""

from dataclasses import asdict
from datetime import datetime

from karat import store
from karat.domain.errors import Conflict, Problem, refuse_problems
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import ProjectId
from karat.domain.items import moves_items
from karat.domain.people import Actor, Role
from karat.domain.permissions import Permission, require
from karat.domain.projects import MediaKind, Project, QualityPolicy, check_policy
from karat.domain.specs import Spec, check_spec
from karat.store.connection import Writer


def create(
    tx: Writer,
    actor: Actor,
    *,
    name: str,
    media_kind: MediaKind,
    spec: Spec,
    policy: QualityPolicy,
    note: str = "",
    now: datetime,
) -> Project:
    """Create a project with its first spec version; its creator becomes its lead."""
    require(actor, Permission.CREATE_PROJECT)
    name = name.strip()
    problems = [] if name else [Problem("name", "is empty. Give the project a name.")]
    refuse_problems("the project cannot be created", problems + check_spec(spec) + check_policy(policy))
    _refuse_taken_name(tx, name)
    project_id = store.projects.add(tx, name=name, media_kind=media_kind, policy=policy, note=note, now=now)
    store.specs.add(tx, project_id, 1, spec, note="First version.", by=actor.account_id, now=now)
    store.statistics.start(tx, project_id)
    if actor.account_id is not None:
        store.annotators.add(tx, project_id, actor.account_id, Role.LEAD, now=now)
    store.events.append(
        tx, NewEvent(EventKind.PROJECT_CREATED, now, actor.account_id, project_id, facts={"name": name})
    )
    return store.projects.get(tx, project_id)


def change(
    tx: Writer,
    actor: Actor,
    project_id: ProjectId,
    *,
    name: str | None = None,
    note: str | None = None,
    policy: QualityPolicy | None = None,
    now: datetime,
) -> Project:
    """Change a project's name, note or policy; what is None stays.

    Overlap holds for items imported later. Thresholds that decide where an item stands hold for all of them: a job
    recounts those that have answers.
    """
    require(actor, Permission.EDIT_PROJECT, on=project_id)
    before = store.projects.get(tx, project_id)
    after_name = before.name if name is None else name.strip()
    after_note = before.note if note is None else note
    after_policy = policy or before.policy
    problems = [] if after_name else [Problem("name", "is empty. Give the project a name.")]
    refuse_problems("the project was not changed", problems + check_policy(after_policy))
    if after_name != before.name:
        _refuse_taken_name(tx, after_name)
    store.projects.change(tx, project_id, name=after_name, note=after_note, policy=after_policy)
    if moves_items(before.policy, after_policy):
        dedupe = f"recount_project:{project_id}"
        store.jobs.enqueue(tx, "recount_project", {}, project_id=project_id, dedupe=dedupe, now=now)
    changes = _changes(
        {"name": before.name, "note": before.note, **asdict(before.policy)},
        {"name": after_name, "note": after_note, **asdict(after_policy)},
    )
    store.events.append(
        tx, NewEvent(EventKind.PROJECT_CHANGED, now, actor.account_id, project_id, facts={"changes": changes})
    )
    return store.projects.get(tx, project_id)


def _refuse_taken_name(tx: Writer, name: str) -> None:
    if store.projects.find_by_name(tx, name) is not None:
        raise Conflict(f"there is a project named {name!r} already. Choose another name.")


def _changes(before: dict[str, object], after: dict[str, object]) -> dict[str, list[object]]:
    return {field: [before[field], after[field]] for field in before if before[field] != after[field]}
