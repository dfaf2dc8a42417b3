"""Brings the schema to the newest version with Alembic, which is loaded only when there is something to do."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from karat.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from karat.store.postgres import PostgresDatabase

_SCRIPTS = Path(__file__).parent / "migrations"
NEWEST = "0001"
"""The newest revision in migrations/versions; a test compares them."""


def upgrade(database: "SqliteDatabase | PostgresDatabase") -> None:
    """Apply every migration that is missing."""
    if current_revision(database) == NEWEST:
        return
    from alembic import command  # noqa: PLC0415 - half a second of imports that a normal start does not need
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["url"] = alchemy_url(database)
    command.upgrade(config, "head")


def current_revision(database: "SqliteDatabase | PostgresDatabase") -> str | None:
    """The revision the database is at; None for an empty one."""
    exists = (
        "SELECT to_regclass('alembic_version') AS name"
        if database.is_postgres
        else "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
    )
    with database.read() as reader:
        if reader.value(exists) is None:
            return None
        revision: Any = reader.value("SELECT version_num FROM alembic_version")
        return revision if revision is None else str(revision)


def alchemy_url(database: "SqliteDatabase | PostgresDatabase") -> str:
    """The database's address as SQLAlchemy writes it."""
    if isinstance(database, SqliteDatabase):
        return f"sqlite:///{database.path}"
    return database.url.replace("postgresql:", "postgresql+psycopg:", 1).replace("postgres:", "postgresql+psycopg:", 1)
