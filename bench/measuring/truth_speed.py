"""How fast truth inference is: whole calls on public crowds, and what an answer costs an iteration."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.measuring.contest import Contestant, Measured, compare
from bench.measuring.data import SETS, TRUTH, answers_path, crowd
from bench.measuring.ours import likeliest
from bench.measuring.scores import Indices, first_within, likelihood_path
from bench.measuring.table import NO_CROWDS, Conditions, Line, against, duration, figure, geometric_mean, times
from karat.quality.ratings import Ratings

OURS, THEIRS = "bench.measuring.ours", "bench.measuring.theirs"
COLUMNS = ("task", "worker", "label")
KARAT, OWN_RULE, CROWDKIT = "Karat", "Karat by its own rule", "crowd-kit"
BAR_DEFAULT, BAR_EQUAL = 50.0, 100.0
BAR_NS = {2: 16.0, 5: 18.0, 20: 32.0, 100: 40.0, 1000: 40.0}
BAR_NS_COMPILED = {2: 5.0, 5: 8.0, 20: 35.0}
BAR_MIB = 60.0
EQUAL_SHARE, MOST_PASSES = 1e-6, 4096
N_ITEMS, PER_ITEM, N_ANNOTATORS = 200_000, 5, 1_000
N_ITEMS_COMPILED = 1_000_000
FEW, MANY = 5, 25
"""Iterations whose difference in time is that of twenty."""


def default_against_default(conditions: Conditions) -> Iterator[Line]:
    """Dawid-Skene with the settings each tool starts with, frame in, frame out."""
    if not TRUTH.exists():
        yield NO_CROWDS
        return
    rounds = []
    for name in SETS:
        round_ = Round.of(
            conditions,
            name,
            {
                KARAT: (OURS, "probabilities", {"method": "DS"}),
                CROWDKIT: (THEIRS, "crowdkit_probabilities", {"method": "DS"}),
            },
        )
        yield round_.line()
        rounds.append(round_)
    yield from _means(rounds, BAR_DEFAULT)


def equal_likelihood(conditions: Conditions) -> Iterator[Line]:
    """Maximum likelihood, each stopped by hand as soon as it is within 1e-6 of where plain iterations lead.

    Karat by its own stopping rule, which has to find out by itself, stands beside.
    """
    if not TRUTH.exists():
        yield NO_CROWDS
        return
    rounds = []
    for name in SETS:
        if conditions.is_quick and name in ("rel", "trec", "product"):
            continue
        path = likelihood_path(*_codes(name))
        ours = {"optimum": path[-1], "n": _passes_needed(name, path[-1])}
        theirs = {"optimum": path[-1], "n": first_within(path, path[-1], EQUAL_SHARE)}
        round_ = Round.of(
            conditions,
            name,
            {
                KARAT: (OURS, "most_likely", ours),
                OWN_RULE: (OURS, "most_likely", ours | {"n": None}),
                CROWDKIT: (THEIRS, "crowdkit_iterations", theirs),
            },
        )
        yield round_.line()
        rounds.append(round_)
    yield from _means(rounds, BAR_EQUAL)


@dataclass(frozen=True)
class Round:
    """One crowd, and what each contestant needed for it."""

    crowd: str
    found: Mapping[str, Measured]

    @staticmethod
    def of(conditions: Conditions, crowd: str, ways: Mapping[str, tuple[str, str, Mapping[str, Any]]]) -> Round:
        """Measure: module, workload and options by the contestant's name."""
        contestants = [
            Contestant(
                name,
                module,
                workload,
                conditions.peers if module == THEIRS else Path(sys.executable),
                answers_path(crowd),
                options,
            )
            for name, (module, workload, options) in ways.items()
        ]
        return Round(crowd, dict(zip(ways, compare(contestants, conditions.effort), strict=True)))

    def ratio(self, name: str) -> float | None:
        """How many times as long crowd-kit takes; None unless both come as far as was agreed."""
        ours, theirs = self.found[name], self.found[CROWDKIT]
        return times(ours, theirs) if has_arrived(ours) and has_arrived(theirs) else None

    def line(self) -> Line:
        """All figures."""
        plain, peer = self.found[KARAT], self.found[CROWDKIT]
        others = [
            f"{name} {figure(found)}{_passes(found)}"
            for name, found in self.found.items()
            if name not in (KARAT, CROWDKIT)
        ]
        others.append(against(plain, {CROWDKIT: peer}) + _passes(peer))
        return Line(self.crowd, figure(plain) + _passes(plain), "; ".join(others))


def _means(rounds: Sequence[Round], bar: float) -> Iterator[Line]:
    for name in rounds[0].found:
        if name == CROWDKIT:
            continue
        ratios = {round_.crowd: ratio for round_ in rounds if (ratio := round_.ratio(name)) is not None}
        if not ratios:
            continue
        mean, absent = geometric_mean(list(ratios.values())), [r.crowd for r in rounds if r.crowd not in ratios]
        text = f"least {min(ratios.values()):.3g}×" + (f", not counted: {', '.join(absent)}" if absent else "")
        # A bar over all crowds is not met on some of them.
        yield Line(f"geometric mean of {name}", f"{mean:.1f}×", text, f"≥ {bar:.0f}×", mean >= bar and not absent)


def _codes(name: str) -> tuple[Indices, Indices, Indices]:
    frame = pd.read_csv(answers_path(name))
    item, annotator, label = (np.unique(frame[column], return_inverse=True)[1] for column in COLUMNS)
    return item, annotator, label


def _passes_needed(name: str, optimum: float) -> int:
    """The fewest passes after which Karat is within the share of the optimum; its objective never falls.

    Where its leaps end in another optimum, which has its own slope, that one is the goal.
    """
    ratings = Ratings.from_codes(*_codes(name), repeats="all")
    best = likeliest(ratings, MOST_PASSES).log_likelihood
    assert best is not None
    goal = min(optimum, best)
    low, high = 1, MOST_PASSES
    while low < high:
        middle = (low + high) // 2
        reached = likeliest(ratings, middle).log_likelihood
        is_there = reached is not None and reached >= goal - EQUAL_SHARE * abs(goal)
        low, high = (low, middle) if is_there else (middle + 1, high)
    return low


def _passes(measured: Measured) -> str:
    """How many; and how far below the optimum of plain iterations it ended, where that is more than agreed."""
    if (gap := _gap(measured)) is None:
        return ""
    return f" [{measured.said['n_iterations']} passes" + ("]" if has_arrived(measured) else f", {gap:.1e} BELOW]")


def has_arrived(measured: Measured) -> bool:
    """Whether it came within the share of the optimum; so it did where none was agreed."""
    gap = _gap(measured)
    return gap is None or gap <= 1.01 * EQUAL_SHARE


def _gap(measured: Measured) -> float | None:
    said = measured.said
    if not isinstance(said, dict) or "optimum" not in said:
        return None
    return float((said["optimum"] - said["log_likelihood"]) / abs(said["optimum"]))


def per_answer(conditions: Conditions) -> Iterator[Line]:
    """Nanoseconds of an answer in an iteration, at 10^6 answers; the memory of a fit; and what compiling saves."""
    for n_classes in (2, 5) if conditions.is_quick else BAR_NS:
        yield from _per_answer(conditions, n_classes)
    if not conditions.is_quick:
        for n_classes in BAR_NS_COMPILED:
            yield _compiled(conditions, n_classes)


def _per_answer(conditions: Conditions, n_classes: int) -> Iterator[Line]:
    data, n_answers = _zipf(conditions, N_ITEMS, n_classes)
    ours = _iterations(conditions, data, n_classes, hidden=["numba"])
    few, many = compare(
        [
            Contestant("crowd-kit", THEIRS, "crowdkit_iterations_on_codes", conditions.peers, data, {"n": n})
            for n in (1, 4)
        ],
        conditions.effort,
    )
    peer = _per_pass(few, many, n_answers)
    others = f"crowd-kit {many.refused}" if peer is None else f"crowd-kit {peer:.0f} ns, {many.mib:.0f} MiB"
    yield _ns_line(f"K = {n_classes}, numpy and scipy", ours, n_answers, others, BAR_NS[n_classes])
    if ours[0].seconds is None or ours[1].seconds is None:
        return
    rest = max(0.0, ours[0].seconds - (ours[1].seconds - ours[0].seconds) * FEW / (MANY - FEW))
    mib = ours[1].mib
    yield Line(
        "  its memory", f"{mib:.0f} MiB", f"all but the passes {duration(rest)}", f"≤ {BAR_MIB:.0f} MiB", mib <= BAR_MIB
    )


def _compiled(conditions: Conditions, n_classes: int) -> Line:
    """With as many answers as make it worth while to compile."""
    what = f"K = {n_classes}, compiled, {N_ITEMS_COMPILED * PER_ITEM:,} answers"
    data, n_answers = _zipf(conditions, N_ITEMS_COMPILED, n_classes)
    compiled = _iterations(conditions, data, n_classes, hidden=())
    if compiled[1].said is None or not compiled[1].said["is_compiled"]:
        return Line(what, "not offered", "runs as without numba")
    plain = _per_pass(*_iterations(conditions, data, n_classes, hidden=["numba"]), n_answers)
    others = "" if plain is None else f"numpy and scipy {plain:.1f} ns"
    return _ns_line(what, compiled, n_answers, others, BAR_NS_COMPILED[n_classes])


def _zipf(conditions: Conditions, n_items: int, n_classes: int) -> tuple[Path, int]:
    answers = crowd(n_items, (PER_ITEM, PER_ITEM), N_ANNOTATORS, n_classes, is_zipf=True)
    return answers.save(conditions.folder / "answers.npz"), len(answers.item)


def _iterations(
    conditions: Conditions, data: Path, n_classes: int, *, hidden: Sequence[str]
) -> tuple[Measured, Measured]:
    """Few and many."""
    few, many = compare(
        [
            Contestant(KARAT, OURS, "iterations", data=data, options={"n_classes": n_classes, "n": n}, hidden=hidden)
            for n in (FEW, MANY)
        ],
        conditions.effort,
    )
    return few, many


def _per_pass(few: Measured, many: Measured, n_answers: int) -> float | None:
    """Nanoseconds of an answer in an iteration, from two runs of different length."""
    if few.seconds is None or many.seconds is None:
        return None
    passes = many.said["n_iterations"] - few.said["n_iterations"]
    return (many.seconds - few.seconds) / passes / n_answers * 1e9 if passes > 0 else None


def _ns_line(what: str, runs: Sequence[Measured], n_answers: int, others: str, bar: float | None) -> Line:
    value = _per_pass(runs[0], runs[1], n_answers)
    if value is None:
        return Line(what, runs[1].refused or "no difference to measure", others)
    return Line(what, f"{value:.1f} ns", others, f"≤ {bar or 0:.0f} ns", None if bar is None else value <= bar)
