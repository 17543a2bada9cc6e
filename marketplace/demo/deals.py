"""Deals of the demonstration, each left in another state."""

from __future__ import annotations

from listings import offers
from listings.models import Listing, Track
from marketplace.accounts import people
from marketplace.accounts.models import Organization, Role, User
from marketplace.demo import codes
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement, Obligation, ObligationState
from marketplace.licensing.signing.doors import Signing
from marketplace.licensing.terms import clauses
from marketplace.outbox.worker import run_pending
from marketplace.payments import bank_transfer, practice, slips
from marketplace.payments.attempts import start
from marketplace.payments.models import PracticeCheckout, Way


def ask(listing: Listing, firm: Organization, use: str, *, related: str = "") -> Agreement:
    """A request by the firm's owner."""
    wish = flow.Wish(
        intended_use=use,
        seen_sha256=offers.canonical_sha256(offers.snapshot(listing)),
        field_ok=True,
        territory_ok=True,
        related_party=bool(related),
        related_detail=related,
    )
    return flow.request(listing, wish, licensee=firm, by=owner(firm))


def owner(organization: Organization) -> User:
    """Who registered it; legal representative and signatory too."""
    return people.members(organization, Role.OWNER)[0]


def signed(deal: Agreement) -> Agreement:
    """The licensee confirms each highlighted clause and signs, or serves the notice on the open track."""
    by = owner(deal.licensee)
    if deal.track == Track.OPEN:
        flow.request_code(deal, by=by)
        code = codes.read(by, "send_notice")
        return flow.send_notice(deal, Signing.now(by, deal.contract_sha256, "127.0.0.1", code=code))
    for clause in clauses.open_ones(deal):
        flow.confirm(deal, by=by, clause=clause.key, text_sha256=clause.sha256)
    flow.request_code(deal, by=by)
    code = codes.read(by, "sign_agreement")
    return flow.sign(deal, Signing.now(by, deal.contract_sha256, "127.0.0.1", code=code))


def debt(deal: Agreement) -> Obligation:
    """What is due now."""
    return deal.obligations.filter(state=ObligationState.DUE).earliest("pk")


def declared(deal: Agreement) -> None:
    """The firm says that its transfer is on the way."""
    bank_transfer.declare(debt(deal), by=owner(deal.licensee), payer=deal.licensee.name, paid_on=today(), serial="0001")


def transferred(deal: Agreement, serial: str) -> None:
    """The transfer is declared, and the university's finance finds it."""
    due = debt(deal)
    transfer = bank_transfer.declare(due, by=owner(deal.licensee), payer=deal.licensee.name, paid_on=today())
    arrival = bank_transfer.Arrival(serial, today(), due.amount_minor)
    finance = people.members(deal.licensor, Role.FINANCE).first()
    bank_transfer.confirm(transfer, arrival, by=finance or owner(deal.licensor))
    transfer.refresh_from_db()
    if slips.needs_second_person(due.amount_minor):
        bank_transfer.approve(transfer, by=owner(deal.licensor))


def paid_online(deal: Agreement) -> None:
    """Paid at the practice gateway, whose signed message the worker delivers."""
    start(debt(deal), by=owner(deal.licensee), way=Way.PRACTICE)
    practice.press(PracticeCheckout.objects.latest("pk"), "approve")
    run_pending()


def build(listings: dict[str, Listing], firms: dict[str, Organization]) -> list[Agreement]:
    """Every state that a deal can be found in."""
    lead, machines, battery, noodles, greens = (
        firms[key] for key in ("firm", "machinery", "battery", "noodles", "greens")
    )
    free = [
        signed(ask(listings["tube-scraper"], lead, "余热锅炉除垢（示例）")),
        signed(ask(listings["greenhouse"], greens, "十二座蔬菜大棚（示例）")),
        signed(ask(listings["coating-bubble"], battery, "极片涂布线（示例）")),
        signed(ask(listings["paint-water"], machines, "钢结构底漆（示例）")),
    ]
    transferred_deal = signed(ask(listings["zinc-leach"], lead, "浸出渣回收（示例）"))
    transferred(transferred_deal, "示例流水 0001")
    online = signed(ask(listings["noodle-shelf"], noodles, "湿面条保鲜（示例）"))
    paid_online(online)
    noticed = signed(ask(listings["waste-heat"], lead, "熔炼炉余热（示例）"))
    declared(noticed)
    waiting = signed(ask(listings["gear-noise"], machines, "减速机（示例）"))
    offered = ask(listings["so2-absorb"], lead, "尾气处理（示例）")
    looked_at = ask(listings["lead-free"], machines, "阀门坯料（示例）", related="股东相同（示例）")
    gone = flow.cancel(
        ask(listings["chlor-salt"], battery, "废水（示例）"), by=owner(battery), reason="改用其他工艺（示例）"
    )
    return [*free, transferred_deal, online, noticed, waiting, offered, looked_at, gone]
