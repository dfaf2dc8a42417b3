"""Pictures of a report for the documents: the analyst's data, the code of today.

python -m tests.journeys.report_pictures
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from karat.quality.ratings import Ratings
from karat.quality.report import Report, Source, report
from tests.chromium import find_chromium, launch
from tests.house.test_documents import blocks

ROOT = Path(__file__).parent.parent.parent
IMAGES = ROOT / "docs" / "images"
GUIDE = ROOT / "docs" / "guide" / "analyst.md"
_TOP_HEIGHT = 660


def guide_report() -> Report:
    """The report of the analyst's page, from the data that stand there."""
    first = next(block for block in blocks(GUIDE.read_text(encoding="utf-8")) if block.language == "python")
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        exec(first.body, {})
        ratings = Ratings.from_csv("anesthesia.csv", item="patient", annotator="observer", label="grade")
    columns = (("item", "patient"), ("annotator", "observer"), ("label", "grade"))
    return report(ratings, ordered=True, source=Source(("anesthesia.csv",), columns))


def pictures(page: Page) -> Iterator[Path]:
    """The top of the page, and the charts of two sections."""
    page.set_viewport_size({"width": 860, "height": _TOP_HEIGHT})
    page.set_content(guide_report().to_html())
    page.emulate_media(color_scheme="light")
    yield _saved(page.screenshot(), "report-light.png")
    for name, heading in (("agreement", "How far do people agree?"), ("people", "Who answers how well?")):
        section = page.locator("section", has=page.get_by_role("heading", name=heading))
        yield _saved(section.screenshot(), f"report-{name}.png")


def _saved(picture: bytes, name: str) -> Path:
    path = IMAGES / name
    path.write_bytes(picture)
    return path


def main() -> None:
    """Make them all."""
    with sync_playwright() as playwright:
        browser = launch(playwright, find_chromium())
        for path in pictures(browser.new_page()):
            print(os.path.relpath(path))
        browser.close()


if __name__ == "__main__":
    main()
