"""Agreement of any stretch of days and any slices, from what each bucket of items adds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from karat.quality.agreement.scaled import ScaledSums
from karat.quality.agreement.sums import AgreementSums


@dataclass(frozen=True, slots=True, order=True)
class Bucket:
    """Items that are counted together: those of one day and one slice.

    Classes are positions, so buckets of one class set belong together; keep one `Windows` for each.
    """

    day: date
    slice: str = ""


class Windows:
    """The sums of each bucket, changed item by item, read window by window.

    Reading adds up one small array for each bucket of the window, whatever the number of items: the arrays are made
    when a bucket is first read after a change.

    Examples
    --------
    >>> windows = Windows()
    >>> for day, counts in [(1, [2, 0]), (1, [0, 2]), (2, [1, 1]), (2, [2, 0])]:
    ...     windows.add(Bucket(date(2026, 3, day)), counts)
    >>> round(windows.read(date(2026, 3, 1), date(2026, 3, 2)).alpha().value, 3)
    0.533
    """

    def __init__(self, sums: Mapping[Bucket, AgreementSums] | None = None) -> None:
        self._sums = dict(sums or {})
        self._scaled: dict[Bucket, ScaledSums] = {}

    @property
    def sums(self) -> Mapping[Bucket, AgreementSums]:
        """What to store; buckets without items are not kept."""
        return dict(self._sums)

    def add(self, bucket: Bucket, item_counts: Sequence[int]) -> None:
        """Count an item, described by its count of each class, in its bucket."""
        self._replace(bucket, self._sums.get(bucket, AgreementSums()).add(item_counts))

    def remove(self, bucket: Bucket, item_counts: Sequence[int]) -> None:
        """Take an item back, as when it got another label or belongs to another day now.

        Raises
        ------
        UnknownItem
            When no item with these counts can be in the bucket.
        """
        self._replace(bucket, self._sums.get(bucket, AgreementSums()).remove(item_counts))

    def merge(self, other: Windows) -> Windows:
        """Both together, such as two shards of items; they have no item in common."""
        merged = dict(self._sums)
        for bucket, sums in other._sums.items():
            merged[bucket] = merged.get(bucket, AgreementSums()).merge(sums)
        return Windows(merged)

    def read(self, first: date, last: date, *, slices: Collection[str] | None = None) -> ScaledSums:
        """Sums over the days from `first` to `last`, both included, in these slices or in all of them.

        Its `alpha`, `ac1` and `observed` carry intervals over items; `explain_change` compares two windows.
        """
        chosen = sorted(
            bucket
            for bucket in self._sums
            if first <= bucket.day <= last and (slices is None or bucket.slice in slices)
        )
        for bucket in chosen:
            if bucket not in self._scaled:
                self._scaled[bucket] = self._sums[bucket].scaled()
        return ScaledSums.together(self._scaled[bucket] for bucket in chosen)

    def _replace(self, bucket: Bucket, sums: AgreementSums) -> None:
        self._scaled.pop(bucket, None)
        if sums.moments:
            self._sums[bucket] = sums
        else:
            self._sums.pop(bucket, None)
