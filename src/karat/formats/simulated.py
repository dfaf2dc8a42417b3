"""Simulated answers and their truth as tables: what a project would hold in one file, what is true in others."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from enum import IntEnum
from pathlib import Path
from typing import IO, Any

import numpy as np

from karat.domain.errors import Invalid, Problem
from karat.formats.rating_tables import literal, table_engine
from karat.simulation import Kind, Origin, Probe, SimulatedRun

_FORMATS = {".parquet": "parquet", ".csv": "csv, header", ".tsv": "csv, header, delimiter '\\t'", ".jsonl": "json"}

_ANSWERS = """
SELECT 'item-' || item AS item, 'annotator-' || annotator AS annotator, {label} AS label,
       strftime(make_timestamp(CAST(time * 1e6 AS BIGINT)), '%Y-%m-%dT%H:%M:%S.%gZ') AS time,
       round(seconds, 2) AS seconds, {probe} AS probe, {suggestion} AS suggestion, label < 0 AS unsure,
       spec_version, session, 'R' || cited_rule AS cited_rule, {gold} AS gold
FROM run
"""


def write_answers(target: Path | IO[bytes], run: SimulatedRun) -> int:
    """Write one row an answer, as CSV into a stream, or in the format of the file's name.

    Columns: item, annotator, label (empty when unsure), time, seconds, probe, suggestion, unsure, spec_version,
    session, cited_rule, gold (the trusted label of check items, wrong ones included).

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    Invalid
        When the name ends in nothing that can be written.
    """
    names = ("item", "annotator", "label", "time", "seconds", "probe", "suggestion", "spec_version", "session",
             "cited_rule")  # fmt: skip
    columns = {name: getattr(run, name) for name in names} | {"gold": run.gold[run.item]}
    query = _ANSWERS.format(
        label=_named("label", run.classes),
        suggestion=_named("suggestion", run.classes),
        gold=_named("gold", run.classes),
        probe=_named("probe", _spoken(Probe)),
    )
    _write(target, columns, query)
    return run.n_answers


def write_truth(path: Path, run: SimulatedRun) -> list[Path]:
    """Write what is true: of the items into the file, of annotators, answers and faults into files beside it.

    The others are named after it: truth.parquet, truth-annotators.parquet, truth-answers.parquet, truth-faults.parquet.
    """
    written = []
    for part, (columns, query) in _truth_tables(run).items():
        target = path if part == "items" else path.with_name(f"{path.stem}-{part}{path.suffix}")
        _write(target, columns, query)
        written.append(target)
    return written


def _truth_tables(run: SimulatedRun) -> dict[str, tuple[Mapping[str, Any], str]]:
    """Columns and query of each table."""
    label, lure, believed = (f"{_named(column, run.classes)} AS {column}" for column in ("label", "lure", "believed"))
    origin = f"{_named('origin', _spoken(Origin))} AS origin"
    kind = f"{_named('kind', _spoken(Kind))} AS kind"
    item, who, duplicate = _code("item"), _code("annotator"), _code("item", "duplicate_of")
    return {
        "items": (_items(run), f"SELECT * REPLACE ({item}, {label}, {lure}, {duplicate}) FROM run"),
        "annotators": (_annotators(run), f"SELECT * REPLACE ({who}, {kind}, nullif(ring, -1) AS ring) FROM run"),
        "answers": (_answers(run), f"SELECT * REPLACE ({item}, {who}, {believed}, {origin}) FROM run"),
        "faults": (_faults(run), f"SELECT * REPLACE ({item}, {who}) FROM run"),
    }


def _spoken(names: type[IntEnum]) -> list[str]:
    return [entry.name.lower().replace("_", "-") for entry in names]


def _code(noun: str, column: str = "") -> str:
    """SQL that names a code by its noun: item-17; nothing for -1."""
    column = column or noun
    return f"if({column} < 0, NULL, '{noun}-' || {column}) AS {column}"


def _items(run: SimulatedRun) -> dict[str, Any]:
    items, spec = run.truth.items, run.truth.spec
    soft = {f"p_{name}": np.ascontiguousarray(run.truth.soft[:, place]) for place, name in enumerate(run.classes)}
    return {
        "item": np.arange(items.n),
        "label": run.truth.label,
        "lure": items.lure,
        "duplicate_of": items.duplicate_of,
        "difficulty": items.difficulty,
        "ambiguous": items.ambiguous,
        "rule": spec.rule,
        "contested": spec.contested,
        "slice": np.array(items.slice_names, dtype=object)[items.slice],
        "gold_is_wrong": run.truth.gold.is_wrong,
        **soft,
    }


def _annotators(run: SimulatedRun) -> dict[str, Any]:
    people = run.truth.annotators
    names = ("kind", "ring", "accuracy", "is_expert", "is_bot", "lean", "learning", "pasting", "knows_gold", "pay")
    return {"annotator": np.arange(people.n)} | {name: getattr(people, name) for name in names}


def _answers(run: SimulatedRun) -> dict[str, Any]:
    truth = {name: getattr(run.truth, name) for name in ("accuracy", "right", "believed", "origin")}
    return {"item": run.item, "annotator": run.annotator, **truth}


def _faults(run: SimulatedRun) -> dict[str, Any]:
    rows = [asdict(fault) for fault in run.truth.faults]
    kinds: dict[str, Any] = {"kind": object, "annotator": int, "item": int, "day": float, "size": float}
    return {name: np.array([row[name] for row in rows], dtype=kind) for name, kind in kinds.items()}


def _named(column: str, names: Any) -> str:
    """SQL that turns a code into its name; nothing for -1."""
    listed = ", ".join(literal(str(name)) for name in names)
    return f"list_extract([{listed}], {column} + 1)"


def _write(target: Path | IO[bytes], columns: Mapping[str, Any], query: str) -> None:
    """Write a query over the columns, named `run`; a file is complete or not there."""
    kind = _FORMATS.get(target.suffix.lower()) if isinstance(target, Path) else _FORMATS[".csv"]
    if kind is None:
        message = f"the name must end in {', '.join(_FORMATS)}."
        raise Invalid(f"{target}: {message}", (Problem(str(target), message),))
    parent = target.parent if isinstance(target, Path) else None
    with table_engine() as connection, tempfile.TemporaryDirectory(dir=parent, prefix=".karat-") as folder:
        unfinished = Path(folder) / "unfinished"
        run = dict(columns)  # noqa: F841 - DuckDB finds it by its name
        connection.execute(f"COPY ({query}) TO {literal(str(unfinished))} (FORMAT {kind})")
        if isinstance(target, Path):
            unfinished.replace(target)
        else:
            with unfinished.open("rb") as file:
                shutil.copyfileobj(file, target)
