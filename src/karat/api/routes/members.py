"""The people of a project."""

from karat import actions, queries
from karat.api import routing
from karat.api.context import Here
from karat.api.identity import Who
from karat.api.routing import AnnotatorPath, ProjectPath
from karat.domain.people import Role
from karat.schemas.people import MemberChange, Members, MemberShape

router = routing.router()


@router.get("/projects/{project_id}/members")
async def list_all(here: Here, who: Who, project_id: ProjectPath) -> Members:
    members = await here.read(lambda db: queries.people.members(db, who, project_id))
    return Members(members=[MemberShape.model_validate(member) for member in members])


@router.patch("/projects/{project_id}/members/{annotator_id}")
async def change(
    here: Here, who: Who, project_id: ProjectPath, annotator_id: AnnotatorPath, body: MemberChange
) -> MemberShape:
    role = None if body.role is None else Role(body.role)
    member = await here.write_people(
        lambda tx: actions.members.change(
            tx, who, project_id, annotator_id, role=role, is_paused=body.is_paused, now=here.now()
        )
    )
    return MemberShape.model_validate(member)


@router.delete("/projects/{project_id}/members/{annotator_id}", status_code=204)
async def remove(here: Here, who: Who, project_id: ProjectPath, annotator_id: AnnotatorPath) -> None:
    await here.write_people(lambda tx: actions.members.remove(tx, who, project_id, annotator_id, now=here.now()))
