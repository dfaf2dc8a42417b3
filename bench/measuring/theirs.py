"""The peers' side, each as its own documentation says. What they need prepared is prepared uncounted, unless it says
"raw": then the counted time begins where Karat's does."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

Workload = tuple[Callable[[], Any], Callable[[Any], Any]]
Arrays = dict[str, Any]

_NEVER_STOP = -1e9  # crowd-kit stops when its bound gains less than this


def crowdkit_probabilities(frame: Any, *, method: str) -> Workload:
    """A frame of answers in, a frame of probabilities out, with default settings."""
    from crowdkit.aggregation import DawidSkene, MajorityVote  # noqa: PLC0415

    make = {"MV": MajorityVote, "DS": DawidSkene}[method]
    return lambda: make().fit_predict_proba(frame), lambda _: None


def crowdkit_to_files(_: Arrays, *, method: str, paths: dict[str, str]) -> Workload:
    """The same for several CSVs of answers, each written to a CSV for others to judge."""
    import pandas as pd  # noqa: PLC0415

    def run() -> None:
        for answers, written in paths.items():
            crowdkit_probabilities(pd.read_csv(answers), method=method)[0]().to_csv(written)

    return run, lambda _: None


def crowdkit_iterations(frame: Any, *, n: int, optimum: float) -> Workload:
    """Dawid and Skene's model, exactly so many iterations, from a frame."""
    from crowdkit.aggregation import DawidSkene  # noqa: PLC0415

    return lambda: DawidSkene(n_iter=n, tol=_NEVER_STOP).fit(frame), lambda model: {
        "log_likelihood": _log_likelihood(model, frame),
        "n_iterations": len(model.loss_history_),
        "optimum": optimum,
    }


def crowdkit_iterations_on_codes(data: Arrays, *, n: int) -> Workload:
    """The same from codes, which become a frame uncounted."""
    from crowdkit.aggregation import DawidSkene  # noqa: PLC0415

    frame = _frame(data)
    return lambda: DawidSkene(n_iter=n, tol=_NEVER_STOP).fit(frame), lambda model: {
        "n_iterations": len(model.loss_history_)
    }


def krippendorff_of_counts(data: Arrays) -> Workload:
    """Nominal alpha from ready-made counts."""
    import krippendorff  # noqa: PLC0415

    counts = _counts(data)
    return lambda: krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"), float


def krippendorff_raw(data: Arrays) -> Workload:
    """Nominal alpha from codes, by way of the table of annotators and items it takes."""
    import krippendorff  # noqa: PLC0415

    return lambda: krippendorff.alpha(_wide(data), level_of_measurement="nominal"), float


def irrcac_raw(data: Arrays, *, coefficient: str) -> Workload:
    """A coefficient with its interval from codes, by way of the wide frame it takes."""
    import pandas as pd  # noqa: PLC0415
    from irrCAC.raw import CAC  # noqa: PLC0415

    def run() -> Any:
        return getattr(CAC(pd.DataFrame(_wide(data).T)), coefficient)()

    return run, lambda found: float(found["est"]["coefficient_value"])


def statsmodels_fleiss(data: Arrays) -> Workload:
    """Fleiss' kappa from ready-made counts; all items need equally many ratings."""
    from statsmodels.stats.inter_rater import fleiss_kappa  # noqa: PLC0415

    counts = _counts(data)
    return lambda: fleiss_kappa(counts), float


def statsmodels_fleiss_raw(data: Arrays) -> Workload:
    """Fleiss' kappa from codes, by way of its own counting."""
    from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa  # noqa: PLC0415

    n_items = int(data["item"].max()) + 1

    def run() -> float:
        by_item = data["label"][np.argsort(data["item"], kind="stable")].reshape(n_items, -1)
        return float(fleiss_kappa(aggregate_raters(by_item)[0]))

    return run, float


def krippendorff_resamples(data: Arrays, *, n_resamples: int) -> Workload:
    """Alpha of resampled items, from ready-made counts."""
    import krippendorff  # noqa: PLC0415

    counts = _counts(data)

    def run() -> list[float]:
        rng = np.random.default_rng(0)
        rows = (rng.integers(0, len(counts), size=len(counts)) for _ in range(n_resamples))
        return [krippendorff.alpha(value_counts=counts[row], level_of_measurement="nominal") for row in rows]

    return run, lambda _: None


def sklearn_all_pairs(data: Arrays) -> Workload:
    """A loop over all pairs, from a table of annotators and items that is ready."""
    from sklearn.metrics import cohen_kappa_score  # noqa: PLC0415

    table = _wide(data)
    is_there = ~np.isnan(table)

    def run() -> list[float]:
        found = []
        for first, second in combinations(range(len(table)), 2):
            both = is_there[first] & is_there[second]
            if both.sum() >= 2:
                found.append(cohen_kappa_score(table[first, both], table[second, both]))
        return found

    return run, lambda found: float(np.nanmean(found))


def _frame(data: Arrays) -> Any:
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame({"task": data["item"], "worker": data["annotator"], "label": data["label"]})


def _wide(data: Arrays) -> Any:
    table = np.full((int(data["annotator"].max()) + 1, int(data["item"].max()) + 1), np.nan)
    table[data["annotator"], data["item"]] = data["label"]
    return table


def _counts(data: Arrays) -> Any:
    n_items, n_classes = int(data["item"].max()) + 1, int(data["label"].max()) + 1
    codes = data["item"].astype(np.int64) * n_classes + data["label"]
    return np.bincount(codes, minlength=n_items * n_classes).reshape(n_items, n_classes)


def _log_likelihood(model: Any, frame: Any) -> float:
    """Of all answers under the parameters it ended with, in nats."""
    joined = frame.join(np.log(model.errors_), on=["worker", "label"]).drop(columns=["worker", "label"])
    scores = joined.groupby("task", sort=False).sum() + np.log(model.priors_.clip(lower=1e-300))
    largest = scores.max(axis=1)
    total = np.log(np.exp(scores.sub(largest, axis=0)).sum(axis=1)) + largest
    return float(total.sum())
