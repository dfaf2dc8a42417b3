"""The entry points for truth inference: frames and codes in, probabilities out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bench.entry_points import posteriors, posteriors_from_codes
from tests.quality.builders import planted_world

WORLD = planted_world(seed=0, n_items=60, accuracy=[0.9, 0.8, 0.7, 0.6], overlap=3)


@pytest.mark.parametrize("method", ["MV", "Wawa", "OneCoin", "DS", "DS-ML", "MACE", "GLAD", "auto"])
@pytest.mark.parametrize("kind", [int, str])
def test_frames_and_codes_give_the_same(method: str, kind: type) -> None:
    ratings = WORLD.ratings
    columns = {"task": ratings.item, "worker": ratings.annotator, "label": ratings.label}
    frame = pd.DataFrame({name: [kind(code) for code in codes] for name, codes in columns.items()})

    found = posteriors(frame, method)

    by_code = posteriors_from_codes(ratings.item, ratings.annotator, ratings.label, 3, method)
    assert found.index.name == "task"
    assert list(found.columns) == [kind(code) for code in range(3)]
    assert found.loc[[kind(code) for code in range(60)]].to_numpy() == pytest.approx(by_code, abs=1e-6)
    assert np.allclose(by_code.sum(axis=1), 1.0)
