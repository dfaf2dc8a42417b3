"""Builds a release: judges it at the gate, infers its labels, and writes its files, all from one snapshot."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from karat import queries, store
from karat.actions import releases
from karat.domain.errors import Conflict, KaratError
from karat.domain.ids import AccountId, ProjectId, ReleaseId
from karat.domain.items import GoldKind, ItemState
from karat.domain.projects import Project
from karat.domain.releases import Gate, LabelSource, Release, ReleaseState
from karat.domain.tallies import median_seconds
from karat.formats.labels_file import FORMATS, Column, Table, Written, write_table
from karat.jobs.run import JobRun, NotYet, utc_now
from karat.quality.intervals import proportion
from karat.queries.consensus import Inference
from karat.queries.labels import (
    ANSWER_COLUMNS,
    InferredLabels,
    answer_cells,
    content_cells,
    decided_label,
    release_table,
    spec_version_of,
)
from karat.store.checkpoints import STATISTICS
from karat.store.connection import Reader, Writer
from karat.store.database import Database

MANIFEST_VERSION = 2
"""Since 2, `n_answers` are standing answers, as everywhere in Karat; `rows_of_answers` says what else that file has."""
_PATIENCE = timedelta(seconds=60)
_ANNOTATOR_COLUMNS = (
    Column("annotator_id", int),
    Column("annotator", str),
    Column("is_simulated", bool),
    Column("n_answers", int),
    Column("n_unsure", int),
    Column("n_skips", int),
    Column("gold_right", int),
    Column("gold_graded", int),
    Column("gold_accuracy", float),
    Column("gold_accuracy_low", float),
    Column("gold_accuracy_high", float),
    Column("honeypots_right", int),
    Column("honeypots_graded", int),
    Column("median_seconds", float),
)


@dataclass
class _Tally:
    """What is counted while the labels pass by."""

    sources: Counter[str] = field(default_factory=Counter)
    n_left_out: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=lambda: Counter(standing=0, revised=0, skips=0))
    """Rows of the answers file by what they are."""


def build_release(run: JobRun) -> dict[str, Any]:
    """May be tried again at any point: nothing is visible before the last transaction.

    Raises
    ------
    NotYet
        While imported answers wait to be counted by a job of their own.
    """
    by = _asked_by(run.arguments)
    with run.database.read() as db:
        release = _asked_for(db, run.arguments)
    try:
        return _build(run, release, by)
    except NotYet:
        raise
    except Exception as error:
        reason = error.message if isinstance(error, KaratError) else f"{type(error).__name__}: {error}"
        run.database.write(lambda tx: releases.fail(tx, release, reason, by=by, now=utc_now()))
        raise


def refuse_given_up(tx: Writer, arguments: dict[str, Any], reason: str, *, now: datetime) -> None:
    """End the release whose job will not be tried again: it would be "being built" for ever."""
    releases.fail(tx, _asked_for(tx, arguments), reason, by=_asked_by(arguments), now=now)


def _asked_for(db: Reader, arguments: dict[str, Any]) -> Release:
    return store.releases.attempt(db, ReleaseId(arguments["release"]))


def _asked_by(arguments: dict[str, Any]) -> AccountId | None:
    return None if arguments["by"] is None else AccountId(arguments["by"])


def _build(run: JobRun, release: Release, by: AccountId | None) -> dict[str, Any]:
    project_id, number = release.project_id, release.number
    if release.state is not ReleaseState.BUILDING:
        return {"number": number, "state": release.state.value}
    wait_until_counted(run.database, project_id)
    with run.database.read() as db:
        gate = queries.releases.gate_now(db, project_id, leave_out_undecided=release.leave_out_undecided)
        if not gate.passed:
            run.database.write(lambda tx: releases.refuse(tx, release, gate, by=by, now=utc_now()))
            return {"number": number, "state": ReleaseState.REFUSED.value}
        with store.release_files.building(run.settings.home, project_id, number) as folder:
            manifest = _write_files(db, folder, release, gate, run)
            manifest_sha256 = store.release_files.digest(folder / "manifest.json")
            store.release_files.put_in_place(folder, run.settings.home, project_id, number)
    run.database.write(
        lambda tx: releases.publish(
            tx,
            release,
            gate,
            manifest=manifest,
            manifest_sha256=manifest_sha256,
            by=by,
            now=utc_now(),
        )
    )
    return {"number": number, "state": ReleaseState.PUBLISHED.value, "n_items": manifest["n_items"]}


def wait_until_counted(database: Database, project_id: ProjectId, *, patience: timedelta = _PATIENCE) -> None:
    """Let the follower catch up: the gate reads what it has counted.

    Raises
    ------
    Conflict
        When it does not within `patience`: the worker is not running, or far behind.
    NotYet
        While a job counts an imported batch, or all items after a change of the policy.
    """
    deadline = time.monotonic() + patience.total_seconds()
    while True:
        with database.read() as db:
            if store.checkpoints.is_caught_up(db, STATISTICS, project_id):
                if store.jobs.has_pending(db, project_id, store.jobs.COUNTING):
                    raise NotYet
                return
        if time.monotonic() > deadline:
            raise Conflict("answers are still being counted. Is a worker running? Try again in a minute.")
        time.sleep(0.05)


def _write_files(db: Reader, folder: Path, release: Release, gate: Gate, run: JobRun) -> dict[str, Any]:
    """All files of a release; returns the manifest, which is the last of them."""
    project = store.projects.get(db, release.project_id)
    spec = store.specs.get(db, project.id, project.spec_version)
    inference = queries.consensus.infer(db, project.id)
    run.progress(0, None)
    tally = _Tally()
    classes = spec.spec.class_keys() if inference is None else tuple(str(key) for key in inference.consensus.classes)
    labels = write_table(
        folder, release_table(project, classes), _label_rows(db, project, inference, tally, run), FORMATS
    )
    answers = write_table(folder, Table("answers", ANSWER_COLUMNS), _answer_rows(db, project, tally, run), FORMATS)
    people = write_table(folder, Table("annotators", _ANNOTATOR_COLUMNS), _annotator_rows(db, project), FORMATS)
    _write_json(folder / "spec.json", {"number": spec.number, **asdict(spec.spec)})
    manifest = {
        "karat_manifest": MANIFEST_VERSION,
        "project": project.name,
        "number": release.number,
        "note": release.note,
        "requested_at": release.created_at.isoformat(),
        "requested_by": release.created_by,
        "spec_version": spec.number,
        "method": _method(inference),
        "n_items": labels.n_rows,
        "n_left_out": sum(tally.n_left_out.values()),
        "left_out": dict(tally.n_left_out),
        "labels_by_source": dict(tally.sources),
        "n_answers": tally.answers["standing"],
        "rows_of_answers": dict(tally.answers),
        "n_annotators": people.n_rows,
        "consensus_on_reference": _reference(inference),
        "gate": [asdict(check) for check in gate.checks],
        "csv_cells_escaped": _escaped(labels=labels, answers=answers, annotators=people),
        "files": [asdict(file) for file in store.release_files.describe(folder)],
    }
    _write_json(folder / "manifest.json", manifest)
    return manifest


def _label_rows(
    db: Reader, project: Project, inference: Inference | None, tally: _Tally, run: JobRun
) -> Iterator[tuple[Any, ...]]:
    """The items with a label; why the others are left out is counted. Honeypots are no data and never included."""
    inferred = InferredLabels(inference)
    for number, item in enumerate(store.release_rows.items(db, project.id)):
        if number % 10_000 == 0:
            run.progress(number, None)
        if item.gold_kind == GoldKind.HONEYPOT:
            continue
        found = inferred.of(item.item_id)
        label, source = decided_label(item, found and found.label)
        if label is None or source is None:
            tally.n_left_out["undecidable" if item.state == ItemState.RESOLVED else "undecided"] += 1
            continue
        tally.sources[source.value] += 1
        yield (
            *content_cells(item, project.media_kind),
            label,
            source.value,
            found.certainty if found and source is LabelSource.CONSENSUS else None,
            found and found.label,
            found.n_answers if found else 0,
            spec_version_of(item, source),
            found and found.shares,
        )


def _answer_rows(db: Reader, project: Project, tally: _Tally, run: JobRun) -> Iterator[tuple[Any, ...]]:
    for number, answer in enumerate(store.release_rows.answers(db, project.id)):
        if number % 10_000 == 0:
            run.progress(number, None)
        tally.answers["skips" if answer.is_skip else "standing" if answer.is_current else "revised"] += 1
        yield answer_cells(answer)


def _annotator_rows(db: Reader, project: Project) -> Iterator[tuple[Any, ...]]:
    counts = store.statistics.annotator_counts(db, project.id)
    for person in store.annotators.people(db, project.id):
        if person.id not in counts:
            continue
        own = counts[person.id]
        right, graded = own["gold:right"], own["gold:graded"]
        accuracy = proportion(right, graded) if graded else None
        yield (
            person.id,
            person.name,
            person.is_simulated,
            own["answers"],
            own["unsure"],
            own["skips"],
            right,
            graded,
            accuracy and round(accuracy.value, 6),
            accuracy and round(accuracy.low, 6),
            accuracy and round(accuracy.high, 6),
            own["honeypot:right"],
            own["honeypot:graded"],
            median_seconds(own),
        )


def _method(inference: Inference | None) -> dict[str, Any]:
    """How the consensus was inferred, so that it can be inferred again from the answers file."""
    if inference is None:
        return {"name": "none"}
    fitted = inference.consensus
    return {
        "name": fitted.method,
        "karat": version("karat"),
        "converged": fitted.converged,
        "n_iterations": fitted.n_iterations,
        "n_ratings": inference.ratings.n_ratings,
    }


def _reference(inference: Inference | None) -> dict[str, Any] | None:
    """How right the consensus is on items with a reference label."""
    if inference is None or not inference.reference_graded:
        return None
    found = proportion(inference.reference_right, inference.reference_graded)
    return {"value": round(found.value, 6), "low": round(found.low, 6), "high": round(found.high, 6), "n": found.n}


def _escaped(**written: Written) -> dict[str, int]:
    """How many cells of each CSV file begin with an apostrophe that the data does not have."""
    return {name: table.n_escaped for name, table in written.items() if table.n_escaped}


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
