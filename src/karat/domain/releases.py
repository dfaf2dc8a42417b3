"""Releases and the gate they must pass."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from karat.domain.errors import Conflict
from karat.domain.ids import AccountId, ProjectId, ReleaseId
from karat.domain.projects import QualityPolicy


class ReleaseState(StrEnum):
    BUILDING = "building"
    REFUSED = "refused"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Check:
    """One requirement of the gate, with the figure it was judged by."""

    name: str
    title: str
    passed: bool
    figure: str
    target: str
    advice: str = ""
    """What to do when it has not passed."""


@dataclass(frozen=True)
class Gate:
    """How the gate judged a release, or would judge one made now."""

    checks: tuple[Check, ...]
    n_undecided: int

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)


@dataclass(frozen=True)
class Evidence:
    """All that the gate looks at."""

    n_items: int
    n_undecided: int
    """Open and disputed items."""
    n_measured: int
    """Items with two or more answers, of those that agreement is measured on."""
    agreement: str
    """The agreement in words, with its interval; empty where there is none."""
    gold_graded: int
    gold_right: int
    gold_interval: tuple[float, float] | None
    n_gold_items: int


@dataclass(frozen=True)
class File:
    """One file of a release."""

    name: str
    n_bytes: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """What a published release holds."""

    method: str
    """How labels were inferred where nobody decided them."""
    n_items: int
    n_left_out: int
    n_answers: int
    n_annotators: int
    files: tuple[File, ...]


@dataclass(frozen=True)
class Release:
    """An immutable, numbered dataset; what follows from building it is filled in once."""

    id: ReleaseId
    project_id: ProjectId
    number: int
    state: ReleaseState
    note: str
    leave_out_undecided: bool
    created_at: datetime
    created_by: AccountId | None
    creator: str
    spec_version: int
    gate: Gate
    contents: Contents | None
    error: str | None


def judge(evidence: Evidence, policy: QualityPolicy, *, leave_out_undecided: bool) -> Gate:
    """Hold the evidence against the policy's bars, every one of them, so that all that is missing is said at once."""
    checks = (
        _has_items(evidence),
        _is_decided(evidence, leave_out_undecided=leave_out_undecided),
        _is_measured(evidence, policy),
        _gold_suffices(evidence, policy),
    )
    return Gate(checks, evidence.n_undecided)


def _has_items(evidence: Evidence) -> Check:
    passed = evidence.n_items > 0
    return Check(
        "items",
        "Is there anything to release?",
        passed,
        f"{evidence.n_items} items",
        "at least 1 item",
        "" if passed else "Import items first.",
    )


def _is_decided(evidence: Evidence, *, leave_out_undecided: bool) -> Check:
    n = evidence.n_undecided
    passed = n == 0 or (leave_out_undecided and n < evidence.n_items)
    figure = f"{evidence.n_items - n} of {evidence.n_items} items decided"
    if n and leave_out_undecided:
        figure += f", {n} marked as left out"
    advice = f"Label and review the {n} items that are open or disputed, or mark them as left out of this release."
    return Check("decided", "Is every item decided?", passed, figure, "all decided or marked", "" if passed else advice)


def _is_measured(evidence: Evidence, policy: QualityPolicy) -> Check:
    passed = evidence.n_measured >= policy.gate_measured_items
    figure = f"{evidence.n_measured} items have two or more answers"
    if evidence.agreement:
        figure += f"; {evidence.agreement}"
    advice = "Have more items labeled twice: raise the measured share or the overlap for the items you import next."
    return Check(
        "measured",
        "Is agreement known?",
        passed,
        figure,
        f"at least {policy.gate_measured_items} items",
        "" if passed else advice,
    )


def _gold_suffices(evidence: Evidence, policy: QualityPolicy) -> Check:
    accuracy = evidence.gold_right / evidence.gold_graded if evidence.gold_graded else 0.0
    is_known = evidence.gold_graded >= policy.gate_gold_answers
    passed = is_known and (policy.gate_gold_answers == 0 or accuracy >= policy.gate_gold_accuracy)
    target = f"at least {policy.gate_gold_accuracy:.0%} right of at least {policy.gate_gold_answers} graded answers"
    if policy.gate_gold_answers == 0:
        target = "not required by this project's policy"
    return Check(
        "gold",
        "Do annotators get the gold items right?",
        passed,
        _gold_figure(evidence, accuracy),
        target,
        "" if passed else _gold_advice(evidence, policy, is_known=is_known),
    )


def _gold_figure(evidence: Evidence, accuracy: float) -> str:
    if not evidence.gold_graded:
        return "no gold answer has been graded"
    figure = f"{accuracy:.1%} right"
    if evidence.gold_interval:
        low, high = evidence.gold_interval
        figure += f" ({low:.1%} to {high:.1%})"
    return f"{figure}, n = {evidence.gold_graded}"


def _gold_advice(evidence: Evidence, policy: QualityPolicy, *, is_known: bool) -> str:
    if evidence.n_gold_items == 0:
        return "Give some items a gold label, so that it is known how right the annotators are."
    if not is_known:
        missing = policy.gate_gold_answers - evidence.gold_graded
        return f"Wait for {missing} more graded gold answers, or raise the share of gold."
    return "See in the Overview who misses which gold items, and whether the spec says clearly what is right."


def refuse_unless_published(release: Release) -> Contents:
    """The contents of a release that can be downloaded.

    Raises
    ------
    Conflict
        When it is still being built, or was refused.
    """
    if release.contents is not None:
        return release.contents
    what = "is still being built; try again in a moment"
    if release.state is ReleaseState.REFUSED:
        what = "was refused, so it has no files. Its gate says what is missing"
    raise Conflict(f"release {release.number} {what}.")
