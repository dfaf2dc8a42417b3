"""Having an uploaded file imported, by a job."""

from karat import actions, queries
from karat.api import routing
from karat.api.context import Here
from karat.api.identity import Who
from karat.api.routes.jobs import shape
from karat.api.routing import ProjectPath
from karat.domain.ids import UploadId
from karat.schemas.imports import JobShape, NewImport

router = routing.router()


@router.post("/projects/{project_id}/imports", status_code=202)
async def request(here: Here, who: Who, project_id: ProjectPath, body: NewImport) -> JobShape:
    """Import everything in the file, or nothing: the job says which. Without a mapping, columns are recognised."""
    upload_id, now, mapping = UploadId(body.upload_id), here.now(), body.mapping.model_dump(exclude_none=True)
    job_id = await here.write(
        lambda tx: actions.imports.request(
            tx, who, project_id, upload_id=upload_id, mapping=mapping, name=body.name, now=now
        )
    )
    return shape(await here.read(lambda db: queries.jobs.get(db, who, project_id, job_id)))
