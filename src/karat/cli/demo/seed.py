"""Fills a new demo: two projects, made and filled over HTTP, one of them worked on by simulated annotators."""

import json
import random
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from karat.api.app import create_app
from karat.cli.demo import people
from karat.cli.demo.clock import SimulatedClock
from karat.cli.demo.digits import as_zip, digits
from karat.cli.demo.replay import Workplace, replay, review_some
from karat.cli.demo.workforce import Message, messages, spec, workforce
from karat.client import Client
from karat.domain.ids import AccountId, ProjectId
from karat.domain.people import Role
from karat.jobs.worker import Worker
from karat.settings import Settings
from karat.store.database import Database

BANK = "Bank messages"
DIGITS = "Handwritten digits"
_SIMULATED_NOTE = (
    "The annotators who have worked here so far are simulated: their answers were replayed through the normal API, "
    "so that there is something to look at. The messages were written for this demo."
)
_DIGITS_NOTE = "300 scans from scikit-learn's bundled digits set. Nobody has labeled them yet: begin."
_DAYS = 6
_N_ANSWERS = 900
"""Of about 1,000 that would finish the project: the rest is left for whoever tries the demo."""
_REVIEWED_SHARE = 0.8
_N_DIGIT_CHECKS = 24


def seed(database: Database, settings: Settings, *, now: datetime) -> None:
    """Make the accounts and both projects. The clock of this work runs through the days before `now`."""
    first_day = (now - timedelta(days=_DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    clock = SimulatedClock(first_day + timedelta(hours=8))
    accounts = database.write(lambda tx: people.open_visitors(tx, now=clock()))
    lead = database.write(lambda tx: people.api_token(tx, accounts[people.VISITORS[0].email], now=clock()))
    with _serving(database, settings, clock) as address, Client(address, lead) as client:
        bank = _bank_project(client)
        _bank_work(database, address, clock, bank, first_day)
        clock.move_to(now)
        numbers = _digits_project(client)
        for project_id in (bank, numbers):
            _let_visitors_in(database, accounts, project_id, now=now)


def _bank_project(client: Client) -> int:
    policy = {
        "overlap": 3,
        "majority_share": 0.7,
        "gold_share": 0.15,
        "honeypot_share": 0.08,
        "gate_gold_accuracy": 0.7,
    }
    project_id = client.create_project(BANK, spec=spec(), policy=policy, note=_SIMULATED_NOTE)["id"]
    rows = "\n".join(json.dumps(_row(message)) for message in messages())
    mapping = {"id": "id", "content": "text", "gold": "gold", "check": "check"}
    _import(client, project_id, "bank_messages.jsonl", rows.encode(), mapping)
    return project_id


def _row(message: Message) -> dict[str, Any]:
    """A message as its owner would hold it: with a trusted label for the few that are checks."""
    gold = {"gold": message.truth, "check": message.check} if message.check else {"gold": None, "check": None}
    return {"id": message.id, "text": message.text, "channel": message.channel, **gold}


def _bank_work(database: Database, address: str, clock: SimulatedClock, project_id: int, first_day: datetime) -> None:
    workplace = Workplace(
        address=address,
        project_id=project_id,
        classes=[definition["key"] for definition in spec()["classes"]],
        messages={message.text: message for message in messages()},
        clock=clock,
        rng=random.Random(20_26),
    )
    team = []
    for person in workforce():
        account_id = database.write(lambda tx, person=person: people.open_simulated(tx, person, now=clock()))  # type: ignore[misc]
        team.append((person, _worker_token(database, project_id, account_id, Role.ANNOTATOR, clock)))
    replay(workplace, team, [first_day + timedelta(days=day) for day in range(_DAYS)], n_answers=_N_ANSWERS)
    reviewer = database.write(lambda tx: people.open_simulated(tx, people.SIMULATED_REVIEWER, now=clock()))
    token = _worker_token(database, project_id, reviewer, Role.REVIEWER, clock)
    with Client(address, token) as reviewing:
        _wait_until_counted(reviewing, project_id)
    clock.move_to(clock() + timedelta(hours=1))
    review_some(workplace, token, share=_REVIEWED_SHARE)


def _worker_token(database: Database, project_id: int, account_id: AccountId, role: Role, clock: SimulatedClock) -> str:
    database.write(lambda tx: people.join(tx, ProjectId(project_id), account_id, role, now=clock()))
    return database.write(lambda tx: people.api_token(tx, account_id, now=clock()))


def _digits_project(client: Client) -> int:
    pictures = digits()
    classes = [{"key": str(digit), "name": str(digit)} for digit in range(10)]
    classes[1]["definition"] = "A single stroke, with or without a flag at the top or a foot."
    classes[7]["definition"] = "A horizontal stroke at the top and a long slanted one, with or without a bar."
    made = client.create_project(
        DIGITS,
        spec={
            "question": "Which digit is this?",
            "purpose": "Given a scanned digit, decide which one its writer meant, so that forms can be read.",
            "classes": classes,
            "rules": [
                {"id": "R1", "text": "Decide what the writer meant, not what the strokes resemble most."},
                {"id": "R2", "text": "A 7 with a bar through it is a 7; a 0 with a slash through it is a 0."},
            ],
            "unsure": "When two digits are equally likely to you. A reviewer decides.",
        },
        media_kind="image",
        policy={"overlap": 1, "measured_share": 0.1, "measured_overlap": 2},
        note=_DIGITS_NOTE,
    )
    project_id = made["id"]
    _import(client, project_id, "digits.zip", as_zip(pictures), {})
    truth = {picture.name.removesuffix(".png"): picture.truth for picture in pictures[::-1][:_N_DIGIT_CHECKS]}
    _mint_gold(client, project_id, truth)
    return project_id


def _mint_gold(client: Client, project_id: int, truth: dict[str, str]) -> None:
    """Give some items their trusted label, as a lead would."""
    for item in list(client.items(project_id)):
        if item["key"] in truth:
            client.set_gold(project_id, item["id"], truth[item["key"]], provenance="scikit-learn's digits set")


def _let_visitors_in(database: Database, accounts: dict[str, AccountId], project_id: int, *, now: datetime) -> None:
    for visitor in people.VISITORS:
        if visitor.role is not Role.LEAD:  # The lead made the project, and is in it already.
            account_id = accounts[visitor.email]
            database.write(
                lambda tx, account_id=account_id, role=visitor.role: people.join(  # type: ignore[misc]
                    tx, ProjectId(project_id), account_id, role, now=now
                )
            )


def _import(client: Client, project_id: int, name: str, content: bytes, mapping: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        client.import_file(file, project_id, mapping)


def _wait_until_counted(client: Client, project_id: int) -> None:
    """Until the follower has read every answer: only then does the review queue hold every dispute."""
    for _ in range(600):
        # The reviewer may not see the overview; the queue itself stands still once everything is counted.
        before = client.review_queue(project_id, limit=1)["n_waiting"]
        threading.Event().wait(0.5)
        if before and before == client.review_queue(project_id, limit=1)["n_waiting"]:
            return
    raise RuntimeError("the answers of the simulated annotators are not counted after five minutes")


@contextmanager
def _serving(database: Database, settings: Settings, clock: SimulatedClock) -> Iterator[str]:
    """The normal server with its worker, on a free port and the simulated clock."""
    app = create_app(settings, database, clock=clock)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, name="karat-seed-server", daemon=True)
    worker = Worker(database, settings, clock=clock)
    worker.start()
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise RuntimeError("the server that fills the demo did not start; its log above says why")
            threading.Event().wait(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
        worker.stop()
