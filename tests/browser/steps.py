"""The hands of the tour: a person at a browser, counted and timed."""

from __future__ import annotations

import email
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.browser.tour_data import PASSWORD

PATIENCE_MS = 30_000
DESKTOP = {"width": 1280, "height": 900}
COMPLAINTS = "main .errors, main .error-summary, main .notice.stop, main .findings .block"
PHONE = {"width": 390, "height": 844}


@dataclass(slots=True)
class Row:
    """One line of the table: what was done by whom, how long it took, pages seen and clicks made."""

    step: str
    who: str
    seconds: float = 0.0
    pages: int = 0
    clicks: int = 0


@dataclass(slots=True)
class Tour:
    """Where the site is, where pictures go, and what has been done so far."""

    base: str
    mail: Path
    pictures: Path
    axe: str = ""  # axe-core's source, where the judges have fetched it; every picture is then judged
    rows: list[Row] = field(default_factory=list)
    shots: int = 0
    judged: int = 0
    barriers: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, person: Person, what: str) -> Iterator[None]:
        """Time a step; a picture is taken at its end, also where it fails."""
        row = Row(what, person.name)
        self.rows.append(row)
        person.row = row
        started = time.monotonic()
        try:
            yield
        finally:
            row.seconds = time.monotonic() - started
            person.shoot(what)

    def table(self) -> str:
        """The whole run as text."""
        lines = [f"{'step':<58} {'who':<12} {'seconds':>8} {'pages':>6} {'clicks':>7}"]
        lines += [f"{r.step:<58} {r.who:<12} {r.seconds:>8.1f} {r.pages:>6} {r.clicks:>7}" for r in self.rows]
        total = (sum(r.seconds for r in self.rows), sum(r.pages for r in self.rows), sum(r.clicks for r in self.rows))
        lines.append(f"{'all':<58} {'':<12} {total[0]:>8.1f} {total[1]:>6} {total[2]:>7}")
        return "\n".join(lines)


class Person:
    """Somebody with a browser of his own."""

    def __init__(self, tour: Tour, browser: Browser, name: str, address: str, *, phone: bool = False) -> None:
        self.tour, self.name, self.address = tour, name, address
        self.row = Row("", name)
        size: Any = PHONE if phone else DESKTOP
        self.context: BrowserContext = browser.new_context(
            viewport=size, locale="zh-CN", has_touch=phone, accept_downloads=True, reduced_motion="reduce"
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("framenavigated", self._seen)

    def _seen(self, frame: Any) -> None:
        if frame == self.page.main_frame:
            self.row.pages += 1

    def shoot(self, what: str) -> None:
        """A picture of the whole page."""
        self.tour.shots += 1
        name = re.sub(r"[^a-z0-9]+", "-", what.lower()).strip("-")
        self.page.screenshot(path=str(self.tour.pictures / f"{self.tour.shots:02d}-{name}.png"), full_page=True)
        self._judge()

    def _judge(self) -> None:
        """Ask axe-core about our own pages; Wagtail's admin is Wagtail's."""
        if not self.tour.axe or "/admin/" in self.page.url:
            return
        self.page.evaluate(self.tour.axe)
        found = self.page.evaluate("async () => (await axe.run()).violations.map(v => v.id + ' ' + v.nodes[0].html)")
        self.tour.judged += 1
        self.tour.barriers += [f"{self.page.url}: {told[:160]}" for told in found]

    def go(self, path: str) -> None:
        """Open an address; anything but a good answer ends the tour."""
        answer = self.page.goto(path if path.startswith("http") else self.tour.base + path)
        if answer is None or answer.status >= 400:
            raise AssertionError(f"{path} answered {answer.status if answer else 'nothing'}")

    def click(self, selector: str) -> None:
        """Press something and wait for the page."""
        self.row.clicks += 1
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()
        self._again()

    def fill(self, **values: str) -> None:
        """Type into fields by name; `__` in a name stands for `-`."""
        for name, value in values.items():
            field = self.page.locator(f"main [name={name.replace('__', '-')}]").first
            self._unfold(field)
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def _unfold(self, field: Locator) -> None:
        """Open the folded group that a field stands in."""
        folded = field.locator("xpath=ancestor::details[not(@open)]/summary")
        for summary in folded.all():
            self.row.clicks += 1
            summary.click()

    def choose(self, name: str, value: str) -> None:
        """Pick a radio button, a checkbox or an option."""
        field_ = self.page.locator(f"main [name={name}]").first
        self._unfold(field_)
        if field_.evaluate("e => e.tagName") == "SELECT":
            field_.select_option(value)
            return
        self.row.clicks += 1
        self.page.locator(f"main [name={name}][value='{value}']").check()

    def attach(self, name: str, file: str, data: bytes, kind: str = "application/pdf") -> None:
        """Put a file into a form."""
        self.page.set_input_files(f"main [name={name}]", {"name": file, "mimeType": kind, "buffer": data})

    def send(self, containing: str = "") -> None:
        """Press the main button of the form that holds a field (or of the page), and expect to get on."""
        form = f"main form:has([name={containing}])" if containing else "main form"
        self.click(f"{form} button.primary, {form} button:not([name]):not([type=button])")

    def _again(self) -> None:
        """Give the password once more where the site asks for a fresh log-in."""
        if "reauthenticate" in self.page.url:
            self.row.clicks += 1
            self.page.fill("main [name=password]", PASSWORD)
            self.page.locator("main form:has([name=password]) button.primary").click()
            self.page.wait_for_load_state()

    def wrong(self) -> str:
        """What the page complains about, in one line; empty when nothing."""
        told = self.page.locator(
            "main .errors, main .error-summary, main .notice.stop, main .findings .block"
        ).all_inner_texts()
        return " / ".join(" ".join(text.split()) for text in told)

    def expect(self, selector: str) -> None:
        """Something must be on the page; what is wrong instead is said."""
        try:
            self.page.wait_for_selector(selector, timeout=10_000)
        except Exception as error:
            raise AssertionError(f"{self.page.url}: no {selector}. {self.wrong()}") from error

    def code(self, *, since: float) -> str:
        """The six digits of the newest mail to this person that came after an instant."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for file in sorted(self.tour.mail.glob("*"), key=lambda f: f.stat().st_mtime, reverse=True):
                if file.stat().st_mtime < since - 1:
                    break
                if found := _code_in(file, self.address):
                    return found
            time.sleep(0.3)
        raise AssertionError(f"no mail with a code came to {self.address}")

    def log_in(self) -> None:
        """By e-mail and password."""
        self.go("/accounts/login/")
        self.page.fill("main [name=login]", self.address)
        self.page.fill("main [name=password]", PASSWORD)
        self.click("main form:has([name=password]) button.primary")
        self.go("/desk/")
        if "/texts/" in self.page.url:
            self._accept("seen")

    def _accept(self, containing: str) -> None:
        """Tick the site's rules one by one."""
        for box in self.page.locator("main input[type=checkbox][name^=accept_]").all():
            self.row.clicks += 1
            box.check()
        self.send(containing)

    def register(self) -> None:
        """A new account: name, address, password, the site's rules, the mailed code."""
        self.go("/accounts/signup/")
        self.fill(name=self.name, email=self.address, password1=PASSWORD, password2=PASSWORD)
        asked = time.time()
        self._accept("password1")
        self.expect("main [name=code]")
        self.page.fill("main [name=code]", self.code(since=asked))
        self.send("code")

    def save(self, selector: str, name: str) -> Path:
        """Download what a link leads to."""
        with self.page.expect_download() as waiting:
            self.row.clicks += 1
            self.page.locator(selector).first.click()
        target = self.tour.pictures / name
        waiting.value.save_as(target)
        return target


def _code_in(file: Path, address: str) -> str:
    for raw in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
        message = email.message_from_bytes(raw.lstrip(), policy=policy.default)
        if address not in str(message.get("To", "")):
            continue
        body = message.get_body(("plain",))
        text = body.get_content() if body else ""
        if found := re.search(r"^\s*([A-Z0-9]{3,4}-[A-Z0-9]{3,4}|\d{6}|\d{3} \d{3})\s*$", text, re.MULTILINE):
            return found[1]
    return ""
