"""Nothing an annotator's client receives tells a check item from production: a classifier over whole streams fails.

Contents come from one generator, so that whatever can be told apart would be Karat's doing. Half of the stream is
checks, where evidence is quickest.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray

from karat.domain.items import GoldKind
from karat.schemas.work import RecentAnswers, SubmitReceipt, WorkDesk, WorkStream
from karat.settings import Settings
from karat.store.database import Database
from tests import builders as build
from tests.api.visitors import Api, Visitor

N_SERVED = 300
STANDARD_ERRORS = 4.5
"""How far from chance a feature may come: once in 150,000 by chance."""


@dataclass
class Served:
    """All that came over the wire about one item, as bytes and times."""

    id: str
    next: httpx.Response
    next_seconds: float
    closing: httpx.Response
    closing_seconds: float
    revising: httpx.Response
    refused: httpx.Response
    is_check: bool = False


def _texts(n: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(("one", "three", "seven", "eleven"), k=rng.randint(3, 40))) for _ in range(n)]


@dataclass
class Stream:
    """What one annotator's client saw while it answered, revised and skipped its way through a project."""

    visitor: Visitor
    project_id: int
    served: list[Served]

    def is_check(self) -> NDArray[np.bool_]:
        return np.array([one.is_check for one in self.served])


@contextmanager
def _stream(database: Database, home: Path, n_served: int) -> Iterator[Stream]:
    policy = build.a_policy(gold_share=0.25, honeypot_share=0.25, hold=1)
    project = database.write(lambda tx: build.a_project(tx, policy))
    database.write(lambda tx: build.items(tx, project, 400, texts=_texts(400, 1)))
    database.write(lambda tx: build.checks(tx, project, 200, kind=GoldKind.GOLD, texts=_texts(200, 2)))
    database.write(lambda tx: build.checks(tx, project, 200, kind=GoldKind.HONEYPOT, texts=_texts(200, 3)))
    ada = database.write(lambda tx: build.an_annotator(tx, project))
    api = Api(database, Settings(home=home, requests_per_minute=0))
    visitor = api.signed_in(ada.account_id)
    served = [_serve(visitor, project.id, number) for number in range(n_served)]
    with database.read() as db:
        purposes = {row["id"]: row["purpose"] for row in db.rows("SELECT id, purpose FROM assignment")}
    for one in served:
        one.is_check = purposes[one.id] != 0
    yield Stream(visitor, project.id, served)
    api.close()


def _serve(visitor: Visitor, project_id: int, number: int) -> Served:
    began = time.perf_counter()
    found = visitor.post(f"/api/projects/{project_id}/work/next", {"hold": 1})
    next_seconds = time.perf_counter() - began
    assignment_id = found.json()["assignments"][0]["id"]
    path = f"/api/work/{assignment_id}"
    refused = visitor.post(f"{path}/submit", {"label": "no such class", "hold": 0})
    began = time.perf_counter()
    if number % 5 == 4:
        closing = visitor.post(f"{path}/skip", {"reason": "cannot tell", "hold": 0})
        revising = visitor.post(f"{path}/submit", {"label": "toxic", "hold": 0})
    else:
        closing = visitor.post(f"{path}/submit", {"label": "fine", "hold": 0})
        revising = visitor.post(f"{path}/submit", {"label": "toxic", "hold": 0})
    closing_seconds = time.perf_counter() - began
    return Served(assignment_id, found, next_seconds, closing, closing_seconds, revising, refused)


def test_the_shape_of_every_response_is_that_of_the_schema_and_the_same_for_both(
    database: Database, tmp_path: Path
) -> None:
    with _stream(database, tmp_path, 60) as stream:
        recent = stream.visitor.get(f"/api/projects/{stream.project_id}/work/recent")
        desk = stream.visitor.get(f"/api/projects/{stream.project_id}/work")

    WorkDesk.model_validate_json(desk.content)
    assert len(RecentAnswers.model_validate_json(recent.content).answers) == 20
    for one in stream.served:
        WorkStream.model_validate_json(one.next.content)
        SubmitReceipt.model_validate_json(one.closing.content)
        body = one.next.text + one.closing.text + one.revising.text + one.refused.text
        assert not any(word in body for word in ("gold", "honeypot", "purpose", "probability"))
    shapes = [{_shape(one) for one in stream.served if one.is_check is is_check} for is_check in (False, True)]
    assert shapes[0] == shapes[1]


def test_neither_a_feature_nor_a_classifier_over_all_of_them_tells_checks_apart(
    database: Database, tmp_path: Path
) -> None:
    with _stream(database, tmp_path, N_SERVED) as stream:
        is_check, features = stream.is_check(), _features(stream.served)

    limit = STANDARD_ERRORS * _standard_error(is_check)
    areas = {name: _area(values, is_check) for name, values in features.items()}
    assert {name: round(area, 3) for name, area in areas.items() if abs(area - 0.5) > limit} == {}
    assert abs(_classified(features, is_check) - 0.5) <= STANDARD_ERRORS * _standard_error(is_check[1::2])


def _classified(features: dict[str, NDArray[np.float64]], is_check: NDArray[np.bool_]) -> float:
    """The area that a linear classifier reaches on every other item, having learned from the rest."""
    columns = [(values - values.mean()) / (values.std() or 1) for values in features.values()]
    table = np.column_stack([*columns, np.ones(len(is_check))])
    weights, *_ = np.linalg.lstsq(table[::2], is_check[::2].astype(float), rcond=None)
    return _area(table[1::2] @ weights, is_check[1::2])


def _shape(one: Served) -> tuple[Any, ...]:
    """Everything about the responses but their values; skips and answers each have their own."""
    responses = (one.next, one.closing, one.revising, one.refused)
    return tuple((answer.status_code, tuple(answer.headers), _skeleton(answer.json())) for answer in responses)


def _skeleton(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple((key, _skeleton(part)) for key, part in value.items())
    if isinstance(value, list):
        return tuple(_skeleton(part) for part in value)
    return type(value).__name__


def _features(served: list[Served]) -> dict[str, NDArray[np.float64]]:
    """What a curious client could record about each item."""
    assignments = [one.next.json()["assignments"][0] for one in served]
    raw: dict[str, list[float]] = {
        "place in the stream": [float(place) for place in range(len(served))],
        "bytes of the next item": [float(len(one.next.content)) for one in served],
        "length of its text": [float(len(assignment["item"]["text"])) for assignment in assignments],
        "bytes of the receipt": [float(len(one.closing.content)) for one in served],
        "bytes of the revision": [float(len(one.revising.content)) for one in served],
        "length of the id": [float(len(assignment["id"])) for assignment in assignments],
        "first character of the id": [float(ord(assignment["id"][0])) for assignment in assignments],
        "last character of the id": [float(ord(assignment["id"][-1])) for assignment in assignments],
        "second of expiry": [float(assignment["expires_at"][17:19]) for assignment in assignments],
        "seconds to the next item": [one.next_seconds for one in served],
        "seconds to the receipt": [one.closing_seconds for one in served],
    }
    return {name: np.array(values) for name, values in raw.items()}


def _area(values: NDArray[np.float64], is_check: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: the chance that a check has the higher value, ties counting half."""
    checks, production = values[is_check][:, None], values[~is_check][None, :]
    return float(((checks > production) + 0.5 * (checks == production)).mean())


def _standard_error(is_check: NDArray[np.bool_]) -> float:
    """Of the area when a feature says nothing (Mann and Whitney)."""
    n_checks, n_production = int(is_check.sum()), int((~is_check).sum())
    return math.sqrt((n_checks + n_production + 1) / (12 * n_checks * n_production))
