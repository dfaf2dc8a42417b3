"""Every job by its name."""

from karat.jobs.build_release import build_release
from karat.jobs.import_upload import import_upload
from karat.jobs.recount_batch import recount_batch
from karat.jobs.refit_consensus import refit_consensus
from karat.jobs.run import Handler
from karat.jobs.sweep_batch import sweep_batch
from karat.jobs.sweep_files import sweep_files

HANDLERS: dict[str, Handler] = {
    "build_release": build_release,
    "import_upload": import_upload,
    "recount_batch": recount_batch,
    "refit_consensus": refit_consensus,
    "sweep_batch": sweep_batch,
    "sweep_files": sweep_files,
}
