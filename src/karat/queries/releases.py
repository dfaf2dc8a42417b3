"""Releases, and how the gate would judge one made now."""

from collections.abc import Callable

from karat import store
from karat.domain.ids import ProjectId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.releases import Contents, Evidence, Gate, Release, judge, refuse_unless_published
from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate, proportion
from karat.store.connection import Reader


def all_releases(db: Reader, actor: Actor, project_id: ProjectId) -> list[Release]:
    """Newest first."""
    require(actor, Permission.READ_RELEASES, on=project_id)
    return store.releases.all_releases(db, project_id)


def get(db: Reader, actor: Actor, project_id: ProjectId, number: int) -> Release:
    require(actor, Permission.READ_RELEASES, on=project_id)
    return store.releases.get(db, project_id, number)


def downloadable(db: Reader, actor: Actor, project_id: ProjectId, number: int) -> tuple[Release, Contents]:
    """A release whose files are complete.

    Raises
    ------
    Conflict
        When it is still being built, or was refused.
    """
    release = get(db, actor, project_id, number)
    return release, refuse_unless_published(release)


def gate_now(db: Reader, project_id: ProjectId, *, leave_out_undecided: bool = False) -> Gate:
    """How the gate judges the project as it stands. The caller has established the right to see it."""
    policy = store.projects.get(db, project_id).policy
    return judge(evidence(db, project_id), policy, leave_out_undecided=leave_out_undecided)


def evidence(db: Reader, project_id: ProjectId) -> Evidence:
    """What the running statistics say to the gate."""
    counts = store.statistics.counts(db, project_id)
    agreement = store.agreement.load(db, project_id).sums
    graded, right = counts["gold:graded"], counts["gold:right"]
    interval = proportion(right, graded) if graded else None
    return Evidence(
        n_items=counts["items"],
        n_undecided=counts["state:open"] + counts["state:disputed"],
        n_measured=agreement.n_items,
        agreement=_in_words(agreement.alpha) if agreement.n_items else "",
        gold_graded=graded,
        gold_right=right,
        gold_interval=None if interval is None else (interval.low, interval.high),
        n_gold_items=store.gold.n_gold(db, project_id),
    )


def _in_words(alpha: Callable[[], Estimate]) -> str:
    try:
        found = alpha()
    except QualityError:
        return ""
    return f"alpha {found.value:.2f} ({found.low:.2f} to {found.high:.2f})"
