"""Every table, once, for SQLite and PostgreSQL. Migrations are made from this; only `store` looks at it.

Times are microseconds since 1970 UTC; flags are 0 and 1; JSON is text: so one SQL text serves both databases.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import UserDefinedType

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only for a column of exactly the type INTEGER."""


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction number, by which a follower knows what is final."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


def _id() -> Column[int]:
    return Column("id", BigId, primary_key=True, autoincrement=True)


def _time(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _flag(name: str, default: int = 0) -> Column[int]:
    return Column(name, SmallInteger, nullable=False, server_default=str(default))


def _project(*, primary_key: bool = False, nullable: bool = False) -> Column[int]:
    return Column(
        "project_id",
        BigId,
        ForeignKey("project.id"),
        primary_key=primary_key,
        nullable=nullable,
        autoincrement=False,
    )


def _vouched(name: str, *, primary_key: bool = False, nullable: bool = False) -> Column[int]:
    """An id without a foreign key: another column of the row, or the statement that writes it, vouches for it.

    On the path of every annotation, checking each of them costs PostgreSQL as much as the row itself, and all
    annotators of a project would queue for a share of its one row.
    """
    return Column(name, BigId, primary_key=primary_key, nullable=nullable, autoincrement=False)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


installation = Table(
    "installation",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

# --- People -----------------------------------------------------------------------------------------------------

account = Table(
    "account",
    metadata,
    _id(),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password_hash", Text),
    _flag("is_admin"),
    _flag("is_simulated"),
    _time("created_at"),
    _time("disabled_at", nullable=True),
)

sign_in_session = Table(
    "sign_in_session",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False, index=True),
    _time("created_at"),
    _time("expires_at"),
)

sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False, index=True),
    _flag("is_reusable"),
    _time("expires_at"),
    _time("used_at", nullable=True),
)

api_token = Table(
    "api_token",
    metadata,
    _id(),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("scope", Text),
    _time("created_at"),
    _time("expires_at"),
    _time("last_used_at", nullable=True),
)

invitation = Table(
    "invitation",
    metadata,
    _id(),
    _project(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("invited_by", BigId, ForeignKey("account.id")),
    _time("created_at"),
    _time("expires_at"),
    _time("accepted_at", nullable=True),
    _time("withdrawn_at", nullable=True),
    Index("ix_invitation_project_id", "project_id"),
)

# --- Projects ---------------------------------------------------------------------------------------------------

project = Table(
    "project",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("media_kind", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("spec_version", Integer, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    _time("created_at"),
    _time("archived_at", nullable=True),
)

spec_version = Table(
    "spec_version",
    metadata,
    _project(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("spec", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_by", BigId, ForeignKey("account.id")),
    _time("created_at"),
)

# One person in one project. Its row lock serialises that person's claims.
annotator = Table(
    "annotator",
    metadata,
    _id(),
    _project(),
    Column("account_id", BigId, ForeignKey("account.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    _count("n_served"),
    _flag("is_paused"),
    _count("swept_at"),  # when the supply was last searched from its beginning for this person
    _time("joined_at"),
    _time("left_at", nullable=True),
    UniqueConstraint("project_id", "account_id"),
)

# --- Items ------------------------------------------------------------------------------------------------------

batch = Table(
    "batch",
    metadata,
    _id(),
    _project(),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),  # loading, published; removing is half gone
    _time("loading_until", nullable=True),  # its loader is dead when it did not move this on
    _count("n_items"),
    Column("created_by", BigId, ForeignKey("account.id")),
    _time("created_at"),
    Index("ix_batch_project_id", "project_id"),
    # Asked for with every look at items: those of such a batch are not to be seen.
    Index(
        "ix_batch_unpublished",
        "id",
        sqlite_where=text("state <> 'published'"),
        postgresql_where=text("state <> 'published'"),
    ),
)

item = Table(
    "item",
    metadata,
    _id(),
    _project(),
    Column("batch_id", BigId, ForeignKey("batch.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("meta", Text, nullable=False, server_default="{}"),
    Column("state", Text, nullable=False),  # ItemState
    Column("dispute", Text),  # why it is disputed, a Dispute
    _flag("is_measured"),
    Column("priority", SmallInteger, nullable=False, server_default="0"),
    _time("created_at"),
    UniqueConstraint("project_id", "key"),
    Index("ix_item_batch_id", "batch_id"),
    Index("ix_item_state", "project_id", "state", "id"),
    Index(
        "ix_item_dispute",
        "project_id",
        "dispute",
        "id",
        sqlite_where=text("dispute IS NOT NULL"),
        postgresql_where=text("dispute IS NOT NULL"),
    ),
    Index("ix_item_project_id_id", "project_id", "id"),
)

gold_label = Table(
    "gold_label",
    metadata,
    Column("item_id", BigId, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    _project(),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("provenance", Text, nullable=False),
    # Place among the project's checks of this kind, from 0 without gaps; null for reference labels.
    Column("place", BigInteger),
    _time("set_at"),
    Index("ix_gold_label_project_id_kind_place", "project_id", "kind", "place"),
    Index("ix_gold_label_project_id_item_id", "project_id", "item_id"),
)

media = Table(
    "media",
    metadata,
    Column("id", Text, primary_key=True),
    _project(),
    # The batch that brought it and would take it away; the file is shared by digest.
    Column("batch_id", BigId, ForeignKey("batch.id"), nullable=False, index=True),
    Column("sha256", Text, nullable=False),
    Column("kind", Text, nullable=False),  # MIME type, as found by decoding
    Column("n_bytes", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
)

# --- Routing: the path of every annotation ----------------------------------------------------------------------

# The ordered supply of one project at one priority. Its row lock makes fresh positions commit in order.
queue = Table(
    "queue",
    metadata,
    _id(),
    _project(),
    Column("priority", SmallInteger, nullable=False),
    _count("next_position"),
    UniqueConstraint("project_id", "priority"),
)

queue_item = Table(
    "queue_item",
    metadata,
    _vouched("item_id", primary_key=True),
    _vouched("queue_id"),
    Column("position", BigInteger, nullable=False),
    Column("overlap", SmallInteger, nullable=False),
    Column("taken", SmallInteger, nullable=False, server_default="0"),
    _flag("is_open", 1),
    CheckConstraint("taken <= overlap", name="taken"),
    # `taken` is in no index, so that claim and submit stay heap-only updates on PostgreSQL.
    Index(
        "ix_queue_item_open",
        "queue_id",
        "position",
        sqlite_where=text("is_open = 1"),
        postgresql_where=text("is_open = 1"),
    ),
    postgresql_with={"fillfactor": "80"},
)

# Nothing open at or before `position` is new to this annotator.
queue_cursor = Table(
    "queue_cursor",
    metadata,
    _vouched("annotator_id", primary_key=True),
    _vouched("queue_id", primary_key=True),
    Column("position", BigInteger, nullable=False),
    postgresql_with={"fillfactor": "50"},
)

assignment = Table(
    "assignment",
    metadata,
    Column("item_id", BigId, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("annotator_id", BigId, ForeignKey("annotator.id"), primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    _vouched("project_id"),
    Column("purpose", SmallInteger, nullable=False),
    Column("probability", Double, nullable=False),
    Column("place", BigInteger, nullable=False),  # in the annotator's stream
    Column("state", SmallInteger, nullable=False),
    Column("spec_version", Integer, nullable=False),
    Column("reason", Text),  # of a skip
    _time("claimed_at"),
    _time("expires_at"),
    _time("closed_at", nullable=True),
    Index(
        "ix_assignment_live",
        "annotator_id",
        "place",
        sqlite_where=text("state = 0"),
        postgresql_where=text("state = 0"),
    ),
    Index(
        "ix_assignment_expiring",
        "expires_at",
        sqlite_where=text("state = 0"),
        postgresql_where=text("state = 0"),
    ),
    Index("ix_assignment_annotator_id_closed_at", "annotator_id", "closed_at"),
    postgresql_with={"fillfactor": "80"},
)

annotation = Table(
    "annotation",
    metadata,
    _id(),
    _vouched("project_id"),
    Column("item_id", BigId, ForeignKey("item.id"), nullable=False),
    Column("annotator_id", BigId, ForeignKey("annotator.id"), nullable=False),
    Column("assignment_id", Text, nullable=False),
    Column("label", Text),  # null is "unsure"
    Column("reason", Text, nullable=False, server_default=""),
    Column("duration_ms", BigInteger, nullable=False),
    Column("spec_version", Integer, nullable=False),
    _flag("is_imported"),
    _time("submitted_at"),
    Column("supersedes", BigId),
    # Set once, when a revision arrives; everything else of the row never changes.
    Column("superseded_by", BigId),
    Index("ix_annotation_item_id", "item_id", "annotator_id"),
    Index("ix_annotation_project_id_submitted_at", "project_id", "submitted_at"),
)

resolution = Table(
    "resolution",
    metadata,
    _id(),
    _project(),
    Column("item_id", BigId, ForeignKey("item.id"), nullable=False, index=True),
    Column("label", Text),  # null is "undecidable"
    Column("note", Text, nullable=False),
    Column("resolved_by", BigId, ForeignKey("account.id")),
    Column("spec_version", Integer, nullable=False),
    _time("resolved_at"),
)

# --- Events, jobs -----------------------------------------------------------------------------------------------

event = Table(
    "event",
    metadata,
    _id(),
    _vouched("project_id", nullable=True),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    _vouched("actor_id", nullable=True),
    Column("item_id", BigId),
    Column("facts", Text, nullable=False),
    # PostgreSQL hands out ids out of commit order, so its follower reads by transaction. On SQLite, which has one
    # writer, ids are in commit order and this stays 0.
    Column(
        "transaction_id",
        TransactionId().with_variant(Integer, "sqlite"),
        nullable=False,
        server_default=text("'0'"),
    ),
    Index("ix_event_transaction_id_id", "transaction_id", "id"),
    Index("ix_event_project_id_id", "project_id", "id"),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("follower", Text, primary_key=True),
    Column("transaction_id", BigInteger, nullable=False),
    Column("event_id", BigInteger, nullable=False),
)

job = Table(
    "job",
    metadata,
    _id(),
    _project(nullable=True),
    Column("name", Text, nullable=False),
    Column("arguments", Text, nullable=False),
    Column("state", SmallInteger, nullable=False),  # 0 waiting or leased, 1 done, 2 failed
    _time("run_at"),
    _time("leased_until", nullable=True),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("dedupe", Text),
    _count("n_done"),
    Column("n_total", BigInteger),
    Column("error", Text),
    Column("result", Text),
    _time("created_at"),
    _time("finished_at", nullable=True),
    Index("ix_job_waiting", "run_at", "id", sqlite_where=text("state = 0"), postgresql_where=text("state = 0")),
    Index(
        "uq_job_dedupe",
        "dedupe",
        unique=True,
        sqlite_where=text("state = 0 AND leased_until IS NULL"),
        postgresql_where=text("state = 0 AND leased_until IS NULL"),
    ),
)

# --- Statistics: derived from events; can be thrown away and rebuilt ---------------------------------------------

# What of an item has been counted so far: taken back and counted anew whenever the item changes.
item_tally = Table(
    "item_tally",
    metadata,
    Column("item_id", BigId, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("tally", Text, nullable=False),
)

project_statistic = Table(
    "project_statistic",
    metadata,
    _project(primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

annotator_statistic = Table(
    "annotator_statistic",
    metadata,
    Column("annotator_id", BigId, ForeignKey("annotator.id"), primary_key=True, autoincrement=False),
    Column("value", Text, nullable=False),
)

daily_statistic = Table(
    "daily_statistic",
    metadata,
    _project(primary_key=True),
    Column("day", Text, primary_key=True),
    Column("annotator_id", BigId, primary_key=True, autoincrement=False),
    _count("n_answers"),
)

consensus = Table(
    "consensus",
    metadata,
    Column("item_id", BigId, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    _project(),
    Column("label", Text, nullable=False),
    Column("certainty", Double, nullable=False),
    Column("probabilities", Text, nullable=False),
    Column("n_answers", Integer, nullable=False),
    Index("ix_consensus_project_id_label_item_id", "project_id", "label", "item_id"),
)

consensus_fit = Table(
    "consensus_fit",
    metadata,
    _project(primary_key=True),
    Column("method", Text, nullable=False),
    _time("fitted_at"),
    Column("n_answers", BigInteger, nullable=False),
    Column("facts", Text, nullable=False),
)

# --- Releases ---------------------------------------------------------------------------------------------------

release = Table(
    "release",
    metadata,
    _id(),
    _project(),
    Column("number", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("leave_out_undecided", SmallInteger, nullable=False),
    Column("created_by", BigId, ForeignKey("account.id")),
    _time("created_at"),
    Column("spec_version", Integer, nullable=False),
    Column("gate", Text, nullable=False, server_default="{}"),
    Column("manifest", Text, nullable=False, server_default="{}"),
    Column("error", Text),
    UniqueConstraint("project_id", "number"),
)

upload = Table(
    "upload",
    metadata,
    Column("id", Text, primary_key=True),
    _project(),
    Column("file_name", Text, nullable=False),
    Column("n_bytes", BigInteger, nullable=False),
    Column("uploaded_by", BigId, ForeignKey("account.id")),
    _time("uploaded_at"),
)
