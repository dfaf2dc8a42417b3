"""What somebody who has never seen Karat does with the demo, in a real browser, from the first label to the dataset.

Every screen is checked with axe and photographed into artifacts/screens. The journeys share one demo and stand on
their own: each begins by signing in.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Locator, Page, expect

from karat.cli.demo.workforce import workforce
from tests.journeys.demo import ANNOTATOR, BANK, DIGITS, LEAD, REVIEWER, Demo
from tests.journeys.screens import answer_of, look, visiting
from tests.processes import wait_until

OFFLINE = "net::ERR_INTERNET_DISCONNECTED"
SHARE_WITH_EVIDENCE = re.compile(r"\d+\.\d%\s*\d+\.\d%–\d+\.\d%\s*n = \d+")
ALPHA_WITH_EVIDENCE = re.compile(r"\d\.\d\d\s*\d\.\d\d–\d\.\d\d\s*n = \d+")


def test_an_annotator_labels_ten_items_by_keyboard_and_loses_nothing(browser: Browser, demo: Demo) -> None:
    with visiting(browser, demo.links[ANNOTATOR], expected_errors=[OFFLINE]) as page:
        look(page, "home-annotator")
        claims = Claims(page)
        page.keyboard.press("Control+k")
        look(page, "palette")
        page.keyboard.type("digits label")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Which digit is this?", level=1)).to_be_visible()
        look(page, "work-image")

        for digit in "3071":
            label(page, digit)
        be_unsure(page)
        skip(page)

        page.keyboard.press("d")
        expect(page.get_by_text("Revising your last answer")).to_be_visible()
        page.keyboard.press("d")
        expect(page.get_by_text("Revising: 2 answers back")).to_be_visible()
        expect(class_button(page, "1")).to_be_checked()
        look(page, "work-revising")
        page.keyboard.press("2")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Revising")).to_have_count(0)

        read_the_spec(page)

        page.keyboard.press("5")
        expect(page.get_by_text("saved", exact=True)).to_be_visible()
        everything_is_sent(page)
        held, shown = claims.ids, picture(page).get_attribute("src")
        page.reload()
        expect(class_button(page, "5")).to_be_checked()
        expect(picture(page)).to_have_attribute("src", re.compile(r"^/media/"))
        assert shown is not None
        assert claims.ids == held
        page.keyboard.press("Enter")
        everything_is_sent(page)

        page.wait_for_load_state("networkidle")
        page.context.set_offline(True)
        for digit in "846":
            label(page, digit)
        expect(page.get_by_text("No connection. 3 answers are kept here")).to_be_visible()
        look(page, "work-offline")
        page.context.set_offline(False)
        everything_is_sent(page)

        page.get_by_role("button", name=re.compile(r"^Recent")).click()
        look(page, "work-recent")
        recent = answer_of(page, f"/api/projects/{DIGITS}/work/recent")["answers"]

    given = [answer["label"] or ("skipped" if answer["skipped"] else "unsure") for answer in recent]
    assert list(reversed(given)) == ["3", "0", "7", "2", "unsure", "skipped", "5", "8", "4", "6"]
    assert [answer["reason"] for answer in recent if answer["unsure"]] == ["Two classes fit equally well: 1 or 7"]


def test_keys_and_account_are_explained_where_one_is(browser: Browser, demo: Demo) -> None:
    with visiting(browser, demo.links[ANNOTATOR]) as page:
        page.goto(f"{demo.address}/#/projects/{BANK}/work")
        expect(page.get_by_role("heading", name="What does this customer want help with?", level=1)).to_be_visible()
        expect(page.get_by_role("radio")).to_have_count(8)
        look(page, "work-text")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog").get_by_text("Submit and next")).to_be_visible()
        look(page, "keys")
        page.keyboard.press("Escape")

        page.get_by_role("button", name=re.compile("Account of")).click()
        look(page, "account-menu")
        page.get_by_label("Language").select_option("de")
        expect(page.get_by_text("Abgeben und weiter").first).to_be_visible()
        look(page, "work-german")
        page.get_by_label("Sprache").select_option("en")

        page.goto(f"{demo.address}/#/account")
        page.get_by_role("button", name="New token").click()
        page.get_by_label("Name").fill("notebook")
        look(page, "new-token")
        page.get_by_role("button", name="Create").click()
        expect(page.get_by_role("dialog").get_by_role("textbox")).to_have_value(re.compile(r"^karat_\S{30,}$"))
        look(page, "token-secret")
        page.get_by_role("dialog").get_by_role("button", name="Close").click()
        expect(
            page.get_by_role("cell", name="notebook").or_(page.get_by_role("rowheader", name="notebook"))
        ).to_be_visible()
        look(page, "account")


def test_a_reviewer_decides_unsure_and_disputed_items_blind(browser: Browser, demo: Demo) -> None:
    with visiting(browser, demo.links[REVIEWER]) as page:
        look(page, "home-reviewer")
        heard = responses_of(page)
        page.goto(f"{demo.address}/#/projects/{BANK}/review")
        page.get_by_role("button", name=re.compile(r"^Unsure \d+")).click()
        answers = page.get_by_role("region", name="Answers, blind")
        expect(answers.get_by_text("unsure", exact=True).first).to_be_visible()
        look(page, "review-unsure")

        first = decide(page, "1")
        page.keyboard.press("Shift+N")
        expect(page.get_by_label("Note")).to_be_focused()
        page.keyboard.type("Two requests at once; no rule says which comes first.")
        second = open_item(page)
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text(f"“{second}” is decided: No label is right")).to_be_visible()

        page.get_by_role("button", name=re.compile(r"^Disagreement \d+")).click()
        expect(page.locator("nav [aria-current] .why")).to_have_text("Disagreement")
        expect(answers.locator("article .letter").nth(1)).to_have_text("B")
        look(page, "review-disagreement")
        third = decide(page, "2")

        seen = page.content() + "".join(heard)
        decided = {key: item_named(page, BANK, key) for key in (first, second, third)}
        page.goto(f"{demo.address}/#/projects/{BANK}/spec")
        expect(page.get_by_role("heading", name="Spec", level=1)).to_be_visible()
        look(page, "spec-reviewer")

    assert len(heard) >= 3
    assert [person.name for person in workforce() if person.name in seen] == []
    assert decided[first]["resolution"]["label"] == "card_not_arrived"
    assert decided[second]["resolution"]["label"] is None
    assert decided[third]["resolution"]["label"] == "card_declined"
    assert {item["resolution"]["by"] for item in decided.values()} == {REVIEWER}


def test_a_lead_sees_how_good_the_labels_are_and_why(browser: Browser, demo: Demo) -> None:
    with visiting(browser, demo.links[LEAD]) as page:
        look(page, "home-lead")
        page.get_by_role("article").filter(has_text="Bank messages").get_by_role("link", name="Overview").click()
        expect(page.get_by_role("heading", name="Is this project healthy?")).to_be_visible()
        expect(page.get_by_text("simulated: their answers were replayed")).to_be_visible()
        expect(page.get_by_text("Consensus by votes and Dawid–Skene models combined")).to_be_visible()
        expect(figure(page, "Do annotators agree?")).to_contain_text(ALPHA_WITH_EVIDENCE)
        for question in ("Do annotators understand the spec?", "Are annotators attentive?", "Does the spec let"):
            expect(figure(page, question)).to_contain_text(SHARE_WITH_EVIDENCE)
        overview = answer_of(page, f"/api/projects/{BANK}/overview")
        expect(page.get_by_text(f"{overview['progress']['n_answers']} answers")).to_be_visible()
        for person in overview["annotators"]:
            expect(page.get_by_role("row").filter(has_text=person["name"])).to_contain_text(str(person["n_answers"]))
        look(page, "overview")

        pair = overview["confusion_pairs"][0]
        figure(page, "Which classes are mixed up?").get_by_role("link").first.click()
        expect(page.get_by_text("Only items that were given both")).to_be_visible()
        expect(page.get_by_role("rowheader")).to_have_count(pair["n_items"])
        look(page, "items-of-a-pair")

        page.get_by_role("button", name="Clear filters").click()
        page.get_by_label("State").select_option("resolved")
        expect(page.get_by_role("row").filter(has_text="disputed")).to_have_count(0)
        page.get_by_label("Search text or id").fill("card")
        expect(page).to_have_url(re.compile(r"q=card"))
        look(page, "items")
        row = page.get_by_role("row").filter(has_text="%").filter(has_not_text="honeypot").filter(has_not_text="gold")
        row.first.get_by_role("link").click()

        expect(page.get_by_role("heading", name=re.compile(r"^Item msg-\d+"))).to_be_visible()
        item = answer_of(page, f"/api/projects/{BANK}/items/{page.url.rpartition('/')[2]}")
        expect(page.get_by_text("imported", exact=True)).to_be_visible()
        for event in item["history"]:
            if event["kind"] == "submitted":
                expect(page.get_by_text(f"{event['by']} answered:").first).to_be_visible()
        expect(page.get_by_text(re.compile(r"(> )?\d+\.\d% certain, from \d+ answer"))).to_be_visible()
        expect(page.get_by_text(item["why"])).to_be_visible()
        look(page, "item")
        page.get_by_role("button", name="Decide").click()
        look(page, "decide-dialog")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Set gold label").click()
        look(page, "gold-dialog")
        page.keyboard.press("Escape")


def test_a_lead_makes_a_release_and_its_files_hold_every_answer(browser: Browser, demo: Demo, tmp_path: Path) -> None:
    with visiting(browser, demo.links[LEAD]) as page:
        page.goto(f"{demo.address}/#/projects/{BANK}/settings")
        # The demo's people hardly miss this bar by chance; the journey must not depend on that.
        page.get_by_label("Gold accuracy at least").fill("60")
        look(page, "settings")
        page.get_by_role("button", name="Save changes").click()
        expect(page.get_by_role("button", name="Save changes")).to_be_disabled()

        page.goto(f"{demo.address}/#/projects/{BANK}/releases")
        expect(page.get_by_text("One check does not pass.")).to_be_visible()
        page.get_by_role("link", name="See the disputed items").click()
        expect(page.get_by_role("row").filter(has_text="disputed").first).to_be_visible()
        page.go_back()
        refused_by_the_gate(page, f"/api/projects/{BANK}/releases")
        attempt = page.get_by_role("article").filter(has_text="Attempt at release 1")
        expect(attempt.get_by_text("It was refused and has no files.")).to_be_visible()
        make = page.get_by_role("button", name="Make release 1")
        expect(make).to_be_disabled()
        look(page, "gate")
        page.get_by_role("checkbox", name=re.compile(r"Mark \d+ undecided items? as left out")).check()
        page.get_by_label("Note").fill("For the first router.")
        make.click()
        card = page.get_by_role("article").filter(has=page.get_by_role("heading", name="Release 1", exact=True))
        expect(card.get_by_text("published")).to_be_visible()
        card.get_by_text("How these numbers come about").click()
        look(page, "release")
        release = answer_of(page, f"/api/projects/{BANK}/releases/1")
        progress = answer_of(page, f"/api/projects/{BANK}/overview")["progress"]
        expect(card.get_by_role("row").filter(has_text="Items in the release")).to_contain_text(
            f"{release['n_items']:,}"
        )
        files = {name: download(page, card, name, tmp_path) for name in ("JSONL", "CSV", "Parquet")}
        page.goto(f"{demo.address}/#/projects/{BANK}/settings")
        expect(page.get_by_text("release published")).to_be_visible()
        expect(page.get_by_text(re.compile(r"Gold accuracy at least: 0.\d+ → 0.6"))).to_be_visible()
        look(page, "audit-trail")

    sums = release["sums"]
    jsonl, table, parquet = (unpacked(files[name], tmp_path) for name in ("JSONL", "CSV", "Parquet"))
    for kind in ("labels", "answers", "annotators"):
        assert len(jsonl[kind]) == len(table[kind]) == len(parquet[kind])
        assert [str(row.get("id")) for row in table[kind]] == [str(row.get("id")) for row in jsonl[kind]]
    said = Counter(row["kind"] for row in jsonl["answers"] if row["is_current"])
    assert said["answer"] + said["unsure"] == progress["n_answers"]
    assert (said["unsure"], said["skip"]) == (progress["n_unsure"], progress["n_skips"])
    assert progress["n_answers"] == release["n_answers"]
    assert len(jsonl["answers"]) == sum((release["n_answers"], sums["n_revised"], sums["n_skips"]))
    by_person = Counter(row["annotator"] for row in parquet["answers"] if row["kind"] != "skip" and row["is_current"])
    assert by_person == {row["annotator"]: row["n_answers"] for row in parquet["annotators"]}
    assert len(jsonl["labels"]) == release["n_items"]
    assert all(row["label"] for row in jsonl["labels"])
    n_gold = sum(row["source"] == "gold" for row in jsonl["labels"])
    assert (n_gold, sums["n_production"]) == (sums["n_gold"], progress["n_items"])
    assert len(jsonl["labels"]) - n_gold + release["n_left_out"] == progress["n_items"]
    assert release["n_left_out"] > 0
    soft = [row["probabilities"] for row in jsonl["labels"] if row["source"] == "consensus"]
    assert all(abs(sum(probabilities.values()) - 1) < 1e-4 for probabilities in soft)
    assert {name for name in table["labels"][0] if name.startswith("p_")} == {f"p_{key}" for key in soft[0]}
    assert release["note"] == "For the first router."


def test_a_project_of_ones_own_from_a_table_in_three_screens(browser: Browser, demo: Demo, tmp_path: Path) -> None:
    broken, twice, good = tmp_path / "broken.csv", tmp_path / "twice.csv", tmp_path / "tickets.csv"
    broken.write_text('id,text\nt1,My parcel is late\nt2,"It never\n')
    twice.write_text("id,text\nt1,My parcel is late\nt2,Where is it?\nt1,Something else\n")
    rows = [
        (f"t{n}", f"Ticket {n}: where is my parcel, it was due {n} days ago?", f"2026-10-{n:02}") for n in range(1, 13)
    ]
    with good.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "message", "sent"), *rows])

    with visiting(browser, demo.links[LEAD]) as page:
        new_project(page, "Parcel tickets", "Text", "What does the sender want?", ("Late", "Lost", "Other"))

        choose_file(page, "Choose a file…", broken)
        expect(page.get_by_text("line 3: a quote")).to_be_visible()
        expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
        look(page, "import-broken")
        page.get_by_role("button", name="Choose another file").click()

        choose_file(page, "Choose a file…", twice)
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_text("The import was refused; nothing was added.")).to_be_visible()
        expect(page.get_by_text("line 4: item 't1' is on line 2 already")).to_be_visible()
        look(page, "import-refused")
        project_id = int(re.findall(r"/projects/(\d+)/", page.url)[0])
        assert answer_of(page, f"/api/projects/{project_id}/items")["items"] == []
        page.get_by_role("button", name="Choose another file").click()

        choose_file(page, "Choose a file…", good)
        expect(page.get_by_text("12 rows")).to_be_visible()
        expect(page.get_by_label("Meaning: id")).to_have_value("id")
        expect(page.get_by_label("Meaning: message")).to_have_value("content")
        expect(page.get_by_label("Meaning: sent")).to_have_value("meta")
        look(page, "import-preview")
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_text("Import finished")).to_be_visible()
        expect(page.get_by_text("12 items")).to_be_visible()
        look(page, "import-done")

        page.get_by_role("link", name="Start labeling").click()
        expect(page.locator("main [role=document]")).to_contain_text("where is my parcel")
        page.keyboard.press("2")
        expect(class_button(page, "Lost")).to_be_checked()
        page.keyboard.press("Enter")
        everything_is_sent(page)
        recent = answer_of(page, f"/api/projects/{project_id}/work/recent")["answers"]

    assert [answer["label"] for answer in recent] == ["lost"]


def test_a_project_of_ones_own_from_a_zip_of_images(browser: Browser, demo: Demo, tmp_path: Path) -> None:
    archive = tmp_path / "shapes.zip"
    with zipfile.ZipFile(archive, "w") as images:
        for n in range(6):
            images.writestr(f"shapes/shape-{n}.png", a_shape(n))

    with visiting(browser, demo.links[LEAD]) as page:
        new_project(page, "Shapes", "Image", "Is it round?", ("Round", "Angular"))
        choose_file(page, "Choose images…", archive)
        expect(page.get_by_role("img", name="Image shapes/shape-0")).to_be_visible()
        expect(page.get_by_text("6 images")).to_be_visible()
        look(page, "import-images")
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_text("6 items")).to_be_visible()
        page.get_by_role("link", name="Start labeling").click()
        label(page, "1")
        everything_is_sent(page)


def test_who_is_invited_joins_labels_and_signs_out(browser: Browser, demo: Demo) -> None:
    with visiting(browser, demo.links[LEAD]) as page:
        page.goto(f"{demo.address}/#/projects/{DIGITS}/people")
        expect(page.get_by_role("heading", name="People", level=1)).to_be_visible()
        look(page, "people")
        page.get_by_role("button", name="Invite somebody").click()
        look(page, "invite")
        page.get_by_role("button", name="Create link").click()
        field = page.get_by_role("dialog").get_by_role("textbox", name="Invitation link")
        expect(field).to_have_value(re.compile(r"/#/invitation/\S+$"))
        look(page, "invitation-link")
        link = field.input_value()

    with visiting(browser, expected_errors=["401"]) as page:
        page.goto(link)
        expect(page.get_by_role("heading", name="Join Handwritten digits")).to_be_visible()
        look(page, "invitation")
        page.get_by_label("Your name").fill("Nadia Newcomer")
        page.get_by_label("Email").fill("nadia@example.org")
        page.get_by_label("Password").fill("gold is where you find it")
        page.get_by_role("button", name="Accept and start").click()
        page.get_by_role("article").get_by_role("link", name="Label").click()
        label(page, "4")
        everything_is_sent(page)

        page.get_by_role("button", name="Account of Nadia Newcomer").click()
        page.get_by_role("link", name="Account").click()
        page.get_by_role("button", name="Change password").click()
        page.get_by_label("Current password").fill("gold is where you find it")
        page.get_by_label("New password").fill("and where one leaves it")
        look(page, "change-password")
        page.get_by_role("dialog").get_by_role("button", name="Change password").click()
        expect(page.get_by_text("Password changed.")).to_be_visible()

        page.get_by_role("button", name="Account of Nadia Newcomer").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        look(page, "sign-in")
        page.get_by_label("Email").fill("nadia@example.org")
        page.get_by_label("Password").fill("not the password")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_be_visible()
        look(page, "sign-in-refused")
        page.get_by_label("Password").fill("and where one leaves it")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Projects", level=1)).to_be_visible()
        recent = answer_of(page, f"/api/projects/{DIGITS}/work/recent")["answers"]

    assert [answer["label"] for answer in recent] == ["4"]


def refused_by_the_gate(page: Page, path: str) -> None:
    """Ask for a release past the page, which would not let one, and wait until it has been judged."""
    answer = page.request.post(page.url.split("/#")[0] + path, data={}, headers={"X-Karat": "1"})
    assert answer.status == 202, answer.text()
    wait_until(lambda: answer_of(page, f"{path}/1")["state"] == "refused", "the gate has refused the release")
    page.reload()


class Claims:
    """Which assignments the page holds, as the server last told it."""

    def __init__(self, page: Page) -> None:
        self.ids: set[str] = set()
        page.on("response", self._hear)

    def _hear(self, response: Any) -> None:
        if response.url.endswith(("/work/next", "/submit", "/skip")) and response.ok:
            body = response.json()
            stream = body.get("stream", body)
            self.ids = {assignment["id"] for assignment in stream["assignments"]}


def picture(page: Page) -> Locator:
    return page.locator("main .frame img")


def class_button(page: Page, name: str) -> Locator:
    return page.get_by_role("radio", name=re.compile(rf"\b{name}$"))


def label(page: Page, key: str) -> None:
    """Choose by number, submit, and see another picture."""
    before = picture(page).get_attribute("src")
    page.keyboard.press(key)
    expect(page.locator("[role=radio][aria-checked=true]")).to_have_count(1)
    page.keyboard.press("Enter")
    assert before is not None
    expect(picture(page)).not_to_have_attribute("src", before)


def be_unsure(page: Page) -> None:
    page.keyboard.press("Shift+U")
    dialog = page.get_by_role("dialog", name="Why are you unsure?")
    page.keyboard.press("1")
    expect(dialog.get_by_role("button", name="Two classes fit equally well")).to_have_attribute("aria-pressed", "true")
    dialog.get_by_label("Reason", exact=True).and_(dialog.get_by_role("textbox")).focus()
    page.keyboard.type("1 or 7")
    look(page, "unsure-dialog")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)


def skip(page: Page) -> None:
    page.keyboard.press("Control+Space")
    dialog = page.get_by_role("dialog", name="Why do you skip this item?")
    expect(dialog).to_be_visible()
    look(page, "skip-dialog")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)


def read_the_spec(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search classes and rules")).to_be_focused()
    page.keyboard.type("single stroke")
    expect(page.get_by_text("A single stroke, with or without a flag")).to_be_visible()
    expect(page.locator("article[data-class]")).to_have_count(1)
    page.keyboard.press("Escape")


def everything_is_sent(page: Page) -> None:
    """Nothing is kept on this device any more: the server has it all."""
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('karat.outbox'))")


def responses_of(page: Page) -> list[str]:
    """What the server says to this page from now on, as text; it grows as the journey goes on."""
    heard: list[str] = []
    page.on("response", lambda response: heard.append(response.text()) if "/review" in response.url else None)
    return heard


def open_item(page: Page) -> str:
    return page.locator("nav [aria-current=true] .key").inner_text()


def decide(page: Page, key: str) -> str:
    """Give the open item a class by keyboard; returns the item's key."""
    item = open_item(page)
    page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"“{item}” is decided")).to_be_visible()
    return item


def item_named(page: Page, project_id: int, key: str) -> Any:
    (item,) = answer_of(page, f"/api/projects/{project_id}/items?q={key}")["items"]
    return item


def figure(page: Page, question: str) -> Locator:
    """The card whose title is this question."""
    return page.get_by_role("figure").filter(has_text=question)


def download(page: Page, card: Locator, format_name: str, folder: Path) -> Path:
    with page.expect_download() as started:
        card.get_by_role("link", name=f"Download {format_name}").click()
    path = folder / f"{format_name}.zip"
    started.value.save_as(path)
    return path


def unpacked(archive: Path, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of the three files of a downloaded release, by their names."""
    place = folder / archive.stem
    with zipfile.ZipFile(archive) as files:
        files.extractall(place)
        assert {"manifest.json", "spec.json"} <= {Path(name).name for name in files.namelist()}
    return {name: rows_of(next(place.rglob(f"{name}.*"))) for name in ("labels", "answers", "annotators")}


def rows_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    relation = duckdb.read_parquet(str(path))
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def new_project(page: Page, name: str, kind: str, question: str, classes: tuple[str, ...]) -> None:
    """The first two screens of three."""
    page.get_by_role("link", name="New project").click()
    page.get_by_label("Name of the project").fill(name)
    page.get_by_role("radio", name=re.compile(f"^{kind}")).check()
    page.get_by_label("What is to be decided about each item?").fill(question)
    look(page, f"new-project-question-{kind.lower()}")
    page.get_by_role("button", name="Continue").click()
    for number, name_of_class in enumerate(classes, 1):
        page.get_by_label(f"Name of class {number}").fill(name_of_class)
        page.get_by_label(f"Definition: {name_of_class}").fill(f"The sender says that it is {name_of_class.lower()}.")
        if number < len(classes):
            page.get_by_label(f"Name of class {number}").press("Enter")
    look(page, f"new-project-classes-{kind.lower()}")
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_role("heading", name=f"“{name}” is ready for its items.")).to_be_visible()
    look(page, f"new-project-data-{kind.lower()}")


def choose_file(page: Page, button: str, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).click()
    chooser.value.set_files(path)


def a_shape(number: int) -> bytes:
    """A small picture: circles and squares in turn."""
    page = Image.new("RGB", (120, 90), "white")
    draw = ImageDraw.Draw(page)
    corners = (20 + number * 5, 20, 70 + number * 5, 70)
    if number % 2:
        draw.rectangle(corners, fill="black")
    else:
        draw.ellipse(corners, fill="black")
    buffer = io.BytesIO()
    page.save(buffer, "PNG")
    return buffer.getvalue()
