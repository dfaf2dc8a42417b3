"""What calls return: plain dictionaries, typed. The names are those of the HTTP API; times are ISO 8601 in UTC."""

from typing import Any, TypedDict


class Estimate(TypedDict):
    """A measured number with its interval and evidence, or the reason why there is none yet."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    needed: int | None
    reason: str | None


class Membership(TypedDict):
    project_id: int
    project_name: str
    role: str
    permissions: list[str]


class Me(TypedDict):
    account_id: int
    name: str
    email: str
    is_admin: bool
    memberships: list[Membership]
    permissions: list[str]


class ProjectCard(TypedDict):
    """A project in the list; the counts are None for those who may not read items."""

    id: int
    name: str
    media_kind: str
    note: str
    role: str
    permissions: list[str]
    question: str
    n_items: int | None
    n_resolved: int | None
    n_disputed: int | None
    my_answers: int


class Project(TypedDict):
    id: int
    name: str
    media_kind: str
    note: str
    spec_version: int
    policy: dict[str, Any]
    created_at: str


class SpecVersion(TypedDict):
    number: int
    spec: dict[str, Any]
    note: str
    created_at: str


class Job(TypedDict):
    """Work done later; `state` is waiting, running, done or failed."""

    id: int
    name: str
    state: str
    n_done: int
    n_total: int | None
    error: str | None
    problems: list[dict[str, str]]
    result: dict[str, Any] | None


class ItemContent(TypedDict):
    text: str | None
    image_url: str | None
    width: int | None
    height: int | None


class Consensus(TypedDict):
    """The inferred label; `probabilities` is the soft label, by class key."""

    label: str
    certainty: float
    probabilities: dict[str, float]
    n_answers: int


class Item(TypedDict):
    """An item in a list; `state` is open, disputed or resolved."""

    id: int
    key: str
    content: ItemContent
    state: str
    n_answers: int
    n_unsure: int
    n_skips: int
    is_measured: bool
    gold: dict[str, str] | None
    consensus: Consensus | None
    resolution: dict[str, Any] | None


class ItemDetail(TypedDict):
    item: Item
    meta: dict[str, Any]
    batch: str
    why: str
    why_code: str
    why_values: dict[str, Any]
    history: list[dict[str, Any]]


class ReviewItem(TypedDict):
    """An item that waits for a reviewer; `why` is unsure, disagreement or skipped."""

    id: int
    key: str
    content: ItemContent
    why: str
    answers: list[dict[str, Any]]
    n_skips: int
    skip_reasons: list[str]
    suggestion: Consensus | None


class ReviewQueue(TypedDict):
    items: list[ReviewItem]
    n_waiting: int
    n_unsure: int
    n_disagreement: int
    n_skipped: int


class Overview(TypedDict):
    progress: dict[str, int]
    observed_agreement: Estimate
    alpha: Estimate
    ac1: Estimate
    agreement_scope: str
    measured_share: float | None
    measured_overlap: int
    gold_accuracy: Estimate
    honeypot_misses: Estimate
    unsure_rate: Estimate
    consensus_accuracy: Estimate
    annotators: list[dict[str, Any]]
    throughput: list[dict[str, Any]]
    answers_last_hour: int
    classes: list[dict[str, Any]]
    confusion_pairs: list[dict[str, Any]]
    consensus_method: str | None
    consensus_at: str | None
    is_up_to_date: bool


class Gate(TypedDict):
    passed: bool
    checks: list[dict[str, Any]]
    n_undecided: int


class Release(TypedDict):
    """A release; `state` is building, refused, published or withdrawn. A refused one has given its number back."""

    id: int
    number: int
    state: str
    note: str
    created_at: str
    created_by: str
    gate: Gate
    spec_version: int
    method: str
    n_items: int
    n_left_out: int
    n_answers: int
    sums: dict[str, int] | None
    n_annotators: int
    files: list[dict[str, Any]]
    error: str | None


class Releases(TypedDict):
    releases: list[Release]
    gate: Gate


class Invitation(TypedDict):
    id: int
    email: str
    role: str
    created_at: str
    expires_at: str
    accepted_at: str | None


class InvitationLink(TypedDict):
    """`path` behind the server's address is the link; it cannot be read again."""

    invitation: Invitation
    path: str


class Member(TypedDict):
    annotator_id: int
    account_id: int
    name: str
    email: str
    role: str
    is_paused: bool
    is_simulated: bool


class Event(TypedDict):
    id: int
    at: str
    kind: str
    by: str
    facts: dict[str, Any]


class WorkAssignment(TypedDict):
    """A claimed item."""

    id: str
    item: ItemContent
    expires_at: str


class WorkStream(TypedDict):
    """The claims one holds, the current one first."""

    assignments: list[WorkAssignment]
    spec_version: int


class RecentAnswer(TypedDict):
    assignment_id: str
    item: ItemContent
    label: str | None
    unsure: bool
    skipped: bool
    reason: str
    submitted_at: str


class WorkDesk(TypedDict):
    project_id: int
    project_name: str
    media_kind: str
    note: str
    spec_version: int
    spec: dict[str, Any]
    n_answered: int
