"""Agreement on boxes, polygons and masks in images."""

from __future__ import annotations

from karat.quality.agreement.regions.detection import region_agreement
from karat.quality.agreement.regions.masks import mask_dice, mask_iou
from karat.quality.agreement.regions.matching import Matching, match_regions
from karat.quality.agreement.regions.overlap import iou
from karat.quality.agreement.regions.polygons import polygon_areas
from karat.quality.agreement.regions.shapes import Box, Mask, Polygon, Region

__all__ = [
    "Box",
    "Mask",
    "Matching",
    "Polygon",
    "Region",
    "iou",
    "mask_dice",
    "mask_iou",
    "match_regions",
    "polygon_areas",
    "region_agreement",
]
