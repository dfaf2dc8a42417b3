"""Releases as they stand, and how the gate would judge one made now."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from karat import store
from karat.domain.errors import Conflict
from karat.domain.ids import ProjectId
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.releases import Figure, Gate, GateFacts, Release, ReleaseState, judge
from karat.formats.release_zip import members
from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate, proportion
from karat.store.connection import Reader


@dataclass(frozen=True)
class ReleaseList:
    """A project's releases, newest first, with the gate as it stands."""

    releases: list[Release]
    gate: Gate


def all_of(db: Reader, actor: Actor, project_id: ProjectId) -> ReleaseList:
    require(actor, Permission.READ_RELEASES, on=project_id)
    return ReleaseList(store.releases.history(db, project_id), gate_now(db, project_id, leave_out_undecided=False))


def get(db: Reader, actor: Actor, project_id: ProjectId, number: int) -> Release:
    require(actor, Permission.READ_RELEASES, on=project_id)
    return store.releases.get(db, project_id, number)


@dataclass(frozen=True)
class ReleasedFiles:
    """Where the files of a published release are, and which of them belong into a download."""

    folder: Path
    names: list[str]
    archive_name: str


def files(
    db: Reader, actor: Actor, project_id: ProjectId, number: int, *, file_format: str, home: Path
) -> ReleasedFiles:
    """What to send to whoever downloads a release.

    Raises
    ------
    Conflict
        When it is still being built, or was refused.
    """
    release = get(db, actor, project_id, number)
    if release.state is not ReleaseState.PUBLISHED:
        raise Conflict(f"release {number} is {release.state.value}, so it has no files. Its gate says what is missing.")
    names = members([file["name"] for file in release.manifest["files"]], file_format)
    folder = store.release_files.folder_of(home, project_id, number)
    return ReleasedFiles(folder, names, f"project-{project_id}-release-{number}-{file_format}.zip")


def gate_now(db: Reader, project_id: ProjectId, *, leave_out_undecided: bool) -> Gate:
    """The gate's verdict from the running statistics."""
    policy = store.projects.get(db, project_id).policy
    return judge(gate_facts(db, project_id, leave_out_undecided=leave_out_undecided), policy)


def gate_facts(db: Reader, project_id: ProjectId, *, leave_out_undecided: bool) -> GateFacts:
    """What the gate looks at."""
    counts = store.statistics.counts(db, project_id)
    agreement = store.agreement.load(db, project_id).sums
    graded = counts["gold:graded"]
    return GateFacts(
        n_items=counts["items"],
        n_open=counts["state:open"],
        n_disputed=counts["state:disputed"],
        leave_out_undecided=leave_out_undecided,
        n_measured=agreement.n_items,
        agreement=_agreement(agreement.observed) if agreement.n_items else None,
        n_gold_items=store.gold.n_gold(db, project_id),
        gold_accuracy=_figure(proportion(counts["gold:right"], graded)) if graded else None,
    )


def _agreement(measure: Callable[[], Estimate]) -> Figure | None:
    try:
        return _figure(measure())
    except QualityError:  # Too little for an interval; the check then names the number of items alone.
        return None


def _figure(estimate: Estimate) -> Figure:
    return Figure(estimate.value, estimate.low, estimate.high, round(estimate.n))
