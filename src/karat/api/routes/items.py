"""Items with everything that is known about them. Never reachable for somebody who may only annotate."""

from typing import Annotated

from fastapi import Query

from karat import actions, queries
from karat.api import routing, shapes
from karat.api.context import Here
from karat.api.identity import Who
from karat.api.routing import ItemPath, ProjectPath
from karat.domain.ids import ItemId
from karat.domain.items import GoldKind, GoldLabel, ItemState
from karat.queries.items import MAX_PAGE, ItemFilter
from karat.schemas.items import ItemDetail, ItemPage, NewGold, StateName

router = routing.router()

_MAX_ID = 2**53 - 1


@router.get("/projects/{project_id}/items")
async def page(
    here: Here,
    who: Who,
    project_id: ProjectPath,
    *,
    state: StateName | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    gold: bool | None = None,
    label: Annotated[str | None, Query(max_length=64)] = None,
    given: Annotated[str | None, Query(max_length=200)] = None,
    cursor: Annotated[int, Query(ge=0, le=_MAX_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> ItemPage:
    """The project's items in the order they came.

    `q` finds part of the key or content, `label` the class of the consensus; `given` takes classes with commas between
    them and finds the items to which all of them have been given.
    """
    classes = tuple(part.strip() for part in (given or "").split(",") if part.strip())
    wanted = ItemFilter(state=ItemState(state) if state else None, text=q, gold=gold, label=label, given=classes)
    found = await here.read(
        lambda db: queries.items.page(db, who, project_id, wanted, after=ItemId(cursor), limit=limit)
    )
    return ItemPage(
        items=[shapes.item_row(item, here.media_url) for item in found.items],
        next_cursor=None if found.next_after is None else str(found.next_after),
    )


@router.get("/projects/{project_id}/items/{item_id}")
async def get(here: Here, who: Who, project_id: ProjectPath, item_id: ItemPath) -> ItemDetail:
    """One item with its whole history."""
    found = await here.read(lambda db: queries.items.detail(db, who, project_id, item_id))
    return shapes.item_detail(found, here.media_url)


@router.put("/projects/{project_id}/items/{item_id}/gold")
async def set_gold(here: Here, who: Who, project_id: ProjectPath, item_id: ItemPath, body: NewGold) -> ItemDetail:
    """Give the item its trusted label."""
    label, now = GoldLabel(GoldKind(body.kind), body.label, body.provenance), here.now()
    await here.write(lambda tx: actions.reviews.set_gold(tx, who, project_id, item_id, label, now=now))
    return await get(here, who, project_id, item_id)
