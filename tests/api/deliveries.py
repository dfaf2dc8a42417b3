"""A project whose data goes in and out over HTTP, and whoever brings and takes it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import httpx
from PIL import Image

from karat.domain.people import Role
from karat.domain.projects import MediaKind, Project, QualityPolicy
from karat.domain.specs import Spec
from tests.api.visitors import Api, Visitor
from tests.builders import a_member, a_policy, a_project

ANSWERS = b"""task,text,worker,label
1,you idiot,ada,toxic
1,you idiot,bo,toxic
2,thank you,ada,fine
2,thank you,bo,fine
3,=HYPERLINK(1),ada,toxic
3,=HYPERLINK(1),bo,fine
"""
"""Two items that people agree on, and one that needs a reviewer."""


@dataclass(frozen=True)
class Delivery:
    """An engineer at the door of a project."""

    api: Api
    project: Project
    engineer: Visitor

    @property
    def at(self) -> str:
        return f"/api/projects/{self.project.id}"

    def upload(self, content: Any, name: str = "items.csv", **headers: str) -> httpx.Response:
        return self.engineer.post(f"{self.at}/uploads?name={quote(name, safe='')}", content=content, headers=headers)

    def ask_for_import(self, upload_id: str, **fields: Any) -> httpx.Response:
        return self.engineer.post(f"{self.at}/imports", {"upload_id": upload_id, **fields})

    def load(self, content: bytes, name: str = "items.csv", **fields: Any) -> dict[str, Any]:
        """Upload, import, and what became of the job."""
        preview = self.upload(content, name)
        assert preview.status_code == 200, preview.text
        asked = self.ask_for_import(preview.json()["upload_id"], **fields)
        assert asked.status_code == 202, asked.text
        self.api.work()
        return self.job(asked.json()["id"])

    def job(self, job_id: int) -> dict[str, Any]:
        answer: dict[str, Any] = self.engineer.get(f"{self.at}/jobs/{job_id}").json()
        return answer

    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.engineer.get(f"{self.at}/items").json()["items"]
        return found

    def files(self, folder: str) -> list[Path]:
        """What lies in a folder of the installation's home."""
        return [path for path in (self.api.settings.home / folder).rglob("*") if path.is_file()]


def a_delivery(
    api: Api,
    *,
    policy: QualityPolicy | None = None,
    media_kind: MediaKind = MediaKind.TEXT,
    name: str = "Comments",
    spec: Spec | None = None,
) -> Delivery:
    policy = policy or a_policy(overlap=2, gate_gold_answers=0, gate_measured_items=2)
    project = api.database.write(lambda tx: a_project(tx, policy, name=name, media_kind=media_kind, spec=spec))
    engineer = api.database.write(lambda tx: a_member(tx, project, f"engineer{project.id}", Role.ENGINEER))
    return Delivery(api, project, api.signed_in(engineer.account_id))


def a_picture(colour: str = "red", size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def a_zip(**files: bytes) -> bytes:
    """Pictures by their names; `__` stands for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


def a_parquet(folder: Path) -> bytes:
    """Two items, 1 and 2."""
    path = folder / "items.parquet"
    rows = "SELECT * FROM (VALUES (1, 'a', DATE '2026-01-01'), (2, 'b, c', NULL)) AS t(id, text, day)"
    duckdb.execute(f"COPY ({rows}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()
