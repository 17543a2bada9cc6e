"""The main job, scripted: from an empty database to sealed papers, in a real browser. `make tour [SHEET=FILE]`."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import judging, tour_buying, tour_exits, tour_selling
from tests.browser.steps import Person, Tour
from tests.browser.tour_data import OFFERS, PASSWORD, UNIVERSITY, patentee, sheet
from tests.services import chromium

ROOT = Path(__file__).resolve().parent.parent.parent
MODERATOR = "moderator@tour.example"
PREPARING_SECONDS = 300


def say(text: str) -> None:
    """A line for the person at the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def site(folder: Path, **more: str) -> Iterator[str]:
    """The site and its worker on an empty database; gives its address, ends both afterwards.

    `more` goes into the environment of both.
    """
    environment = os.environ | {"KAIXU_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "marketplace.settings.development"}
    environment |= more
    environment.pop("DATABASE_URL", None)
    log = (folder / "site.log").open("w+", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "marketplace.serve", "--empty", "--port", "8300"],
        cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        base = _address(folder / "site.log", process)
        subprocess.run(
            [sys.executable, "manage.py", "moderator", MODERATOR, "--name", "巡检审核员"],
            cwd=ROOT, env=environment | {"MODERATOR_PASSWORD": PASSWORD}, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        yield base
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        log.close()


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + PREPARING_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for word in log.read_text(encoding="utf-8").split():
            if word.startswith("http://localhost:") and "/dev/" not in word:
                with urllib.request.urlopen(word, timeout=60) as answer:  # noqa: S310 - our own address
                    if answer.status == 200:
                        return word
        time.sleep(0.3)
    raise SystemExit(f"The site did not start:\n{log.read_text(encoding='utf-8')}")


def run(tour: Tour, browser_path: str, brought: tuple[bytes, str, str]) -> list[Path]:
    """Everything, in order. Returns the sealed papers; what fails raises."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=chromium.FLAGS)
        head = Person(tour, browser, "巡检校长", "head@tour.example")
        moderator = Person(tour, browser, "审核员", MODERATOR)
        owner = Person(tour, browser, "巡检厂长", "owner@tour.example", phone=True)
        tour_selling.sell(tour, head, moderator, brought)
        papers, deals = tour_buying.buy(tour, owner, moderator, head)
        tour_buying.verify(tour, Person(tour, browser, "陌生人", "stranger@tour.example"), papers)
        tour_exits.leave(tour, owner, moderator, head, deals)
        browser.close()
    return papers


def main() -> int:
    """Run the tour, print its table, leave its pictures; exit 0 only when all of it worked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheet", type=Path, help="an inventory of your own instead of the invented one")
    parser.add_argument("--alone", action="store_true", help="do not ask the judges")
    parser.add_argument("--pictures", type=Path, help="where screenshots and papers go")
    options = parser.parse_args()
    path = chromium.fetch()
    if path is None:
        raise SystemExit(chromium.MISSING)
    folder = Path(tempfile.mkdtemp(prefix="kaixu-tour-"))
    pictures = options.pictures or folder / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    say("Starting an empty site …")
    with site(folder) as base:
        tour = Tour(base, folder / "mail", pictures, axe="" if options.alone else judging.axe_source())
        try:
            papers = run(tour, path, brought(options.sheet))
        finally:
            say(tour.table())
            say(f"pictures and papers: {pictures}")
        agreed = options.alone or all([judging.judge_pages(tour, say), judging.judge(papers, tour, say)])
    verdict = "all judges agreed" if agreed else "a judge did NOT agree"
    say(f"{len(OFFERS)} licenses from an empty database: {'done' if options.alone else verdict}")
    return 0 if agreed else 1


def brought(file: Path | None) -> tuple[bytes, str, str]:
    """The inventory that comes in, its name, and the university whose it is."""
    if file is None:
        return sheet(), "专利台账.xlsx", UNIVERSITY
    return file.read_bytes(), file.name, patentee(file)


if __name__ == "__main__":
    raise SystemExit(main())
