"""Releases and the gate they must pass: what has to be known about the labels before they leave the house."""

from collections.abc import Mapping
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
    """One requirement, with the figure it was judged by: in English, and as codes with values for other languages."""

    name: str
    title: str
    passed: bool
    figure: str
    target: str
    advice: str = ""
    """What to do; empty when it has passed."""
    figure_code: str = ""
    """Which sentence `figure` is; empty in gates that were kept before there were codes."""
    advice_code: str = ""
    """Which sentence `advice` is; empty without any."""
    values: Mapping[str, float] = field(default_factory=dict)
    """The numbers in the sentences; shares are 0 to 1."""


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
    n_decided = facts.n_items - facts.n_undecided
    passed = n_decided > 0
    return Check(
        "items",
        "There is something to release",
        passed,
        f"{n_decided:,} of {facts.n_items:,} items have a decision",
        "at least one item",
        "" if passed else "Import items and have them labeled first.",
        figure_code="decided_of",
        advice_code="" if passed else "import",
        values={"n_decided": n_decided, "n_items": facts.n_items},
    )


def _decided(facts: GateFacts) -> Check:
    title, target = "Every item is decided or left out", "no item undecided, or left out by choice"
    values = {"n": facts.n_undecided, "n_open": facts.n_open, "n_disputed": facts.n_disputed}
    if facts.leave_out_undecided and facts.n_undecided:
        figure = f"{facts.n_undecided:,} undecided items will be left out, by choice"
        return Check("decided", title, True, figure, target, figure_code="left_out", values=values)
    passed = facts.n_undecided == 0
    return Check(
        "decided",
        title,
        passed,
        f"{facts.n_undecided:,} undecided: {facts.n_open:,} need answers, {facts.n_disputed:,} a reviewer",
        target,
        "" if passed else "Finish labeling and the review queue, or choose to leave undecided items out.",
        figure_code="undecided",
        advice_code="" if passed else "finish",
        values=values,
    )


def _agreement_known(facts: GateFacts, policy: QualityPolicy) -> Check:
    n_missing = policy.gate_measured_items - facts.n_measured
    passed = n_missing <= 0
    known = f": observed agreement {facts.agreement}" if facts.agreement else ""
    return Check(
        "agreement",
        "Agreement between annotators is known",
        passed,
        f"{facts.n_measured:,} measured items with two or more answers{known}",
        f"at least {policy.gate_measured_items:,} such items",
        ""
        if passed
        else f"{n_missing:,} more measured items need a second answer. "
        "Raise the measured share or the overlap before the next import, or have more people label.",
        figure_code="agreement" if facts.agreement else "measured",
        advice_code="" if passed else "measure_more",
        values={"n": facts.n_measured, "n_needed": policy.gate_measured_items, "n_missing": max(0, n_missing)}
        | _interval(facts.agreement),
    )


def _gold_accuracy(facts: GateFacts, policy: QualityPolicy) -> Check:
    n = 0 if facts.gold_accuracy is None else facts.gold_accuracy.n
    n_missing = policy.gate_gold_answers - n
    is_right = facts.gold_accuracy is None or facts.gold_accuracy.value >= policy.gate_gold_accuracy
    passed = n_missing <= 0 and is_right
    advice_code = "" if passed else _gold_advice(facts, n_missing)
    figure = f"{facts.gold_accuracy}, on {n:,} graded answers" if facts.gold_accuracy else "no graded answers"
    return Check(
        "gold_accuracy",
        "Annotators are right on gold",
        passed,
        figure,
        f"at least {policy.gate_gold_accuracy:.0%} on {policy.gate_gold_answers:,} or more graded answers",
        _GOLD_ADVICE[advice_code].format(n_missing=n_missing),
        figure_code="graded" if facts.gold_accuracy else "none_graded",
        advice_code=advice_code,
        values={
            "n": n,
            "n_needed": policy.gate_gold_answers,
            "n_missing": max(0, n_missing),
            "target": policy.gate_gold_accuracy,
        }
        | _interval(facts.gold_accuracy),
    )


_GOLD_ADVICE = {
    "": "",
    "look_at_missed": "Look at the gold items most often missed: either the spec does not settle them, or people need "
    "training. Then have the affected items labeled again.",
    "no_gold": "There are no gold items, so nobody knows how right the labels are. Import some with trusted labels, or "
    "set the number of gold answers the policy asks for to 0.",
    "grade_more": "{n_missing:,} more graded gold answers are needed. Keep labeling, or raise the gold share.",
}


def _gold_advice(facts: GateFacts, n_missing: int) -> str:
    if n_missing <= 0:
        return "look_at_missed"
    return "no_gold" if facts.n_gold_items == 0 else "grade_more"


def _interval(figure: Figure | None) -> dict[str, float]:
    return {} if figure is None else {"value": figure.value, "low": figure.low, "high": figure.high}


def gate_as_json(gate: Gate) -> dict[str, Any]:
    """How a gate is kept with its release."""
    return {"checks": [asdict(check) for check in gate.checks], "n_undecided": gate.n_undecided}


def gate_from_json(saved: dict[str, Any]) -> Gate:
    """
    >>> gate_from_json({}).passed
    True
    """
    return Gate(tuple(Check(**check) for check in saved.get("checks", [])), saved.get("n_undecided", 0))
