"""Whether this process can serve. For load balancers: it needs no sign-in and says nothing else."""

from typing import Literal

from karat import queries
from karat.api import routing
from karat.api.context import Here
from karat.schemas.base import Shape

router = routing.router()


class Health(Shape):
    status: Literal["ok"] = "ok"


@router.get("/health")
async def get(here: Here) -> Health:
    await here.read(queries.installation.answers)
    return Health()
