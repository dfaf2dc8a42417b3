"""Why alpha changed: people disagree more, or the class mix moved."""

from __future__ import annotations

import math
from dataclasses import dataclass

from karat.quality.agreement.scaled import Array, ScaledSums
from karat.quality.intervals import Estimate, student_quantile


@dataclass(frozen=True, slots=True)
class AlphaChange:
    """The change of ln(1 - alpha) between two periods, split into its two causes.

    Attributes
    ----------
    total : Estimate
        ln(1 - alpha) after, less before; above 0 alpha has fallen. `exp(total)` is the factor of 1 - alpha.
    disagreement : Estimate
        The part that comes from pairs of annotators disagreeing more often: the change of ln D_o.
    class_mix : Estimate
        The part that comes from the mix of classes, with which chance agreement moves: the change of -ln D_e. Above 0
        when one class has become more dominant.
    before, after : float
        Alpha of the two periods.
    """

    total: Estimate
    disagreement: Estimate
    class_mix: Estimate
    before: float
    after: float


def explain_change(before: ScaledSums, after: ScaledSums, *, level: float = 0.95) -> AlphaChange:
    """Split the change of alpha between two periods that share no item, exactly.

    1 - alpha = D_o / D_e, disagreement over what chance would give, so its logarithm is a difference and a change of it
    has two parts that add up. Each comes with an interval over items: a part whose interval holds 0 may be noise.

    Parameters
    ----------
    before, after : ScaledSums
        From `Windows.read`, or `AgreementSums.scaled`.
    level : float
        Coverage of each interval.

    Returns
    -------
    AlphaChange
        `n` of its estimates counts the shared items of both periods.

    Raises
    ------
    TooLittleOverlap, SingleClass
        When alpha is undefined in one of them, or nobody disagreed in one.

    Examples
    --------
    >>> from karat.quality.agreement.sums import AgreementSums
    >>> balanced = AgreementSums.of([[2, 0]] * 45 + [[1, 1]] * 10 + [[0, 2]] * 45)
    >>> one_sided = AgreementSums.of([[2, 0]] * 85 + [[1, 1]] * 10 + [[0, 2]] * 5)
    >>> change = explain_change(balanced.scaled(), one_sided.scaled())
    >>> print(f"alpha fell from {change.before:.2f} to {change.after:.2f}")
    alpha fell from 0.80 to 0.45
    >>> round(change.disagreement.value, 3) + 0, round(change.class_mix.value, 3)
    (0.0, 1.022)
    """
    observed_before, chance_before, *slopes_before = before.log_parts()
    observed_after, chance_after, *slopes_after = after.log_parts()

    def part(value: float, before_slope: Array, after_slope: Array) -> Estimate:
        variance = _variance(before, before_slope) + _variance(after, after_slope)
        degrees = before.n_items + after.n_items - 2
        reach = student_quantile(0.5 + level / 2, degrees) * math.sqrt(variance)
        n_items = before.n_items + after.n_items
        return Estimate(value, value - reach, value + reach, n_items, level, math.sqrt(variance), "items")

    disagreement, class_mix = observed_after - observed_before, chance_before - chance_after
    return AlphaChange(
        total=part(disagreement + class_mix, slopes_before[0] - slopes_before[1], slopes_after[0] - slopes_after[1]),
        disagreement=part(disagreement, slopes_before[0], slopes_after[0]),
        class_mix=part(class_mix, slopes_before[1], slopes_after[1]),
        before=1 - math.exp(observed_before - chance_before),
        after=1 - math.exp(observed_after - chance_after),
    )


def _variance(sums: ScaledSums, slope: Array) -> float:
    influence = sums.influence(slope)
    n = sums.n_items
    variance = n / (n - 1) * (influence.squares - influence.total**2 / n)
    return variance if variance > influence.rounding else 0.0
