"""The section on what there is: how many, how much overlap, who is connected with whom."""

from __future__ import annotations

import numpy as np
import scipy

from karat.quality.ratings import Ratings
from karat.quality.report.contents import DataShape


def data_shape(ratings: Ratings) -> DataShape:
    """Count what there is."""
    per_item = np.bincount(ratings.item, minlength=ratings.n_items)
    per_annotator = np.bincount(ratings.annotator, minlength=ratings.n_annotators)
    per_annotator = per_annotator[per_annotator > 0]
    per_class = np.bincount(ratings.label, minlength=ratings.n_classes)
    overlap = np.bincount(per_item[per_item > 0])
    n_components, largest = _components(ratings)
    return DataShape(
        n_ratings=ratings.n_ratings,
        n_items=int((per_item > 0).sum()),
        n_annotators=len(per_annotator),
        class_counts=tuple(zip(ratings.classes, per_class.tolist(), strict=True)),
        overlap=tuple((n, int(items)) for n, items in enumerate(overlap.tolist()) if items),
        n_shared_items=int((per_item >= 2).sum()),
        ratings_per_annotator=(
            int(per_annotator.min()),
            int(np.median(per_annotator)),
            int(per_annotator.max()),
        ),
        n_components=n_components,
        largest_component_share=largest,
        first_time=None if ratings.time is None else float(ratings.time.min()),
        last_time=None if ratings.time is None else float(ratings.time.max()),
    )


def _components(ratings: Ratings) -> tuple[int, float]:
    """Groups of annotators whom shared items connect, and the share of the ratings in the largest."""
    n = ratings.n_items + ratings.n_annotators
    ones = np.ones(ratings.n_ratings, dtype=np.int8)
    links = scipy.sparse.coo_array((ones, (ratings.item, ratings.annotator + ratings.n_items)), shape=(n, n))
    _, group = scipy.sparse.csgraph.connected_components(links, directed=False)
    ratings_of_group = np.bincount(group[ratings.item])
    return int((ratings_of_group > 0).sum()), float(ratings_of_group.max() / ratings.n_ratings)
