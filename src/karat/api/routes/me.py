"""Whoever is signed in."""

from fastapi import Request

from karat import queries
from karat.api import entry, routing
from karat.api.context import Context, Here
from karat.api.guard import SESSION_COOKIE
from karat.api.identity import Who
from karat.domain.ids import AccountId
from karat.schemas.people import Me, MembershipShape, PasswordChange

router = routing.router()


@router.get("/me")
async def get(here: Here, who: Who) -> Me:
    assert who.account_id is not None  # Only the installation itself has none, and it sends no requests.
    return await shape_me(here, who.account_id, scope=who.token_scope)


@router.post("/me/password", status_code=204)
async def change_password(here: Here, who: Who, request: Request, body: PasswordChange) -> None:
    """Replace one's own password; every other sign-in of one's own ends. API tokens stay."""
    login = await here.read(lambda db: queries.people.own_login(db, who))
    entry.limit_attempts(here, request, login.email)
    await entry.with_new_password(here, who, login, body, session=request.cookies.get(SESSION_COOKIE, ""))


async def shape_me(here: Context, account_id: AccountId, *, scope: frozenset[str] | None = None) -> Me:
    """The person's profile; every way of signing in answers with it too."""
    profile = await here.read(lambda db: queries.people.profile(db, account_id, scope=scope))
    return Me(
        account_id=profile.account.id,
        name=profile.account.name,
        email=profile.account.email,
        is_admin=profile.account.is_admin,
        memberships=[MembershipShape.model_validate(standing) for standing in profile.standings],
        permissions=profile.permissions,
    )
