"""Hashing passwords. Slow on purpose: call it in a thread, never inside a transaction.

19 MiB, two passes, one lane: as safe as OWASP asks for, and a sixth of the library's default cost, so that a
morning's sign-ins do not stop the labeling.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from karat.domain.accounts import check_password, normal_password
from karat.domain.errors import refuse_problems

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash("the password of an account that does not exist")


def hash_new(password: str, *, email: str) -> str:
    """The hash to store for a new password.

    Raises
    ------
    Invalid
        When the password is too short or too easily guessed.
    """
    refuse_problems("the password cannot be used", check_password(password, email=email))
    return _hasher.hash(normal_password(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether the password fits. Takes as long for an account that does not exist or has no password."""
    try:
        fits = _hasher.verify(password_hash or _NOBODY, normal_password(password))
    except (VerificationError, InvalidHashError):
        return False
    return fits and password_hash is not None
