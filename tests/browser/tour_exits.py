"""Ways out and around: a trial left, a request taken back, other terms, changes and ends, an offer withdrawn."""

from __future__ import annotations

from tests.browser import tour_running
from tests.browser.steps import Person, Tour
from tests.browser.tour_buying import confirm, request, sign, sign_here
from tests.browser.tour_data import OFFERS, scan, today

IN_FORCE, ENDED, CANCELLED = "生效", "已终止", "已取消"
WISHED_HOURS, AGREED_HOURS = "24", "16"  # of guidance; another price would first be public for fifteen days (INST-1)
FREE = next(offer for offer in OFFERS if offer.key == "free")


def leave(tour: Tour, owner: Person, moderator: Person, head: Person, deals: dict[str, str]) -> None:
    """Every way out of a deal, and every way to change it; what stays in force is looked at again."""
    with tour.step(owner, "firm leaves the trial at no cost"):
        _way_out(owner, deals["free"], "leave")
        _expect_state(owner, deals["free"], ENDED)
    with tour.step(owner, "firm asks again and takes it back"):
        again = request(owner, FREE, by=_offer_of(owner, deals["free"]))
        _way_out(owner, again, "cancel")
        _expect_state(owner, again, CANCELLED)
    agreed = _other_terms(tour, owner, moderator, head, _offer_of(owner, deals["free"]))
    tour_running.convert(tour, owner, head, agreed)
    tour_running.change(tour, owner, head, deals["cheap"])
    _end_together(tour, owner, head, deals["cheap"])
    with tour.step(head, "university withdraws the open offer"):
        _withdraw(head, _offer_of(owner, deals["open"]))
    with tour.step(owner, "the license given before stays in force"):
        _expect_state(owner, deals["open"], IN_FORCE)


def _offer_of(owner: Person, deal: str) -> str:
    """The address of the offer that a deal is about."""
    owner.go(deal)
    found = owner.page.eval_on_selector_all("main a[href*='/listings/']", "all => all.map(a => a.href)")
    codes = [link.split("/listings/")[1].split("/")[0] for link in found]
    return f"{owner.tour.base}/listings/{codes[0]}/"


def _expect_state(person: Person, deal: str, state: str) -> None:
    person.go(deal)
    person.expect(f"main .panel h2:has-text('{state}')")


def _way_out(owner: Person, deal: str, name: str) -> None:
    """Press a quiet button and say yes on the page behind it."""
    owner.go(deal)
    owner.click(f"main a[href$='/{name}/']")
    owner.click("main form button.primary")


def _other_terms(tour: Tour, owner: Person, moderator: Person, head: Person, offer: str) -> str:
    """A wish, a coordinator, a counter-proposal that is accepted, and two signatures; the deal's address."""
    with tour.step(owner, "firm asks for other terms"):
        owner.go(offer)
        owner.click("article a[href*='/other-terms/']")
        owner.fill(reason="想多请教几次（示例）。", intended_use="自用，生产铸件（示例）", guidance_hours=WISHED_HOURS)
        owner.choose("related", "no")
        owner.send("reason")
        talk = owner.page.url
    with tour.step(moderator, "coordinator passes it on"):
        moderator.go(talk)
        moderator.click("main form[action$='/take/'] button")
    with tour.step(head, "university answers with another version"):
        head.go(talk)
        head.click("main a[href$='/version/']")
        head.fill(reason="多几小时可以（示例）。", guidance_hours=AGREED_HOURS)
        head.send("reason")
    with tour.step(owner, "firm accepts that version"):
        owner.go(talk)
        owner.click("main form[action$='/accept/'] button")
        owner.click("main a.primary[href*='/deals/']")
        deal = owner.page.url
    with tour.step(owner, "firm signs the contract on agreed terms"):
        confirm(owner, deal)
        sign(owner)
    with tour.step(head, "university signs it too"):
        head.go(deal)
        sign(head)
    with tour.step(owner, "license on agreed terms in force"):
        _expect_state(owner, deal, IN_FORCE)
    return deal


def _end_together(tour: Tour, owner: Person, head: Person, deal: str) -> None:
    """One side makes the paper and signs it, the other signs; the license ends on the day that stands there."""
    with tour.step(head, "university proposes to end cheap"):
        head.go(f"{deal}end/")
        head.click("main a[href$='/end/propose/']")
        head.fill(reason="产线停用（示例）")
        head.send("reason")
        if not head.page.locator("main a[href$='/sign/']").count() and "/sign/" not in head.page.url:
            raise AssertionError(f"no paper to sign on {head.page.url}. {head.wrong()}")
        if "/sign/" not in head.page.url:
            head.click("main a[href$='/sign/']")
        sign_here(head)
    with tour.step(owner, "firm signs the end"):
        owner.go(f"{deal}end/")
        owner.click("main a.primary[href$='/sign/']")
        sign_here(owner)
        owner.go(f"{deal}end/")


def _withdraw(head: Person, offer: str) -> None:
    """First the request with its reason, then the announcement, which counts from 00:00 of its day."""
    listing = f"/desk/listings/{offer.rstrip('/').rsplit('/', 1)[1]}/"
    head.go(listing)
    head.fill(reason__reason="专利拟转让（示例）")
    head.page.check("main [name=reason-unconditional]")
    head.send("reason-unconditional")
    head.go(listing)
    head.fill(withdraw__announced_on=str(today()))
    head.attach("withdraw-evidence", "撤回公告.pdf", scan("撤回声明公告（示例）"))
    head.send("withdraw-announced_on")
    head.expect("main .badge:has-text('已撤回')")
