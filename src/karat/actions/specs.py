"""Publishing spec versions. A spec is never edited: a change makes the next version."""

from datetime import datetime

from karat import store
from karat.domain.errors import Conflict, Problem, refuse_problems
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import ProjectId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.specs import Spec, SpecVersion, check_spec
from karat.store.connection import Writer


def publish(tx: Writer, actor: Actor, project_id: ProjectId, *, spec: Spec, note: str, now: datetime) -> SpecVersion:
    """Make this the spec that new work is done under; answers keep the version they were given under."""
    require(actor, Permission.EDIT_PROJECT, on=project_id)
    number = store.projects.lock_spec_version(tx, project_id)
    note_problems = [] if note.strip() else [Problem("note", "is empty. Say what changed and why.")]
    refuse_problems("the spec was not published", note_problems + check_spec(spec))
    before = store.specs.get(tx, project_id, number).spec
    if spec == before:
        raise Conflict(f"this spec is the same as version {number}. Change something, or leave it as it is.")
    _refuse_removing_gold_classes(tx, project_id, before, spec)
    store.specs.add(tx, project_id, number + 1, spec, note=note.strip(), by=actor.account_id, now=now)
    store.projects.set_spec_version(tx, project_id, number + 1)
    facts = {"number": number + 1, "note": note.strip()}
    store.events.append(tx, NewEvent(EventKind.SPEC_PUBLISHED, now, actor.account_id, project_id, facts=facts))
    return store.specs.get(tx, project_id, number + 1)


def _refuse_removing_gold_classes(tx: Writer, project_id: ProjectId, before: Spec, after: Spec) -> None:
    """Gold of a class that nobody can choose any more would grade every annotator wrong."""
    removed = [key for key in before.class_keys() if key not in after.class_keys()]
    in_gold = store.specs.gold_classes(tx, project_id) if removed else frozenset()
    if kept := [key for key in removed if key in in_gold]:
        raise Conflict(
            f"gold items have the class {kept[0]!r}, which this spec no longer has. "
            "Give that gold another label first, or keep the class."
        )
