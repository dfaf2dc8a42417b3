"""Who asks: the actor behind a sign-in cookie or a bearer token.

Actors are kept for `FRESH_SECONDS` per secret, since every request needs one. What that means: a revoked token, an
ended sign-in, a changed role or a removed member is refused at once in the process that made the change, and within
`FRESH_SECONDS` in every other. A new membership is seen at once everywhere: whoever asks for a project that the
kept actor does not belong to is looked up anew.
"""

import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from karat import actions, queries
from karat.api.context import Context
from karat.api.errors import NotSignedIn, TooManyRequests
from karat.api.guard import SESSION_COOKIE
from karat.domain.accounts import needs_renewal, session_end, token_hash
from karat.domain.people import Actor
from karat.queries.people import Credential

FRESH_SECONDS = 3.0
"""How long a kept actor is believed; the promise to administrators is 5 s."""
MAX_KEPT = 10_000

_NOT_SIGNED_IN = (
    "you are not signed in, or the sign-in has ended. Sign in, or send a valid token as "
    "`Authorization: Bearer karat_…`."
)


@dataclass(frozen=True, slots=True)
class _Kept:
    credential: Credential
    until: float


class ActorCache:
    """Actors by the hash of their secret, for a few seconds."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._kept: dict[bytes, _Kept] = {}
        self._generation = 0
        context.on_people_changed(self.forget)

    def forget(self) -> None:
        """People changed: believe nothing, not even what is being looked up just now."""
        self._generation += 1
        self._kept.clear()

    async def find(self, secret: str, *, is_token: bool, project_id: str | None) -> Actor | None:
        """Whoever this secret belongs to; None when it is not valid."""
        key = token_hash(secret)
        kept = self._kept.get(key)
        if kept is not None and kept.until > time.monotonic() and _may_know(kept.credential.actor, project_id):
            return kept.credential.actor if kept.credential.expires_at > self._context.now() else None
        return await self._look_up(key, is_token=is_token)

    async def _look_up(self, key: bytes, *, is_token: bool) -> Actor | None:
        context, now, generation = self._context, self._context.now(), self._generation
        find = queries.people.by_api_token if is_token else queries.people.by_session
        until = time.monotonic() + FRESH_SECONDS
        credential = await context.read(lambda db: find(db, key, now=now))
        if credential is None:
            self._kept.pop(key, None)
            return None
        await self._note_use(key, credential, is_token=is_token)
        if generation == self._generation:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[key] = _Kept(credential, until)
        return credential.actor

    async def _note_use(self, key: bytes, credential: Credential, *, is_token: bool) -> None:
        """Prolong a sign-in, or note a token's use: rarely, so that reading stays reading."""
        context, now, token_id = self._context, self._context.now(), credential.token_id
        days = context.settings.session_days
        if token_id is not None:
            await context.write(lambda tx: actions.tokens.note_use(tx, token_id, now=now))
        elif not is_token and needs_renewal(credential.expires_at, now, session_days=days):
            until = session_end(now, session_days=days)
            await context.write(lambda tx: actions.sign_in.renew(tx, key, expires_at=until))


def _may_know(actor: Actor, project_id: str | None) -> bool:
    if project_id is None or actor.is_admin:
        return True
    return any(str(known) == project_id for known in actor.memberships)


async def current_actor(request: Request) -> Actor:
    """
    Raises
    ------
    NotSignedIn
        When there is no valid secret.
    TooManyRequests
        When the account asked too often.
    """
    state = request.app.state
    secret, is_token = _secret(request)
    actor = None
    if secret:
        cache: ActorCache = state.actors
        actor = await cache.find(secret, is_token=is_token, project_id=request.path_params.get("project_id"))
    if actor is None:
        raise NotSignedIn(_NOT_SIGNED_IN, {"WWW-Authenticate": "Bearer"})
    context: Context = state.context
    if wait := context.requests.take(actor.account_id):
        raise TooManyRequests(f"more than {context.settings.requests_per_minute} requests in a minute", wait)
    return actor


def _secret(request: Request) -> tuple[str, bool]:
    authorization = request.headers.get("authorization")
    if authorization is None:
        return request.cookies.get(SESSION_COOKIE, ""), False
    scheme, _, token = authorization.partition(" ")
    return (token.strip() if scheme.casefold() == "bearer" else ""), True


Who = Annotated[Actor, Depends(current_actor)]
"""Write `who: Who` in a route: the actor, or 401."""
