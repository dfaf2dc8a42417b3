"""The browser of the tests renders a page, whichever of the three places it comes from."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

from tests.chromium import NPM_PACKAGE, ChromiumUnavailable, chromium_from_npm, find_chromium, launch

PAGE = """<!doctype html><html lang="en"><title>page</title>
<button onclick="this.textContent = 'answered'">ask</button></html>"""


def test_a_page_is_rendered_and_reacts_to_a_click(browser: Browser, tmp_path: Path) -> None:
    page_file = tmp_path / "page.html"
    page_file.write_text(PAGE)
    page = browser.new_context().new_page()
    page.goto(page_file.as_uri())

    page.get_by_role("button", name="ask").click()

    assert page.get_by_role("button").inner_text() == "answered"
    page.context.close()


@pytest.mark.skipif(not NPM_PACKAGE.exists(), reason="the npm development dependencies are not installed")
def test_the_browser_of_the_npm_package_runs_on_its_own_libraries(playwright: Playwright) -> None:
    found = chromium_from_npm()
    libraries = found.executable.parent / "al2023" / "lib"

    browser = launch(playwright, replace(found, environment=found.environment | {"LD_LIBRARY_PATH": str(libraries)}))

    page = browser.new_page()
    page.set_content(PAGE)
    assert page.get_by_role("button").inner_text() == "ask"
    browser.close()


def test_a_browser_named_in_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    executable = tmp_path / "my-chromium"
    executable.touch()
    monkeypatch.setenv("KARAT_CHROMIUM", str(executable))

    assert find_chromium().executable == executable


def test_a_named_browser_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KARAT_CHROMIUM", os.devnull + "/nothing")

    with pytest.raises(ChromiumUnavailable, match="KARAT_CHROMIUM names"):
        find_chromium()
