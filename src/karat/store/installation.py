"""What belongs to the installation as a whole: its secret."""

import secrets

from karat.store.connection import Reader, Writer


def ensure_secret(tx: Writer) -> None:
    """Make the installation's secret once: it keys check items, media addresses and nothing else."""
    tx.execute(
        "INSERT INTO installation (name, value) VALUES ('secret', :value) ON CONFLICT (name) DO NOTHING",
        value=secrets.token_hex(32),
    )


def secret(db: Reader) -> bytes:
    return bytes.fromhex(db.value("SELECT value FROM installation WHERE name = 'secret'"))
