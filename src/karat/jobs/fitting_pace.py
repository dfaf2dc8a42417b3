"""Asking for a fit of the consensus, at the pace that `domain.fitting` allows."""

from datetime import datetime

from karat import store
from karat.domain.fitting import FittingPolicy, LastFit, fit_again_at
from karat.domain.ids import ProjectId
from karat.store.connection import Writer


def ask_for_consensus(tx: Writer, project_id: ProjectId, *, now: datetime) -> None:
    """Have the consensus fitted again, soon or when it is worth its time."""
    store.jobs.enqueue(
        tx,
        "refit_consensus",
        {},
        project_id=project_id,
        dedupe=_purpose(project_id),
        run_at=_fit_again_at(tx, project_id, now=now),
        now=now,
    )


def rest_from_fitting(tx: Writer, project_id: ProjectId, *, now: datetime) -> None:
    """After a fit: what was asked for while it ran rests as well, now that it is known how long a fit takes."""
    store.jobs.postpone(tx, _purpose(project_id), run_at=_fit_again_at(tx, project_id, now=now))


def _fit_again_at(tx: Writer, project_id: ProjectId, *, now: datetime) -> datetime:
    fit, counts = store.consensus.fit(tx, project_id), store.statistics.counts(tx, project_id)
    last = None if fit is None else LastFit(fit.fitted_at, float(fit.facts["seconds"]), fit.n_answers)
    return fit_again_at(last, counts["answers"] - counts["unsure"], FittingPolicy(), now=now)


def _purpose(project_id: ProjectId) -> str:
    return f"refit_consensus:{project_id}"
