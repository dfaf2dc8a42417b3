"""What every module in api/routes starts from: a router that reads JSON strictly, and the parameters of paths."""

import json
from collections.abc import Callable, Coroutine, Iterable
from itertools import chain
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Request, Response
from fastapi.routing import APIRoute

from karat.domain.ids import AnnotatorId, ItemId, JobId, ProjectId
from karat.schemas.base import ErrorShape

_MAX_ID = 2**53 - 1
"""The largest whole number that JavaScript keeps exactly."""
_id = Path(ge=1, le=_MAX_ID)
_secret = Path(min_length=1, max_length=200)

ProjectPath = Annotated[ProjectId, _id]
AnnotatorPath = Annotated[AnnotatorId, _id]
ItemPath = Annotated[ItemId, _id]
JobPath = Annotated[JobId, _id]
IdPath = Annotated[int, _id]
SecretPath = Annotated[str, _secret]

_ERRORS: dict[int | str, dict[str, Any]] = {"4XX": {"model": ErrorShape, "description": "Refused"}}


class StrictRequest(Request):
    """Reads JSON as the standard has it: no NaN, no lone surrogates, no NUL, no bottomless nesting."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            body = await self.body()
            value = orjson.loads(body)
            if b"\\u0000" in body and _has_nul(value):
                raise json.JSONDecodeError("text contains the character U+0000, which cannot be stored", "", 0)
            self._json = value
        return self._json


def _has_nul(value: Any) -> bool:
    """Level by level: a body may be nested deeper than functions may call themselves."""
    level = [value]
    while level:
        if any("\0" in part for part in level if isinstance(part, str)):
            return True
        level = [part for outer in level if isinstance(outer, dict | list) for part in _parts(outer)]
    return False


def _parts(value: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return chain(value, value.values()) if isinstance(value, dict) else value


class StrictRoute(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            is_strict = isinstance(request, StrictRequest)  # Then its body may have been read already.
            return await handle(request if is_strict else StrictRequest(request.scope, request.receive))

        return strict


def router(route_class: type[StrictRoute] = StrictRoute) -> APIRouter:
    """A module's router: `router = routing.router()`, and paths without the leading /api."""
    return APIRouter(prefix="/api", route_class=route_class, responses=_ERRORS)


def operation_id(route: APIRoute) -> str:
    """Module and function: `projects_create`."""
    return f"{route.endpoint.__module__.rpartition('.')[2]}_{route.endpoint.__name__}"
