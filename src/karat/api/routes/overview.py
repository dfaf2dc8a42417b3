"""The project's quality at a glance."""

from karat import queries
from karat.api import routing
from karat.api.context import Here
from karat.api.identity import Who
from karat.api.routing import ProjectPath
from karat.api.shapes import estimate
from karat.queries.overview import Overview as Found
from karat.queries.overview import PersonQuality
from karat.schemas.quality import AnnotatorRow, ClassCount, ConfusionPair, DayCount, Overview, ProgressShape

router = routing.router()


@router.get("/projects/{project_id}/overview")
async def get(here: Here, who: Who, project_id: ProjectPath) -> Overview:
    """Is this project healthy?"""
    now = here.now()
    return _overview(await here.read(lambda db: queries.overview.overview(db, who, project_id, now=now)))


def _overview(found: Found) -> Overview:
    policy = found.project.policy
    return Overview(
        progress=_progress(found),
        observed_agreement=estimate(found.observed_agreement),
        alpha=estimate(found.alpha),
        ac1=estimate(found.ac1),
        agreement_scope=_scope(found),
        measured_share=None if policy.overlap > 1 else policy.measured_share,
        measured_overlap=policy.overlap if policy.overlap > 1 else policy.measured_overlap,
        gold_accuracy=estimate(found.gold_accuracy),
        honeypot_misses=estimate(found.honeypot_misses),
        unsure_rate=estimate(found.unsure_rate),
        consensus_accuracy=estimate(found.consensus_accuracy),
        annotators=[_annotator(person) for person in found.people],
        throughput=[DayCount(day=day.day, n_answers=day.n_answers) for day in found.days],
        answers_last_hour=found.answers_last_hour,
        classes=[
            ClassCount(key=key, name=name, n=found.counts[f"label:{key}"]) for key, name in found.class_names.items()
        ],
        confusion_pairs=[
            ConfusionPair(first=pair.first, second=pair.second, n_items=pair.n_items) for pair in found.confusion_pairs
        ],
        consensus_method=None if found.fit is None else found.fit.method,
        consensus_at=None if found.fit is None else found.fit.fitted_at,
        is_up_to_date=found.is_up_to_date,
    )


def _progress(found: Found) -> ProgressShape:
    counts = found.counts
    return ProgressShape(
        n_items=counts["items"],
        n_open=counts["state:open"],
        n_disputed=counts["state:disputed"],
        n_resolved=counts["state:resolved"],
        n_check_items=counts["check_items"],
        n_answers=counts["answers"],
        n_unsure=counts["unsure"],
        n_skips=counts["skips"],
    )


def _scope(found: Found) -> str:
    policy = found.project.policy
    if policy.overlap > 1:
        return f"all items: each is labeled by {policy.overlap} people"
    return f"a random {policy.measured_share:.0%} of items, each labeled by {policy.measured_overlap} people"


def _annotator(found: PersonQuality) -> AnnotatorRow:
    return AnnotatorRow(
        annotator_id=found.person.id,
        name=found.person.name,
        is_simulated=found.person.is_simulated,
        is_paused=found.person.is_paused,
        n_answers=found.n_answers,
        n_unsure=found.n_unsure,
        n_skips=found.n_skips,
        unsure_rate=estimate(found.unsure_rate),
        gold_accuracy=estimate(found.gold_accuracy),
        honeypot_misses=estimate(found.honeypot_misses),
        median_seconds=found.median_seconds,
        last_active_at=found.last_active_at,
    )
