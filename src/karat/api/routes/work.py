"""An annotator's work. Law: what is answered here is the same for production and check items.

`next`, `submit` and `skip` are on the path of every annotation: they answer with JSON that is written directly,
without validating what we have just made ourselves; a test holds it against the schema. They answer with
a random delay: finding a check takes some hundredths of a millisecond longer than finding production work.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Annotated, Any

import orjson
from fastapi import Path, Response

from karat import actions, queries
from karat.api import routing
from karat.api.context import Here
from karat.api.direct import DirectRoute
from karat.api.identity import Who
from karat.api.routing import ProjectPath
from karat.domain.annotations import Answer
from karat.domain.assignments import Closed
from karat.domain.errors import Problem, refuse_problems
from karat.domain.ids import AssignmentId
from karat.domain.routing import Stream
from karat.queries.work import Desk
from karat.schemas.specs import SpecShape
from karat.schemas.work import (
    NextRequest,
    RecentAnswer,
    RecentAnswers,
    SkipRequest,
    SubmitReceipt,
    SubmitRequest,
    WorkDesk,
    WorkItem,
    WorkStream,
)

router = routing.router(DirectRoute)

MediaUrl = Callable[[str], str]
AssignmentPath = Annotated[AssignmentId, Path(min_length=1, max_length=64)]

BLUR_SECONDS = 0.006
"""Answers wait for a random part of this: a person who prefetches does not notice, and a stopwatch learns nothing.

Not up to the next multiple of a fixed time: timers round to milliseconds, which let the difference through.
"""


@router.get("/projects/{project_id}/work")
async def desk(here: Here, who: Who, project_id: ProjectPath) -> WorkDesk:
    """What the Work screen needs before the first item."""
    return _desk(await here.read(lambda db: queries.work.desk(db, who, project_id)))


@router.get("/projects/{project_id}/work/recent")
async def recent(here: Here, who: Who, project_id: ProjectPath) -> RecentAnswers:
    """The latest 20 of one's own answers and skips, newest first."""
    found = await here.read(lambda db: queries.work.recent(db, who, project_id))
    return RecentAnswers(answers=[_recent(closed, here.media_url) for closed in found])


@router.post("/projects/{project_id}/work/next", response_model=WorkStream)
async def next_items(here: Here, who: Who, project_id: ProjectPath, body: NextRequest) -> Response:
    """Work to do: what is held already, renewed, and more up to `hold`."""
    now = here.now()
    stream = await here.write(lambda tx: actions.assignments.claim(tx, who, project_id, hold=body.hold, now=now))
    await _blur()
    return _json(_stream(stream, here.media_url))


@router.post("/work/{assignment_id}/submit", response_model=SubmitReceipt)
async def submit(here: Here, who: Who, assignment_id: AssignmentPath, body: SubmitRequest) -> Response:
    """Answer an item, or change the answer; the same answer again is safe. The next items come with the receipt."""
    answer, now = _answer(body), here.now()
    stream = await here.write(
        lambda tx: actions.annotations.submit_and_go_on(tx, who, assignment_id, answer, hold=body.hold, now=now)
    )
    await _blur()
    return _receipt(assignment_id, stream, here.media_url)


@router.post("/work/{assignment_id}/skip", response_model=SubmitReceipt)
async def skip(here: Here, who: Who, assignment_id: AssignmentPath, body: SkipRequest) -> Response:
    """Decline an item with a reason. The next items come with the receipt."""
    now = here.now()
    stream = await here.write(
        lambda tx: actions.assignments.skip_and_go_on(tx, who, assignment_id, body.reason, hold=body.hold, now=now)
    )
    await _blur()
    return _receipt(assignment_id, stream, here.media_url)


async def _blur() -> None:
    await asyncio.sleep(random.uniform(0, BLUR_SECONDS))


def _answer(body: SubmitRequest) -> Answer:
    """One of the two: a class, or unsure."""
    if body.unsure == (body.label is not None):
        message = "must be a class, or left out together with `unsure: true` and a reason."
        refuse_problems("the answer was not stored", [Problem("label", message)])
    return Answer(label=body.label, reason=body.reason, duration_ms=body.duration_ms)


def _receipt(assignment_id: str, stream: Stream, media_url: MediaUrl) -> Response:
    return _json({"assignment_id": assignment_id, "stream": _stream(stream, media_url)})


def _stream(stream: Stream, media_url: MediaUrl) -> dict[str, Any]:
    assignments = [
        {"id": claim.id, "item": _item(claim.content, media_url), "expires_at": claim.expires_at}
        for claim in stream.claims
    ]
    return {"assignments": assignments, "spec_version": stream.spec_version}


def _item(content: dict[str, Any], media_url: MediaUrl) -> dict[str, Any]:
    media = content.get("media")
    return {
        "text": content.get("text"),
        "image_url": None if media is None else media_url(media),
        "width": content.get("width"),
        "height": content.get("height"),
    }


def _json(value: dict[str, Any]) -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_UTC_Z), media_type="application/json")


def _recent(closed: Closed, media_url: MediaUrl) -> RecentAnswer:
    return RecentAnswer(
        assignment_id=closed.id,
        item=WorkItem(**_item(closed.content, media_url)),
        label=closed.answer.label if closed.answer else None,
        unsure=closed.answer is not None and closed.answer.label is None,
        skipped=closed.answer is None,
        reason=closed.reason,
        submitted_at=closed.at,
    )


def _desk(found: Desk) -> WorkDesk:
    return WorkDesk(
        project_id=found.project.id,
        project_name=found.project.name,
        media_kind=found.project.media_kind.value,
        note=found.project.note,
        spec_version=found.spec.number,
        spec=SpecShape.model_validate(found.spec.spec),
        n_answered=found.n_answered,
    )
