"""What waits for a reviewer, and the reviewer's decisions."""

from typing import Annotated

from fastapi import Query

from karat import actions, queries
from karat.api import routing, shapes
from karat.api.context import Here
from karat.api.identity import Who
from karat.api.routing import ItemPath, ProjectPath
from karat.domain.items import Dispute
from karat.schemas.items import DisputeName, ItemDetail, NewResolution, ReviewQueue

router = routing.router()


@router.get("/projects/{project_id}/review")
async def waiting(
    here: Here,
    who: Who,
    project_id: ProjectPath,
    why: DisputeName | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> ReviewQueue:
    """Disputed items with their answers, blind: who gave an answer is not said."""
    dispute = Dispute(why) if why else None
    queue = await here.read(lambda db: queries.review.waiting(db, who, project_id, dispute=dispute, limit=limit))
    return ReviewQueue(
        items=[shapes.review_item(item, here.media_url) for item in queue.items],
        n_waiting=sum(queue.n_waiting.values()),
        n_unsure=queue.n_waiting[Dispute.UNSURE],
        n_disagreement=queue.n_waiting[Dispute.DISAGREEMENT],
        n_skipped=queue.n_waiting[Dispute.SKIPPED],
    )


@router.post("/projects/{project_id}/items/{item_id}/resolution")
async def resolve(here: Here, who: Who, project_id: ProjectPath, item_id: ItemPath, body: NewResolution) -> ItemDetail:
    """Decide an item, or leave it without a label on purpose."""
    now = here.now()
    await here.write(
        lambda tx: actions.reviews.resolve(tx, who, project_id, item_id, label=body.label, note=body.note, now=now)
    )
    found = await here.read(lambda db: queries.items.detail(db, who, project_id, item_id))
    return shapes.item_detail(found, here.media_url)
