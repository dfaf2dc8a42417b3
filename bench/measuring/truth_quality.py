"""How good consensus is on public crowds with known truth, beside crowd-kit's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench._posteriors import METHODS
from bench.measuring.contest import Contestant, Effort, compare
from bench.measuring.data import SETS, TRUTH, answers_path
from bench.measuring.scores import Scores, score
from bench.measuring.table import NO_CROWDS, Conditions, Line
from karat.quality.consensus import consensus
from karat.quality.ratings import Ratings

BAR_POINTS, BAR_LOG_LOSS, BAR_CALIBRATION = 0.3, 0.65, 0.05
N_GOLD, LEAST_GOLD = 100, 500
"""Gold answers that are shown, and how many a set needs so that enough are left to judge by."""


def quality(conditions: Conditions) -> Iterator[Line]:
    """Accuracy, mean log-loss and calibration error, without gold."""
    if not TRUTH.exists():
        yield NO_CROWDS
        return
    theirs = {method: _scores_of_crowdkit(conditions, method) for method in ("DS", "MV")}
    ours = {method: _scores_of_ours(method) for method in ("auto", "DS", "DS-ML", "OneCoin", "MV")}
    for name in SETS:
        yield Line(name, f"auto {_text(ours['auto'][name])}", f"crowd-kit DS {_text(theirs['DS'].get(name))}")
    others = {f"crowd-kit {method}": found for method, found in theirs.items()} | {
        method: found for method, found in ours.items() if method != "auto"
    }
    for method, found in others.items():
        yield Line(f"mean of {method}", _text(_mean(found)))
    yield from _verdicts(_mean(ours["auto"]), _mean(theirs["DS"]))


def _verdicts(auto: Scores | None, crowdkit: Scores | None) -> Iterator[Line]:
    if auto is None:
        yield Line("mean of auto", "no figure")
        return
    loss = auto.log_loss
    yield Line("mean of auto: log-loss", f"{loss:.3f}", "", f"≤ {BAR_LOG_LOSS}", loss <= BAR_LOG_LOSS)
    if crowdkit is None:
        yield Line("mean of auto: accuracy", f"{100 * auto.accuracy:.2f} %")
        return
    points = 100 * (auto.accuracy - crowdkit.accuracy)
    yield Line(
        "mean of auto: accuracy",
        f"{100 * auto.accuracy:.2f} %",
        f"{points:+.2f} points",
        "≥ −0.3",
        points >= -BAR_POINTS,
    )


def with_gold(conditions: Conditions) -> Iterator[Line]:
    """Calibration on the rest, when a hundred random gold answers were shown: means over several draws."""
    if not TRUTH.exists():
        yield NO_CROWDS
        return
    n_draws = 2 if conditions.is_quick else 20
    for name in SETS:
        crowd = Crowd.named(name)
        if len(crowd.truth) < LEAST_GOLD:
            continue
        draws = [_with_gold(crowd, seed) for seed in range(n_draws)]
        excess = float(np.mean([found.excess_calibration_error for found in draws]))
        error = float(np.mean([found.calibration_error for found in draws]))
        worst = max(found.excess_calibration_error for found in draws)
        yield Line(
            name,
            f"{excess:.3f} above the floor",
            f"{error:.3f} in all, worst draw {worst:.3f}",
            f"≤ {BAR_CALIBRATION}",
            excess <= BAR_CALIBRATION,
        )


@dataclass(frozen=True)
class Crowd:
    """A public set: its answers (task, worker, label), and the true label of some tasks."""

    answers: Any
    truth: Any

    @staticmethod
    def named(name: str) -> Crowd:
        """Only tasks that somebody answered count."""
        answers = pd.read_csv(answers_path(name))
        gold = pd.read_csv(TRUTH / name / "gold.csv").drop_duplicates("task").set_index("task").label
        return Crowd(answers, gold[gold.index.isin(answers.task.unique())])

    def judge(self, frame: Any, tasks: Any = None) -> Scores:
        """Score probabilities (index task, one column for each class) on these tasks, or on all with truth."""
        truth = self.truth if tasks is None else self.truth[tasks]
        values = frame.loc[truth.index].to_numpy(dtype=float)
        return score(values, pd.Index(frame.columns).get_indexer(truth.to_numpy()), np.random.default_rng(0))


def _scores_of_ours(method: str) -> dict[str, Scores]:
    found = {}
    for name in SETS:
        crowd = Crowd.named(name)
        found[name] = crowd.judge(_frame(consensus(_ratings(crowd), method=METHODS[method])))
    return found


def _scores_of_crowdkit(conditions: Conditions, method: str) -> dict[str, Scores]:
    """They are written to files by its own interpreter."""
    written = {name: conditions.folder / f"{name}.csv" for name in SETS}
    options = {"method": method, "paths": {str(answers_path(name)): str(path) for name, path in written.items()}}
    writer = Contestant(
        "crowd-kit", "bench.measuring.theirs", "crowdkit_to_files", conditions.peers, options=options, warms_up=False
    )
    (done,) = compare([writer], Effort.once())
    if done.seconds is None:
        return {}
    return {name: Crowd.named(name).judge(_read(path)) for name, path in written.items()}


def _with_gold(crowd: Crowd, seed: int) -> Scores:
    shown = crowd.truth.sample(N_GOLD, random_state=seed)
    result = consensus(_ratings(crowd), gold=shown.to_dict())
    return crowd.judge(_frame(result), crowd.truth.index.difference(shown.index))


def _ratings(crowd: Crowd) -> Ratings:
    return Ratings.from_frame(crowd.answers, item="task", annotator="worker", repeats="all")


def _frame(result: Any) -> Any:
    return pd.DataFrame(result.probabilities, index=list(result.items), columns=list(result.classes))


def _read(path: Path) -> Any:
    frame = pd.read_csv(path, index_col=0)
    return frame.set_axis(pd.to_numeric(frame.columns), axis=1)


def _mean(found: dict[str, Scores]) -> Scores | None:
    if not found:
        return None
    parts = [(one.accuracy, one.log_loss, one.calibration_error, one.calibration_floor) for one in found.values()]
    return Scores(*np.mean(parts, axis=0).tolist())


def _text(found: Scores | None) -> str:
    if found is None:
        return "no figure"
    return f"{100 * found.accuracy:.1f} %  log-loss {found.log_loss:.3f}  ECE {found.calibration_error:.3f}"
