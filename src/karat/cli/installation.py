"""The installation that a command works on: its settings, and its database opened for as long as it takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from karat import store
from karat.cli import logs
from karat.cli.failures import Failure, is_debugging
from karat.domain.errors import NotFound
from karat.domain.projects import Project
from karat.settings import Settings, read_settings
from karat.store.connection import Reader, Writer
from karat.store.database import Database, open_database, sqlite_path

T = TypeVar("T")
_NAMES_SHOWN = 12


@dataclass(frozen=True)
class Installation:
    """What a command acts on, as the owner of the machine."""

    settings: Settings
    database: Database

    def read(self, question: Callable[[Reader], T]) -> T:
        with self.database.read() as db:
            return question(db)

    def write(self, change: Callable[[Writer], T]) -> T:
        return self.database.write(change)


def the_settings() -> Settings:
    """The settings of the environment; one that does not read as it should ends the command."""
    try:
        return read_settings()
    except ValueError as error:
        raise Failure(str(error)) from error


@contextmanager
def opened(*, create: bool = False) -> Iterator[Installation]:
    """The installation that the environment names.

    Parameters
    ----------
    create : bool
        Begin a new one where there is none. Otherwise a mistyped folder is an error, not an empty installation.
    """
    settings = the_settings()
    if not create and not settings.is_postgres and not sqlite_path(settings.home).exists():
        raise NotFound(
            f"there is no Karat data in {settings.home.resolve()}. Go to the right folder, set KARAT_HOME, or begin "
            "with `karat project create`."
        )
    logs.configure("debug" if is_debugging() else "error")
    database = open_database(settings)
    try:
        yield Installation(settings, database)
    finally:
        database.close()


def find_project(db: Reader, name: str) -> Project:
    """A project by its name, or by its number.

    Raises
    ------
    NotFound
        Names the projects that there are.
    """
    project = store.projects.find_by_name(db, name)
    if project is not None:
        return project
    projects = store.projects.all_projects(db)
    by_number = [project for project in projects if str(project.id) == name]
    if by_number:
        return by_number[0]
    known = ", ".join(repr(project.name) for project in projects[:_NAMES_SHOWN])
    more = ", …" if len(projects) > _NAMES_SHOWN else ""
    there_are = f"There are: {known}{more}." if projects else "There is none yet: `karat project create` makes one."
    raise NotFound(f"there is no project named {name!r}. {there_are}")


def now() -> datetime:
    return datetime.now(UTC)
