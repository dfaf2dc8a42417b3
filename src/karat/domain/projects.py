"""A project and its quality policy: every threshold that rules read, with its default and meaning."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from karat.domain.errors import Problem
from karat.domain.ids import ProjectId


class MediaKind(StrEnum):
    """What an item shows."""

    TEXT = "text"
    IMAGE = "image"


@dataclass(frozen=True)
class QualityPolicy:
    """A project's settings for routing, checks and the quality gate."""

    overlap: int = 1
    """How many annotators label each item."""
    measured_share: float = 0.1
    """Share of items, drawn at random, that get at least `measured_overlap`: agreement is measured on them."""
    measured_overlap: int = 2
    """How many annotators label each of these."""
    gold_share: float = 0.05
    """Share of an annotator's stream that is gold (tests understanding)."""
    honeypot_share: float = 0.05
    """Share of an annotator's stream that is honeypots (tests attention)."""
    lease_seconds: int = 900
    """How long a claim lives without a sign of life from the annotator."""
    hold: int = 4
    """How many items an annotator's client holds at once: the current one and those prefetched."""
    majority_share: float = 0.6
    """An item whose leading class has less than this share of its answers is disputed."""
    max_skips: int = 2
    """An item that so many people skipped goes to a reviewer."""
    gate_gold_accuracy: float = 0.8
    """Release gate: pooled accuracy on gold must be at least this."""
    gate_gold_answers: int = 20
    """Release gate: so many graded gold answers are needed before accuracy is believed."""
    gate_measured_items: int = 20
    """Release gate: so many items must have two or more answers, so that agreement is known."""


@dataclass(frozen=True)
class Project:
    """One label spec, its items, people and policy."""

    id: ProjectId
    name: str
    media_kind: MediaKind
    policy: QualityPolicy
    spec_version: int
    """Number of the current spec version."""
    note: str
    """Shown wherever the project is: for instance that its annotators are simulated."""
    created_at: datetime
    archived_at: datetime | None


_SHARES = ("measured_share", "gold_share", "honeypot_share", "majority_share", "gate_gold_accuracy")
_BOUNDS = {
    "overlap": (1, 50),
    "measured_overlap": (2, 50),
    "lease_seconds": (30, 86_400),
    "hold": (1, 10),
    "max_skips": (1, 50),
    "gate_gold_answers": (0, 100_000),
    "gate_measured_items": (0, 10_000_000),
}


def check_policy(policy: QualityPolicy) -> list[Problem]:
    """Every field that is out of its range, with the range."""
    problems = []
    for field in fields(policy):
        value = getattr(policy, field.name)
        low, high = (0, 1) if field.name in _SHARES else _BOUNDS[field.name]
        if not low <= value <= high:
            problems.append(Problem(f"policy.{field.name}", f"is {value}; it must lie between {low} and {high}."))
    if policy.gold_share + policy.honeypot_share > 0.5:
        problems.append(
            Problem(
                "policy.gold_share",
                f"gold and honeypots together are {policy.gold_share + policy.honeypot_share:.0%} of the stream; "
                "keep them at or below 50%.",
            )
        )
    return problems
