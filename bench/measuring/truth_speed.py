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
PLAIN, COMPILED, CROWDKIT = "numpy and scipy", "with numba", "crowd-kit"
BAR_DEFAULT, BAR_EQUAL = 50.0, 100.0
BAR_NS = {2: 16.0, 5: 18.0, 20: 32.0, 100: 40.0, 1000: 40.0}
BAR_NS_COMPILED = {2: 5.0, 5: 8.0, 20: 35.0}
BAR_MIB = 60.0
EQUAL_SHARE, MOST_PASSES = 1e-6, 4096
N_ITEMS, PER_ITEM, N_ANNOTATORS = 200_000, 5, 1_000
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
                PLAIN: (OURS, "probabilities", {"method": "DS"}),
                COMPILED: (OURS, "probabilities", {"method": "DS"}),
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
                PLAIN: (OURS, "most_likely", ours),
                COMPILED: (OURS, "most_likely", ours),
                "by its own rule": (OURS, "most_likely", ours | {"n": None}),
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
                hidden=("numba",) if name == PLAIN else (),
            )
            for name, (module, workload, options) in ways.items()
        ]
        return Round(crowd, dict(zip(ways, compare(contestants, conditions.effort), strict=True)))

    def ratio(self, name: str) -> float | None:
        """How many times as long crowd-kit takes."""
        return times(self.found[name], self.found[CROWDKIT])

    def line(self) -> Line:
        """All figures."""
        plain, peer = self.found[PLAIN], self.found[CROWDKIT]
        others = [
            f"{name} {figure(found)}{_passes(found)}"
            for name, found in self.found.items()
            if name not in (PLAIN, CROWDKIT)
        ]
        others.append(against(plain, {CROWDKIT: peer}) + _passes(peer))
        return Line(self.crowd, figure(plain) + _passes(plain), "; ".join(others))


def _means(rounds: Sequence[Round], bar: float) -> Iterator[Line]:
    for name in rounds[0].found:
        if name == CROWDKIT:
            continue
        ratios = [ratio for round_ in rounds if (ratio := round_.ratio(name)) is not None]
        if ratios:
            mean = geometric_mean(ratios)
            text = f"least {min(ratios):.3g}×"
            yield Line(f"geometric mean, {name}", f"{mean:.1f}×", text, f"≥ {bar:.0f}×", mean >= bar)


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
    said = measured.said
    if not isinstance(said, dict) or "optimum" not in said:
        return ""
    gap = (said["optimum"] - said["log_likelihood"]) / abs(said["optimum"])
    return f" [{said['n_iterations']} passes" + ("]" if gap <= 1.01 * EQUAL_SHARE else f", {gap:.1e} BELOW]")


def per_answer(conditions: Conditions) -> Iterator[Line]:
    """Nanoseconds of an answer in an iteration, at 10^6 answers; and the memory of a fit."""
    for n_classes in (2, 5) if conditions.is_quick else (2, 5, 20, 100, 1000):
        yield from _per_answer(conditions, n_classes)


def _per_answer(conditions: Conditions, n_classes: int) -> Iterator[Line]:
    answers = crowd(N_ITEMS, (PER_ITEM, PER_ITEM), N_ANNOTATORS, n_classes, is_zipf=True)
    data = answers.save(conditions.folder / "answers.npz")
    n_answers = len(answers.item)

    def ours(n: int, hidden: Sequence[str]) -> Contestant:
        options = {"n_classes": n_classes, "n": n}
        return Contestant("Karat", OURS, "iterations", data=data, options=options, hidden=hidden)

    def theirs(n: int) -> Contestant:
        return Contestant(
            "crowd-kit", THEIRS, "crowdkit_iterations_on_codes", conditions.peers, data=data, options={"n": n}
        )

    plain = compare([ours(FEW, ["numba"]), ours(MANY, ["numba"])], conditions.effort)
    compiled = compare([ours(FEW, []), ours(MANY, [])], conditions.effort)
    peers = compare([theirs(1), theirs(4)], conditions.effort)
    what = f"K = {n_classes}"
    peer = _per_pass(peers[0], peers[1], n_answers)
    memory = f", {peers[1].mib:.0f} MiB" if peers[1].seconds else ""
    others = f"crowd-kit {peer:.0f} ns{memory}" if peer is not None else f"crowd-kit {peers[1].refused}"
    yield _ns_line(f"{what}, numpy and scipy", plain, n_answers, others, BAR_NS[n_classes])
    if plain[1].seconds is not None:
        mib = plain[1].mib
        first = plain[0].seconds or 0.0
        before = max(0.0, first - (plain[1].seconds - first) * FEW / (MANY - FEW))
        text = f"{mib:.0f} MiB"
        yield Line(f"{what}, memory", text, f"preparation {duration(before)}", f"≤ {BAR_MIB:.0f} MiB", mib <= BAR_MIB)
    if compiled[1].said and compiled[1].said["is_compiled"]:
        yield _ns_line(f"{what}, compiled", compiled, n_answers, "", BAR_NS_COMPILED.get(n_classes))
    else:
        yield Line(f"{what}, compiled", "not offered")


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
