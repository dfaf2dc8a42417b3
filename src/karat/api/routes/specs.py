"""The label spec of a project and its versions."""

from karat import actions, queries
from karat.api import routing
from karat.api.context import Here
from karat.api.identity import Who
from karat.api.routing import ProjectPath
from karat.schemas.specs import NewSpecVersion, SpecHistory, SpecVersionShape, spec_of

router = routing.router()


@router.get("/projects/{project_id}/spec")
async def current(here: Here, who: Who, project_id: ProjectPath) -> SpecVersionShape:
    version = await here.read(lambda db: queries.specs.current(db, who, project_id))
    return SpecVersionShape.model_validate(version)


@router.post("/projects/{project_id}/spec")
async def publish(here: Here, who: Who, project_id: ProjectPath, body: NewSpecVersion) -> SpecVersionShape:
    version = await here.write(
        lambda tx: actions.specs.publish(tx, who, project_id, spec=spec_of(body.spec), note=body.note, now=here.now())
    )
    return SpecVersionShape.model_validate(version)


@router.get("/projects/{project_id}/spec/history")
async def history(here: Here, who: Who, project_id: ProjectPath) -> SpecHistory:
    versions = await here.read(lambda db: queries.specs.history(db, who, project_id))
    return SpecHistory(versions=[SpecVersionShape.model_validate(version) for version in versions])
