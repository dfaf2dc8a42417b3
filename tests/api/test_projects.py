"""Projects, their spec versions and their audit trail over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from karat import store
from karat.domain.events import EventKind, NewEvent
from karat.domain.people import Role
from tests.api.visitors import Api, Visitor
from tests.builders import a_member, a_project, checks, items

SPEC: dict[str, Any] = {
    "question": "Is this comment toxic?",
    "classes": [{"name": "Toxic", "include": [{"text": "You idiot", "note": "an insult"}]}, {"name": "Fine"}],
    "rules": [{"id": "R1", "text": "Quotes count."}],
    "unsure": "When you cannot read it.",
}


@pytest.fixture
def admin(api: Api) -> Visitor:
    return api.signed_in(api.account("root@example.org", is_admin=True).id)


def test_whoever_creates_a_project_leads_it(api: Api, admin: Visitor) -> None:
    made = admin.post("/api/projects", {"name": " Comments ", "media_kind": "text", "spec": SPEC})
    card = admin.get("/api/projects").json()["projects"][0]

    assert made.status_code == 200
    assert made.json()["name"] == "Comments"
    assert card["role"] == "lead"
    assert "annotate" in card["permissions"]


def test_a_spec_comes_back_as_it_was_sent_with_keys_for_its_classes(api: Api, admin: Visitor) -> None:
    project = admin.post("/api/projects", {"name": "Comments", "media_kind": "text", "spec": SPEC}).json()

    version = admin.get(f"/api/projects/{project['id']}/spec").json()

    assert version["number"] == 1
    assert [entry["key"] for entry in version["spec"]["classes"]] == ["toxic", "fine"]
    assert version["spec"]["classes"][0]["include"] == SPEC["classes"][0]["include"]
    assert version["spec"]["rules"] == SPEC["rules"]


def test_all_problems_of_a_new_project_are_listed(api: Api, admin: Visitor) -> None:
    spec = {"question": " ", "classes": [{"name": "Only"}]}

    answer = admin.post("/api/projects", {"name": "x", "media_kind": "text", "spec": spec, "policy": {"overlap": 0}})

    assert answer.status_code == 422
    assert {problem["where"] for problem in answer.json()["problems"]} == {"question", "classes", "policy.overlap"}


def test_two_projects_cannot_have_one_name(api: Api, admin: Visitor) -> None:
    body = {"name": "Comments", "media_kind": "text", "spec": SPEC}

    answers = [admin.post("/api/projects", body).status_code for _ in range(2)]

    assert answers == [200, 409]


def test_a_change_keeps_what_it_does_not_name(api: Api, admin: Visitor) -> None:
    project = api.database.write(a_project)

    changed = admin.patch(f"/api/projects/{project.id}", {"note": "Simulated."}).json()

    assert (changed["name"], changed["note"]) == ("Comments", "Simulated.")
    assert changed["policy"]["gold_share"] == project.policy.gold_share


def test_a_new_spec_version_keeps_the_old_one(api: Api, admin: Visitor) -> None:
    project = api.database.write(a_project)
    path = f"/api/projects/{project.id}/spec"

    published = admin.post(path, {"spec": SPEC, "note": "Say what quotes are."}).json()

    assert published["number"] == 2
    assert admin.get(path).json() == published
    assert [version["number"] for version in admin.get(f"{path}/history").json()["versions"]] == [2, 1]


def test_publishing_the_same_spec_again_is_refused(api: Api, admin: Visitor) -> None:
    project = api.database.write(a_project)
    path = f"/api/projects/{project.id}/spec"

    answers = [admin.post(path, {"spec": SPEC, "note": "Clearer."}).status_code for _ in range(2)]

    assert answers == [200, 409]


def test_a_class_that_gold_uses_cannot_be_removed(api: Api, admin: Visitor) -> None:
    project = api.database.write(a_project)
    api.database.write(lambda tx: checks(tx, project, 1, label="toxic"))
    without = SPEC | {"classes": [{"name": "Rude"}, {"name": "Fine"}]}

    answer = admin.post(f"/api/projects/{project.id}/spec", {"spec": without, "note": "Rename."})

    assert answer.status_code == 409
    assert "'toxic'" in answer.json()["message"]


def test_annotators_see_their_projects_without_counts_or_policy(api: Api) -> None:
    project = api.database.write(a_project)
    api.database.write(lambda tx: a_project(tx, name="Secret"))
    bo = api.database.write(lambda tx: a_member(tx, project, "bo", Role.ANNOTATOR))
    api.database.write(lambda tx: items(tx, project, 3))
    visitor = api.signed_in(bo.account_id)

    cards = visitor.get("/api/projects").json()["projects"]

    assert [card["name"] for card in cards] == ["Comments"]
    assert cards[0]["n_items"] is None
    assert cards[0]["question"] == "Is this comment toxic?"
    assert visitor.get(f"/api/projects/{project.id}").status_code == 403


def test_the_audit_trail_is_read_page_by_page_without_gaps(api: Api, admin: Visitor) -> None:
    project = api.database.write(a_project)
    event = NewEvent(EventKind.PROJECT_CHANGED, api.clock.now, None, project.id)
    for _ in range(120):
        api.database.write(lambda tx: store.events.append(tx, event))

    seen, cursor = [], None
    while True:
        page = admin.get(
            f"/api/projects/{project.id}/events", params={} if cursor is None else {"cursor": cursor}
        ).json()
        seen += [entry["id"] for entry in page["events"]]
        if (cursor := page["next_cursor"]) is None:
            break

    assert len(seen) == len(set(seen)) == 121
    assert seen == sorted(seen, reverse=True)
