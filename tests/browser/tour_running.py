"""Licenses that run: a trial becomes a paid license and is left with notice; one is amended, renewed, complained of."""

from __future__ import annotations

from tests.browser.steps import Person, Tour
from tests.browser.tour_buying import pay_online, sign_here
from tests.browser.tour_data import today

CONVERTED, NOTICED, AMENDED = "已转为付费", "已发出通知", "补充协议"
MORE_HOURS, RENEWED = "20", "续期"
OPEN_PAPER = "main #changes ~ details a[href$='/sign/']"


def convert(tour: Tour, owner: Person, head: Person, deal: str) -> None:
    """The first revenue ends the free period, the fee is paid, the trial has become a paid license; then it is left."""
    with tour.step(owner, "firm reports its first revenue"):
        owner.go(deal)
        owner.click("main a[href$='/trigger/']")
        owner.fill(happened_on=str(today()), words="第一批铸件已售出并开票（示例）。")
        owner.send("words")
    with tour.step(owner, "firm pays, the trial becomes a paid license"):
        owner.go(deal)
        pay_online(owner)
        _expect_within(owner, deal, f"main :text('{CONVERTED}')")
    with tour.step(head, "university sees the paid license"):
        head.go(deal)
        head.expect(f"main :text('{CONVERTED}')")
    with tour.step(owner, "firm gives notice of an early exit"):
        owner.go(f"{deal}end/")
        owner.click("main a[href$='/end/early/']")
        owner.fill(reason="转产（示例）")
        owner.send("reason")
    with tour.step(head, "university reads the notice"):
        head.go(f"{deal}end/")
        head.expect(f"main h2:has-text('{NOTICED}')")


def change(tour: Tour, owner: Person, head: Person, deal: str) -> None:
    """Other terms for a license in force, another term after it, a breach that is demanded to be mended, and is."""
    _amend(tour, owner, head, deal)
    _renew(tour, owner, head, deal)
    _demand(tour, owner, head, deal)


def _amend(tour: Tour, owner: Person, head: Person, deal: str) -> None:
    with tour.step(owner, "firm asks for a change of its terms"):
        owner.go(deal)
        owner.click("main a[href$='/amend/']")
        owner.fill(reason="还想多几小时指导（示例）。", guidance_hours=MORE_HOURS)
        owner.send("reason")
        talk = owner.page.url
    with tour.step(head, "university accepts and signs the amendment"):
        head.go(talk)
        head.click("main form[action$='/accept/'] button")
        head.click("main a.primary[href$='/sign/']")
        sign_here(head)
    with tour.step(owner, "firm signs it, the amendment is in force"):
        _sign_open_paper(owner, deal)
        _expect_within(owner, deal, f"main details:has-text('{AMENDED}'):has-text('{MORE_HOURS}')")


def _renew(tour: Tour, owner: Person, head: Person, deal: str) -> None:
    with tour.step(owner, "firm renews on today's terms and signs"):
        owner.go(f"{deal}renew/")  # the deal's page offers it when the term comes to its end
        owner.click("main form button.primary")
        _sign_open_paper(owner, deal)
    with tour.step(head, "university sees the renewal in force"):  # its term sheet has agreed beforehand
        head.go(deal)
        if head.page.locator(OPEN_PAPER).count():
            _sign_open_paper(head, deal)
        _expect_within(head, deal, f"main details:has-text('{RENEWED}')")


def _demand(tour: Tour, owner: Person, head: Person, deal: str) -> None:
    text = "约定的到厂指导没有来（示例）。"
    with tour.step(owner, "firm demands that a breach is mended"):
        owner.go(f"{deal}end/")
        owner.click("main a[href$='/end/demand/']")
        owner.fill(text=text)
        owner.send("text")
    with tour.step(head, "university reads the demand"):
        head.go(f"{deal}end/")
        head.expect(f"main .timeline li:has-text('{text}')")
    with tour.step(owner, "firm says that it is mended"):
        owner.go(f"{deal}end/")
        owner.click("main form[action$='/mended/'] button")
        owner.expect("main .timeline li:has-text('已改正')")


def _sign_open_paper(person: Person, deal: str) -> None:
    person.go(deal)
    person.click(OPEN_PAPER)
    sign_here(person)


def _expect_within(person: Person, deal: str, selector: str, tries: int = 20) -> None:
    """The worker puts it in force; look at the deal until it has."""
    for _ in range(tries):
        person.go(deal)
        if person.page.locator(selector).count() and not person.page.locator("main details a[href$='/sign/']").count():
            return
        person.page.wait_for_timeout(500)
    raise AssertionError(f"{deal}: no {selector}. {person.wrong()}")
