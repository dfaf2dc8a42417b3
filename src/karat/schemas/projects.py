"""Projects and their quality policy on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from karat.domain.projects import QualityPolicy
from karat.schemas.base import Shape
from karat.schemas.specs import SpecShape

_DEFAULT = QualityPolicy()


class PolicyShape(Shape):
    """The fields and defaults of `karat.domain.projects.QualityPolicy`."""

    overlap: int = _DEFAULT.overlap
    measured_share: float = _DEFAULT.measured_share
    measured_overlap: int = _DEFAULT.measured_overlap
    gold_share: float = _DEFAULT.gold_share
    honeypot_share: float = _DEFAULT.honeypot_share
    lease_seconds: int = _DEFAULT.lease_seconds
    hold: int = _DEFAULT.hold
    majority_share: float = _DEFAULT.majority_share
    max_skips: int = _DEFAULT.max_skips
    gate_gold_accuracy: float = _DEFAULT.gate_gold_accuracy
    gate_gold_answers: int = _DEFAULT.gate_gold_answers
    gate_measured_items: int = _DEFAULT.gate_measured_items


class NewProject(Shape):
    name: str = Field(min_length=1, max_length=200)
    media_kind: Literal["text", "image"]
    spec: SpecShape
    policy: PolicyShape = PolicyShape()
    note: str = Field(default="", max_length=2_000)


class ProjectChange(Shape):
    name: str | None = Field(default=None, min_length=1, max_length=200)
    note: str | None = Field(default=None, max_length=2_000)
    policy: PolicyShape | None = None


class ProjectShape(Shape):
    id: int
    name: str
    media_kind: Literal["text", "image"]
    note: str
    spec_version: int
    policy: PolicyShape
    created_at: datetime


class ProjectCard(Shape):
    """A project on the Home screen. The counts are shown to those who may read items."""

    id: int
    name: str
    media_kind: Literal["text", "image"]
    note: str
    role: str
    permissions: list[str]
    question: str
    n_items: int | None = None
    n_resolved: int | None = None
    n_disputed: int | None = None
    my_answers: int
    """Answers this person has given here."""


class Projects(Shape):
    projects: list[ProjectCard]
