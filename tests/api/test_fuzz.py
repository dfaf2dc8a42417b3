"""Whatever is sent, right or wrong: never a failure of ours, and every refusal in the one shape.

The requests are made from the description of the API, for every operation in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from karat import actions, store
from karat.api.openapi import description
from karat.domain.ids import UploadId
from karat.domain.people import SYSTEM, Role
from karat.domain.projects import Project
from karat.store.database import Database
from karat.store.uploads import Upload
from tests.api.test_errors import is_error_shape
from tests.api.visitors import Api, Visitor
from tests.builders import a_member, a_project, items

SCHEMA = schemathesis.openapi.from_dict(description())
OPERATIONS: list[Any] = [found.ok() for found in SCHEMA.get_all_operations()]  # type: ignore[union-attr]


@pytest.fixture
def unlimited(api: Api, database: Database) -> Iterator[Api]:
    """The application without limits on how often one may ask."""
    served = Api(database, replace(api.settings, requests_per_minute=0, sign_in_per_minute=0), api.clock)
    yield served
    served.close()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_a_few_requests_to_every_operation(unlimited: Api, mode: GenerationMode) -> None:
    assert _surprises(unlimited, mode, n_examples=5) == []


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_many_requests_to_every_operation(unlimited: Api, mode: GenerationMode) -> None:
    assert _surprises(unlimited, mode, n_examples=150) == []


def _surprises(api: Api, mode: GenerationMode, *, n_examples: int) -> list[str]:
    project = api.database.write(a_project)
    lead = api.database.write(lambda tx: a_member(tx, project, "lead", Role.LEAD))
    api.database.write(lambda tx: items(tx, project, 5))
    _data_on_its_way(api, project)
    surprises: list[str] = []
    for operation in OPERATIONS:
        surprises += _surprises_of(operation, api.signed_in(lead.account_id), project.id, mode, n_examples)
    return surprises


def _data_on_its_way(api: Api, project: Project) -> None:
    """An upload, and a release with its job."""
    upload = Upload(UploadId("a-file"), project.id, "items.csv", 13, api.clock.now)
    api.database.write(lambda tx: store.uploads.add(tx, upload, by=None))
    api.database.write(
        lambda tx: actions.releases.request(
            tx, SYSTEM, project.id, note="", leave_out_undecided=True, now=api.clock.now
        )
    )


def _surprises_of(
    operation: Any, visitor: Visitor, project_id: int, mode: GenerationMode, n_examples: int
) -> list[str]:
    surprises: list[str] = []

    @settings(
        max_examples=n_examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    def ask(case: Any, is_known: bool) -> None:
        answer = _send(visitor, case, project_id if is_known else None)
        if surprise := _surprise(answer):
            surprises.append(f"{case.method} {case.formatted_path} {case.query} {case.body!r}: {surprise}")

    # An operation that takes nothing cannot be asked wrongly.
    with suppress(Unsatisfiable):
        ask()
    return surprises


def _send(visitor: Visitor, case: Any, project_id: int | None) -> httpx.Response:
    """What the case asks; half of them of a project that exists."""
    if project_id is not None:
        known = {"project_id": project_id, "item_id": 1, "annotator_id": 1, "job_id": 1, "number": 1}
        case.path_parameters = {name: known.get(name, value) for name, value in (case.path_parameters or {}).items()}
    sent = case.as_transport_kwargs(base_url="http://karat.test")
    body: dict[str, Any] = {}
    if sent.get("json") is not None:
        body = {"json": _known_upload(sent["json"], project_id)}
    elif isinstance(sent.get("data"), bytes):
        body = {"content": sent["data"], "headers": {"Content-Type": "application/json"}}
    return visitor.request(sent["method"], sent["url"], params=sent.get("params"), **body)


def _known_upload(body: Any, project_id: int | None) -> Any:
    """A request for an import gets as far as the upload that exists."""
    if project_id is not None and isinstance(body, dict) and "upload_id" in body:
        return body | {"upload_id": "a-file"}
    return body


def _surprise(answer: httpx.Response) -> str | None:
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text}"
    if answer.status_code >= 400 and not is_error_shape(answer):
        return f"{answer.status_code} not in the shape of errors: {answer.text[:200]}"
    return None
