"""Releases and the gate they must pass: what has to be known about the labels before they leave the house."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from karat.domain.ids import ProjectId, ReleaseId
from karat.domain.projects import QualityPolicy


class ReleaseState(StrEnum):
    """`building` until a job has judged and written it; a published one never changes."""

    BUILDING = "building"
    REFUSED = "refused"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class LabelSource(StrEnum):
    """Where the label of an item in a release comes from; the first that there is counts."""

    GOLD = "gold"
    """A trusted label."""
    RESOLUTION = "resolution"
    """A reviewer's decision."""
    CONSENSUS = "consensus"
    """Inferred from the annotators' answers."""


@dataclass(frozen=True)
class Figure:
    """A measured share with its interval, and the evidence behind it."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.1%} (95% interval {self.low:.1%} to {self.high:.1%})"


@dataclass(frozen=True)
class GateFacts:
    """All that the gate depends on."""

    n_items: int
    """Items for production; checks are not counted."""
    n_open: int
    n_disputed: int
    leave_out_undecided: bool
    """Whoever asks for the release has said that items without a decision shall be left out."""
    n_measured: int
    """Items drawn for measuring that have two or more answers."""
    agreement: Figure | None
    """Observed agreement on them; None where it cannot be computed."""
    n_gold_items: int
    gold_accuracy: Figure | None
    """Pooled over everybody's graded answers on gold items; None without any."""

    @property
    def n_undecided(self) -> int:
        return self.n_open + self.n_disputed


@dataclass(frozen=True)
class Check:
    """One requirement, with the figure it was judged by."""

    name: str
    title: str
    passed: bool
    figure: str
    target: str
    advice: str = ""
    """What to do; empty when it has passed."""


@dataclass(frozen=True)
class Gate:
    """The verdict: every check must have passed."""

    checks: tuple[Check, ...]
    n_undecided: int

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    def failed(self) -> list[str]:
        return [check.name for check in self.checks if not check.passed]


@dataclass(frozen=True)
class ReleasedFile:
    """A file of a release; its digest is what "immutable" means."""

    name: str
    n_bytes: int
    sha256: str


@dataclass(frozen=True)
class Release:
    """A numbered dataset with its labels, provenance and evidence."""

    id: ReleaseId
    project_id: ProjectId
    number: int
    state: ReleaseState
    note: str
    leave_out_undecided: bool
    created_at: datetime
    created_by: str
    spec_version: int
    gate: Gate
    manifest: dict[str, Any] = field(default_factory=dict)
    error: str | None = None


def judge(facts: GateFacts, policy: QualityPolicy) -> Gate:
    """Whether a release may be made of this."""
    checks = (_has_items(facts), _decided(facts), _agreement_known(facts, policy), _gold_accuracy(facts, policy))
    return Gate(checks, facts.n_undecided)


def _has_items(facts: GateFacts) -> Check:
    passed = facts.n_items > facts.n_undecided
    return Check(
        "items",
        "There is something to release",
        passed,
        f"{facts.n_items - facts.n_undecided:,} of {facts.n_items:,} items have a decision",
        "at least one item",
        "" if passed else "Import items and have them labeled first.",
    )


def _decided(facts: GateFacts) -> Check:
    if facts.leave_out_undecided and facts.n_undecided:
        return Check(
            "decided",
            "Every item is decided or left out",
            True,
            f"{facts.n_undecided:,} undecided items will be left out, by choice",
            "no item undecided, or left out by choice",
        )
    passed = facts.n_undecided == 0
    return Check(
        "decided",
        "Every item is decided or left out",
        passed,
        f"{facts.n_undecided:,} undecided: {facts.n_open:,} need answers, {facts.n_disputed:,} a reviewer",
        "no item undecided, or left out by choice",
        "" if passed else "Finish labeling and the review queue, or choose to leave undecided items out.",
    )


def _agreement_known(facts: GateFacts, policy: QualityPolicy) -> Check:
    passed = facts.n_measured >= policy.gate_measured_items
    known = f": observed agreement {facts.agreement}" if facts.agreement else ""
    return Check(
        "agreement",
        "Agreement between annotators is known",
        passed,
        f"{facts.n_measured:,} measured items with two or more answers{known}",
        f"at least {policy.gate_measured_items:,} such items",
        ""
        if passed
        else f"{policy.gate_measured_items - facts.n_measured:,} more measured items need a second answer. "
        "Raise the measured share or the overlap before the next import, or have more people label.",
    )


def _gold_accuracy(facts: GateFacts, policy: QualityPolicy) -> Check:
    n = 0 if facts.gold_accuracy is None else facts.gold_accuracy.n
    is_enough = n >= policy.gate_gold_answers
    is_right = facts.gold_accuracy is None or facts.gold_accuracy.value >= policy.gate_gold_accuracy
    passed = is_enough and is_right
    figure = f"{facts.gold_accuracy}, on {n:,} graded answers" if facts.gold_accuracy else "no graded answers"
    return Check(
        "gold_accuracy",
        "Annotators are right on gold",
        passed,
        figure,
        f"at least {policy.gate_gold_accuracy:.0%} on {policy.gate_gold_answers:,} or more graded answers",
        "" if passed else _gold_advice(facts, policy, n, is_enough=is_enough),
    )


def _gold_advice(facts: GateFacts, policy: QualityPolicy, n: int, *, is_enough: bool) -> str:
    if is_enough:
        return (
            "Look at the gold items most often missed: either the spec does not settle them, or people need training. "
            "Then have the affected items labeled again."
        )
    if facts.n_gold_items == 0:
        return (
            "There are no gold items, so nobody knows how right the labels are. Import some with trusted labels, or "
            "set the number of gold answers the policy asks for to 0."
        )
    return (
        f"{policy.gate_gold_answers - n:,} more graded gold answers are needed. Keep labeling, or raise the gold share."
    )


def gate_as_json(gate: Gate) -> dict[str, Any]:
    """How a gate is kept with its release."""
    return {"checks": [asdict(check) for check in gate.checks], "n_undecided": gate.n_undecided}


def gate_from_json(saved: dict[str, Any]) -> Gate:
    """
    >>> gate_from_json({}).passed
    True
    """
    return Gate(tuple(Check(**check) for check in saved.get("checks", [])), saved.get("n_undecided", 0))
