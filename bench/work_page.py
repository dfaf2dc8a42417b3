"""The Work page in Chromium: how long from submitting an answer to the next item being painted, and how much travels.

Run with `./dev bench work_page`. It starts the real demo, opens the text and the image project as an annotator, and
answers by keyboard. A time runs from the key press to the frame after the one that shows the next item, taken inside
the page, so that it includes script, layout and paint and no driver.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from karat.client import Client  # noqa: E402 - runs as a script, from anywhere
from tests.chromium import find_chromium, launch  # noqa: E402
from tests.journeys.demo import BANK, DIGITS, LEAD, Demo, running_demo  # noqa: E402

PAINT_BAR_MS = 50.0
PAGE_BAR_KB = 150.0
_MEASURE = """() => {
  window.paintTimes = [];
  const shown = () => {
    const image = document.querySelector("main .frame img");
    return image ? image.getAttribute("src") : document.querySelector("main [role=document]")?.textContent;
  };
  addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const [before, began] = [shown(), performance.now()];
    const look = () => {
      const image = document.querySelector("main .frame img");
      if (shown() === before || (image && !image.complete)) return requestAnimationFrame(look);
      // This frame shows it; when the next one begins, it has been painted.
      requestAnimationFrame(() => window.paintTimes.push(performance.now() - began));
    };
    requestAnimationFrame(look);
  }, { capture: true });
}"""
_ITEM_IS_THERE = """() => {
  const image = document.querySelector("main .frame img");
  return image ? image.complete && image.naturalWidth > 0 : Boolean(document.querySelector("main [role=document]"));
}"""


@dataclass(frozen=True)
class Download:
    """What travels until the first item can be labeled, in kilobytes of 1000 bytes, bodies as served."""

    page: float
    """Page, scripts, styles and what the API says."""
    media: float
    """Pictures of the items at hand: data of the project, whatever its size."""


def main() -> int:
    options = _options()
    is_met = True
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = launch(playwright, find_chromium())
        with running_demo(Path(home) / "home") as demo:
            link = demo.links[LEAD]
            print(f"{'items':<8}{'p50 ms':>9}{'p95 ms':>9}{'page kB':>9}{'media kB':>10}")
            for name, project in (("text", text_project(demo, n_items=options.answers + 20)), ("image", DIGITS)):
                size = download_kb(browser, demo.address, link, project)
                times = paint_times(browser, demo.address, link, project, n=options.answers)
                p50, p95 = quantile(times, 0.5), quantile(times, 0.95)
                print(f"{name:<8}{p50:>9.1f}{p95:>9.1f}{size.page:>9.1f}{size.media:>10.1f}", flush=True)
                is_met &= p95 < PAINT_BAR_MS and size.page <= PAGE_BAR_KB
        browser.close()
    print(f"bars: p95 < {PAINT_BAR_MS:.0f} ms, page <= {PAGE_BAR_KB:.0f} kB: {'met' if is_met else 'MISSED'}")
    return 0 if is_met else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--answers", type=int, default=40, help="answers to time per project (default 40)")
    return parser.parse_args()


def download_kb(browser: Browser, address: str, link: str, project: int) -> Download:
    """Open the Work page with an empty cache and count the bodies of all responses as they travel."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    try:
        page = context.new_page()
        page.goto(link)
        page.wait_for_url(f"{address}/#/")
        session = context.new_cdp_session(page)
        sizes: dict[str, float] = {}
        urls: dict[str, str] = {}
        session.on(
            "Network.responseReceived", lambda event: urls.update({event["requestId"]: event["response"]["url"]})
        )
        session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: _length(event)}))
        session.send("Network.enable")
        session.send("Network.clearBrowserCache")
        page.goto("about:blank")
        page.goto(f"{address}/#/projects/{project}/work")
        page.wait_for_function(_ITEM_IS_THERE)
        page.wait_for_load_state("networkidle")
    finally:
        context.close()
    media = sum(size for request, size in sizes.items() if "/media/" in urls.get(request, ""))
    return Download((sum(sizes.values()) - media) / 1000, media / 1000)


def _length(event: dict[str, Any]) -> float:
    return float(event["encodedDataLength"])


def text_project(demo: Demo, *, n_items: int) -> int:
    """A project with the spec of the bank messages and enough items for the lead to answer; its id."""
    with (
        Client.by_link(demo.address, demo.links[LEAD].rpartition("/")[2]) as client,
        tempfile.TemporaryDirectory() as folder,
    ):
        spec = client.spec(BANK)["spec"]
        project = client.create_project("Messages to time", spec=spec)["id"]
        rows = (
            f"{n},Message {n}: my card payment of {n} euros was declined and I do not know why" for n in range(n_items)
        )
        file = Path(folder) / "messages.csv"
        file.write_text("\n".join(["id,text", *rows]), encoding="utf-8")
        client.import_file(file, project, {"id": "id", "content": "text"})
        return project


def paint_times(browser: Browser, address: str, link: str, project: int, *, n: int) -> list[float]:
    """Milliseconds from submitting to the next item painted, for each of n answers."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    try:
        page = context.new_page()
        page.goto(link)
        page.wait_for_url(f"{address}/#/")
        page.goto(f"{address}/#/projects/{project}/work")
        page.wait_for_function(_ITEM_IS_THERE)
        page.evaluate(_MEASURE)
        for number in range(n):
            _answer(page, str(1 + number % 8), number + 1)
        times: list[float] = page.evaluate("() => window.paintTimes")
        return times
    finally:
        context.close()


def _answer(page: Page, key: str, n_done: int) -> None:
    """Choose and submit as somebody does who has looked at the item: what was fetched ahead has arrived."""
    page.keyboard.press(key)
    page.wait_for_function("() => document.querySelector('[role=radio][aria-checked=true]') !== null")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Enter")
    page.wait_for_function(f"() => window.paintTimes.length === {n_done}")


def quantile(times: Sequence[float], share: float) -> float:
    """The smallest time that at least this share of them do not exceed."""
    ordered = sorted(times)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


if __name__ == "__main__":
    sys.exit(main())
