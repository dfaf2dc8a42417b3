"""Signing in and out."""

from fastapi import Request, Response

from karat import actions
from karat.api import entry, routing
from karat.api.context import Here
from karat.api.guard import SESSION_COOKIE
from karat.api.routes.me import shape_me
from karat.schemas.people import Me, SignIn, SignInByLink

router = routing.router()


@router.post("/sign-in")
async def with_password(here: Here, request: Request, response: Response, body: SignIn) -> Me:
    entry.limit_attempts(here, request, body.email)
    session = entry.new_secret()
    account = await entry.by_password(here, body.email, body.password, session=session)
    entry.set_cookie(here, response, session)
    return await shape_me(here, account.id)


@router.post("/sign-in/link")
async def with_link(here: Here, request: Request, response: Response, body: SignInByLink) -> Me:
    entry.limit_attempts(here, request)
    session, now, days = entry.new_secret(), here.now(), here.settings.session_days
    account = await here.write(
        lambda tx: actions.sign_in.start_by_link(tx, body.token, session=session, session_days=days, now=now)
    )
    entry.set_cookie(here, response, session)
    return await shape_me(here, account.id)


@router.post("/sign-out", status_code=204)
async def end(here: Here, request: Request, response: Response) -> None:
    session = request.cookies.get(SESSION_COOKIE, "")
    await here.write_people(lambda tx: actions.sign_in.end(tx, session))
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")
