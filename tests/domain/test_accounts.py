"""Rules of accounts and secrets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from karat.domain.accounts import check_email, check_password, needs_renewal, normal_email, normal_password

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_an_address_has_one_spelling() -> None:
    assert normal_email("  Ada@EXAMPLE.org\n") == "ada@example.org"


@pytest.mark.parametrize("email", ["", "ada", "@example.org", "ada@", "a b@example.org", "a@b@c", "ada@x\x00.org"])
def test_what_is_no_address_is_refused(email: str) -> None:
    assert [problem.where for problem in check_email(email)] == ["email"]


@pytest.mark.parametrize(
    "password",
    ["short", "aaaaaaaaaaaa", "1234567890", "Password123", "ada@example.org", "x" * 1001],
    ids=["short", "one letter", "digits", "common", "own address", "endless"],
)
def test_what_is_guessed_first_is_no_password(password: str) -> None:
    assert [problem.where for problem in check_password(password, email="Ada@example.org")] == ["password"]


@pytest.mark.parametrize("password", ["correct horse battery", "mañana será otro", "密码密码很长的一个短语"])
def test_a_phrase_in_any_script_is_a_password(password: str) -> None:
    assert check_password(password, email="ada@example.org") == []


def test_a_password_is_the_same_however_its_accents_are_typed() -> None:
    assert normal_password("man\u0303ana") == normal_password("ma\u00f1ana")


def test_a_sign_in_is_prolonged_after_a_tenth_of_its_life() -> None:
    end = NOW + timedelta(days=10)

    assert not needs_renewal(end, NOW, session_days=10)
    assert not needs_renewal(end, NOW + timedelta(hours=23), session_days=10)
    assert needs_renewal(end, NOW + timedelta(hours=25), session_days=10)
