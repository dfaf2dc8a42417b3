"""What an annotation costs the server: processor time of getting an item and answering it, at several sizes.

Run with `./dev bench serving`; `--sizes 1000 --annotators 8 --databases sqlite` measures one cell of the table. It
fills an installation directly, starts `karat serve` as its own process and lets annotators work over HTTP, with gold
and honeypots blended in at 5 % each. Everything is durable, as it is installed: SQLite and PostgreSQL both wait for
the disk with every commit.

Processor time is the figure to trust: it includes the worker (statistics, consensus) until it has caught up, and every
process of PostgreSQL. Other load on the machine still adds to it, by cold caches; wall-clock rates also share the
processors with the load generator. Left out is what happens once: filling, PostgreSQL's clean-up after it, and the
server's first seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bench._annotators import LABELS, Crowd, Work  # noqa: E402 - runs as a script, from anywhere
from bench._processes import Served, serving  # noqa: E402
from karat import actions, store  # noqa: E402
from karat.actions.recount import recount  # noqa: E402
from karat.domain.accounts import token_hash  # noqa: E402
from karat.domain.ids import AccountId, AnnotatorId, BatchId, ItemId, ProjectId  # noqa: E402
from karat.domain.people import SYSTEM, Role  # noqa: E402
from karat.domain.projects import MediaKind, Project, QualityPolicy  # noqa: E402
from karat.domain.specs import ClassDefinition, Spec  # noqa: E402
from karat.settings import Settings  # noqa: E402
from karat.store.checkpoints import STATISTICS  # noqa: E402
from karat.store.clock import to_micros  # noqa: E402
from karat.store.connection import Reader, Writer  # noqa: E402
from karat.store.database import Database, open_database  # noqa: E402
from karat.store.history import PastAnswer  # noqa: E402
from tests import builders  # noqa: E402
from tests.postgres import running_server  # noqa: E402

BAR_MS = 2.0
BAR_FLATNESS = 1.2
OVERLAP = 3
N_CHECKS = 300
"""Of each kind; the usual size of a golden set."""
WARM_UP = 200
PATIENCE_SECONDS = 60.0
CHUNK = 20_000
ANSWERED_CHUNK = 2_000
N_FORMER = 30
"""People who gave the answers there are before, where `--annotations-before` asks for some."""
TEXT = "Comment {}: this is about what a comment under a news article looks like, in length as in its wording."


@dataclass(frozen=True)
class Result:
    """One line of the table."""

    database: str
    n_items: int
    n_annotators: int
    n_annotations: int
    server_ms: float
    postgres_ms: float
    per_second: float
    median_ms: float
    p99_ms: float
    memory_mib: float

    @property
    def total_ms(self) -> float:
        return self.server_ms + self.postgres_ms


def main() -> int:
    options = _options()
    results: list[Result] = []
    print(_HEADER, flush=True)
    for kind in options.databases:
        with _database_server(kind) as make_url:
            for n_items in options.sizes:
                for n_annotators in options.annotators:
                    result = _measure(kind, make_url(), n_items, n_annotators, options)
                    print(_line(result), flush=True)
                    results.append(result)
    return _verdict(results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench serving", description=__doc__)
    parser.add_argument("--sizes", type=_numbers, default=[1_000, 100_000, 1_000_000], help="items, as 1000,100000")
    parser.add_argument("--annotators", type=_numbers, default=[1, 8, 32], help="people at once, as 1,8,32")
    parser.add_argument("--databases", type=lambda text: text.split(","), default=["sqlite", "postgres"])
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each line measures at most")
    parser.add_argument(
        "--annotations-before",
        type=lambda text: int(float(text)),
        default=0,
        help="answers that others gave already, to items of their own",
    )
    parser.add_argument(
        "--prefetch", action="store_true", help="let the next item come with the receipt, as the interface does"
    )
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(float(part)) for part in text.split(",")]


@contextmanager
def _database_server(kind: str) -> Iterator[Callable[[], str]]:
    if kind == "sqlite":
        yield lambda: ""
        return
    with running_server(options=()) as server:
        yield lambda: server.url(server.create())


def _measure(kind: str, url: str, n_items: int, n_annotators: int, options: argparse.Namespace) -> Result:
    with tempfile.TemporaryDirectory(prefix="karat-bench-") as folder:
        home = Path(folder)
        database = open_database(Settings(home=home, database_url=url))
        try:
            project, sessions = _fill(database, n_items, n_annotators)
            project_id = project.id
            if options.annotations_before:
                _fill_with_answers(database, project, options.annotations_before)
            if url:
                _clean_up(url)
            with serving(home, url) as served:
                crowd = Crowd(served.port, project_id, sessions, prefetches=options.prefetch)
                enough = int(0.8 * n_items * min(OVERLAP, n_annotators))
                asyncio.run(crowd.work(n_annotations=min(WARM_UP, enough // 4), seconds=options.seconds))
                _wait_until(database, lambda db: store.consensus.fit(db, project_id) is not None)
                return _measured(
                    kind, served, database, crowd, n_items=n_items, enough=enough * 3 // 4, seconds=options.seconds
                )
        finally:
            database.close()


def _measured(
    kind: str, served: Served, database: Database, crowd: Crowd, *, n_items: int, enough: int, seconds: float
) -> Result:
    before, began = (served.server_seconds(), served.postgres_seconds()), time.monotonic()
    work: Work = asyncio.run(crowd.work(n_annotations=enough, seconds=seconds))
    took = time.monotonic() - began
    _wait_until(database, lambda db: store.checkpoints.is_caught_up(db, STATISTICS, crowd.project_id))
    after = (served.server_seconds(), served.postgres_seconds())
    per_annotation = [1000 * (end - start) / work.n_annotations for start, end in zip(before, after, strict=True)]
    return Result(
        database=kind,
        n_items=n_items,
        n_annotators=len(crowd.sessions),
        n_annotations=work.n_annotations,
        server_ms=per_annotation[0],
        postgres_ms=per_annotation[1],
        per_second=work.n_annotations / took,
        median_ms=1000 * statistics.median(work.waits),
        p99_ms=1000 * statistics.quantiles(work.waits, n=100)[98],
        memory_mib=served.memory_mib(),
    )


def _wait_until(database: Database, is_so: Callable[[Reader], bool]) -> None:
    """
    Raises
    ------
    RuntimeError
        When it does not come about.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with database.read() as db:
            if is_so(db):
                return
        time.sleep(0.2)
    raise RuntimeError(f"the server's worker is more than {PATIENCE_SECONDS:.0f} s behind")


# --- An installation to work in -----------------------------------------------------------------------------------


def _fill(database: Database, n_items: int, n_annotators: int) -> tuple[Project, list[str]]:
    now = datetime.now(UTC)
    spec = Spec("Is this comment toxic?", tuple(ClassDefinition(label, label.capitalize()) for label in LABELS))
    policy = QualityPolicy(overlap=OVERLAP, measured_share=0)
    project = database.write(
        lambda tx: actions.projects.create(
            tx, SYSTEM, name="Bench", media_kind=MediaKind.TEXT, spec=spec, policy=policy, now=now
        )
    )
    began = time.monotonic()
    for kind, n in (("production", n_items), ("gold", N_CHECKS), ("honeypot", N_CHECKS)):
        batch_id = database.write(partial(_load, project_id=project.id, kind=kind, n=n, now=now))
        published = time.monotonic()
        database.write(partial(builders.publish, project=project, batch_id=batch_id))
        if n >= 1_000_000:
            ended = time.monotonic()
            print(f"  loaded {n} items in {published - began:.1f} s, published them in {ended - published:.1f} s")
    sessions = [f"session-of-{number}" for number in range(n_annotators)]
    database.write(lambda tx: _sign_up(tx, project.id, sessions, now))
    return project, sessions


def _fill_with_answers(database: Database, project: Project, n_answers: int) -> None:
    """A batch whose items all have their answers, from people who disagree on one in ten; counted, but not fitted."""
    now, rng = datetime.now(UTC), random.Random(1)
    people = [f"former-{number}" for number in range(N_FORMER)]
    annotators = [
        database.write(partial(_annotator_of_the_past, project_id=project.id, name=name, now=now)) for name in people
    ]
    batch_id = database.write(
        partial(_load, project_id=project.id, kind="production-before", n=n_answers // OVERLAP, now=now)
    )
    with database.read() as db:
        batch = store.batches.find(db, batch_id)
    assert batch is not None
    parts = [batch.item_ids[start : start + ANSWERED_CHUNK] for start in range(0, len(batch.item_ids), ANSWERED_CHUNK)]
    for part in parts:
        answers = [
            PastAnswer(ItemId(item_id), annotator, LABELS[(item_id + (rng.random() < 0.1)) % 2], now)
            for item_id in part
            for annotator in rng.sample(annotators, OVERLAP)
        ]
        add = partial(store.history.add_many, project_id=project.id, answers=answers, spec_version=1)
        database.write(add)
    database.write(lambda tx: _publish_answered(tx, project, batch_id, batch.item_ids))
    for part in parts:
        database.write(partial(recount, project_id=project.id, item_ids=[ItemId(item_id) for item_id in part]))


def _annotator_of_the_past(tx: Writer, project_id: ProjectId, name: str, now: datetime) -> AnnotatorId:
    return store.history.ensure_annotator(tx, project_id, name=name, email=f"{name}@example.org", now=now)


def _publish_answered(tx: Writer, project: Project, batch_id: BatchId, item_ids: range) -> None:
    turn = builders.a_turn(tx, project, batch_id)
    store.supply.prepare(tx, turn, project.policy, item_ids, with_answers=True)
    store.supply.open_batch(tx, turn)


def _load(tx: Writer, project_id: ProjectId, kind: str, n: int, now: datetime) -> BatchId:
    at = to_micros(now)
    batch_id = tx.insert("batch", project_id=project_id, name=kind, state="loading", n_items=n, created_at=at)
    is_check = not kind.startswith("production")
    state = "resolved" if is_check else "open"
    for start in range(0, n, CHUNK):
        numbers = range(start, min(start + CHUNK, n))
        rows = ((f"{kind}-{number}", f'{{"text":"{TEXT.format(number)}"}}', "{}", state, 0, 0) for number in numbers)
        store.items.add_many(tx, project_id, BatchId(batch_id), rows, now=now)
    if is_check:
        tx.execute(
            "INSERT INTO gold_label (item_id, project_id, kind, label, provenance, set_at)"
            " SELECT id, project_id, :kind, 'toxic', 'bench', :at"
            " FROM item WHERE batch_id = :batch_id",
            kind=kind,
            at=at,
            batch_id=batch_id,
        )
    return BatchId(batch_id)


def _clean_up(url: str) -> None:
    """What PostgreSQL would do within minutes of an import by itself, and charge to whoever works by then."""
    with psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:"), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _sign_up(tx: Writer, project_id: ProjectId, sessions: Sequence[str], now: datetime) -> None:
    for session in sessions:
        account_id: AccountId = tx.insert(
            "account", email=f"{session}@example.org", name=session, is_admin=0, created_at=to_micros(now)
        )
        store.annotators.add(tx, project_id, account_id, Role.ANNOTATOR, now=now)
        expires_at = now + timedelta(days=14)
        store.sign_in.add_session(tx, token_hash(session), account_id, expires_at=expires_at, now=now)


# --- What to print ------------------------------------------------------------------------------------------------

_HEADER = (
    f"{'database':<9}{'items':>10}{'people':>8}{'annotations':>13}{'server ms':>11}{'postgres ms':>13}"
    f"{'together ms':>13}{'per s':>8}{'p50 ms':>8}{'p99 ms':>8}{'MiB':>7}"
)


def _line(result: Result) -> str:
    return (
        f"{result.database:<9}{result.n_items:>10}{result.n_annotators:>8}{result.n_annotations:>13}"
        f"{result.server_ms:>11.3f}{result.postgres_ms:>13.3f}{result.total_ms:>13.3f}{result.per_second:>8.0f}"
        f"{result.median_ms:>8.1f}{result.p99_ms:>8.1f}{result.memory_mib:>7.0f}"
    )


def _verdict(results: Sequence[Result]) -> int:
    """Say how flat the cost is and whether the bar is met; 1 when it is not."""
    is_met = all(result.total_ms <= BAR_MS for result in results)
    print(f"\nProcessor time of an annotation: at most {max(result.total_ms for result in results):.2f} ms", end="")
    print(f" (bar {BAR_MS:.0f} ms: {'met' if is_met else 'MISSED'})")
    for key in sorted({(result.database, result.n_annotators) for result in results}):
        costs = [result.total_ms for result in results if (result.database, result.n_annotators) == key]
        ratio = max(costs) / min(costs)
        is_flat = ratio <= BAR_FLATNESS
        is_met &= is_flat
        print(
            f"  {key[0]}, {key[1]} people: dearest size / cheapest size = {ratio:.2f}{'' if is_flat else '  NOT FLAT'}"
        )
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
