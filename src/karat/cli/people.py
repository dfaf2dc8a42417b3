"""Finding people by their e-mail, for commands."""

from karat import store
from karat.domain.accounts import normal_email
from karat.domain.errors import NotFound
from karat.domain.people import Account
from karat.store.connection import Reader


def find_account(db: Reader, email: str) -> Account:
    """
    Raises
    ------
    NotFound
        When nobody has this e-mail.
    """
    account = store.accounts.find_by_email(db, normal_email(email))
    if account is None:
        raise NotFound(f"there is no account for {email}. Make one with `karat admin create-account --email {email}`.")
    return account
