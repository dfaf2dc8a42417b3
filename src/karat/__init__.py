"""Karat: annotation that knows how good its labels are.

ratings = karat.Ratings.from_csv("answers.csv")
karat.agreement(ratings)                    # how far annotators agree, with an interval
karat.consensus(ratings).labels             # one label per item, with its certainty
"""

from karat.quality.agreement import agreement
from karat.quality.consensus import Consensus, consensus
from karat.quality.errors import QualityError
from karat.quality.intervals import Estimate
from karat.quality.ratings import Ratings

__version__ = "0.1.0"

__all__ = ["Consensus", "Estimate", "QualityError", "Ratings", "__version__", "agreement", "consensus"]
