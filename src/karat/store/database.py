"""Opens the database of an installation, whichever it is, at the newest schema."""

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, Union

from karat.settings import Settings
from karat.store import installation, migrate
from karat.store.connection import Reader, Writer
from karat.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from karat.store.postgres import PostgresDatabase

Database: TypeAlias = Union[SqliteDatabase, "PostgresDatabase"]
"""`write(change)`, `submit_write(change)` and `read()` are the same on both."""

__all__ = ["Database", "Reader", "Writer", "open_database"]


def open_database(settings: Settings) -> Database:
    """The installation's database, created or migrated to the newest schema where necessary."""
    database = _connect(settings)
    migrate.upgrade(database)
    database.write(installation.ensure_secret)
    return database


def _connect(settings: Settings) -> Database:
    if settings.is_postgres:
        from karat.store.postgres import PostgresDatabase  # noqa: PLC0415 - SQLite installations never load psycopg
        from karat.store.reaching import reach  # noqa: PLC0415

        reach(settings.database_url.replace("postgresql+psycopg:", "postgresql:"))
        return PostgresDatabase(settings.database_url)
    settings.home.mkdir(parents=True, exist_ok=True)
    return SqliteDatabase(sqlite_path(settings.home), synchronous=settings.synchronous)


def sqlite_path(home: Path) -> Path:
    """Where the embedded database of this folder is."""
    return home / "karat.db"
