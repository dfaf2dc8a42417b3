"""One's own account: changing the password."""

from __future__ import annotations

import json

import pytest

from karat import actions
from karat.domain.people import SYSTEM
from tests.api.visitors import PASSWORD, Api, Visitor
from tests.builders import an_account

NEW = "a staple in the battery"


def change(visitor: Visitor, current: str = PASSWORD, new: str = NEW) -> tuple[int, str]:
    answer = visitor.post("/api/me/password", {"current_password": current, "password": new})
    return answer.status_code, answer.text and answer.json()["message"]


def signed_in(api: Api) -> Visitor:
    visitor = api.visitor()
    assert visitor.sign_in().status_code == 200
    return visitor


def test_the_new_password_signs_in_and_the_old_one_does_not_any_more(api: Api) -> None:
    api.account()

    assert change(signed_in(api)) == (204, "")

    assert api.visitor().sign_in(password=NEW).status_code == 200
    assert api.visitor().sign_in(password=PASSWORD).status_code == 401


def test_every_other_sign_in_ends_and_this_one_stays(api: Api) -> None:
    api.account()
    here, elsewhere = signed_in(api), signed_in(api)
    other_person = api.signed_in(api.account("bo@example.org").id)

    change(here)

    assert here.get("/api/me").status_code == 200
    assert elsewhere.get("/api/me").status_code == 401
    assert other_person.get("/api/me").status_code == 200


def test_a_wrong_current_password_changes_nothing_and_leaves_a_trace(api: Api) -> None:
    api.account()
    visitor = signed_in(api)

    assert change(visitor, current="not the password") == (
        403,
        "the current password is not right. Nothing was changed.",
    )

    assert api.visitor().sign_in().status_code == 200
    assert "sign_in_failed" in _kinds(api)


def test_a_new_password_must_be_a_good_one(api: Api) -> None:
    api.account()

    status, message = change(signed_in(api), new="short")

    assert status == 422
    assert "password" in message
    assert api.visitor().sign_in().status_code == 200


def test_guessing_the_current_password_is_limited_like_signing_in(api: Api) -> None:
    account = api.account()
    visitor = api.signed_in(account.id)

    answers = [change(visitor, current=f"guess {n}")[0] for n in range(api.settings.sign_in_per_minute + 1)]

    assert answers == [403] * api.settings.sign_in_per_minute + [429]
    assert api.visitor("198.51.100.7").sign_in().status_code == 429


def test_an_account_that_signs_in_by_link_only_is_told_whom_to_ask(api: Api) -> None:
    account_id = api.database.write(lambda tx: an_account(tx, "lin"))

    status, message = change(api.signed_in(account_id), current="")

    assert (status, "signs in by link" in message) == (403, True)


def test_a_token_changes_no_password_even_if_it_knows_it(api: Api) -> None:
    account = api.account()

    assert change(api.with_token(account.id))[0] == 403
    assert api.visitor().sign_in().status_code == 200


def test_the_change_is_in_the_event_log_with_who_did_it(api: Api) -> None:
    account = api.account()
    change(signed_in(api))

    with api.database.read() as db:
        row = db.row("SELECT actor_id, facts FROM event WHERE kind = 'password_set'")

    assert row is not None
    assert (row["actor_id"], json.loads(row["facts"])) == (account.id, {"account": account.id})


def test_a_password_that_an_admin_sets_meanwhile_stands(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    account = api.account()
    visitor = signed_in(api)
    set_by_admin = actions.passwords.hash_new("set by the admin", email="")
    hash_new = actions.passwords.hash_new

    def while_an_admin_sets_it(password: str, *, email: str) -> str:
        api.database.write(
            lambda tx: actions.accounts.set_password(
                tx, SYSTEM, account.id, password_hash=set_by_admin, now=api.clock.now
            )
        )
        return hash_new(password, email=email)

    monkeypatch.setattr(actions.passwords, "hash_new", while_an_admin_sets_it)

    assert change(visitor)[0] == 409
    assert api.visitor().sign_in(password="set by the admin").status_code == 200


def _kinds(api: Api) -> list[str]:
    with api.database.read() as db:
        return [row["kind"] for row in db.rows("SELECT kind FROM event ORDER BY id")]
