"""How near simulated answers come to real ones. `python -m tests.simulation.realism` prints the table of
docs/methods/realism.md.

Each set's items are halved at random. The crowd is fitted to one half and answers the other, in the real design: the
same people on the same items.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from karat.quality.agreement import agreement
from karat.quality.consensus import dawid_skene, majority_vote
from karat.quality.ratings import Ratings
from karat.simulation.arrays import Bools, Floats
from karat.simulation.fitting import Answered, fit_crowd, same_wrong_share

TUNED_ON = ("dog", "rte", "CF_amt", "ZC_us", "product", "trec")
"""The method of fitting was chosen on these."""
HELD_OUT = ("bluebird", "web", "CF", "ZC_in", "face", "rel")
"""And left as it was for these."""

MEASURES = ("mv accuracy", "ds accuracy", "ds ece", "kappa", "q10", "q50", "q90", "phi", "same wrong")


def read(folder: Path) -> Answered:
    """The answers to the items whose truth is known; the last one counts where somebody answered twice."""
    with (folder / "gold.csv").open(encoding="utf-8") as file:
        gold = {row["task"]: row["label"] for row in csv.DictReader(file)}
    with (folder / "answers.csv").open(encoding="utf-8") as file:
        last = {(row["task"], row["worker"]): row["label"] for row in csv.DictReader(file) if row["task"] in gold}
    classes = {name: code for code, name in enumerate(sorted({*last.values(), *gold.values()}))}
    items = {name: code for code, name in enumerate(dict.fromkeys(task for task, _ in last))}
    people = {name: code for code, name in enumerate(dict.fromkeys(worker for _, worker in last))}
    return Answered(
        item=np.array([items[task] for task, _ in last]),
        annotator=np.array([people[worker] for _, worker in last]),
        label=np.array([classes[label] for label in last.values()]),
        truth=np.array([classes[gold[name]] for name in items]),
        n_annotators=len(people),
        n_classes=len(classes),
    )


def halves(seen: Answered, rng: np.random.Generator) -> tuple[Answered, Answered]:
    """The answers to a random half of the items, and to the other half."""
    first = np.zeros(len(seen.truth), dtype=bool)
    first[rng.permutation(len(seen.truth))[: len(seen.truth) // 2]] = True
    return _of(seen, first), _of(seen, ~first)


def _of(seen: Answered, chosen: Bools) -> Answered:
    rows = chosen[seen.item]
    code = np.cumsum(chosen) - 1
    return replace(
        seen,
        item=code[seen.item[rows]],
        annotator=seen.annotator[rows],
        label=seen.label[rows],
        truth=seen.truth[chosen],
    )


def measured(seen: Answered) -> dict[str, float]:
    """Everything that a simulation should reproduce, apart from the histogram."""
    ratings = Ratings.from_codes(seen.item, seen.annotator, seen.label, n_classes=seen.n_classes)
    truth = seen.truth[: ratings.n_items]
    majority = np.array(majority_vote(ratings).labels)
    found = dawid_skene(ratings)
    right = np.array(found.labels) == truth
    accuracies = annotator_accuracies(seen)
    quantiles = np.quantile(accuracies, [0.1, 0.5, 0.9]) if len(accuracies) else np.full(3, np.nan)
    return {
        "mv accuracy": float((majority == truth).mean()),
        "ds accuracy": float(right.mean()),
        "ds ece": calibration_error(np.asarray(found.certainty), right),
        "kappa": float(agreement(ratings).value),
        "q10": float(quantiles[0]),
        "q50": float(quantiles[1]),
        "q90": float(quantiles[2]),
        "phi": error_correlation(seen),
        "same wrong": same_wrong_share(seen),
    }


def annotator_accuracies(seen: Answered, least: int = 10) -> Floats:
    n = np.bincount(seen.annotator, minlength=seen.n_annotators)
    n_right = np.bincount(seen.annotator, seen.label == seen.true, minlength=seen.n_annotators)
    return np.asarray(n_right / np.maximum(n, 1))[n >= least]


def calibration_error(certainty: Floats, right: Bools) -> float:
    place = np.digitize(certainty, [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99])
    gaps = np.bincount(place, certainty - right, minlength=8)
    return float(np.abs(gaps).sum() / len(right))


def error_correlation(seen: Answered) -> float:
    """Correlation of being wrong between two people on an item, each with a mean of their own."""
    wrong = (seen.label != seen.true).astype(float)
    n = np.bincount(seen.annotator, minlength=seen.n_annotators)
    rate = np.bincount(seen.annotator, wrong, minlength=seen.n_annotators) / np.maximum(n, 1)
    residual = wrong - rate[seen.annotator]
    total, squares = np.bincount(seen.item, residual), np.bincount(seen.item, residual**2)
    per_item = np.bincount(seen.item)
    return float((total**2 - squares).sum() / (per_item * (per_item - 1)).sum() / (residual**2).mean())


def votes(seen: Answered) -> Floats:
    counts = np.zeros((len(seen.truth), seen.n_classes))
    np.add.at(counts, (seen.item, seen.label), 1)
    return counts


def item_entropy(seen: Answered) -> Floats:
    """(n_items,): of the votes, as a share of the largest possible."""
    shares = votes(seen) / np.maximum(votes(seen).sum(axis=1, keepdims=True), 1)
    return np.asarray(-(shares * np.log(np.maximum(shares, 1e-12))).sum(axis=1) / np.log(seen.n_classes))


def histogram_distance(one: Answered, other: Answered) -> float:
    """Total variation between histograms of item entropy in ten bins: the share of items in the wrong bin."""
    edges = np.linspace(0, 1 + 1e-9, 11)
    first, second = (np.histogram(item_entropy(part), edges)[0] / len(part.truth) for part in (one, other))
    return float(np.abs(first - second).sum() / 2)


def annotator_features(seen: Answered) -> Floats:
    n = np.bincount(seen.annotator, minlength=seen.n_annotators)
    with_majority = seen.label == votes(seen).argmax(axis=1)[seen.item]
    counts = np.zeros((seen.n_annotators, seen.n_classes))
    np.add.at(counts, (seen.annotator, seen.label), 1)
    shares = counts / np.maximum(n, 1)[:, None]
    entropy = -(shares * np.log(np.maximum(shares, 1e-12))).sum(axis=1)
    accuracy = np.bincount(seen.annotator, seen.label == seen.true, minlength=seen.n_annotators) / np.maximum(n, 1)
    agrees = np.bincount(seen.annotator, with_majority, minlength=seen.n_annotators) / np.maximum(n, 1)
    return np.column_stack([n, accuracy, agrees, entropy, shares.max(axis=1)])[n > 0]


def item_features(seen: Answered) -> Floats:
    counts = votes(seen)
    n = counts.sum(axis=1)
    ordered = np.sort(counts, axis=1)
    share_right = counts[np.arange(len(n)), seen.truth] / np.maximum(n, 1)
    return np.column_stack([n, share_right, ordered[:, -1] / n, ordered[:, -2] / n, item_entropy(seen), seen.truth])


def told_apart(real: Floats, simulated: Floats) -> float:
    """AUC of a random forest that sees real and simulated rows of other items or people."""
    features = np.vstack([real, simulated])
    is_real = np.repeat([1, 0], [len(real), len(simulated)])
    # The same person or item, real and simulated, is in the same fold: nobody is recognised.
    group = np.concatenate([np.arange(len(real)), np.arange(len(simulated))])
    forest = RandomForestClassifier(100, min_samples_leaf=5, random_state=0)
    given = cross_val_predict(forest, features, is_real, groups=group, cv=GroupKFold(5), method="predict_proba")
    return float(roc_auc_score(is_real, given[:, 1]))


def repeated(seen: Answered, *, seed: int, n_runs: int) -> tuple[Answered, Answered, list[Answered]]:
    """The half that is fitted, the other half, and simulated answers to the other half."""
    fitted, other = halves(seen, np.random.default_rng(seed))
    crowd = fit_crowd(fitted, seed=seed)
    rngs = [np.random.default_rng([seed, number]) for number in range(n_runs)]
    labels = [crowd.answer(other.item, other.annotator, other.truth, rng) for rng in rngs]
    return fitted, other, [replace(other, label=label) for label in labels]


@dataclass(frozen=True)
class Comparison:
    """Averages over splits."""

    real: dict[str, float]
    simulated: dict[str, float]
    halves: dict[str, float]
    """How far two real halves are from each other, relative to the first: what sampling alone does."""
    wrong_bin: float
    """Share of items in the wrong bin of the histogram of entropy."""
    wrong_bin_of_halves: float
    auc_items: float
    auc_annotators: float


def compared(seen: Answered, *, n_splits: int = 4, n_runs: int = 3) -> Comparison:
    """Real and simulated numbers of halves that were not seen."""
    splits = [repeated(seen, seed=seed, n_runs=n_runs) for seed in range(n_splits)]
    real = [measured(other) for _, other, _ in splits]
    first = [measured(fitted) for fitted, _, _ in splits]
    simulated = [measured(run) for _, _, runs in splits for run in runs]
    return Comparison(
        real=_mean(real),
        simulated=_mean(simulated),
        halves={
            name: float(np.mean([off_by(one[name], other[name]) for one, other in zip(real, first, strict=True)]))
            for name in MEASURES
        },
        wrong_bin=float(np.mean([histogram_distance(other, run) for _, other, runs in splits for run in runs])),
        wrong_bin_of_halves=float(np.mean([histogram_distance(other, fitted) for fitted, other, _ in splits])),
        auc_items=float(
            np.mean([told_apart(item_features(other), item_features(runs[0])) for _, other, runs in splits])
        ),
        auc_annotators=float(
            np.mean([told_apart(annotator_features(other), annotator_features(runs[0])) for _, other, runs in splits])
        ),
    )


def _mean(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([row[name] for row in rows])) for name in MEASURES}


def off_by(real: float, simulated: float) -> float:
    """Relative error."""
    return abs(simulated - real) / max(abs(real), 1e-9)


def main() -> None:
    from tests.conftest import SHARED_DATA  # noqa: PLC0415 - it brings the browser along

    print(f"| set | {' | '.join(MEASURES)} | entropy | AUC items | AUC people |")
    print("|---" * (len(MEASURES) + 4) + "|")
    found = {}
    for name in (*TUNED_ON, *HELD_OUT):
        one = found[name] = compared(read(SHARED_DATA / "truth" / name))
        cells = [f"{one.real[measure]:.3f} / {one.simulated[measure]:.3f}" for measure in MEASURES]
        cells += [f"{one.wrong_bin:.3f}", f"{one.auc_items:.2f}", f"{one.auc_annotators:.2f}"]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    for title, names in (("tuned on", TUNED_ON), ("held out", HELD_OUT)):
        for measure in MEASURES:
            misses = [off_by(found[name].real[measure], found[name].simulated[measure]) for name in names]
            alone = [found[name].halves[measure] for name in names]
            print(
                f"| {title} | {measure} | {np.median(misses):.0%} | {max(misses):.0%} | {np.median(alone):.0%} "
                f"| {sum(miss <= 0.1 for miss in misses)} of {len(names)} |"
            )
        print(
            title, "entropy", [(n, round(found[n].wrong_bin, 3), round(found[n].wrong_bin_of_halves, 3)) for n in names]
        )


if __name__ == "__main__":
    main()
