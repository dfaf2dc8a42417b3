"""What happened, as immutable records in the order it happened. Followers and the audit trail read them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from karat.domain.ids import AccountId, EventId, ItemId, ProjectId


class EventKind(StrEnum):
    """Every kind of event, with the facts it carries."""

    ANNOTATION_SUBMITTED = "annotation_submitted"
    """annotation: id"""
    ANNOTATION_REVISED = "annotation_revised"
    """annotation: id, supersedes: id"""
    ITEM_SKIPPED = "item_skipped"
    """annotator: id, reason"""
    CLAIMS_EXPIRED = "claims_expired"
    """items: number"""
    ITEM_RESOLVED = "item_resolved"
    """label or null, note"""
    GOLD_SET = "gold_set"
    """kind, label, provenance"""
    BATCH_PUBLISHED = "batch_published"
    """batch, name, items (for production), checks (gold and honeypots), answers (that came with it)"""
    PROJECT_CREATED = "project_created"
    """name"""
    PROJECT_CHANGED = "project_changed"
    """changed fields, old and new"""
    SPEC_PUBLISHED = "spec_published"
    """number, note"""
    MEMBER_JOINED = "member_joined"
    """account, role"""
    MEMBER_CHANGED = "member_changed"
    """account, role, is_paused"""
    MEMBER_LEFT = "member_left"
    """account"""
    INVITATION_MADE = "invitation_made"
    """role, email"""
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    """invitation"""
    ACCOUNT_CREATED = "account_created"
    """account, email"""
    ACCOUNT_DISABLED = "account_disabled"
    """account"""
    PASSWORD_SET = "password_set"
    """account; by an admin, or by the person whose it is"""
    LINK_MADE = "link_made"
    """account, is_reusable"""
    SIGNED_IN = "signed_in"
    """account, by: password, link or invitation"""
    SIGN_IN_FAILED = "sign_in_failed"
    """email"""
    TOKEN_CREATED = "token_created"
    """token, name, scope"""
    TOKEN_REVOKED = "token_revoked"
    """token"""
    RELEASE_REQUESTED = "release_requested"
    """number"""
    RELEASE_PUBLISHED = "release_published"
    """number, items, sha256 of the manifest"""
    RELEASE_REFUSED = "release_refused"
    """number, the checks that failed"""
    DATA_EXPORTED = "data_exported"
    """format, release number or null"""


@dataclass(frozen=True)
class NewEvent:
    """An event about to be appended."""

    kind: EventKind
    at: datetime
    actor: AccountId | None
    """None is the installation itself."""
    project_id: ProjectId | None = None
    item_id: ItemId | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditEntry:
    """An event as people read it afterwards."""

    id: EventId
    at: datetime
    kind: EventKind
    by: str | None
    """The name of whoever acted; None is the installation itself."""
    facts: dict[str, Any]
