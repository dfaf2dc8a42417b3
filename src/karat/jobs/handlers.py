"""Every job by its name."""

from datetime import datetime
from typing import Any, Protocol

from karat.jobs.build_release import build_release, refuse_given_up
from karat.jobs.import_upload import import_upload
from karat.jobs.recount_batch import recount_batch
from karat.jobs.recount_project import recount_project
from karat.jobs.refit_consensus import refit_consensus
from karat.jobs.run import Handler
from karat.jobs.sweep_batch import sweep_batch
from karat.jobs.sweep_files import sweep_files
from karat.store.connection import Writer

HANDLERS: dict[str, Handler] = {
    "build_release": build_release,
    "import_upload": import_upload,
    "recount_batch": recount_batch,
    "recount_project": recount_project,
    "refit_consensus": refit_consensus,
    "sweep_batch": sweep_batch,
    "sweep_files": sweep_files,
}


class Farewell(Protocol):
    """What is to be said where a job was given up, in the transaction that gives it up."""

    def __call__(self, tx: Writer, arguments: dict[str, Any], reason: str, *, now: datetime) -> None: ...


FAREWELLS: dict[str, Farewell] = {"build_release": refuse_given_up}
"""For the jobs that somebody waits for elsewhere than at the job itself."""
