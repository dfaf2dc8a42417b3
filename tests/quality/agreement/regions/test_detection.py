"""Agreement on regions over several annotators and images."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest

from karat.quality.agreement.regions import Box, Mask, Region, match_regions, region_agreement
from karat.quality.errors import NoRatings, TooLittleOverlap, UnknownMethod, UnreadableRatings
from karat.quality.ratings import Ratings

COCO = np.arange(0.5, 1.0, 0.05).tolist()


def test_f1_is_averaged_over_pairs_and_pooled_over_images() -> None:
    images = [[noisy_boxes(i, a) for a in range(3)] for i in range(10)]
    matched, total = 0.0, 0.0
    for answers in images:
        pairs = list(combinations(answers, 2))
        matched += float(np.mean([2 * len(match_regions(a, b).pairs) for a, b in pairs]))
        total += float(np.mean([len(a) + len(b) for a, b in pairs]))

    found = region_agreement(ratings_of_regions(images))

    assert found.value == pytest.approx(matched / total)
    assert (found.n, found.over) == (10, "items")
    assert found.low < found.value < found.high


def test_panoptic_quality_is_f1_times_mean_overlap() -> None:
    ratings = ratings_of_regions([[noisy_boxes(i, a) for a in range(2)] for i in range(10)])

    f1, overlap, quality = (region_agreement(ratings, measure=m).value for m in ("f1", "iou", "quality"))

    assert quality == pytest.approx(f1 * overlap)


def test_several_thresholds_are_averaged() -> None:
    ratings = ratings_of_regions([[noisy_boxes(i, a) for a in range(2)] for i in range(10)])

    found = region_agreement(ratings, threshold=COCO)

    assert found.value == pytest.approx(np.mean([region_agreement(ratings, threshold=t).value for t in COCO]))


def test_order_of_rows_and_names_do_not_matter() -> None:
    rows = [(i, a, noisy_boxes(i, a)) for i in range(8) for a in range(3)]
    renamed = [(f"image-{i}", "zyx"[a], answer[::-1]) for i, a, answer in reversed(rows)]

    one, other = region_agreement(Ratings.from_rows(rows)), region_agreement(Ratings.from_rows(renamed))

    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_drawing_nothing_agrees_with_drawing_nothing() -> None:
    nothing = ratings_of_regions([[(), ()]] * 20)

    for measure in ("f1", "iou", "quality"):
        assert region_agreement(nothing, measure=measure).value == 1


def test_masks_and_images_with_a_single_annotator() -> None:
    half, all_of_it = (Mask.of([[True, last]], "sky") for last in (False, True))
    ratings = ratings_of_regions([[(half,), (all_of_it,)], [(half,)], [(half,), (half,)]])

    found = region_agreement(ratings, measure="iou")

    assert found.value == 0.75
    assert found.n == 2


def test_what_cannot_be_answered_has_a_reason() -> None:
    apart = ratings_of_regions([[(Box(0, 0, 1, 1),), (Box(5, 5, 1, 1),)]])

    assert region_agreement(apart).value == region_agreement(apart, measure="quality").value == 0
    with pytest.raises(TooLittleOverlap, match="measure='f1', which is 0"):
        region_agreement(apart, measure="iou")
    with pytest.raises(NoRatings):
        region_agreement(Ratings.from_rows([]))
    with pytest.raises(TooLittleOverlap, match="at least two"):
        region_agreement(ratings_of_regions([[()]]))
    with pytest.raises(UnknownMethod, match="f1, iou, quality"):
        region_agreement(apart, measure="ap")
    with pytest.raises(UnknownMethod, match="0 thresholds"):
        region_agreement(apart, threshold=[])
    with pytest.raises(UnreadableRatings):
        region_agreement(Ratings.from_rows([("image", "x", "cat"), ("image", "y", "dog")]))


def noisy_boxes(image: int, annotator: int) -> tuple[Box, ...]:
    truth, noise = np.random.default_rng(image), np.random.default_rng(100 * image + annotator)
    drawn = []
    for place in range(int(truth.integers(1, 5))):
        width, height = (int(size) for size in truth.integers(10, 40, 2))
        if noise.random() < 0.85:
            x, y, wider, higher = (int(shift) for shift in noise.integers(0, 5, 4))
            drawn.append(Box(50 * place + x, y, width + wider, height + higher, "object"))
    return tuple(drawn)


def ratings_of_regions(images: Sequence[Sequence[tuple[Region, ...]]]) -> Ratings:
    return Ratings.from_rows((i, a, answer) for i, answers in enumerate(images) for a, answer in enumerate(answers))
