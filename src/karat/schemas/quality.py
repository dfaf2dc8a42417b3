"""What a lead sees of a project's quality."""

from datetime import datetime

from karat.schemas.base import EstimateShape, Shape


class ProgressShape(Shape):
    n_items: int
    n_open: int
    n_disputed: int
    n_resolved: int
    n_check_items: int
    n_answers: int
    n_unsure: int
    n_skips: int


class AnnotatorRow(Shape):
    """One annotator, as far as the evidence goes."""

    annotator_id: int
    name: str
    is_simulated: bool
    is_paused: bool
    n_answers: int
    n_unsure: int
    n_skips: int
    unsure_rate: EstimateShape
    gold_accuracy: EstimateShape
    honeypot_misses: EstimateShape
    """Share of honeypots missed."""
    median_seconds: float | None
    last_active_at: datetime | None


class DayCount(Shape):
    day: str
    """ISO date, UTC."""
    n_answers: int


class ClassCount(Shape):
    key: str
    name: str
    n: int


class ConfusionPair(Shape):
    """Two classes that annotators give to the same items."""

    first: str
    second: str
    n_items: int


class Overview(Shape):
    """Is this project healthy?"""

    progress: ProgressShape
    observed_agreement: EstimateShape
    alpha: EstimateShape
    ac1: EstimateShape
    """Gwet's AC1: corrected for chance like alpha, but hardly moved by how often each class is given."""
    agreement_scope: str
    """Which items agreement was measured on, in English."""
    measured_share: float | None
    """The same in numbers: the share of items drawn at random; None where every item is labeled by several people."""
    measured_overlap: int
    """By how many people each of them is labeled."""
    gold_accuracy: EstimateShape
    honeypot_misses: EstimateShape
    unsure_rate: EstimateShape
    consensus_accuracy: EstimateShape
    """Of the consensus on items with a reference label."""
    annotators: list[AnnotatorRow]
    throughput: list[DayCount]
    answers_last_hour: int
    classes: list[ClassCount]
    """Standing answers by class."""
    confusion_pairs: list[ConfusionPair]
    consensus_method: str | None
    consensus_at: datetime | None
    is_up_to_date: bool
    """False while answers are still being counted."""
