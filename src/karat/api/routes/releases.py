"""Releases: asked for, judged, and taken out as a zip."""

from typing import Any

from fastapi.responses import StreamingResponse

from karat import actions, queries
from karat.api import routing
from karat.api.context import Here
from karat.api.identity import Who
from karat.api.routes.exports import Format
from karat.api.routing import IdPath, ProjectPath
from karat.domain.releases import Gate, LabelSource, Release
from karat.formats.release_zip import zip_blocks
from karat.schemas.releases import GateCheck, GateShape, NewRelease, ReleaseFile, Releases, ReleaseShape, ReleaseSums

router = routing.router()


@router.get("/projects/{project_id}/releases")
async def page(here: Here, who: Who, project_id: ProjectPath) -> Releases:
    """Every release and refused attempt, newest first, and how the gate would judge one made now."""
    found = await here.read(lambda db: queries.releases.all_of(db, who, project_id))
    return Releases(releases=[_shape(release) for release in found.releases], gate=_gate(found.gate))


@router.post("/projects/{project_id}/releases", status_code=202)
async def request(here: Here, who: Who, project_id: ProjectPath, body: NewRelease) -> ReleaseShape:
    """Have a release judged and built. Poll it until its state is no longer "building"."""
    now = here.now()
    release = await here.write(
        lambda tx: actions.releases.request(
            tx, who, project_id, note=body.note, leave_out_undecided=body.leave_out_undecided, now=now
        )
    )
    return _shape(release)


@router.get("/projects/{project_id}/releases/{number}")
async def get(here: Here, who: Who, project_id: ProjectPath, number: IdPath) -> ReleaseShape:
    """One release with its gate and files; while there is none of this number, the last attempt at it."""
    return _shape(await here.read(lambda db: queries.releases.get(db, who, project_id, number)))


@router.get("/projects/{project_id}/releases/{number}/download", response_class=StreamingResponse)
async def download(
    here: Here, who: Who, project_id: ProjectPath, number: IdPath, format: Format = "jsonl"
) -> StreamingResponse:
    """The files of a published release as a zip; the same bytes each time."""
    now, home = here.now(), here.settings.home
    found = await here.read(
        lambda db: queries.releases.files(db, who, project_id, number, file_format=format, home=home)
    )
    await here.write(
        lambda tx: actions.releases.note_export(tx, who, project_id, file_format=format, number=number, now=now)
    )
    headers = {"Content-Disposition": f'attachment; filename="{found.archive_name}"'}
    blocks = zip_blocks(found.folder, found.names)
    return StreamingResponse(blocks, media_type="application/zip", headers=headers)


def _shape(release: Release) -> ReleaseShape:
    manifest = release.manifest
    return ReleaseShape(
        id=release.id,
        number=release.number,
        state=release.state.value,
        note=release.note,
        created_at=release.created_at,
        created_by=release.created_by,
        gate=_gate(release.gate),
        spec_version=release.spec_version,
        method=manifest.get("method", {}).get("name", ""),
        n_items=manifest.get("n_items", 0),
        n_left_out=manifest.get("n_left_out", 0),
        n_answers=manifest.get("n_answers", 0),
        sums=_sums(manifest) if "rows_of_answers" in manifest else None,
        n_annotators=manifest.get("n_annotators", 0),
        files=[ReleaseFile(**file) for file in manifest.get("files", [])],
        error=release.error,
    )


def _sums(manifest: dict[str, Any]) -> ReleaseSums:
    n_gold = manifest["labels_by_source"].get(LabelSource.GOLD, 0)
    return ReleaseSums(
        n_production=manifest["n_items"] - n_gold + manifest["n_left_out"],
        n_undecided=manifest["left_out"].get("undecided", 0),
        n_undecidable=manifest["left_out"].get("undecidable", 0),
        n_gold=n_gold,
        n_revised=manifest["rows_of_answers"]["revised"],
        n_skips=manifest["rows_of_answers"]["skips"],
    )


def _gate(gate: Gate) -> GateShape:
    return GateShape(
        passed=gate.passed,
        checks=[GateCheck.model_validate(check) for check in gate.checks],
        n_undecided=gate.n_undecided,
    )
