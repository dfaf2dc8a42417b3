"""Importing a file: a batch is loaded and prepared in parts that nobody sees, then published at once, or removed.

A part is a transaction of its own, so that annotators never wait for a file; the batch carries a sign of life, so
that what a killed process leaves behind is found and removed.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from karat import store
from karat.domain.errors import Conflict, Invalid, Problem
from karat.domain.events import EventKind, NewEvent
from karat.domain.ids import AnnotatorId, BatchId, ItemId, JobId, ProjectId, UploadId
from karat.domain.items import GoldKind, GoldLabel, ItemState
from karat.domain.people import Actor
from karat.domain.permissions import Permission, require
from karat.domain.projects import MediaKind, Project, QualityPolicy
from karat.formats.items_file import ReadGold, ReadItem
from karat.store.connection import Reader, Writer
from karat.store.history import IMPORTED_DOMAIN, PastAnswer
from karat.store.items import NewItem
from karat.store.media import Media
from karat.store.supply import Shuffle, Turn

LEASE = timedelta(seconds=40)
"""A batch whose loader is silent for so long is given up for dead.

Shorter than what is left of a job's lease when its worker is killed: the job that is tried again must find what the
first attempt has left behind, and remove it.
"""
REMOVE_CHUNK = 5_000
PREPARE_CHUNK = 20_000
"""Items that are given their places in one transaction, which takes less than a tenth of a second."""
_NAME_LENGTH = 200


@dataclass(frozen=True)
class Counts:
    """What an import has stored so far."""

    n_items: int = 0
    n_checks: int = 0
    """Of the items: gold and honeypots, which are served as checks only."""
    n_gold: int = 0
    """Items with a gold label of any kind."""
    n_answers: int = 0
    n_repeated: int = 0
    """Answers left out because the same person had said the same of the item before."""
    n_revised: int = 0
    """Answers that supersede an earlier one of the same person."""
    n_annotators: int = 0


@dataclass(frozen=True)
class Load:
    """An import as it stands after its latest chunk. Lives in the process that loads."""

    batch_id: BatchId
    project: Project
    secret: bytes
    name: str
    with_answers: bool
    counts: Counts = field(default_factory=Counts)
    people: dict[str, AnnotatorId] = field(default_factory=dict)
    priorities: frozenset[int] = frozenset()
    """Of the items so far."""


@dataclass(frozen=True)
class Clash:
    """A key that is taken already."""

    line: int
    key: str
    is_own: bool
    """By an earlier line of the same file."""
    has_other_content: bool


def begin(
    tx: Writer,
    actor: Actor,
    project_id: ProjectId,
    *,
    name: str,
    media_kind: MediaKind,
    with_answers: bool,
    now: datetime,
) -> Load:
    """Open a batch to load into.

    Raises
    ------
    Invalid
        When the project shows something else than the file has.
    """
    require(actor, Permission.IMPORT, on=project_id)
    project = store.projects.get(tx, project_id)
    if project.media_kind is not media_kind:
        raise Invalid(
            f"project {project.name!r} shows {project.media_kind.value}, and the file holds {media_kind.value}. "
            "Import it into another project.",
            (Problem("the file", f"holds {media_kind.value}"),),
        )
    name = name.strip()[:_NAME_LENGTH] or "import"
    batch_id = store.batches.add(tx, project_id, name=name, by=actor.account_id, until=now + LEASE, now=now)
    _watch(tx, project_id, batch_id, now=now)
    return Load(batch_id, project, store.installation.secret(tx), name, with_answers)


def add_items(
    tx: Writer, load: Load, items: Sequence[ReadItem], *, look: bool = True, now: datetime
) -> tuple[list[Clash], Load]:
    """Store one chunk of rows; nothing of it when keys clash. Returns the load as it stands afterwards.

    To look first which keys are taken costs as much again as a twentieth of an import. Without it, a key that is taken
    ends the transaction with an error for which `store.connection.is_twin` is true: try again, and look.
    """
    _keep_alive(tx, load, now=now)
    known = store.items.known_keys(tx, load.project.id, list({item.key for item in items})) if look else {}
    fresh, clashes = _sort_out(items, known, load)
    if clashes:
        return clashes, load
    before = store.items.add_many(tx, load.project.id, load.batch_id, _new_items(fresh, load), now=now)
    has_gold = any([item.gold is not None for item in fresh])  # noqa: C419 - twice as fast as a generator
    ids: dict[str, ItemId] = {}
    if has_gold or load.with_answers:
        ids = store.items.ids_after(tx, load.batch_id, before) | {key: one.item_id for key, one in known.items()}
    counts = replace(load.counts, n_items=load.counts.n_items + len(fresh))
    if has_gold:
        counts = _add_gold(tx, load, counts, fresh, ids, now=now)
    people = load.people
    if load.with_answers:
        counts, people = _add_answers(tx, load, counts, items, ids, now=now)
    priorities = load.priorities.union([item.priority for item in fresh])
    return [], replace(load, counts=counts, people=people, priorities=priorities)


def add_media(tx: Writer, load: Load, media: Sequence[Media]) -> None:
    """Store the pictures of the next chunk of items, in the same transaction."""
    store.media.add_many(tx, load.project.id, load.batch_id, media)


def parts(db: Reader, load: Load) -> list[range]:
    """The ids of the items of a loaded batch, in parts to `prepare`."""
    batch = store.batches.find(db, load.batch_id)
    ids = range(0) if batch is None else batch.item_ids
    return [ids[start : start + PREPARE_CHUNK] for start in range(0, len(ids), PREPARE_CHUNK)]


def take_turn(tx: Writer, load: Load, shuffle: Shuffle, *, now: datetime) -> Turn | None:
    """Begin to prepare a loaded batch; None while another batch of the project is prepared or removed."""
    _keep_alive(tx, load, now=now)
    return store.supply.take_turn(tx, load.project.id, load.batch_id, shuffle, priorities=load.priorities)


def prepare(tx: Writer, load: Load, turn: Turn, part: range, *, now: datetime) -> None:
    """Give a part of the items their places in the supply, where nobody sees them yet."""
    _keep_alive(tx, load, now=now)
    policy = store.projects.get(tx, load.project.id).policy
    store.supply.prepare(tx, turn, policy, part, with_answers=load.with_answers)


def publish(tx: Writer, actor: Actor, load: Load, turn: Turn, *, now: datetime) -> Counts:
    """Make the batch visible, all at once. What it takes does not depend on how many items there are."""
    _keep_alive(tx, load, now=now)
    project, batch_id, counts = load.project, load.batch_id, load.counts
    store.batches.set_size(tx, batch_id, counts.n_items)
    store.supply.open_batch(tx, turn)
    if load.with_answers:
        store.history.admit(tx, load.people.values())
    facts = {
        "batch": batch_id,
        "name": load.name,
        "items": counts.n_items - counts.n_checks,
        "checks": counts.n_checks,
        "answers": counts.n_answers,
        "gold": counts.n_gold,
    }
    store.events.append(tx, NewEvent(EventKind.BATCH_PUBLISHED, now, actor.account_id, project.id, facts=facts))
    return counts


def give_up(tx: Writer, batch_id: BatchId) -> None:
    """Take the loader the right to go on, before the batch is removed."""
    store.batches.condemn(tx, batch_id)


def remove_some(tx: Writer, batch_id: BatchId) -> bool:
    """Remove the next part of a batch that was given up; whether nothing is left to remove.

    A batch that was published just before it was given up for dead stays.
    """
    batch = store.batches.find(tx, batch_id)
    if batch is None or batch.is_published:
        return True
    is_gone = store.batches.remove_some(tx, batch_id, limit=REMOVE_CHUNK)
    if is_gone:
        store.history.lock_people(tx)
        store.history.remove_unused_people(tx, batch.project_id)
    return is_gone


def dead_batches(db: Reader, *, now: datetime, project_id: ProjectId | None = None) -> list[BatchId]:
    """What killed processes have left behind."""
    return store.batches.dead(db, now=now, project_id=project_id)


def sweep(tx: Writer, *, now: datetime) -> None:
    """Have a job look after every batch that is not published: it removes those whose loader is dead."""
    for batch in store.batches.unpublished(tx):
        _watch(tx, batch.project_id, batch.id, now=now)


def request(
    tx: Writer,
    actor: Actor,
    project_id: ProjectId,
    *,
    upload_id: UploadId,
    mapping: dict[str, str],
    name: str,
    now: datetime,
) -> JobId:
    """Have an uploaded file imported by a job."""
    require(actor, Permission.IMPORT, on=project_id)
    upload = store.uploads.get(tx, project_id, upload_id)
    arguments = {
        "upload": upload.id,
        "mapping": mapping,
        "name": name.strip() or upload.file_name,
        "by": actor.account_id,
    }
    job_id = store.jobs.enqueue(tx, "import_upload", arguments, project_id=project_id, now=now)
    assert job_id is not None, "without `dedupe` every job is enqueued"
    return job_id


def email_of(name: str) -> str:
    """The address under which a person who is known from a file alone is kept. Different names never share one.

    >>> email_of("w17"), email_of("Ada Lovelace")
    ('w17@imported.invalid', 'ada-lovelace-76740216@imported.invalid')
    """
    plain = re.sub(r"[^a-z0-9_.-]+", "-", name.casefold()).strip("-")[:64]
    if plain == name:
        return plain + IMPORTED_DOMAIN
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-") + IMPORTED_DOMAIN


def measured_draw(secret: bytes, project_id: ProjectId, policy: QualityPolicy) -> Callable[[str], bool]:
    """What tells of an item's key whether agreement is measured on it.

    All are where everything is labeled twice, else a random share: drawn by a keyed hash of the key, so that it can be
    replayed but not guessed. BLAKE2s, because it is drawn for millions and takes a third of the time of an HMAC, and
    compared as bytes, which is as good as by number.
    """
    if policy.overlap >= 2:
        return lambda _: True
    own = hmac.digest(secret, f"measured:{project_id}".encode(), "sha256")
    bound = round(policy.measured_share * 2**64).to_bytes(9, "big")
    keyed = hashlib.blake2s(digest_size=8, key=own).copy

    def is_measured(key: str) -> bool:
        draw = keyed()
        draw.update(key.encode())
        return b"\0" + draw.digest() < bound

    return is_measured


def _keep_alive(tx: Writer, load: Load, *, now: datetime) -> None:
    if not store.batches.renew(tx, load.batch_id, until=now + LEASE):
        raise Conflict(
            f"the import of {load.name!r} stood still for more than {LEASE.total_seconds():.0f} seconds and was given "
            "up. Nothing of it was kept; start it again."
        )


def _watch(tx: Writer, project_id: ProjectId, batch_id: BatchId, *, now: datetime) -> None:
    store.jobs.enqueue(
        tx,
        "sweep_batch",
        {"batch": batch_id},
        project_id=project_id,
        dedupe=f"sweep_batch:{batch_id}",
        run_at=now + LEASE,
        now=now,
    )


def _sort_out(
    items: Sequence[ReadItem], known: dict[str, store.items.KnownKey], load: Load
) -> tuple[Sequence[ReadItem], list[Clash]]:
    """The items that are new, and the lines whose key is taken. With answers, an item may have many lines."""
    if not known and len({item.key for item in items}) == len(items):
        return items, []
    fresh: dict[str, ReadItem] = {}
    clashes = []
    for item in items:
        holder = known.get(item.key)
        if holder is not None:
            is_own = holder.batch_id == load.batch_id
            is_other = load.with_answers and holder.content != item.content
            if not (load.with_answers and is_own) or is_other:
                clashes.append(Clash(item.line, item.key, is_own, is_own and is_other))
        elif item.key not in fresh:
            fresh[item.key] = item
        elif not load.with_answers or fresh[item.key].content != item.content:
            clashes.append(Clash(item.line, item.key, is_own=True, has_other_content=load.with_answers))
    return list(fresh.values()), clashes


def _new_items(items: Sequence[ReadItem], load: Load) -> Iterator[NewItem]:
    is_measured = measured_draw(load.secret, load.project.id, load.project.policy)
    for _, key, content, meta, gold, _, priority in items:
        state = _OPEN if gold is None or _gold_kind(gold, load) is GoldKind.REFERENCE else _RESOLVED
        yield key, content, meta, state, int(is_measured(key)), priority


_OPEN, _RESOLVED = ItemState.OPEN.value, ItemState.RESOLVED.value


def _gold_kind(gold: ReadGold, load: Load) -> GoldKind:
    # Items that come with answers are labeled already: their gold measures the consensus unless the file says more.
    return gold.kind or (GoldKind.REFERENCE if load.with_answers else GoldKind.GOLD)


def _add_gold(
    tx: Writer, load: Load, counts: Counts, fresh: Sequence[ReadItem], ids: dict[str, ItemId], *, now: datetime
) -> Counts:
    labels = [
        (ids[item.key], GoldLabel(_gold_kind(item.gold, load), item.gold.label, f"imported with {load.name}"))
        for item in fresh
        if item.gold is not None
    ]
    store.gold.add_many(tx, load.project.id, labels, now=now)
    n_checks = sum(gold.kind is not GoldKind.REFERENCE for _, gold in labels)
    return replace(counts, n_gold=counts.n_gold + len(labels), n_checks=counts.n_checks + n_checks)


def _add_answers(
    tx: Writer, load: Load, counts: Counts, items: Sequence[ReadItem], ids: dict[str, ItemId], *, now: datetime
) -> tuple[Counts, dict[str, AnnotatorId]]:
    people = dict(load.people)
    store.history.lock_people(tx)
    answers = []
    for item in items:
        given = item.answer
        assert given is not None, "the reader yields an answer for each row when labels are mapped"
        if given.annotator not in people:
            people[given.annotator] = store.history.ensure_annotator(
                tx, load.project.id, name=given.annotator, email=email_of(given.annotator), now=now
            )
        answers.append(PastAnswer(ids[item.key], people[given.annotator], given.label, given.at or now))
    added = store.history.add_many(tx, load.project.id, answers, spec_version=load.project.spec_version)
    counts = replace(
        counts,
        n_answers=counts.n_answers + added.n_answers,
        n_repeated=counts.n_repeated + added.n_repeated,
        n_revised=counts.n_revised + added.n_revised,
        n_annotators=len(people),
    )
    return counts, people
