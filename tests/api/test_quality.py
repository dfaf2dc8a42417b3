"""Items, review and overview over HTTP: their shapes, and one shape for everything that is refused."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from karat.domain.ids import ItemId
from karat.domain.people import Actor, Role
from karat.domain.projects import Project
from karat.schemas.base import ErrorShape
from karat.schemas.items import ItemDetail, ItemPage, ReviewQueue
from karat.schemas.quality import Overview
from tests.api.visitors import Api, Visitor
from tests.builders import a_member, a_policy, a_project, an_answer, annotators, catch_up, checks, items


class Scene:
    """A project with three items, one of them disputed, and one gold item."""

    def __init__(self, api: Api) -> None:
        write = api.database.write
        self.api = api
        self.project: Project = write(lambda tx: a_project(tx, a_policy(overlap=2)))
        self.items: list[ItemId] = write(lambda tx: items(tx, self.project, 3, texts=["one", "two", "zwölf"]))
        (self.gold,) = write(lambda tx: checks(tx, self.project, 1))
        self.people: list[Actor] = write(lambda tx: annotators(tx, self.project, 2))
        for person, label in zip(self.people, ("toxic", "fine"), strict=True):
            write(partial(an_answer, project=self.project, person=person, item_id=self.items[0], label=label))
        catch_up(api.database)
        self.root = f"/api/projects/{self.project.id}"

    def member(self, name: str, role: Role) -> Visitor:
        actor = self.api.database.write(lambda tx: a_member(tx, self.project, name, role))
        return self.api.signed_in(actor.account_id)


@pytest.fixture
def scene(api: Api) -> Scene:
    return Scene(api)


@pytest.fixture
def lead(scene: Scene) -> Visitor:
    return scene.member("lea", Role.LEAD)


@pytest.fixture
def reviewer(scene: Scene) -> Visitor:
    return scene.member("rex", Role.REVIEWER)


def test_items_come_in_pages_whose_cursor_leads_to_the_next(scene: Scene, lead: Visitor) -> None:
    first = ItemPage.model_validate(lead.get(f"{scene.root}/items", params={"limit": 3}).json())
    second = ItemPage.model_validate(
        lead.get(f"{scene.root}/items", params={"limit": 3, "cursor": first.next_cursor}).json()
    )

    assert [row.id for row in first.items] == scene.items
    assert [row.id for row in second.items] == [scene.gold]
    assert second.next_cursor is None
    assert (first.items[0].state, first.items[0].n_answers, first.items[0].content.text) == ("disputed", 2, "one")


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({"state": "disputed"}, [0]),
        ({"state": "open"}, [1, 2]),
        ({"gold": "true"}, [3]),
        ({"gold": "false"}, [0, 1, 2]),
        ({"q": "ZWÖLF"}, [2]),
        ({"q": "%"}, []),
        ({"label": "toxic"}, []),
    ],
)
def test_items_are_filtered_as_asked(scene: Scene, lead: Visitor, asked: dict[str, str], places: list[int]) -> None:
    found = ItemPage.model_validate(lead.get(f"{scene.root}/items", params=asked).json())

    everything = [*scene.items, scene.gold]
    assert [row.id for row in found.items] == [everything[place] for place in places]


def test_an_item_tells_why_its_label_is_what_it_is_and_all_that_happened(scene: Scene, lead: Visitor) -> None:
    detail = ItemDetail.model_validate(lead.get(f"{scene.root}/items/{scene.items[0]}").json())

    assert detail.batch == "item"
    assert "2 answers are in" in detail.why
    assert [entry.kind for entry in detail.history] == ["imported", "claimed", "claimed", "submitted", "submitted"]


def test_a_gold_label_is_set_and_shown(scene: Scene, lead: Visitor) -> None:
    body = {"kind": "gold", "label": "toxic", "provenance": "two experts"}

    response = lead.request("PUT", f"{scene.root}/items/{scene.items[1]}/gold", json=body)

    detail = ItemDetail.model_validate(response.json())
    assert detail.item.gold is not None
    assert detail.item.gold.model_dump() == body
    assert detail.item.state == "resolved"


def test_the_review_queue_is_blind_and_counts_what_waits(scene: Scene, reviewer: Visitor) -> None:
    response = reviewer.get(f"{scene.root}/review", params={"why": "disagreement"})

    queue = ReviewQueue.model_validate(response.json())
    assert (queue.n_waiting, queue.n_unsure, queue.n_disagreement, queue.n_skipped) == (1, 0, 1, 0)
    assert [answer.letter for answer in queue.items[0].answers] == ["A", "B"]
    assert "Annotator" not in response.text


def test_a_decision_is_answered_with_the_item_as_it_stands_now(scene: Scene, reviewer: Visitor) -> None:
    response = reviewer.post(f"{scene.root}/items/{scene.items[0]}/resolution", {"label": "fine", "note": "R3"})

    detail = ItemDetail.model_validate(response.json())
    assert detail.item.state == "resolved"
    assert detail.item.resolution is not None
    assert (detail.item.resolution.label, detail.item.resolution.by) == ("fine", "Rex")


def test_the_overview_has_every_number_with_its_evidence(scene: Scene, lead: Visitor) -> None:
    found = Overview.model_validate(lead.get(f"{scene.root}/overview").json())

    assert (found.progress.n_items, found.progress.n_disputed, found.progress.n_check_items) == (3, 1, 1)
    assert found.gold_accuracy.reason == "0 of 20 graded gold answers so far"
    assert [(row.key, row.n) for row in found.classes] == [("toxic", 1), ("fine", 1)]
    assert found.agreement_scope == "all items: each is labeled by 2 people"
    assert (found.measured_share, found.measured_overlap) == (None, 2)
    assert found.is_up_to_date


REFUSED: list[tuple[str, str, Any, int, str]] = [
    ("GET", "/items/999999", None, 404, "not_found"),
    ("GET", "/items?limit=0", None, 422, "invalid"),
    ("GET", "/items?limit=201", None, 422, "invalid"),
    ("GET", "/items?state=loading", None, 422, "invalid"),
    ("GET", "/items?cursor=-1", None, 422, "invalid"),
    ("GET", "/items?q=%00", None, 422, "invalid"),
    ("GET", "/review?why=bored", None, 422, "invalid"),
    ("PUT", "/items/1/gold", {"kind": "gold", "label": "spam"}, 422, "invalid"),
    ("PUT", "/items/1/gold", {"kind": "bronze", "label": "toxic"}, 422, "invalid"),
    ("POST", "/items/1/resolution", {"label": "spam"}, 422, "invalid"),
    ("POST", "/items/1/resolution", {"undecidable": True}, 422, "invalid"),
    ("POST", "/items/1/resolution", {"label": "toxic", "undecidable": True}, 422, "invalid"),
    ("POST", "/items/1/resolution", {}, 422, "invalid"),
]


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: f"{refused[0]} {refused[1]} {refused[2]}")
def test_what_is_refused_has_the_shape_of_errors(scene: Scene, lead: Visitor, refused: tuple[Any, ...]) -> None:
    method, path, body, status, code = refused

    response = lead.request(method, scene.root + path, **({} if body is None else {"json": body}))

    assert response.status_code == status
    assert ErrorShape.model_validate(response.json()).code == code


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/items"), ("GET", "/items/1"), ("GET", "/review"), ("GET", "/overview")]
)
def test_who_may_only_annotate_is_refused_all_of_it(scene: Scene, method: str, path: str) -> None:
    annotator = scene.api.signed_in(scene.people[0].account_id)

    response = annotator.request(method, scene.root + path)

    assert response.status_code == 403
    assert ErrorShape.model_validate(response.json()).code == "not_allowed"
