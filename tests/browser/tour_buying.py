"""The firm's half of the tour, on a phone: found, requested, signed, paid, in force, papers verified by a stranger."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import quote

from tests.browser.steps import Person, Tour
from tests.browser.tour_data import FIRM, OFFERS, Offer, today
from tests.browser.tour_selling import organization, verify_organization

WITHIN = 1  # three offers are on the site: among so few the right one comes first
INDEXED_SECONDS = 20
SEALED_SECONDS = 60
ACCEPTED, REFUSED = "main .verdict.good", "main .verdict.stop"


def buy(tour: Tour, owner: Person, moderator: Person, head: Person) -> tuple[list[Path], dict[str, str]]:
    """Three licenses; returns the sealed papers, and the addresses of the deals by their offers' keys."""
    with tour.step(owner, "firm registers on a phone"):
        owner.register()
        organization(owner, "firm", FIRM, "91", "419001")
    with tour.step(moderator, "moderator verifies the firm"):
        verify_organization(moderator, FIRM)
    papers: list[Path] = []
    deals: dict[str, str] = {}
    for offer in OFFERS:
        with tour.step(owner, f"firm finds {offer.key} in its own words"):
            find(owner, offer)
        with tour.step(owner, f"firm requests and signs {offer.key}"):
            deals[offer.key] = deal = request(owner, offer)
            sign(owner)
        if offer.key == "open":
            with tour.step(owner, "firm pays by the practice gateway"):
                pay_online(owner)
        if offer.key == "cheap":
            with tour.step(owner, "firm declares a bank transfer"):
                declare_transfer(owner)
            with tour.step(head, "university confirms the arrival"):
                confirm_arrival(head)
        with tour.step(owner, f"license {offer.key} in force, papers sealed"):
            papers += download(owner, deal, offer)
    return papers, deals


def find(owner: Person, offer: Offer) -> None:
    """Types the trouble as a factory owner says it; the offer must be among the first results."""
    shared = set(offer.sentence) & set(offer.title) - set("的一种要都")
    if len(shared) > 1:
        raise AssertionError(f"the sentence shares words with the title: {shared}")
    deadline = time.monotonic() + INDEXED_SECONDS
    while True:
        owner.go(f"/find/?q={quote(offer.sentence)}")
        titles = owner.page.locator("main .offers h3").all_inner_texts()[:WITHIN]
        found = owner.page.locator(f"main .offers li:has-text('{offer.headline}')")
        if found.count() and any(
            offer.headline in text for text in owner.page.locator("main .offers > li").all_inner_texts()[:WITHIN]
        ):
            break
        if time.monotonic() > deadline:
            raise AssertionError(f"“{offer.sentence}” found {titles}, not {offer.title}")
        time.sleep(1)
    owner.row.clicks += 1
    found.first.locator("h3 a").click()
    owner.page.wait_for_load_state()


def request(owner: Person, offer: Offer, by: str = "") -> str:
    """From the listing (open already, or at an address) to the paper that waits for a signature; the deal's address."""
    if by:
        owner.go(by)
    owner.click("main a[href$='/request/']")
    owner.fill(intended_use="自用，生产铸件（示例）")
    for box in owner.page.locator("main form input[type=checkbox][required]").all():
        owner.row.clicks += 1
        box.check()
    if owner.page.locator("main [name=related]").count():
        owner.choose("related", "no")
    owner.send("intended_use")
    owner.expect("main .process")
    deal = owner.page.url
    if offer.key != "open":
        confirm(owner, deal)
    return deal


def confirm(owner: Person, deal: str) -> None:
    """Confirms the highlighted clauses one by one."""
    owner.go(deal)
    owner.click("main a[href$='/confirm/']")
    while owner.page.locator("main [name=text_sha256]").count():
        owner.click("main form:has([name=text_sha256]) button.primary")
    owner.go(deal)


def sign(person: Person) -> None:
    """From the deal's page to the signature."""
    person.click("main a[href$='/sign/']")
    sign_here(person)


def sign_here(person: Person) -> None:
    """Asks for the code, types it, signs; the page that takes signatures is open."""
    asked = time.time()
    if not person.page.locator("main [name=code]").count():
        person.click("main form[action$='/code/'] button")
    person.expect("main [name=code]")
    person.fill(code=person.code(since=asked))
    person.send("code")
    if person.wrong():
        raise AssertionError(person.wrong())


def pay_online(owner: Person) -> None:
    """Through the practice gateway's own page; only its signed message counts."""
    owner.click("main a[href*='/pay/']")
    owner.click("main form:has([name=way][value=practice]) button")
    owner.click("main button[value=approve]")


def declare_transfer(owner: Person) -> None:
    """Says that the money is on its way, with the bank's serial."""
    owner.click("main a[href*='/pay/']")
    owner.click("main a[href$='/transfer/']")
    owner.fill(payer=FIRM, paid_on=str(today()))
    owner.send("payer")


def confirm_arrival(head: Person) -> None:
    """The university finds it on its statement."""
    head.go("/arrivals/")
    head.click("main a[href*='/arrivals/']:not([href$='/record/']):not([href$='/arrivals/'])")
    amount = head.page.locator("main [name=amount]")
    head.fill(bank_reference="示例流水 88001", received_on=str(today()))
    if not amount.input_value():
        amount.fill("3000")
    head.send("bank_reference")
    if head.wrong():
        raise AssertionError(head.wrong())


def download(owner: Person, deal: str, offer: Offer) -> list[Path]:
    """Waits until the license is in force and every paper has its seal, then downloads them."""
    deadline = time.monotonic() + SEALED_SECONDS
    sealed = "main .items li:has(.badge.good) a[href*='/files/']"
    waiting = "main .items li:has(.badge:not(.good))"
    while time.monotonic() < deadline:
        owner.go(deal)
        if owner.page.locator(sealed).count() and not owner.page.locator(waiting).count():
            break
        time.sleep(1)
    links = owner.page.eval_on_selector_all(sealed, "all => [...new Set(all.map(a => a.href))]")
    if not links:
        raise AssertionError(f"{offer.key}: no sealed paper. {owner.page.locator('main').inner_text()[:600]}")
    saved = []
    for number, link in enumerate(links, start=1):
        answer = owner.context.request.get(link)
        target = owner.tour.pictures / f"{offer.key}-{number}.pdf"
        target.write_bytes(answer.body())
        saved.append(target)
        owner.row.clicks += 1
    return saved


def verify(tour: Tour, stranger: Person, papers: list[Path]) -> None:
    """A stranger drops each paper on the verify page; then one with a byte changed, which must be refused."""
    with tour.step(stranger, "stranger verifies every paper"):
        for paper in papers:
            _ask(stranger, paper.name, paper.read_bytes())
            if stranger.page.locator(REFUSED).count() or not stranger.page.locator(ACCEPTED).count():
                raise AssertionError(f"{paper.name} was not accepted")
    with tour.step(stranger, "stranger is told of one changed byte"):
        data = bytearray(papers[0].read_bytes())
        data[len(data) // 3] ^= 1
        _ask(stranger, "changed.pdf", bytes(data))
        if not stranger.page.locator(REFUSED).count():
            raise AssertionError("a changed byte was not refused")


def _ask(stranger: Person, name: str, data: bytes) -> None:
    stranger.go("/verify/")
    stranger.attach("file", name, data)
    stranger.send("file")
