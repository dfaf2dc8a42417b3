"""Every refusal and failure has one shape and says what to do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from psycopg.errors import DeadlockDetected
from psycopg_pool import PoolTimeout
from structlog.testing import capture_logs

from karat.domain.errors import Conflict, Invalid, KaratError, NotAllowed, NotFound, Problem
from tests.api.visitors import Api
from tests.builders import an_account


def is_error_shape(answer: httpx.Response) -> bool:
    body: dict[str, Any] = answer.json()
    return set(body) == {"code", "message", "problems"} and bool(body["message"]) and "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("error", "status"),
    [(NotFound("gone"), 404), (NotAllowed("no"), 403), (Conflict("moved on"), 409), (Invalid("wrong"), 422)],
)
def test_each_error_of_the_domain_has_its_status(api: Api, error: KaratError, status: int) -> None:
    answer = _answer_to(api, error)

    assert answer.status_code == status
    assert answer.json() == {"code": error.code, "message": error.message, "problems": []}


def test_all_problems_of_an_invalid_request_are_listed(api: Api) -> None:
    answer = _answer_to(api, Invalid("two things", (Problem("a", "is wrong"), Problem("b", "is too"))))

    assert answer.json()["problems"] == [{"where": "a", "message": "is wrong"}, {"where": "b", "message": "is too"}]


def test_what_nobody_expected_is_logged_under_a_reference_and_not_shown(api: Api) -> None:
    with capture_logs() as lines:
        answer = _answer_to(api, RuntimeError("the password is hunter2"))

    assert answer.status_code == 500
    assert is_error_shape(answer)
    assert "hunter2" not in answer.text
    assert lines[0]["reference"] in answer.json()["message"]
    assert "hunter2" in str(lines[0]["exc_info"])


def test_two_who_create_the_same_thing_at_once_get_a_conflict(api: Api) -> None:
    api.account("ada@example.org")
    with pytest.raises(Exception, match=r"(?i)unique") as collision:
        api.database.write(lambda tx: an_account(tx, "ada"))

    answer = _answer_to(api, collision.value)

    assert answer.status_code == 409
    assert is_error_shape(answer)


@pytest.mark.parametrize("error", [PoolTimeout("no connection"), DeadlockDetected()], ids=["pool", "deadlock"])
def test_a_database_out_of_reach_is_said_to_be_so(api: Api, error: Exception) -> None:
    answer = _answer_to(api, error)

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"


def test_a_malformed_body_names_the_field(api: Api) -> None:
    answer = api.visitor().post("/api/sign-in", {"email": "ada@example.org", "pasword": "x"})

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"
    assert {problem["where"] for problem in answer.json()["problems"]} == {"password", "pasword"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"email": NaN}',
        b'{"email": "\\ud800", "password": "x"}',
        b'{"email": "nul\\u0000", "password": "x"}',
        b"[" * 100_000,
    ],
    ids=["unfinished", "not UTF-8", "NaN", "lone surrogate", "NUL", "bottomless"],
)
def test_what_is_not_proper_json_is_refused(api: Api, body: bytes) -> None:
    answer = api.visitor().post("/api/sign-in", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
    assert is_error_shape(answer)


def test_text_that_only_spells_an_escape_is_accepted(api: Api) -> None:
    answer = api.visitor().post("/api/sign-in", {"email": "ada@example.org", "password": r"back\u0000slash"})

    assert answer.status_code == 401


def test_nul_in_an_address_is_refused(api: Api) -> None:
    assert api.visitor().get("/api/invitations/a%00b").status_code == 422
    assert api.visitor().get("/api/health?x=%00").status_code == 422


def test_an_unknown_address_is_not_found(api: Api) -> None:
    for path in ("/api/nothing", "/api/projects/", "/media/no/thing"):
        answer = api.visitor().get(path)

        assert answer.status_code == 404
        assert is_error_shape(answer)


def test_a_wrong_method_says_which_are_right(api: Api) -> None:
    answer = api.visitor().request("PUT", "/api/me")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET"
    assert is_error_shape(answer)


def test_whoever_is_not_signed_in_is_told_so(api: Api) -> None:
    answer = api.visitor().get("/api/me")

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"


def _answer_to(api: Api, error: Exception) -> httpx.Response:
    @api.app.get("/api/failing")
    async def fail() -> None:
        raise error

    return api.visitor().get("/api/failing")
