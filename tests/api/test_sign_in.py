"""Signing in by password and link, staying signed in, and signing out."""

from __future__ import annotations

import time

import pytest

from karat import actions
from karat.api.guard import SESSION_COOKIE
from karat.api.identity import FRESH_SECONDS
from karat.domain.ids import AccountId
from karat.domain.people import SYSTEM
from tests.api.visitors import Api


def test_a_right_password_signs_in(api: Api) -> None:
    api.account("ada@example.org")
    visitor = api.visitor()

    answer = visitor.sign_in("  ADA@example.org ")

    assert answer.status_code == 200
    assert answer.json()["name"] == "Ada"
    assert visitor.get("/api/me").json() == answer.json()


def test_the_cookie_is_unreadable_for_scripts_and_not_sent_from_other_sites(api: Api) -> None:
    api.account()

    cookie = api.visitor().sign_in().headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # This installation is reached without TLS.


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(api: Api) -> None:
    api.account("ada@example.org")

    wrong = api.visitor().sign_in("ada@example.org", "not the password")
    unknown = api.visitor().sign_in("nobody@example.org", "not the password")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


def test_an_unknown_address_costs_as_much_as_a_wrong_password(api: Api) -> None:
    api.account("ada@example.org")
    api.visitor().sign_in("ada@example.org", "warming up")

    def seconds(email: str) -> float:
        started = time.process_time()
        api.visitor().sign_in(email, "not the password")
        return time.process_time() - started

    known, unknown = seconds("ada@example.org"), seconds("nobody@example.org")

    # A hash takes 30 ms of processor time, everything else 2: without the hash the ratio would be above 5.
    assert 1 / 3 < known / unknown < 3


def test_a_disabled_account_cannot_sign_in_and_is_signed_out(api: Api) -> None:
    account = api.account()
    visitor = api.visitor()
    visitor.sign_in()

    api.database.write(lambda tx: actions.accounts.disable(tx, SYSTEM, account.id, now=api.clock.now))
    api.app.state.actors.forget()

    assert visitor.get("/api/me").status_code == 401
    assert api.visitor().sign_in().status_code == 401


def test_signing_out_ends_the_sign_in_on_the_server(api: Api) -> None:
    api.account()
    visitor = api.visitor()
    visitor.sign_in()
    stolen = dict(visitor.cookies)

    assert visitor.post("/api/sign-out").status_code == 204

    visitor.cookies = stolen
    assert visitor.get("/api/me").status_code == 401


def test_a_sign_in_ends_when_it_is_not_used(api: Api) -> None:
    api.account()
    visitor = api.visitor()
    visitor.sign_in()

    api.clock.turn(days=api.settings.session_days, seconds=1)

    assert visitor.get("/api/me").status_code == 401


def test_a_sign_in_that_is_used_goes_on(api: Api) -> None:
    api.account()
    visitor = api.visitor()
    visitor.sign_in()

    for _ in range(10):
        api.clock.turn(days=api.settings.session_days / 2)
        assert visitor.get("/api/me").status_code == 200


def test_a_sign_in_ended_in_another_process_is_refused_within_seconds(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.account()
    visitor = api.visitor()
    visitor.sign_in()
    visitor.get("/api/me")
    other = Api(api.database, api.settings, api.clock)
    elsewhere = other.visitor()
    elsewhere.cookies = dict(visitor.cookies)

    elsewhere.post("/api/sign-out")
    other.close()
    passed = time.monotonic() + FRESH_SECONDS
    monkeypatch.setattr("karat.api.identity.time.monotonic", lambda: passed)

    assert visitor.get("/api/me").status_code == 401
    assert FRESH_SECONDS < 5


def test_a_link_signs_in_once(api: Api) -> None:
    link = _link(api, api.account().id)
    visitor = api.visitor()

    first = visitor.post("/api/sign-in/link", {"token": link})
    second = api.visitor().post("/api/sign-in/link", {"token": link})

    assert first.status_code == 200
    assert visitor.get("/api/me").status_code == 200
    assert second.status_code == 404


def test_a_reusable_link_signs_in_again(api: Api) -> None:
    link = _link(api, api.account().id, is_reusable=True)

    answers = [api.visitor().post("/api/sign-in/link", {"token": link}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


def test_an_old_link_does_not_sign_in(api: Api) -> None:
    link = _link(api, api.account().id, is_reusable=True)

    api.clock.turn(days=8)

    assert api.visitor().post("/api/sign-in/link", {"token": link}).status_code == 404


def test_attempts_at_one_account_are_limited_whatever_the_address(api: Api) -> None:
    for place in range(api.settings.sign_in_per_minute):
        assert api.visitor(f"192.0.2.{place}").sign_in("nobody@example.org").status_code == 401

    answer = api.visitor("198.51.100.1").sign_in("Nobody@example.org")

    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_requests"
    assert 1 <= int(answer.headers["retry-after"]) <= 10


def test_attempts_from_one_address_are_limited_whatever_the_account(api: Api) -> None:
    for place in range(api.settings.sign_in_per_minute):
        api.visitor("192.0.2.9").post("/api/sign-in/link", {"token": f"guess {place}"})

    assert api.visitor("192.0.2.9").sign_in("somebody@example.org").status_code == 429
    assert api.visitor("192.0.2.10").post("/api/sign-in/link", {"token": "guess"}).status_code == 404


def test_every_sign_in_and_failure_leaves_a_trace(api: Api) -> None:
    account = api.account()
    api.visitor().sign_in(password="a wrong one")
    api.visitor().sign_in()

    with api.database.read() as db:
        rows = db.rows("SELECT kind, actor_id FROM event WHERE kind LIKE 'sign%' ORDER BY id")

    assert [(row["kind"], row["actor_id"]) for row in rows] == [("sign_in_failed", None), ("signed_in", account.id)]


def test_secrets_are_stored_as_hashes_only(api: Api) -> None:
    api.account()
    visitor = api.visitor()
    visitor.sign_in()
    session = visitor.cookies[SESSION_COOKIE].encode()

    with api.database.read() as db:
        stored = [bytes(row["token_hash"]) for row in db.rows("SELECT token_hash FROM sign_in_session")]

    assert len(stored) == 1
    assert len(stored[0]) == 32
    assert session not in stored


def _link(api: Api, account_id: AccountId, *, is_reusable: bool = False) -> str:
    link = f"link {is_reusable}"
    api.database.write(
        lambda tx: actions.sign_in.make_link(
            tx, SYSTEM, account_id, link=link, is_reusable=is_reusable, now=api.clock.now
        )
    )
    return link
