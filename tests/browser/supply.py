"""From a university's own spreadsheet to twenty published offers, in a real browser, from an empty database.

`python -m tests.browser.supply [--sheet FILE] [--looks FOLDER]`. One afternoon of an office: the sheet in, what it
lacks mended, the register's statements by file, terms signed once, stories by sheet, both approvers by one mailed link
each, the moderator's approval in bulk, fifteen days of publicity (the site's clock is moved), found by a firm.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, sync_playwright

from tests.browser import tour_selling
from tests.browser.steps import Person, Tour
from tests.browser.supply_sheets import OFFERS, filled_inventory, filled_stories, statuses, used_numbers
from tests.browser.tour import MODERATOR, say, site
from tests.browser.tour_data import patentee, today
from tests.services import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

SHEET = Path(__file__).resolve().parents[3] / "shared" / "data" / "patents" / "university_inventory_50.xlsx"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TERMS = {"name": "小微一口价", "fee_mode": "fixed", "fee": "60000", "months": "60", "price_micro": "8000"}
STEPS = (("成果转化办", "孙主任", "office@supply.example"), ("副校长", "周副校长", "vice@supply.example"))
LETTER = re.compile(r"http\S+?(/consents/[\w-]{43}/)")
DAYS_OF_PUBLICITY = 24  # fifteen and the holidays they may run into; a statement of status counts for thirty
CLOCK = """
import os
from datetime import datetime, timedelta, timezone
if os.environ.get("KAIXU_DAYS_ON"):
    import time_machine
    later = datetime.now(timezone.utc) + timedelta(days=int(os.environ["KAIXU_DAYS_ON"]))
    time_machine.travel(later, tick=True).start()
"""
SHOTS = ((390, "light"), (390, "dark"), (1280, "light"), (1280, "dark"))


class Looker:
    """Takes pictures of what a person has before him, in four ways."""

    def __init__(self, folder: Path | None) -> None:
        self.folder, self.count = folder, 0

    def look(self, person: Person, name: str) -> None:
        """The page of now on a phone and on a desk, light and dark."""
        self.count += 1
        if self.folder is None:
            return
        was = person.page.viewport_size
        for width, scheme in SHOTS:
            person.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            person.page.set_viewport_size({"width": width, "height": 900})
            target = self.folder / f"{self.count:02d}-{name}-{width}-{scheme}.png"
            person.page.screenshot(path=str(target), full_page=True)
        person.page.emulate_media(color_scheme="light")
        if was:
            person.page.set_viewport_size(was)


def bring_in(head: Person, sheet: Path, eye: Looker) -> bytes:
    """Upload the sheet as it is, see what it lacks, mend that in the marked sheet, store; returns the mended sheet."""
    head.go("/desk/import/")
    eye.look(head, "import")
    head.attach("file", sheet.name, sheet.read_bytes(), XLSX)
    head.send("file")
    eye.look(head, "dry-run")
    marked = head.save("main a[href*='/corrected/']", "marked.xlsx")
    mended = filled_inventory(marked.read_bytes())
    head.go("/desk/import/")
    head.attach("file", "mended.xlsx", mended, XLSX)
    head.send("file")
    eye.look(head, "dry-run-mended")
    box = head.page.locator("main [name=leave_out]")
    if box.count():
        box.check()
    head.click("main form:has([name=act][value=store]) button")
    eye.look(head, "stored")
    return mended


def tell_status(head: Person, mended: bytes, eye: Looker) -> None:
    """The register's statements about all of them, by one file."""
    head.go("/desk/status/")
    for name, value in (("source", "专利登记簿副本（示例）"), ("as_of", str(today()))):
        if head.page.locator(f"main [name={name}]").count():
            head.fill(**{name: value})
    head.attach("file", "status.xlsx", statuses(mended), XLSX)
    head.send("file")
    eye.look(head, "status-run")
    head.click("main form:has([name=act][value=store]) button, main form.panel.now button.primary")


def set_steps(head: Person, eye: Looker) -> None:
    """Who approves inside the institution."""
    head.go("/organization/approvals/")
    for capacity, name, address in STEPS:
        head.fill(capacity=capacity, name=name, email=address)
        head.send("capacity")
    eye.look(head, "approval-steps")


def apply_terms(head: Person, eye: Looker) -> None:
    """One term sheet for twenty patents."""
    head.go("/desk/together/")
    boxes = head.page.locator("main [name=patent]")
    if boxes.count() < OFFERS:
        raise AssertionError(f"only {boxes.count()} patents can be offered. {head.wrong()}")
    for box in boxes.all()[:OFFERS]:
        head.row.clicks += 1
        box.check()
    head.row.clicks += 1
    head.page.locator("main label:has([name=sheet])").first.click()
    eye.look(head, "together")
    head.send("sheet")
    eye.look(head, "drafts-untold")
    if head.page.locator("main [name=undertaking]").count():
        raise AssertionError("drafts without a story are ready: the line of completeness does not hold")


def tell_stories(head: Person, eye: Looker) -> None:
    """The stories by sheet: first too little, which stays below the line, then enough."""
    marked = head.save("main a[href*='stories.xlsx']", "stories.xlsx").read_bytes()
    head.attach("file", "stories.xlsx", filled_stories(marked, enough=False), XLSX)
    head.click("main form[action*='/stories/'] button")
    if head.page.locator("main [name=undertaking]").count():
        raise AssertionError("a headline alone is enough: the line of completeness does not hold")
    eye.look(head, "drafts-below-the-line")
    head.attach("file", "stories.xlsx", filled_stories(marked, enough=True), XLSX)
    head.click("main form[action*='/stories/'] button")
    head.expect("main [name=undertaking]")
    eye.look(head, "drafts-ready")
    ready = head.page.locator("main [name=listing]").count()
    if ready != OFFERS:
        stops = head.page.locator("main li.stop").all_inner_texts()
        raise AssertionError(f"{ready} of {OFFERS} are ready. {stops[:5]}")


def submit(head: Person, eye: Looker) -> None:
    """All of them, under one undertaking."""
    head.row.clicks += 1
    head.page.check("main [name=undertaking]")
    head.click("main form:has([name=undertaking]) button.primary")
    eye.look(head, "submitted")


def letters(tour: Tour, address: str) -> list[str]:
    """The links of the letters that were mailed to an address."""
    found = []
    for file in sorted(tour.mail.glob("*"), key=lambda one: one.stat().st_mtime):
        for raw in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            message = message_from_bytes(raw.lstrip(), policy=policy.default)
            body = message.get_body(("plain",))
            if address in str(message.get("To", "")) and body and (link := LETTER.search(body.get_content())):
                found.append(link[1])
    return found


def approve_inside(tour: Tour, approver: Person, eye: Looker, name: str) -> None:
    """Without an account: the one link from the mail, the code, all offers on one page."""
    deadline = time.monotonic() + 60
    while not (links := letters(tour, approver.address)):
        if time.monotonic() > deadline:
            raise AssertionError(f"no letter came to {approver.address}")
        time.sleep(0.5)
    if len(links) != 1:
        raise AssertionError(f"{len(links)} letters came to {approver.address}, not one")
    approver.go(links[0])
    eye.look(approver, f"{name}-door")
    asked = time.time()
    approver.click("main form[action$='/code/'] button")
    approver.fill(code=approver.code(since=asked))
    approver.send("code")
    offers = approver.page.locator("main [name^=answer-]").count()
    if offers != OFFERS:
        raise AssertionError(f"{offers} of {OFFERS} offers are on the page")
    eye.look(approver, f"{name}-letter")
    approver.choose("everything", "yes")
    approver.page.check("main [name=entitled]")
    approver.send("everything")
    approver.expect("main ul.items .badge.good")
    eye.look(approver, f"{name}-done")
    approver.page.context.clear_cookies()
    answer = approver.page.goto(tour.base + links[0])
    if answer is None or answer.status != 410:
        raise AssertionError("a used letter opens again")


def approve_all(moderator: Person, eye: Looker) -> None:
    """The moderator's bulk: what is green, looked over once more, approved."""
    deadline = time.monotonic() + 90
    while True:
        moderator.go("/admin/moderation/listings/several/")
        boxes = moderator.page.locator("[name=listing]")
        if boxes.count() >= OFFERS:
            break
        if time.monotonic() > deadline:
            raise AssertionError(f"only {boxes.count()} are green")
        time.sleep(1)
    moderator.click("a[href*='all=1']")
    eye.look(moderator, "bulk")
    moderator.click("button:has-text('核对'), main form button.button")
    eye.look(moderator, "bulk-preview")
    moderator.click("button[name=confirm]")
    eye.look(moderator, "bulk-done")


def published(tour: Tour, firm: Person, eye: Looker) -> int:
    """How many offers a stranger finds."""
    deadline = time.monotonic() + 90
    while True:
        firm.go("/find/")
        text = firm.page.locator("main").inner_text()
        counted = re.search(r"(\d+)\s*(?:条发布项|offers?)", text)
        if counted and int(counted[1]) >= OFFERS:
            break
        if time.monotonic() > deadline:
            raise AssertionError(f"after the publicity: {text[:300]}")
        time.sleep(1)
    eye.look(firm, "found")
    firm.click("main .offers h3 a")
    eye.look(firm, "offer")
    return int(counted[1])


@contextmanager
def people(tour: Tour, browser: Browser) -> Iterator[dict[str, Person]]:
    """Who takes part, each with a browser of his own."""
    made = {
        "head": Person(tour, browser, "供给校长", "head@supply.example"),
        "moderator": Person(tour, browser, "审核员", MODERATOR),
        "office": Person(tour, browser, STEPS[0][1], STEPS[0][2]),
        "vice": Person(tour, browser, STEPS[1][1], STEPS[1][2], phone=True),
        "firm": Person(tour, browser, "找技术的人", "firm@supply.example", phone=True),
    }
    yield made
    for person in made.values():
        person.context.close()


def before_publicity(tour: Tour, who: dict[str, Person], sheet: Path, eye: Looker) -> None:
    """Everything until the publicity begins."""
    head, moderator = who["head"], who["moderator"]
    with tour.step(head, "university registers"):
        head.register()
        tour_selling.organization(head, "university", patentee(sheet), "12", "410100")
    with tour.step(moderator, "moderator verifies the university"):
        moderator.log_in()
        tour_selling.verify_organization(moderator, patentee(sheet))
    with tour.step(head, "approval steps set"):
        set_steps(head, eye)
    with tour.step(head, "spreadsheet in, mended, stored"):
        mended = bring_in(head, sheet, eye)
    say(f"numbers in the mended sheet: {len(used_numbers(mended))}")
    with tour.step(head, "register's statements by file"):
        tell_status(head, mended, eye)
    with tour.step(head, "term sheet signed once"):
        tour_selling.sign_sheet(head, TERMS)
        eye.look(head, "sheet-signed")
    with tour.step(head, "terms applied to twenty"):
        apply_terms(head, eye)
    with tour.step(head, "stories by sheet"):
        tell_stories(head, eye)
    with tour.step(head, "twenty submitted"):
        submit(head, eye)
    for key in ("office", "vice"):
        with tour.step(who[key], f"{key} approves by one link"):
            approve_inside(tour, who[key], eye, key)
    with tour.step(moderator, "moderator approves in bulk"):
        approve_all(moderator, eye)
    with tour.step(who["firm"], "public while it waits"):
        who["firm"].go("/publicity/")
        eye.look(who["firm"], "publicity")


def main() -> int:
    """Run it, print the table; exit 0 only when twenty offers are found in the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheet", type=Path, default=SHEET)
    parser.add_argument("--looks", type=Path, help="where pictures of each page in four ways go")
    options = parser.parse_args()
    path = chromium.fetch()
    if path is None:
        raise SystemExit(chromium.MISSING)
    folder = Path(tempfile.mkdtemp(prefix="kaixu-supply-"))
    (folder / "pictures").mkdir()
    (folder / "clock").mkdir()
    (folder / "clock" / "sitecustomize.py").write_text(CLOCK)
    if options.looks:
        options.looks.mkdir(parents=True, exist_ok=True)
    eye, tour = Looker(options.looks), Tour("", folder / "mail", folder / "pictures")
    found = 0
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
            with site(folder) as tour.base, people(tour, browser) as who:
                before_publicity(tour, who, options.sheet, eye)
            on = {"PYTHONPATH": str(folder / "clock"), "KAIXU_DAYS_ON": str(DAYS_OF_PUBLICITY)}
            with (
                site(folder, **on) as tour.base,
                people(tour, browser) as who,
                tour.step(who["firm"], "firm finds them"),
            ):
                found = published(tour, who["firm"], eye)
            browser.close()
    finally:
        say(tour.table())
        say(f"pictures: {folder / 'pictures'}")
    later = datetime.now(UTC) + timedelta(days=DAYS_OF_PUBLICITY)
    say(f"from a spreadsheet to {found} published offers (the site's clock at {later:%Y-%m-%d})")
    return 0 if found >= OFFERS else 1


if __name__ == "__main__":
    raise SystemExit(main())
