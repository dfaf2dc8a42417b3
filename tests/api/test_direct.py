"""The short way into a route comes to the same as the framework's, and leaves to it whatever is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders as build
from tests.api.visitors import Api, Visitor

THE_LONG_WAY = "application/json; charset=utf-8"


@pytest.fixture
def annotator(api: Api) -> tuple[Visitor, int]:
    project = api.database.write(build.a_project)
    api.database.write(lambda tx: build.items(tx, project, 3))
    ada = api.database.write(lambda tx: build.an_annotator(tx, project))
    return api.signed_in(ada.account_id), project.id


def test_both_ways_answer_alike(annotator: tuple[Visitor, int]) -> None:
    visitor, project_id = annotator
    path, ask = f"/api/projects/{project_id}/work/next", {"hold": 2}

    short = visitor.post(path, ask)
    long = visitor.post(path, ask, headers={"Content-Type": THE_LONG_WAY})

    assert short.status_code == long.status_code == 200
    assert short.json() == long.json()
    assert short.headers == long.headers


@pytest.mark.parametrize(
    ("project", "body", "where"),
    [
        ("{id}", {"hold": 0}, "hold"),
        ("{id}", {"hold": 1, "more": True}, "more"),
        ("{id}", [], "body"),
        ("0", {"hold": 1}, "project_id"),
        ("one", {"hold": 1}, "project_id"),
    ],
)
def test_what_is_wrong_is_said_alike(annotator: tuple[Visitor, int], project: str, body: Any, where: str) -> None:
    visitor, project_id = annotator
    path = f"/api/projects/{project.format(id=project_id)}/work/next"

    short = visitor.post(path, body)
    long = visitor.post(path, body, headers={"Content-Type": THE_LONG_WAY})

    assert short.status_code == long.status_code == 422
    assert short.json() == long.json()
    assert short.json()["problems"][0]["where"] == where


def test_who_is_not_signed_in_is_refused_on_the_short_way_too(api: Api, annotator: tuple[Visitor, int]) -> None:
    answer = api.visitor().post(f"/api/projects/{annotator[1]}/work/next", {"hold": 1})

    assert answer.status_code == 401
