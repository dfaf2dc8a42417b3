"""How fast agreement is: coefficients, intervals, all pairs of annotators, and a stream of labels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.measuring.contest import Contestant, compare
from bench.measuring.data import crowd
from bench.measuring.table import Conditions, Line, against, duration, figure, is_below, times

OURS, THEIRS = "bench.measuring.ours", "bench.measuring.theirs"
SHAPES = ((20, 5), (1000, 5), (100, 100))
"""Annotators and classes."""
BAR_BYTES = 100
BAR_BOOTSTRAP, N_RESAMPLES = 1.0, 1000
BAR_PAIRS = 25.0
BAR_UPDATE = 50e-6
N_STREAMED = 20_000


def alpha(conditions: Conditions) -> Iterator[Line]:
    """Nominal alpha and AC1 on 10^6 annotations, two to five of an item."""
    for n_annotators, n_classes in SHAPES[:1] if conditions.is_quick else SHAPES:
        answers = crowd(_n_items(conditions), (2, 5), n_annotators, n_classes)
        data = answers.save(conditions.folder / "answers.npz")
        yield from _alpha(conditions, data, len(answers.item), f"{n_annotators} annotators, {n_classes} classes")


def _n_items(conditions: Conditions) -> int:
    return 28_571 if conditions.is_quick else 285_714


def _alpha(conditions: Conditions, data: Path, n: int, shape: str) -> Iterator[Line]:
    peer = partial(Contestant, module=THEIRS, data=data)
    ours, counts, raw, irrcac = compare(
        [
            Contestant("Karat", OURS, "alpha", data=data),
            peer("krippendorff, from counts", workload="krippendorff_of_counts", python=conditions.peers),
            peer("krippendorff, raw", workload="krippendorff_raw", python=conditions.peers),
            _irrcac(conditions, data, "krippendorff"),
        ],
        conditions.effort,
    )
    others = against(ours, {"krippendorff from counts": counts, "raw": raw, "irrCAC": irrcac}, with_memory=True)
    ratio = times(ours, counts)
    is_met = None if ours.seconds is None else ratio is None or ratio >= 1
    yield Line(f"alpha, {shape}", figure(ours), others, "≤ krippendorff from counts", is_met)
    if ours.seconds is not None:
        size = ours.mib * 1024 * 1024 / n
        yield Line("  its memory", f"{size:.0f} B per annotation", "", f"< {BAR_BYTES} B", size < BAR_BYTES)
    ours, irrcac = compare(
        [Contestant("Karat", OURS, "ac1", data=data), _irrcac(conditions, data, "gwet")], conditions.effort
    )
    yield Line(f"AC1, {shape}", figure(ours), against(ours, {"irrCAC": irrcac}, with_memory=True))


def _irrcac(conditions: Conditions, data: Path, coefficient: str) -> Contestant:
    return Contestant(
        "irrCAC", THEIRS, "irrcac_raw", conditions.irrcac, data=data, options={"coefficient": coefficient}
    )


def fleiss(conditions: Conditions) -> Iterator[Line]:
    """Fleiss' kappa on 10^6 annotations, three of each item, as statsmodels needs it."""
    answers = crowd(33_333 if conditions.is_quick else 333_333, (3, 3), 20, 5)
    data = answers.save(conditions.folder / "answers.npz")
    ours, counts, raw, irrcac = compare(
        [
            Contestant("Karat", OURS, "fleiss", data=data),
            Contestant("statsmodels", THEIRS, "statsmodels_fleiss", conditions.peers, data=data),
            Contestant("statsmodels, raw", THEIRS, "statsmodels_fleiss_raw", conditions.peers, data=data),
            _irrcac(conditions, data, "fleiss"),
        ],
        conditions.effort,
    )
    others = {"statsmodels from counts": counts, "raw": raw, "irrCAC": irrcac}
    yield Line("Fleiss' kappa, 20 annotators, 5 classes", figure(ours), against(ours, others, with_memory=True))


def interval(conditions: Conditions) -> Iterator[Line]:
    """A resampled interval on 10^6 annotations."""
    for n_annotators, n_classes in SHAPES[:1] if conditions.is_quick else SHAPES:
        answers = crowd(_n_items(conditions), (2, 5), n_annotators, n_classes)
        data = answers.save(conditions.folder / "answers.npz")
        contestants = [
            Contestant("Karat", OURS, "resampled", data=data, options={"n_resamples": N_RESAMPLES}),
            Contestant(
                "krippendorff",
                THEIRS,
                "krippendorff_resamples",
                conditions.peers,
                data=data,
                options={"n_resamples": 1},
            ),
        ]
        ours, one = compare(contestants, conditions.effort)
        other = one.refused if one.seconds is None else f"{duration(N_RESAMPLES * one.seconds)}, from one of them"
        yield Line(
            f"1000 resamples, {n_annotators} annotators, {n_classes} classes",
            figure(ours),
            f"a loop over krippendorff from counts {other}",
            "< 1 s",
            is_below(ours, BAR_BOOTSTRAP),
        )


def all_pairs(conditions: Conditions) -> Iterator[Line]:
    """Cohen's kappa of all 4,950 pairs of 100 annotators."""
    for n in (100_000,) if conditions.is_quick else (100_000, 1_000_000):
        data = crowd(n * 2 // 7, (2, 5), 100, 5).save(conditions.folder / "answers.npz")
        ours, loop = compare(
            [
                Contestant("Karat", OURS, "all_pairs", data=data),
                Contestant("scikit-learn", THEIRS, "sklearn_all_pairs", conditions.peers, data=data),
            ],
            conditions.effort,
        )
        ratio = times(ours, loop)
        others = against(ours, {"a loop over scikit-learn": loop})
        is_met = None if ratio is None else ratio >= BAR_PAIRS
        yield Line(f"all pairs, {n:,} annotations", figure(ours), others, f"≥ {BAR_PAIRS:.0f}×", is_met)


def stream(conditions: Conditions) -> Iterator[Line]:
    """One more label, and the number read again, from Python."""
    answers = crowd(N_STREAMED * 2 // 7, (2, 5), 50, 5)
    data = answers.save(conditions.folder / "answers.npz")
    for what, workload, options in (
        ("agreement: add a label, read alpha", "agreement_stream", {}),
        ("consensus: add an answer, read the label", "consensus_stream", {"n_classes": 5}),
    ):
        (ours,) = compare([Contestant("Karat", OURS, workload, data=data, options=options)], conditions.effort)
        if ours.seconds is None:
            yield Line(what, ours.refused)
            continue
        each = ours.seconds / ours.said["n"]
        yield Line(what, duration(each), "", "< 50 µs", each < BAR_UPDATE)
