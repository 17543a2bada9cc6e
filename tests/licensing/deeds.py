"""Every act that anybody can try on a license from its request to its end, and which of them lead on from where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from django.utils import timezone

from listings import flow as listings_flow
from listings.models import EncumbranceKind, LegalStatus, Listing, OfferTerms, Track
from marketplace.accounts.models import User
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.flow import terminating
from marketplace.licensing.models import Agreement, ClaimKind, Ground, Obligation, ObligationState, State
from marketplace.licensing.terms import trials
from tests.licensing import conftest as ways
from tests.licensing import deeds_of_change as change
from tests.licensing.life import Life

Way = tuple[str, str]


def _ask(life: Life, by: User, number: int) -> None:
    facts: dict[str, Any] = {"related_party": True, "related_detail": "股东"} if number % 4 == 3 else {}
    facts = facts if life.track == Track.PRESET else {}
    life.agreement = ways.ask(life.listing, life.world.firm, by, **facts)


def _pay(life: Life, by: User, number: int) -> None:
    owed = life.live().obligations.filter(state=ObligationState.DUE).order_by("due_on", "pk").first()
    owed = owed or life.live().obligations.order_by("pk").first()
    if owed is None:
        raise flow.NotPayable("nothing is owed")
    amount = owed.amount_minor + (1 if number % 3 == 2 else 0)
    flow.settle(owed, proof={"kind": "bank", "amount_minor": amount, "currency": owed.currency})
    life.paid.append(amount)


def _claim(life: Life) -> Any:
    found = life.live().claims.order_by("-pk").first()
    if found is None:
        raise flow.NotNow("nothing was claimed")
    return found


def _say(life: Life, by: User, number: int, door: Callable[..., Any]) -> None:
    deal = life.live()
    kinds = trials.claimable(deal) or [ClaimKind.FIRST_REVENUE]
    door(deal, by=by, kind=kinds[number % len(kinds)], happened_on=today() - timedelta(days=number % 3), words="开票")


def _report(life: Life, by: User, number: int) -> None:
    row = life.live().use_reports.order_by("state", "number").first()  # expected before given
    if row is None:
        raise flow.NotNow("no report is expected")
    flow.report_use(row, by=by, base_minor=[0, 1, 1_234_567, 100_000_000][number % 4])


def _demand(life: Life, by: User, number: int) -> None:
    report = life.live().use_reports.filter(state="expected").first()
    owed: Obligation | None = life.live().obligations.filter(state="due").order_by("due_on").first()
    if report is not None and number % 2:
        flow.demand_report(report, by=by)
    elif owed is not None:
        flow.demand_payment(owed, by=by)


def _keep(life: Life, by: User, number: int) -> None:
    row = life.live().payment_demands.order_by("-pk").first()
    if row is not None:
        flow.keep(row, by=by)


def _secure(life: Life, by: User, number: int) -> None:
    row = life.live().securities.order_by("-pk").first()
    if row is None or row.state == "ended":
        until = today() + timedelta(days=40)
        told: dict[str, Any] = {"kind": "insurance", "provider": "示范保险", "number": str(number), "amount_minor": 100}
        flow.record_security(life.live(), by=by, valid_until=until, **told)
    elif number % 2:
        flow.confirm_security(row, by=by)
    else:
        flow.end_security(row, by=by)


def _notice(life: Life, by: User, number: int) -> None:
    grounds = [Ground.EARLY, Ground.BREACH, Ground.PATENT_ENDED, Ground.PATENT_CHANGED]
    terminating.give_notice(life.live(), ground=grounds[number % 4], by=by, reason="原因")


def _status(life: Life, by: User, number: int) -> None:
    status = LegalStatus.LAPSED if number % 2 else LegalStatus.IN_FORCE
    listings_flow.record_status(life.listing.patent, status=status, source="登记簿副本（示例）", by=None)


def _withdraw(life: Life, by: User, number: int) -> None:
    """Both steps of the open track; the preset track's offer ends at once."""
    listing = Listing.objects.get(pk=life.listing.pk)
    if life.track == Track.OPEN and listing.state == "published":
        listings_flow.request_withdrawal(listing, by=life.world.licensor, reason="自用", unconditional=True)
    else:
        day = today() + timedelta(days=1 + number % 3)
        who = life.world.moderator if life.track == Track.OPEN else life.world.licensor
        listings_flow.withdraw(listing, by=who, reason="自用", announced_on=day)
        rows = Agreement.objects.filter(listing=listing, effective_at__isnull=False)
        life.kept |= {row.pk: (row.effective_at, row.version_id, row.fee_minor) for row in rows}


def _rewrite(life: Life, by: User, number: int) -> None:
    """The licensor changes the price behind the offer: who has seen the old one is told so (LIC-5)."""
    OfferTerms.objects.filter(listing=life.listing).update(fee_explanation=f"第 {number} 次说明")
    if number % 3 == 0:
        OfferTerms.objects.filter(listing=life.listing, fee_minor__gt=0).update(fee_minor=3_000_000 + number)


def _exclusive(life: Life, by: User, number: int) -> None:
    """Somebody tries to give the patent away alone (LIC-1)."""
    kind = [EncumbranceKind.EXCLUSIVE, EncumbranceKind.SOLE][number % 2]
    now = timezone.now()
    listings_flow.encumber(
        life.listing.patent,
        kind=kind,
        starts_at=now + timedelta(days=number % 5),
        ends_at=now + timedelta(days=30),
        holder="别人",
        by=life.world.licensor,
    )


ACTS: dict[str, Callable[[Life, User, int], Any]] = {
    "ask": _ask,
    "offer": lambda life, by, n: flow.offer(life.live(), by=by),
    "decline": lambda life, by, n: flow.decline(life.live(), by=by, reason="不符合"),
    "confirm": lambda life, by, n: ways.confirm_all(life.live(), by),
    "sign": lambda life, by, n: ways.sign(life.live(), by),
    "send": lambda life, by, n: ways.send_notice(life.live(), by),
    "pay": _pay,
    "cancel": lambda life, by, n: flow.cancel(life.live(), by=by),
    "leave": lambda life, by, n: flow.leave(life.live(), by=by),
    "report": lambda life, by, n: _say(life, by, n, flow.report_trigger),
    "assert": lambda life, by, n: _say(life, by, n, flow.assert_trigger),
    "agree": lambda life, by, n: flow.agree_trigger(_claim(life), by=by),
    "contest": lambda life, by, n: flow.contest_trigger(_claim(life), by=by, reasons="没有"),
    "decide": lambda life, by, n: flow.decide_trigger(_claim(life), by=by, upheld=n % 2 == 0, decision="看过"),
    "use": _report,
    "demand": _demand,
    "keep": _keep,
    "secure": _secure,
    "notice": _notice,
    **change.ACTS,
    "status": _status,
    "withdraw": _withdraw,
    "rewrite": _rewrite,
    "exclusive": _exclusive,
}
OUTSIDE = ("status", "event", "settle event", "withdraw", "rewrite", "exclusive")
_MONEY: tuple[Way, ...] = (
    ("pay", "licensee"),
    ("pay", "licensee"),
    ("use", "licensee"),
    ("demand", "licensor"),
    ("keep", "licensor"),
    ("secure", "licensee"),
    ("secure", "licensor"),
    ("notice", "licensee"),
    ("notice", "licensor"),
)
_TRIAL: tuple[Way, ...] = (
    ("report", "licensee"),
    ("assert", "licensor"),
    ("assert", "licensor"),
    ("leave", "licensee"),
    ("pay", "licensee"),
)
ON_THE_WAY: dict[str, tuple[Way, ...]] = {
    "": (("ask", "licensee"),),
    State.REQUESTED: (("offer", "moderator"), ("other", "licensee"), ("cancel", "licensee")),
    State.OFFERED: (("confirm", "licensee"), ("sign", "licensee"), ("sign", "licensor"), ("other", "licensee")),
    State.PREPARED: (("send", "licensee"),),
    State.SIGNED: (("pay", "licensee"),),
    State.NOTICED: (("pay", "licensee"), ("cancel", "licensee")),
    State.ENDED: (("pay", "licensee"), ("use", "licensee"), ("decide", "moderator"), ("ask", "licensee")),
}


def act(life: Life, name: str, who: str, number: int) -> None:
    """Try one act; what a refusal leaves is looked at by the caller."""
    ACTS[name](life, life.world.person(who), number)
    life.deliver()


def onward(life: Life, dice: Random) -> Way:
    """What brings this life on: two times of three what stands open beside the license, else the license itself."""
    beside = (*_claimed(life), *change.waiting(life)) if dice.randrange(3) else ()
    ways = ON_THE_WAY.get(life.state, (("ask", "licensee"),))
    if life.agreement is not None and life.state == State.ACTIVE:
        ways = dice.choice((_MONEY, change.IN_FORCE, _TRIAL if life.agreement.trial == "running" else change.IN_FORCE))
    return dice.choice(beside or ways)


def _claimed(life: Life) -> tuple[Way, ...]:
    """Who answers the claim that a free period has ended, and who decides where it is contested."""
    claim = life.agreement.claims.filter(state__in=["asserted", "contested"]).first() if life.agreement else None
    if claim is None:
        return ()
    return (("agree", "licensee"), ("contest", "licensee")) if claim.state == "asserted" else (("decide", "moderator"),)


STRAIGHT: dict[str, tuple[Way, ...]] = {
    Track.OPEN: (("send", "licensee"), ("pay", "licensee")),
    Track.PRESET: (("confirm", "licensee"), ("sign", "licensee"), ("sign", "licensor"), ("pay", "licensee")),
}
"""From the request to a license in force, where nobody hinders it; what is not needed is refused."""
