"""Agreement on spans of text, units of a continuum and segments."""

from __future__ import annotations

from karat.quality.agreement.spans.f1 import span_f1, span_f1_by_pair, span_f1_of
from karat.quality.agreement.spans.gamma_measure import Gamma, GammaSettings, gamma, gamma_agreement
from karat.quality.agreement.spans.segmentation import boundary_similarity, pk, segmentation_agreement, window_diff
from karat.quality.agreement.spans.span import Span
from karat.quality.agreement.spans.tokens import token_kappa, token_kappa_of
from karat.quality.agreement.spans.unitizing import UnitizingDisagreement, unitizing_alpha, unitizing_disagreement

__all__ = [
    "Gamma",
    "GammaSettings",
    "Span",
    "UnitizingDisagreement",
    "boundary_similarity",
    "gamma",
    "gamma_agreement",
    "pk",
    "segmentation_agreement",
    "span_f1",
    "span_f1_by_pair",
    "span_f1_of",
    "token_kappa",
    "token_kappa_of",
    "unitizing_alpha",
    "unitizing_disagreement",
    "window_diff",
]
