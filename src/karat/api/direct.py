"""A shorter way into a route, for what is on the path of every annotation.

The framework solves dependencies, looks for forms and collects errors anew with every request, which costs more than
all that we do ourselves. Law: only a request that is well-formed goes the short way, and it comes to the same.
"""

import inspect
from collections.abc import Callable, Coroutine
from json import JSONDecodeError
from typing import Any, get_type_hints

from fastapi import Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.requests import ClientDisconnect

from karat.api.context import this_context
from karat.api.identity import current_actor
from karat.api.routing import StrictRequest, StrictRoute

_JSON = b"application/json"


class DirectRoute(StrictRoute):
    """For functions of `here`, `who`, parameters of the path and a JSON `body` that make their response themselves.

    Others of the same router, and requests that are wrong in any way, are left to the framework: it says what is wrong.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        by_framework = super().get_route_handler()
        function: Callable[..., Any] = self.endpoint
        hints = get_type_hints(function, include_extras=True)
        if hints.get("return") is not Response or "body" not in hints:
            return by_framework
        names = inspect.signature(function).parameters.keys() - {"here", "who"}
        if names != {"body", *self.param_convertors}:
            return by_framework  # It takes something else, such as a parameter of the query.
        read = _Reading({name: TypeAdapter(hints[name]) for name in names})

        async def directly(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            values = await read(strict)
            if values is None:
                return await by_framework(strict)
            here, who = await this_context(strict), await current_actor(strict)
            response: Response = await function(here=here, who=who, **values)
            return response

        return directly


class _Reading:
    """Reads the parameters of a function from a request."""

    def __init__(self, types: dict[str, TypeAdapter[Any]]) -> None:
        self._types = types

    async def __call__(self, request: StrictRequest) -> dict[str, Any] | None:
        """None when there is anything wrong with them."""
        if [value for name, value in request.scope["headers"] if name == b"content-type"] != [_JSON]:
            return None
        try:
            raw = {**request.path_params, "body": await request.json()}
            return {name: kind.validate_python(raw[name]) for name, kind in self._types.items()}
        except (JSONDecodeError, ValidationError, ClientDisconnect):
            return None
