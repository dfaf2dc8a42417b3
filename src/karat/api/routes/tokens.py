"""One's own API tokens."""

from datetime import timedelta

from karat import actions, queries
from karat.api import entry, routing
from karat.api.context import Here
from karat.api.identity import Who
from karat.api.routing import IdPath
from karat.domain.accounts import API_TOKEN_PREFIX
from karat.domain.people import ApiToken
from karat.schemas.people import NewToken, NewTokenSecret, Tokens, TokenShape

router = routing.router()


@router.get("/tokens")
async def list_all(here: Here, who: Who) -> Tokens:
    tokens = await here.read(lambda db: queries.people.tokens(db, who))
    return Tokens(tokens=[_shape(token) for token in tokens])


@router.post("/tokens")
async def create(here: Here, who: Who, body: NewToken) -> NewTokenSecret:
    secret, now, lifetime = API_TOKEN_PREFIX + entry.new_secret(), here.now(), timedelta(days=body.expires_in_days)
    token = await here.write(
        lambda tx: actions.tokens.create(
            tx, who, name=body.name, secret=secret, scope=body.scope, lifetime=lifetime, now=now
        )
    )
    return NewTokenSecret(token=_shape(token), secret=secret)


@router.delete("/tokens/{token_id}", status_code=204)
async def revoke(here: Here, who: Who, token_id: IdPath) -> None:
    await here.write_people(lambda tx: actions.tokens.revoke(tx, who, token_id, now=here.now()))


def _shape(token: ApiToken) -> TokenShape:
    return TokenShape(
        id=token.id,
        name=token.name,
        prefix=token.prefix,
        scope=None if token.scope is None else sorted(token.scope),
        created_at=token.created_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
    )
