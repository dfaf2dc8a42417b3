"""The one input of the kernels."""

from karat.quality.ratings.factorise import Codes, Name
from karat.quality.ratings.ratings import Ratings, Repeats

__all__ = ["Codes", "Name", "Ratings", "Repeats"]
