"""Inviting people to a project, and accepting."""

from fastapi import Request, Response

from karat import actions, queries
from karat.api import entry, routing
from karat.api.context import Here
from karat.api.identity import Who
from karat.api.routes.me import shape_me
from karat.api.routing import IdPath, ProjectPath, SecretPath
from karat.domain.people import Role
from karat.schemas.people import (
    AcceptInvitation,
    Invitations,
    InvitationShape,
    InvitationWelcome,
    Me,
    NewInvitation,
    NewInvitationLink,
)

router = routing.router()


@router.get("/invitations/{token}")
async def welcome(here: Here, token: SecretPath) -> InvitationWelcome:
    found = await here.read(lambda db: queries.people.welcome(db, token, now=here.now()))
    return InvitationWelcome.model_validate(found)


@router.post("/invitations/{token}/accept")
async def accept(here: Here, request: Request, response: Response, token: SecretPath, body: AcceptInvitation) -> Me:
    entry.limit_attempts(here, request, body.email)
    session = entry.new_secret()
    account = await entry.by_invitation(here, token, body, session=session)
    entry.set_cookie(here, response, session)
    return await shape_me(here, account.id)


@router.get("/projects/{project_id}/invitations")
async def list_all(here: Here, who: Who, project_id: ProjectPath) -> Invitations:
    found = await here.read(lambda db: queries.people.invitations(db, who, project_id))
    return Invitations(invitations=[InvitationShape.model_validate(invitation) for invitation in found])


@router.post("/projects/{project_id}/invitations")
async def make(here: Here, who: Who, project_id: ProjectPath, body: NewInvitation) -> NewInvitationLink:
    secret, role = entry.new_secret(), Role(body.role)
    invitation = await here.write(
        lambda tx: actions.invitations.make(
            tx, who, project_id, email=body.email, role=role, secret=secret, now=here.now()
        )
    )
    return NewInvitationLink(invitation=InvitationShape.model_validate(invitation), path=f"/#/invitation/{secret}")


@router.delete("/projects/{project_id}/invitations/{invitation_id}", status_code=204)
async def withdraw(here: Here, who: Who, project_id: ProjectPath, invitation_id: IdPath) -> None:
    await here.write(lambda tx: actions.invitations.withdraw(tx, who, project_id, invitation_id, now=here.now()))
