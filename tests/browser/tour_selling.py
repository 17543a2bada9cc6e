"""The university's half of the tour: registered, inventory in, terms signed, three offers on their way."""

from __future__ import annotations

import time
from datetime import date, timedelta

from tests.browser.steps import Person, Tour
from tests.browser.tour_data import OFFERS, Offer, check_digit, scan, today

SHEETS = {
    "free": {"name": "先用后付", "fee_mode": "free_then_paid", "fee": "24000", "free_months": "12", "months": "60"},
    "cheap": {"name": "小微一口价", "fee_mode": "fixed", "fee": "20000", "months": "60", "price_micro": "3000",
              "price_small": "5000"},
}  # fmt: skip
ANNOUNCED = 10  # days ago the patent office announced the declaration
PUBLIC_FROM, PUBLIC_DAYS = 40, 20  # days ago the school's own publicity began, and how long it ran


def sell(tour: Tour, head: Person, moderator: Person, brought: tuple[bytes, str, str]) -> None:
    """From nothing to three published offers."""
    inventory, name, university = brought
    with tour.step(head, "university registers"):
        head.register()
        organization(head, "university", university, "12", "410100")
    with tour.step(moderator, "moderator verifies the university"):
        moderator.log_in()
        verify_organization(moderator, university)
    with tour.step(head, "inventory comes in"):
        patents = bring_in(head, inventory, name)
    for key, terms in SHEETS.items():
        with tour.step(head, f"term sheet {key} signed once"):
            sign_sheet(head, terms)
    listings: dict[str, str] = {}
    for offer, patent in zip(OFFERS, patents, strict=True):
        with tour.step(head, f"offer {offer.key} written and submitted"):
            complete(head, patent)
            declare_status(head, patent)
            listings[offer.key] = write(head, offer, patent)
    for key, listing in listings.items():
        with tour.step(moderator, f"moderator approves {key}"):
            approve(moderator, listing)


def credit_code(prefix: str, serial: int) -> str:
    """A well-formed code in a division that does not exist."""
    from marketplace.demo.numbers import credit_code as demo_code

    return demo_code(prefix, serial)


def organization(person: Person, kind: str, name: str, prefix: str, division: str) -> None:
    """Registers an organization and hands its evidence in."""
    person.go(f"/organization/new/?kind={kind}")
    person.fill(
        name=name, credit_code=credit_code(prefix, sum(map(ord, name)) % 99_999), legal_representative=person.name,
        address="示例路 1 号（虚构）", contact_name="示例", contact_phone="000-0000000",
    )  # fmt: skip
    person.choose("division", division)
    person.page.check("main [name=is_legal_representative]")
    if kind == "university":
        person.page.check("main [name=state_established]")
        person.fill(bank_name="示例银行（虚构）", bank_account_name=name, bank_account="0000 0000 0001")
    else:
        person.page.select_option("main [name=industry]", "industry")
        person.fill(people="16", revenue_wan="180", assets_wan="150", size_year="2025")
        person.page.check("main [name=undertaking]")
    person.send("legal_representative")
    person.go("/organization/verification/")
    person.attach("evidence", "登记证明.pdf", scan(f"{name} 登记证明（示例）"))
    person.send("evidence")


def verify_organization(moderator: Person, name: str) -> None:
    """Looks at the evidence, verifies the organization and confirms who signs for it."""
    moderator.go("/admin/moderation/organizations/?state=pending")
    moderator.click(f"a:has-text('{name}')")
    here = moderator.page.url
    moderator.click("button[name=decision][value=verified]")
    moderator.go(here)
    moderator.click("button[name=decision][value=confirm]")


def bring_in(head: Person, inventory: bytes, name: str) -> list[str]:
    """Uploads the sheet, answers what is asked, stores it; the addresses of three patents that can be offered."""
    head.go("/desk/import/")
    head.attach("file", name, inventory, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    head.send("file")
    _answer_dates(head)
    box = head.page.locator("main [name=leave_out]")
    if box.count():
        box.check()
    head.click("main form:has([name=act][value=store]) button")
    head.go("/desk/patents/")
    links = head.page.eval_on_selector_all(
        "main a[href*='/desk/patents/']", "all => [...new Set(all.map(a => a.href))]"
    )
    patents = [link for link in links if link.rstrip("/").count("-") >= 4]
    if len(patents) < len(OFFERS):
        raise AssertionError(f"only {len(patents)} patents came in. {head.wrong()}")
    return [str(link) for link in patents[: len(OFFERS)]]


def _answer_dates(head: Person) -> None:
    """Types the filing dates that the sheet lacks: the year stands in the number, the day is asked for."""
    fields = head.page.locator("main [name^=filed_on-]")
    if not fields.count():
        return
    for field in fields.all():
        year = field.evaluate("e => (e.closest('tr, li, div, section').innerText.match(/20[0-2]\\d/) || ['2019'])[0]")
        field.fill(f"{year}-06-11")
    head.click("main form:has([name^=filed_on-]) button")


def complete(head: Person, patent: str) -> None:
    """Adds the grant date where the sheet had none: the office's gazette tells it, two years after filing here."""
    head.go(f"{patent}edit/")
    if head.page.locator("main [name=granted_on]").input_value():
        return
    filed = date.fromisoformat(head.page.locator("main [name=filed_on]").input_value())
    head.fill(granted_on=str(filed.replace(year=filed.year + 2)))
    head.send("granted_on")


def declare_status(head: Person, patent: str) -> None:
    """Declares what the register says today, with a scan of it."""
    head.go(patent)
    head.choose("status-status", "in_force")
    head.fill(status__fees_paid_through="9", status__source="专利登记簿副本（示例）", status__checked_on=str(today()))
    head.attach("status-evidence", "登记簿副本.pdf", scan("专利登记簿副本（示例）"))
    head.send("status-source")


def sign_sheet(head: Person, terms: dict[str, str]) -> None:
    """Writes a term sheet and signs it with the code from the mailbox."""
    head.go("/desk/term-sheets/new/")
    head.choose("fee_mode", terms["fee_mode"])
    head.fill(**{name: value for name, value in terms.items() if name != "fee_mode"})
    if terms["fee_mode"] == "free_then_paid":
        head.choose("trigger", "first_revenue")
        head.choose("later_mode", "deferred")
    else:
        head.page.check("main [name=payment_is_condition]")
    head.fill(
        nonpayment="逾期 30 天可以书面解除。", guidance="到厂讲解一次，线上答疑。", guidance_hours="12",
        guidance_persons="发明人团队", travel="被许可方承担", expires_on=str(today() + timedelta(days=600)),
    )  # fmt: skip
    for act in ("make", "use", "sell"):
        head.page.check(f"main [name=acts][value={act}]")
    head.send("nonpayment")
    head.click("main a[href$='/sign/'], main form[action$='/sign/'] button")
    asked = time.time()
    if not head.page.locator("main [name=code]").count():
        head.click("main button[name=send]")
    head.expect("main [name=code]")
    head.fill(code=head.code(since=asked))
    head.send("code")


def write(head: Person, offer: Offer, patent: str) -> str:
    """Story, terms, publicity held at the school, announcement on the open track, and off to the moderators.

    Returns the listing's code.
    """
    head.go("/desk/listings/new/")
    head.choose("patent", patent.rstrip("/").rsplit("/", 1)[1])
    head.choose("track", "open" if offer.key == "open" else "preset")
    head.send("track")
    head.fill(
        headline=offer.headline, problem=offer.problem, products="铸件（示例）", gain0_what="废品率", gain0_today="9 %",
        gain0_new="3 %", gains_source="示例：试验记录", adoption="约 5 万元，一天装完。", also_needed="无。",
        maturity_proof="示例：一家工厂试用", contact_name="示例", contact_phone="000-0000000",
        contact_email="head@tour.example",
    )  # fmt: skip
    head.choose("industry", offer.industry)
    head.choose("maturity", "7")
    head.click("main button[name=next]")
    _terms(head, offer)
    head.click("main button[name=next]")
    listing = head.page.url.split("/publicity/")[0]
    head.send("seen")
    _publicity(head, listing)
    if offer.key == "open":
        _declaration(head, listing)
    head.go(listing + "/")
    undertaking = head.page.locator("main [name=undertaking]")
    if undertaking.count():
        undertaking.check()
    head.click("main form[action$='/submit/'] button")
    if head.page.locator("main form[action$='/submit/']").count():
        raise AssertionError(f"not submitted: {head.wrong()}")
    return listing.rsplit("/", 1)[1]


def _terms(head: Person, offer: Offer) -> None:
    if offer.key == "open":
        head.choose("fee_mode", "fixed")
        head.fill(
            fee="12000", months="48", fee_explanation="参照同类许可合同额并按贡献调整（示例）。",
            guidance="线上答疑（示例）", guidance_hours="4", guidance_persons="发明人", travel="无",
        )  # fmt: skip
        for act in ("make", "use", "sell"):
            head.page.check(f"main [name=acts][value={act}]")
        return
    name = SHEETS[offer.key]["name"]
    head.row.clicks += 1
    head.page.locator(f"main label:has-text('{name}')").first.click()


def _publicity(head: Person, listing: str) -> None:
    head.go(f"{listing}/publicity/")
    start = today() - timedelta(days=PUBLIC_FROM)
    end = start + timedelta(days=PUBLIC_DAYS)
    head.fill(pub__held_at="学校网站公示栏（示例）", pub__starts_on=str(start), pub__ends_on=str(end))
    head.attach("pub-proof", "公示证明.pdf", scan("公示证明（示例）"))
    head.send("pub-proof")


def _declaration(head: Person, listing: str) -> None:
    head.go(f"{listing}/publicity/")
    digits = "201919980001"
    announced = today() - timedelta(days=ANNOUNCED)
    head.fill(decl__number=f"巡检-{digits}{check_digit(digits)}", decl__announced_on=str(announced))
    head.attach("decl-evidence", "公告.pdf", scan("开许声明公告（示例）"))
    head.send("decl-number")


def approve(moderator: Person, listing: str) -> None:
    """Opens the listing from the queue and approves the revision seen."""
    moderator.go("/admin/moderation/listings/?state=submitted")
    moderator.click(f"main a[href*='{listing}']")
    moderator.click("button[name=decision][value=approve]")
