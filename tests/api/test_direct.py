"""The short way into a route comes to the same as the framework's, and leaves to it whatever is wrong."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import builders as build
from tests.api.test_errors import is_error_shape
from tests.api.visitors import Api, Visitor

THE_SHORT_WAY = "application/json"
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


def test_what_is_well_formed_goes_the_short_way(
    annotator: tuple[Visitor, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(**_: object) -> None:
        raise AssertionError("the framework was asked")

    monkeypatch.setattr("fastapi.routing.solve_dependencies", never)

    claim = _claims(annotator)[0]

    assert annotator[0].post(f"/api/work/{claim}/submit", {"label": "toxic"}).status_code == 200
    assert annotator[0].post(f"/api/work/{claim}/submit", {"label": 17}).status_code == 500


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


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{",
        b'"text"',
        b"\xff\xfe",
        b'{"reason": "\xff"}',
        b'\xef\xbb\xbf{"reason": "a mark of the byte order"}',
        '{"reason": "sixteen bits"}'.encode("utf-16"),
        b'{"duration_ms": NaN}',
        b'{"duration_ms": 1e400}',
        b'{"duration_ms": -0.0}',
        b'{"duration_ms": 123456789012345678901234567890}',
        b'{"duration_ms": 1' + b"0" * 5_000 + b"}",
        b'{"hold": true, "duration_ms": "17"}',
        b'{"label": "toxic", "label": "fine"}',
        b'{"label": "toxic", "label": 17}',
        b'{"label": "\\ud800"}',
        b'{"label": "a\\u0000b"}',
        b'{"label\\u0000": "fine"}',
        b'{"label": "\\\\u0000"}',
        b'{"label": "\x00"}',
        b"[" * 100_000,
        b'{"label": ' + b"[" * 1_000 + b"]" * 1_000 + b"}",
        b'{"label": ' + b"[" * 1_000 + b'"\\u0000"' + b"]" * 1_000 + b"}",
        b'{"reason": "\\u0000", "label": ' + b'{"a": ' * 1_000 + b"1" + b"}" * 1_000 + b"}",
        b'{"reason": "' + b"a" * 100_000 + b'"}',
    ],
    ids=lambda body: repr(body[:24]),
)
@pytest.mark.parametrize("verb", ["submit", "skip"])
def test_odd_bodies_are_answered_alike(api: Api, annotator: tuple[Visitor, int], verb: str, body: bytes) -> None:
    path = f"/api/work/{_claims(annotator)[0]}/{verb}"

    short, long = _both_ways(annotator[0], path, body)

    assert (short.status_code, short.json()) == (long.status_code, long.json())
    assert short.status_code < 500
    assert short.status_code == 200 or is_error_shape(short)


_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=70) | st.sampled_from(["toxic", 1])
_FIELDS = st.sampled_from(["label", "unsure", "reason", "duration_ms", "hold", "more"])
_BODIES = st.dictionaries(_FIELDS, _VALUES, max_size=5) | _VALUES | st.lists(_VALUES, max_size=2)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(body=_BODIES, which=st.sampled_from(["0", "1", "nobody's", "x" * 64, "x" * 65, "%20"]))
def test_whatever_is_sent_is_answered_alike(annotator: tuple[Visitor, int], body: Any, which: str) -> None:
    claims = _claims(annotator)
    assignment = claims[int(which) % len(claims)] if which.isdigit() and claims else which

    short, long = _both_ways(annotator[0], f"/api/work/{assignment}/submit", json.dumps(body).encode())

    assert (short.status_code, short.json()) == (long.status_code, long.json())
    assert short.status_code < 500


@pytest.mark.parametrize(
    "types",
    [
        [],
        ["text/plain"],
        ["application/x-www-form-urlencoded"],
        ["text/plain", "application/json"],
        ["application/json", "text/plain"],
        ["APPLICATION/JSON"],
        ["application/problem+json"],
    ],
    ids=lambda types: " and ".join(types) or "none",
)
def test_content_types_count_as_they_do_for_the_framework(annotator: tuple[Visitor, int], types: list[str]) -> None:
    """Of several the first one counts, and what is not JSON is not read as if it were."""
    visitor, project_id = annotator
    given_types = [("Content-Type", name) for name in types]
    headers = httpx.Headers([*visitor.headers.items(), *_cookies(visitor), *given_types])

    answer = visitor.api.runner.run(_send(visitor, f"/api/projects/{project_id}/work/next", b'{"hold": 1}', headers))

    is_json = bool(types) and types[0].casefold() != "text/plain" and "json" in types[0].casefold()
    assert answer.status_code == (200 if is_json else 422)
    assert is_json or is_error_shape(answer)


@pytest.mark.parametrize("content_type", [THE_SHORT_WAY, THE_LONG_WAY])
def test_what_another_site_sends_is_refused_on_both_ways(annotator: tuple[Visitor, int], content_type: str) -> None:
    visitor, project_id = annotator
    visitor.headers = {"Content-Type": content_type}
    path = f"/api/projects/{project_id}/work/next"

    answers = [
        visitor.post(path, content=b'{"hold": 1}'),
        visitor.post(path, content=b'{"hold": 1}', headers={"X-Karat": "1", "Origin": "https://evil.example"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.parametrize("content_type", [THE_SHORT_WAY, THE_LONG_WAY])
def test_bodies_are_counted_on_both_ways(annotator: tuple[Visitor, int], content_type: str) -> None:
    visitor, project_id = annotator
    n_bytes = visitor.api.settings.max_request_bytes
    path, headers = f"/api/projects/{project_id}/work/next", {"Content-Type": content_type}

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(n_bytes // 65_536 + 2):
            yield b" " * 65_536

    declared = visitor.post(path, content=b" " * (n_bytes + 1), headers=headers)
    counted = visitor.post(path, content=chunks(), headers=headers)

    assert declared.status_code == counted.status_code == 413
    assert is_error_shape(declared)
    assert is_error_shape(counted)


@pytest.mark.parametrize("content_type", [THE_SHORT_WAY, THE_LONG_WAY])
@pytest.mark.parametrize("body", [b'{"hold": 1}', b'{"hold": 0}'], ids=["right", "wrong"])
def test_every_request_counts_once_against_the_limit(
    api: Api, annotator: tuple[Visitor, int], content_type: str, body: bytes
) -> None:
    busy = Api(api.database, replace(api.settings, requests_per_minute=3))
    visitor = Visitor(busy, annotator[0].address, annotator[0].headers, annotator[0].cookies)
    path, headers = f"/api/projects/{annotator[1]}/work/next", {"Content-Type": content_type}

    answers = [visitor.post(path, content=body, headers=headers) for _ in range(4)]

    busy.close()
    assert [answer.status_code == 429 for answer in answers] == [False, False, False, True]
    assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize("content_type", [THE_SHORT_WAY, THE_LONG_WAY])
def test_others_work_is_as_good_as_none_on_both_ways(
    api: Api, annotator: tuple[Visitor, int], content_type: str
) -> None:
    claim, stranger = _claims(annotator)[0], api.signed_in(api.account("bo@example.org").id)
    headers = {"Content-Type": content_type}

    submitted = stranger.post(f"/api/work/{claim}/submit", content=b'{"label": "toxic"}', headers=headers)
    asked = stranger.post(f"/api/projects/{annotator[1]}/work/next", content=b"{}", headers=headers)

    assert submitted.status_code == asked.status_code == 404


def _claims(annotator: tuple[Visitor, int]) -> list[str]:
    visitor, project_id = annotator
    stream = visitor.post(f"/api/projects/{project_id}/work/next", {"hold": 2}).json()
    return [claim["id"] for claim in stream["assignments"]]


def _both_ways(visitor: Visitor, path: str, body: bytes) -> tuple[httpx.Response, httpx.Response]:
    """What is answered to the same bytes on the short way, and then on the long one."""
    short = visitor.post(path, content=body, headers={"Content-Type": THE_SHORT_WAY})
    return short, visitor.post(path, content=body, headers={"Content-Type": THE_LONG_WAY})


def _cookies(visitor: Visitor) -> list[tuple[str, str]]:
    return [("Cookie", f"{name}={value}") for name, value in visitor.cookies.items()]


async def _send(visitor: Visitor, path: str, body: bytes, headers: httpx.Headers) -> httpx.Response:
    """With headers of which one may be given twice."""
    transport = httpx.ASGITransport(visitor.api.app, client=(visitor.address, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://karat.test") as client:
        return await client.post(path, content=body, headers=headers)
