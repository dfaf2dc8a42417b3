"""Bringing data in: an upload is recognised and previewed, then imported by a job."""

from typing import Any

from pydantic import Field

from karat.schemas.base import ProblemShape, Shape


class ColumnShape(Shape):
    """A column as found, and what Karat takes it for."""

    name: str
    role: str
    """id, content, label, annotator, gold, check, priority, time or meta."""
    examples: list[str]


class UploadPreview(Shape):
    upload_id: str
    file_name: str
    format: str
    """csv, tsv, jsonl, json, parquet, images."""
    n_bytes: int
    n_rows: int | None = None
    """Exact where the file is small enough to have been read whole; None otherwise."""
    columns: list[ColumnShape]
    rows: list[dict[str, Any]]
    """The first rows as they will be read. For images: {"id", "width", "height", "thumbnail"} (a data URL)."""
    problems: list[str]
    """What looks wrong already; the import would refuse it."""


class ColumnMapping(Shape):
    """Which column is what. For images only `id` rules apply (file name without its ending)."""

    id: str | None = None
    content: str | None = None
    label: str | None = None
    """An existing answer, to be imported as history together with `annotator`."""
    annotator: str | None = None
    gold: str | None = None
    check: str | None = None
    """Column that says "gold", "honeypot" or "reference" for rows with a gold label; without it gold is gold."""
    priority: str | None = None
    time: str | None = None
    """When an existing answer was given."""


class NewImport(Shape):
    upload_id: str = Field(max_length=64)
    mapping: ColumnMapping = ColumnMapping()
    name: str = Field(default="", max_length=200)


class JobShape(Shape):
    """Work done later. `n_done` of `n_total` tells how far it is."""

    id: int
    name: str
    state: str
    """waiting, running, done or failed."""
    n_done: int
    n_total: int | None
    error: str | None
    problems: list[ProblemShape] = []
    result: dict[str, Any] | None
