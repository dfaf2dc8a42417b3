"""Karat's side: each workload prepares what is not counted and returns what to measure and what to say of it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from bench._posteriors import posteriors
from karat.quality.agreement import RunningAgreement, agreement, bootstrap, cohen_pairs, fleiss_kappa
from karat.quality.consensus import Consensus
from karat.quality.consensus.dawid_skene import dawid_skene
from karat.quality.ratings import Ratings

Workload = tuple[Callable[[], Any], Callable[[Any], Any]]
Arrays = dict[str, Any]


def probabilities(frame: Any, *, method: str) -> Workload:
    """A frame of answers in, a frame of probabilities out."""
    return lambda: posteriors(frame, method), lambda _: None


def most_likely(frame: Any, *, optimum: float, n: int | None) -> Workload:
    """Dawid and Skene's maximum likelihood from a frame: exactly so many passes, or (None) by its own stopping rule."""

    def run() -> Any:
        ratings = Ratings.from_frame(frame, item="task", annotator="worker", repeats="all")
        result = likeliest(ratings, n)
        return result.probabilities, result

    return run, lambda found: {
        "log_likelihood": found[1].log_likelihood,
        "n_iterations": found[1].n_iterations,
        "optimum": optimum,
    }


def likeliest(ratings: Ratings, n: int | None) -> Consensus:
    """Maximum likelihood in so many passes, or as many as it thinks it needs."""
    if n is None:
        return dawid_skene(ratings, estimate="likelihood")
    return dawid_skene(ratings, estimate="likelihood", tolerance=0.0, max_iterations=n)


def iterations(data: Arrays, *, n_classes: int, n: int) -> Workload:
    """So many passes of Dawid and Skene's model over coded answers."""
    ratings = _ratings(data, n_classes)

    def run() -> Any:
        return dawid_skene(ratings, tolerance=0.0, max_iterations=n)

    return run, lambda result: {"n_iterations": result.n_iterations, "is_compiled": "numba" in _loaded()}


def alpha(data: Arrays) -> Workload:
    """Nominal alpha with its interval, from codes."""
    return lambda: agreement(_ratings(data), over="items"), _value


def ac1(data: Arrays) -> Workload:
    """Gwet's AC1 with its interval, from codes."""
    return lambda: agreement(_ratings(data), coefficient="ac1", over="items"), _value


def fleiss(data: Arrays) -> Workload:
    """Fleiss' kappa with its interval, from codes."""
    return lambda: fleiss_kappa(_ratings(data)), _value


def resampled(data: Arrays, *, n_resamples: int) -> Workload:
    """An interval for alpha from resampled items, from codes."""
    return lambda: bootstrap(_ratings(data), n_resamples=n_resamples), lambda found: [found.low, found.high]


def all_pairs(data: Arrays) -> Workload:
    """Cohen's kappa of all pairs of annotators with its standard error, from codes."""
    return lambda: cohen_pairs(_ratings(data)), lambda found: float(np.mean(found.kappa))


def agreement_stream(data: Arrays) -> Workload:
    """Add one label after the other to running sums, and read alpha after each."""
    labels = list(zip(data["item"].tolist(), data["label"].tolist(), strict=True))

    def run() -> RunningAgreement:
        running = RunningAgreement()
        for item, label in labels[:10]:
            running.add(item, label)
        for item, label in labels[10:]:
            running.add(item, label)
            running.alpha()
        return running

    return run, lambda running: {"n": len(labels), "alpha": running.alpha()}


def consensus_stream(data: Arrays, *, n_classes: int) -> Workload:
    """Add one answer after the other to a running consensus, and read the item's label after each."""
    from karat.quality.consensus.running import RunningConsensus  # noqa: PLC0415 (where it is offered)

    answers = list(zip(*(data[name].tolist() for name in ("item", "annotator", "label")), strict=True))

    def run() -> None:
        running = RunningConsensus(range(n_classes))
        for item, annotator, label in answers:
            running.add(item, annotator, label)
            running.label(item)

    return run, lambda _: {"n": len(answers)}


def _ratings(data: Arrays, n_classes: int | None = None) -> Ratings:
    return Ratings.from_codes(data["item"], data["annotator"], data["label"], n_classes=n_classes, repeats="all")


def _value(estimate: Any) -> float:
    return float(estimate.value)


def _loaded() -> set[str]:
    return {name for name, module in sys.modules.items() if module is not None}
