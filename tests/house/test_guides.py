"""The guides say what is true: the settings table is the program's, and every column and key they name exists."""

from __future__ import annotations

import re
from pathlib import Path

from karat.cli.field_docs import field_docs
from karat.domain.people import Role
from karat.jobs import build_release
from karat.queries import labels
from karat.settings import Settings

ROOT = Path(__file__).parent.parent.parent
GUIDE = ROOT / "docs" / "guide"
BEGIN = "<!-- settings: written by `python -m tests.house.test_guides` -->"
END = "<!-- end of settings -->"


def settings_table() -> str:
    """Every setting with default and meaning, as the administrator's page shows them."""
    docs = field_docs(Settings)
    rows = [
        f"| `KARAT_{name.upper()}` | {_default(value)} | {docs[name]} |" for name, value in vars(Settings()).items()
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def _default(value: object) -> str:
    if value == "":
        return ""
    return f"`{int(value)}`" if isinstance(value, bool) else f"`{value}`"


def test_the_administrators_table_is_that_of_the_settings() -> None:
    page = (GUIDE / "administrator.md").read_text(encoding="utf-8")

    table = page.partition(BEGIN)[2].partition(END)[0].strip()

    assert table == settings_table(), "run `python -m tests.house.test_guides`"


def test_the_engineers_tables_name_every_column_of_a_release() -> None:
    page = (GUIDE / "engineer.md").read_text(encoding="utf-8").partition("## Files out")[2]
    tables = dict(zip(("labels", "answers", "annotators"), page.split("| column | meaning |")[1:], strict=True))
    columns = {
        "labels": labels._LABEL_COLUMNS,
        "answers": labels.ANSWER_COLUMNS,
        "annotators": build_release._ANNOTATOR_COLUMNS,
    }

    missing = {
        name: [column.name for column in columns[name] if f"`{column.name}`" not in table]
        for name, table in tables.items()
    }

    assert missing == {"labels": [], "answers": [], "annotators": []}


def test_the_administrators_page_names_every_role() -> None:
    page = (GUIDE / "administrator.md").read_text(encoding="utf-8")

    assert [role.value for role in Role if f"| {role.value} |" not in page] == []


def test_the_guides_name_every_key_of_work_and_review() -> None:
    for name, page in (("work", "annotator.md"), ("review", "reviewer.md")):
        source = (ROOT / "ui" / "src" / "screens" / name / "commands.ts").read_text(encoding="utf-8")
        keys = re.findall(r'"([^"]+)"', " ".join(re.findall(r"keys: \[(.*?)\]", source)))
        text = (GUIDE / page).read_text(encoding="utf-8")
        shown = [key.replace("ArrowLeft", "←").replace("ArrowRight", "→") for key in keys]

        assert [key for key in shown if f"`{key}`" not in text and f"`{key.upper()}`" not in text] == []


def test_the_analysts_page_shows_the_agreement_that_the_code_prints() -> None:
    from tests.journeys.report_pictures import guide_report  # noqa: PLC0415 - only this page needs the quality package

    page = (GUIDE / "analyst.md").read_text(encoding="utf-8")
    shown = page.partition("```text\n")[2].partition("```")[0]

    printed = str(guide_report()).partition("AGREEMENT\n")[2]

    assert printed.startswith(shown), printed


def write_settings() -> None:
    """Put the table into the page."""
    path = GUIDE / "administrator.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    path.write_text(f"{before}{BEGIN}\n{settings_table()}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    write_settings()
