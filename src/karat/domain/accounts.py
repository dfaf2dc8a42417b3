"""Rules of accounts and their secrets: what an e-mail and a password must be, and how long a secret lives."""

import hashlib
import re
import unicodedata
from datetime import datetime, timedelta

from karat.domain.errors import Problem

MIN_PASSWORD = 10
MAX_PASSWORD = 1_000
MAX_EMAIL = 320

INVITATION_LIFETIME = timedelta(days=14)
LINK_LIFETIME = timedelta(days=7)
API_TOKEN_PREFIX = "karat_"
"""Lets secret scanners, and people, recognise a token that leaked."""
SHOWN_TOKEN_CHARACTERS = len(API_TOKEN_PREFIX) + 6
"""So much of an API token is kept readable, so that its owner can tell tokens apart."""

NO_INVITATION = "this invitation does not exist, or not any more. Ask whoever sent it for a new one."
"""The same whether it is unknown, over, used or withdrawn: which of them is nobody's business."""

RENEWAL_SHARE = 0.9
"""A sign-in is prolonged once less than this share of its life is left: a write every day or two, not every request."""
TOKEN_USE_STEP = timedelta(hours=1)
"""The last use of a token is noted this coarsely, so that reading stays reading."""

_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")
_COMMON = frozenset({"1234567890", "0123456789", "qwertyuiop", "password123", "passwordpassword", "iloveyou123"})


def normal_email(text: str) -> str:
    """One spelling per address.

    >>> normal_email(" Ada@Example.org ")
    'ada@example.org'
    """
    return unicodedata.normalize("NFC", text.strip()).casefold()


def normal_password(text: str) -> str:
    """One sequence of code points per password, however the keyboard composed its accents."""
    return unicodedata.normalize("NFC", text)


def check_email(email: str) -> list[Problem]:
    """
    >>> check_email("ada@example.org")
    []
    """
    if len(email) > MAX_EMAIL:
        return [Problem("email", f"has {len(email)} characters; at most {MAX_EMAIL} are possible.")]
    if not _EMAIL.fullmatch(email):
        return [Problem("email", f"{email!r} is not an e-mail address. Write it as name@example.org.")]
    return []


def check_name(name: str) -> list[Problem]:
    return [] if name.strip() else [Problem("name", "is empty. Say how others should call this person.")]


def check_password(password: str, *, email: str) -> list[Problem]:
    """Long, and not one of the first guesses. No rules about kinds of characters: length is what protects."""
    password = normal_password(password)
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        return [
            Problem(
                "password",
                f"has {len(password)} characters; use {MIN_PASSWORD} to {MAX_PASSWORD}. A few words will do.",
            )
        ]
    guess = password.casefold()
    if guess in _COMMON or len(set(guess)) < 4 or guess == normal_email(email):
        return [Problem("password", "is among the first that anybody would try. Choose another one.")]
    return []


def token_hash(token: str) -> bytes:
    """What is stored of a secret. It has 256 random bits, so that one fast hash is enough.

    >>> token_hash("karat_x").hex()[:8]
    'fd90757f'
    """
    return hashlib.sha256(token.encode()).digest()


def session_end(now: datetime, *, session_days: int) -> datetime:
    return now + timedelta(days=session_days)


def needs_renewal(expires_at: datetime, now: datetime, *, session_days: int) -> bool:
    """Whether a sign-in that is being used should be prolonged."""
    return expires_at - now < RENEWAL_SHARE * timedelta(days=session_days)
