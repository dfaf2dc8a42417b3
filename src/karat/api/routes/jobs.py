"""How far work is that is done later."""

from karat import queries
from karat.api import routing
from karat.api.context import Here
from karat.api.identity import Who
from karat.api.routing import JobPath, ProjectPath
from karat.queries.jobs import Job
from karat.schemas.base import ProblemShape
from karat.schemas.imports import JobShape

router = routing.router()


@router.get("/projects/{project_id}/jobs/{job_id}")
async def get(here: Here, who: Who, project_id: ProjectPath, job_id: JobPath) -> JobShape:
    """Poll this until `state` is done or failed."""
    return shape(await here.read(lambda db: queries.jobs.get(db, who, project_id, job_id)))


def shape(job: Job) -> JobShape:
    return JobShape(
        id=job.id,
        name=job.name,
        state=job.state,
        n_done=job.n_done,
        n_total=job.n_total,
        error=job.error,
        problems=[ProblemShape(**problem) for problem in job.problems],
        result=job.result,
    )
