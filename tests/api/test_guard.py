"""What is refused before any route: forged and oversized requests, and too many of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from karat.api.limits import MAX_KEYS, TokenBuckets
from tests.api.test_errors import is_error_shape
from tests.api.visitors import Api, Visitor


def test_a_change_with_a_cookie_needs_the_header(api: Api) -> None:
    visitor = api.signed_in(api.account().id)
    visitor.headers = {}

    answer = visitor.post("/api/sign-out")

    assert answer.status_code == 403
    assert "X-Karat" in answer.json()["message"]
    assert visitor.get("/api/me").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
    ids=["cross-site", "sister domain", "other origin", "hidden origin"],
)
def test_a_change_from_another_site_is_refused(api: Api, headers: dict[str, str]) -> None:
    visitor = api.signed_in(api.account().id)

    answer = visitor.post("/api/sign-out", headers=headers)

    assert answer.status_code == 403
    assert is_error_shape(answer)


def test_another_site_cannot_sign_somebody_in_either(api: Api) -> None:
    api.account()

    answer = api.visitor(Origin="https://evil.example").sign_in()

    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://karat.test"}], ids=["fetch site", "origin"]
)
def test_a_change_from_our_own_pages_is_made(api: Api, headers: dict[str, str]) -> None:
    visitor = api.signed_in(api.account().id)

    assert visitor.post("/api/sign-out", headers=headers).status_code == 204


def test_a_bearer_token_cannot_be_forged_and_needs_no_header(api: Api) -> None:
    program = api.with_token(api.account(is_admin=True).id)

    answer = program.post("/api/projects", {"name": "x", "media_kind": "text", "spec": {"question": "", "classes": []}})

    assert answer.status_code == 422


def test_a_body_that_says_it_is_too_large_is_refused_unread(api: Api) -> None:
    body = b" " * (api.settings.max_request_bytes + 1)

    answer = api.visitor().post("/api/sign-in", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "3", "Transfer-Encoding": "chunked"}], ids=["no", "lies"])
def test_a_body_that_does_not_say_how_large_it_is_is_counted(api: Api, headers: dict[str, str]) -> None:
    async def chunks() -> object:
        for _ in range(api.settings.max_request_bytes // 65_536 + 2):
            yield b" " * 65_536

    answer = api.visitor().post(
        "/api/sign-in", content=chunks(), headers={"Content-Type": "application/json"} | headers
    )

    assert answer.status_code == 413
    assert is_error_shape(answer)


def test_an_account_that_asks_too_often_has_to_wait(api: Api) -> None:
    busy = Api(api.database, replace(api.settings, requests_per_minute=3))
    account = busy.account()
    visitors = [busy.signed_in(account.id), busy.with_token(account.id)]

    answers = [_me(visitors[place % 2]) for place in range(4)]

    busy.close()
    assert answers == [200, 200, 200, 429]


def test_every_response_says_what_a_browser_may_do_with_it(api: Api) -> None:
    for path in ("/", "/api/health", "/api/nothing"):
        headers = api.visitor().get(path).headers

        assert "script-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_what_the_api_answers_is_not_cached(api: Api) -> None:
    assert api.visitor().get("/api/health").headers["cache-control"] == "no-store"


@pytest.fixture
def seconds() -> list[float]:
    """A clock that a test sets."""
    return [0.0]


def test_a_bucket_refills_steadily(seconds: list[float]) -> None:
    buckets = TokenBuckets(60, clock=lambda: seconds[0])
    for _ in range(60):
        assert buckets.take("ada") == 0

    assert buckets.take("ada") == pytest.approx(1.0)
    assert buckets.take("bo") == 0
    seconds[0] = 1.0
    assert buckets.take("ada") == 0
    assert buckets.take("ada") > 0


def test_no_limit_is_no_limit() -> None:
    buckets = TokenBuckets(0)

    assert all(buckets.take("ada") == 0 for _ in range(1000))


def test_buckets_do_not_grow_without_bound() -> None:
    buckets = TokenBuckets(1)

    for key in range(MAX_KEYS + 10):
        buckets.take(key)

    assert len(buckets._buckets) == MAX_KEYS


def _me(visitor: Visitor) -> int:
    return visitor.get("/api/me").status_code
