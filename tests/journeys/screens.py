"""A person's browser in a journey: signed in by link, watched for errors, looked at by axe, and photographed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, expect

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "artifacts" / "screens"

WIDE = {"width": 1280, "height": 720}
NARROW = {"width": 390, "height": 844}

_PICTURES_ARE_THERE = "() => [...document.images].every((image) => image.complete)"
_TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_AXE_RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`));
}"""

# A busy machine may be slow; a journey that waits for something never goes on before it is there.
expect.set_options(timeout=20_000)


@contextmanager
def visiting(browser: Browser, link: str | None = None, *, expected_errors: Sequence[str] = ()) -> Iterator[Page]:
    """A page in a browser of its own, signed in by the link; afterwards the console must have stayed quiet.

    `expected_errors` are parts of messages that the journey itself brings about.
    """
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce", locale="en", accept_downloads=True)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    errors = _errors_of(context)
    page = context.new_page()
    try:
        if link is not None:
            page.goto(link)
            expect(page.get_by_role("heading", name="Projects", level=1)).to_be_visible()
        yield page
    finally:
        context.close()
    unexpected = [error for error in errors if not any(part in error for part in expected_errors)]
    assert unexpected == []


def _errors_of(context: BrowserContext) -> list[str]:
    errors: list[str] = []
    context.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    return errors


def look(page: Page, name: str) -> None:
    """Check the screen as it is with axe and keep pictures of it, in light, dark and narrow."""
    page.wait_for_function(_PICTURES_ARE_THERE)
    for scheme, size in (("light", WIDE), ("dark", WIDE), ("light", NARROW)):
        _look_once(page, name, scheme, size)  # type: ignore[arg-type]
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def _look_once(page: Page, name: str, scheme: Literal["light", "dark"], size: dict[str, int]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.evaluate(_TWO_FRAMES)
    PICTURES.mkdir(parents=True, exist_ok=True)
    kind = "narrow" if size is NARROW else scheme
    page.screenshot(path=PICTURES / f"{name}-{kind}.png", full_page=True)
    problems = accessibility_problems(page)
    assert not problems, f"axe on {name}, {kind}:\n" + "\n".join(problems)


def accessibility_problems(page: Page) -> list[str]:
    """What axe finds on the page as it is, each with its place and what would help."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_AXE_RUN)
    return found


def answer_of(page: Page, path: str) -> Any:
    """What the server says to this person, as JSON: to check a screen against it."""
    response = page.request.get(page.url.split("/#")[0] + path)
    assert response.ok, f"{path}: {response.status} {response.text()}"
    return response.json()
