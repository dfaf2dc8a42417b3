"""The labels as they stand, as one file."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import duckdb
import pytest

from karat.domain.people import Role
from tests.api.deliveries import ANSWERS, Delivery, a_delivery
from tests.api.visitors import Api
from tests.builders import a_member


@pytest.fixture
def door(api: Api) -> Delivery:
    made = a_delivery(api, name="Bank messages / 2026")
    assert made.load(ANSWERS, "answers.csv")["state"] == "done"
    made.api.clock.turn(seconds=10)
    made.api.work()
    return made


def test_jsonl_has_every_item_with_its_label_and_state(door: Delivery) -> None:
    answer = door.engineer.get(f"{door.at}/export")

    rows = {row["id"]: row for row in map(json.loads, answer.text.splitlines())}
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert 'filename="bank-messages-2026-labels.jsonl"' in answer.headers["content-disposition"]
    assert {key: (row["state"], row["label"], row["source"]) for key, row in rows.items()} == {
        "1": ("resolved", "toxic", "consensus"),
        "2": ("resolved", "fine", "consensus"),
        "3": ("disputed", None, None),
    }
    assert sum(rows["1"]["probabilities"].values()) == pytest.approx(1, abs=0.01)
    assert rows["3"]["text"] == "=HYPERLINK(1)"


def test_csv_has_the_same_rows_and_nothing_a_spreadsheet_would_execute(door: Delivery) -> None:
    answer = door.engineer.get(f"{door.at}/export?format=csv")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert [(row["id"], row["label"]) for row in rows] == [("1", "toxic"), ("2", "fine"), ("3", "")]
    assert rows[2]["text"] == "'=HYPERLINK(1)"


def test_parquet_has_the_same_rows_with_types(door: Delivery, tmp_path: Path) -> None:
    answer = door.engineer.get(f"{door.at}/export?format=parquet")
    path = tmp_path / "labels.parquet"
    path.write_bytes(answer.content)

    rows = duckdb.execute(f"SELECT id, label, n_answers, p_toxic FROM '{path}' ORDER BY id").fetchall()
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert [row[:3] for row in rows] == [("1", "toxic", 2), ("2", "fine", 2), ("3", None, 2)]
    assert rows[0][3] > 0.5


def test_nothing_of_an_export_stays_on_the_server_and_nobody_caches_it(door: Delivery) -> None:
    answer = door.engineer.get(f"{door.at}/export?format=csv")

    assert list((door.api.settings.home / "exports").iterdir()) == []
    assert answer.headers["cache-control"] == "no-store"


def test_an_export_is_in_the_trail(door: Delivery) -> None:
    door.engineer.get(f"{door.at}/export?format=csv")

    lead = door.api.database.write(lambda tx: a_member(tx, door.project, "lead", Role.LEAD))
    newest = door.api.signed_in(lead.account_id).get(f"{door.at}/events").json()["events"][0]
    assert (newest["kind"], newest["facts"]["format"]) == ("data_exported", "csv")


def test_an_unknown_format_is_refused_with_those_there_are(door: Delivery) -> None:
    answer = door.engineer.get(f"{door.at}/export?format=xml")

    assert answer.status_code == 422
    assert "'jsonl', 'csv' or 'parquet'" in answer.json()["message"]


def test_a_project_without_items_has_an_export_without_rows(api: Api) -> None:
    empty = a_delivery(api, name="数字")

    answer = empty.engineer.get(f"{empty.at}/export?format=csv")

    assert len(answer.text.splitlines()) == 1
    assert f'filename="project-{empty.project.id}-labels.csv"' in answer.headers["content-disposition"]


def test_honeypots_are_in_no_export(door: Delivery) -> None:
    door.load(b"id,text,gold,check\n8,trap,fine,honeypot\n9,hm,toxic,gold\n", "checks.csv")

    rows = [json.loads(line) for line in door.engineer.get(f"{door.at}/export").text.splitlines()]

    assert [(row["id"], row["source"]) for row in rows][-1] == ("9", "gold")
    assert "8" not in {row["id"] for row in rows}
