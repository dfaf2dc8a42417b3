"""What the edge asks of the installation as a whole."""

from karat import store
from karat.store.connection import Reader


def secret(db: Reader) -> bytes:
    """Keys check items and media addresses; the same in every process."""
    return store.installation.secret(db)


def answers(db: Reader) -> bool:
    """Whether the database can be read. Raises what keeps it from that."""
    return bool(db.value("SELECT 1"))
