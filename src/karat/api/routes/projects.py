"""Projects: the list, making one, changing one."""

from karat import actions, queries
from karat.api import routing
from karat.api.context import Here
from karat.api.identity import Who
from karat.api.routing import ProjectPath
from karat.domain.projects import MediaKind, QualityPolicy
from karat.queries.projects import Card
from karat.schemas.projects import NewProject, ProjectCard, ProjectChange, Projects, ProjectShape
from karat.schemas.specs import spec_of

router = routing.router()


@router.get("/projects")
async def list_all(here: Here, who: Who) -> Projects:
    cards = await here.read(lambda db: queries.projects.cards(db, who))
    return Projects(projects=[_card(card) for card in cards])


@router.post("/projects")
async def create(here: Here, who: Who, body: NewProject) -> ProjectShape:
    project = await here.write_people(
        lambda tx: actions.projects.create(
            tx,
            who,
            name=body.name,
            media_kind=MediaKind(body.media_kind),
            spec=spec_of(body.spec),
            policy=QualityPolicy(**body.policy.model_dump()),
            note=body.note,
            now=here.now(),
        )
    )
    return ProjectShape.model_validate(project)


@router.get("/projects/{project_id}")
async def get(here: Here, who: Who, project_id: ProjectPath) -> ProjectShape:
    project = await here.read(lambda db: queries.projects.get(db, who, project_id))
    return ProjectShape.model_validate(project)


@router.patch("/projects/{project_id}")
async def change(here: Here, who: Who, project_id: ProjectPath, body: ProjectChange) -> ProjectShape:
    policy = None if body.policy is None else QualityPolicy(**body.policy.model_dump())
    project = await here.write(
        lambda tx: actions.projects.change(
            tx, who, project_id, name=body.name, note=body.note, policy=policy, now=here.now()
        )
    )
    return ProjectShape.model_validate(project)


def _card(card: Card) -> ProjectCard:
    return ProjectCard(
        id=card.project.id,
        name=card.project.name,
        media_kind=card.project.media_kind.value,
        note=card.project.note,
        role=card.role,
        permissions=card.permissions,
        question=card.question,
        n_items=card.counts.n_items if card.counts else None,
        n_resolved=card.counts.n_resolved if card.counts else None,
        n_disputed=card.counts.n_disputed if card.counts else None,
        my_answers=card.my_answers,
    )
