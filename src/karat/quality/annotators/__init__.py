"""What is known of single annotators, and of pairs of them."""

from karat.quality.annotators.copying import Copying, CopyingPair, find_copying
from karat.quality.annotators.gold_accuracy import gold_accuracies, gold_accuracy, gold_counts, reference_accuracy
from karat.quality.annotators.leaning import Leaning, leaning
from karat.quality.annotators.pace import Pace, TeamPace, pace

__all__ = [
    "Copying",
    "CopyingPair",
    "Leaning",
    "Pace",
    "TeamPace",
    "find_copying",
    "gold_accuracies",
    "gold_accuracy",
    "gold_counts",
    "leaning",
    "pace",
    "reference_accuracy",
]
