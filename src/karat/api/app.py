"""Puts the HTTP face together: routes, errors, guards and the interface."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI

import karat
from karat.api.context import Context, Database
from karat.api.errors import handle_errors
from karat.api.guard import Guard
from karat.api.headers import SecurityHeaders
from karat.api.identity import ActorCache
from karat.api.interface import Interface
from karat.api.routes import (
    events,
    exports,
    health,
    imports,
    invitations,
    items,
    jobs,
    me,
    media,
    members,
    overview,
    projects,
    releases,
    review,
    sign_in,
    specs,
    tokens,
    uploads,
    work,
)
from karat.api.routing import operation_id
from karat.settings import Settings

ROUTES = (
    work,
    events,
    exports,
    health,
    imports,
    invitations,
    items,
    jobs,
    me,
    media,
    members,
    overview,
    projects,
    releases,
    review,
    sign_in,
    specs,
    tokens,
    uploads,
)
"""Every module with routes; each has a `router`. They are tried in this order: what is on the path of every annotation
comes first."""

_INTERFACE = Path(karat.__file__).parent / "ui"


def create_app(settings: Settings, database: Database, *, clock: Callable[[], datetime] | None = None) -> FastAPI:
    """The application of one process. The database stays the caller's, who closes it after the app."""
    app = bare_app(settings)
    app.state.context = Context(settings, database, clock=clock)
    app.state.actors = ActorCache(app.state.context)
    app.router.default = Interface(_INTERFACE)
    handle_errors(app)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(SecurityHeaders)
    return app


def bare_app(settings: Settings) -> FastAPI:
    """The routes alone, without a database: enough to describe the API."""
    app = FastAPI(
        title="Karat",
        version=version("karat"),
        lifespan=_lifespan,
        openapi_url="/api/openapi.json",
        docs_url="/api/docs" if settings.api_docs else None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
    )
    for module in ROUTES:
        app.include_router(module.router, tags=[module.__name__.rpartition(".")[2]])
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.context.close()
