"""The page of a report in a real browser: readable for everybody, in light, dark, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from karat.quality.ratings import Ratings
from karat.quality.report import Source, report
from tests.journeys.screens import AXE, NARROW, look

pytestmark = pytest.mark.browser

_CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.right > document.documentElement.clientWidth + 1 && !element.closest(".scroll");
}).map((element) => `${element.tagName} ${element.textContent.slice(0, 40)}`)"""


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    assert AXE.is_file(), "needs axe-core; `npm ci` in ui/ installs it"
    path = tmp_path / "report.html"
    path.write_text(a_full_report(), encoding="utf-8")
    opened = browser.new_page()
    opened.goto(path.as_uri())
    yield opened
    opened.close()


def a_full_report() -> str:
    """Every section filled: many people, long names, copying, time, gold, unsure answers and cautions."""
    rng = np.random.default_rng(0)
    rows, truths = [], rng.integers(5, size=700).tolist()
    for item, truth in enumerate(truths):
        for person in rng.choice(30, size=5, replace=False).tolist():
            right = rng.random() < (0.4 if person > 26 else 0.85)
            rows.append([item, person, truth if right else int(rng.integers(5))])
    rows += [[item, 30, label] for item, person, label in rows if person == 0]  # somebody who copies
    names = ["fine", "Fine", "a class with a rather long name that tells what it is for", "skip", "don't know"]
    ratings = Ratings.from_arrays(
        [f"https://example.org/a/long/address/of/an/item/{item}" for item, _, _ in rows],
        [f"annotator-{person}@example.org" for _, person, _ in rows],
        [names[label] for _, _, label in rows],
        time=np.arange(len(rows)) * 9.0 + 1.7e9,
    )
    gold = {item: names[truth] for item, truth in zip(ratings.items[:150], truths, strict=False) if truth != 3}
    source = Source(("answers-of-the-first-round.csv",), (("item", "task"), ("label", "answer")), ("A remark.",))
    return report(ratings, gold, unsure=["skip"], source=source).to_html()


def test_nothing_on_the_page_keeps_anybody_out(page: Page) -> None:
    look(page, "report")


@pytest.mark.parametrize("width", [NARROW["width"], 1280])
def test_nothing_is_cut_off(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})

    assert page.evaluate(_CUT_OFF) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_scrolls_can_be_scrolled_by_keyboard(page: Page) -> None:
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]

    unreachable = page.evaluate(
        "() => [...document.querySelectorAll('.scroll')]"
        ".filter((box) => box.scrollWidth > box.clientWidth + 1 && box.tabIndex < 0).length"
    )

    assert unreachable == 0


def test_it_prints_on_light_paper_with_everything_shown(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")

    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 30, 32)"
    assert page.evaluate("document.querySelectorAll('details').length") > 0
    assert page.evaluate(
        "[...document.querySelectorAll('details table')].every((table) => table.getBoundingClientRect().height > 0)"
    )
