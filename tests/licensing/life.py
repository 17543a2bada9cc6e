"""One license from its request to its end: the world it lives in, and every act that anybody can try on it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from listings import flow as listings_flow
from listings.models import EncumbranceKind, LegalStatus, Listing, OfferTerms, Track
from listings.states import NotNow as OfferNotNow
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing import flow
from marketplace.licensing.flow import terminating
from marketplace.licensing.letters import reminding
from marketplace.licensing.models import Agreement, ClaimKind, Ground, Obligation, ObligationState, State
from marketplace.licensing.terms import trials
from marketplace.outbox import outbox
from marketplace.outbox.models import Effect
from tests.licensing import conftest as ways

REFUSALS = (Refused, flow.NotNow, flow.NotPayable, flow.TermsChanged, flow.AlreadyAsked, OfferNotNow, PermissionDenied)
HEARD = ("patent.health_changed", "listing.moved", "agreement.moved")  # what rooms hear of while a license lives
PEOPLE = ("licensee", "licensor", "moderator", "stranger")
DAYS = (1, 2, 6, 11, 16, 23, 31, 62, 120, 366, 800)

TRIAL = {"fee_mode": "free_then_paid", "fee_minor": 900_001, "free_months": 12, "nonpayment": "停止使用"}
SHARE = {"royalty_bp": 350, "royalty_base": "net_sales"}
TERMS: dict[str, dict[str, Any]] = {
    "fixed": {},
    "paid first": {"payment_is_condition": True},
    "yearly": {"fee_per_year": True, "months": 36},
    "free": {"fee_mode": "free", "fee_minor": 0},
    "entry and share": {"fee_mode": "entry_royalty", "fee_minor": 500_000, "months": 24, **SHARE},
    "deferred": {**TRIAL, "trigger": "date", "later_mode": "deferred", "months": 24},
    "first revenue": {**TRIAL, "trigger": "first_revenue", "later_mode": "deferred", "fee_per_year": True},
    "instalments": {
        **TRIAL,
        "trigger": "milestone",
        "milestone": "投产",
        "later_mode": "instalments",
        "instalments": 3,
    },
    "conditional": {**TRIAL, "trigger": "date", "milestone": "年产 1 万台", "later_mode": "conditional", "months": 24},
    "share": {**TRIAL, **SHARE, "fee_minor": 0, "trigger": "first_revenue", "later_mode": "revenue_share"},
}
OPEN_TERMS = ("fixed", "yearly", "free", "entry and share")


@dataclass(frozen=True)
class World:
    """Who is there before any license: a university, a firm, a moderator, a stranger with a firm of his own."""

    university: Organization
    firm: Organization
    licensor: User
    licensee: User
    moderator: User
    stranger: User

    def person(self, who: str) -> User:
        """By the part he or she plays."""
        found: User = getattr(self, who)
        return found


def people() -> World:
    """Make them."""
    users = [
        User.objects.create_user(f"{name}@life.example", ways.PASSWORD, name=name, is_staff=name == "Mo")
        for name in ("Alice", "Bob", "Mo", "Mallory")
    ]
    alice, bob, mo, mallory = users
    ways.make_firm(mallory, "旁观者有限公司（示例）")
    return World(ways.make_university(alice), ways.make_firm(bob), alice, bob, mo, mallory)


@contextmanager
def open_mailbox() -> Iterator[None]:
    """The one-time code is known; papers are short. Wording and signatures have tests of their own."""

    def paper(kind: Any, *facts: Any) -> bytes:
        mark = hashlib.sha256(repr((str(kind), facts)).encode()).hexdigest()
        return f"%PDF-1.7\n% {mark}\n%%EOF\n".encode()

    with ExitStack() as stack:
        stack.enter_context(patch("marketplace.accounts.codes.use", lambda *a, **k: None))
        stack.enter_context(patch("marketplace.licensing.contracts.render", paper))
        stack.enter_context(patch("marketplace.licensing.papers.render_further", paper))
        stack.enter_context(patch("marketplace.vault.files._write", lambda stored_as, data: None))
        stack.enter_context(patch("marketplace.vault.files.content_type", lambda data, name: "application/pdf"))
        yield


class Life:
    """One life: its clock, its offer, its licenses one after the other, and what was paid."""

    def __init__(self, world: World, *, track: Track, terms: str, sheet: bool, began: datetime) -> None:
        self.world = world
        self.track = track
        self.stack = ExitStack()
        self.atomic = self.stack.enter_context(transaction.atomic())
        self.clock = self.stack.enter_context(time_machine.travel(began, tick=False))
        self.agreement: Agreement | None = None
        self.paid: list[int] = []
        self.kept: dict[int, Any] = {}  # licenses in force when a withdrawal was announced, as they were
        self.listing = ways.make_listing(world.university, world.licensor, track=track, **TERMS[terms])
        if sheet and track == Track.PRESET:
            ways.sign_term_sheet(self.listing, world.licensor)

    def end(self) -> None:
        """Undo everything."""
        transaction.set_rollback(True)
        self.stack.close()

    @property
    def state(self) -> str:
        """Of the present license; '' before the first."""
        return self.agreement.state if self.agreement else ""

    def live(self) -> Agreement:
        """The present license, as it is now. Raises NotNow before the first."""
        if self.agreement is None:
            raise flow.NotNow("nobody has asked yet")
        return Agreement.objects.select_related("listing__patent", "version").get(pk=self.agreement.pk)

    def act(self, name: str, who: str, number: int) -> None:
        """Try one act; what a refusal leaves is looked at by the caller."""
        by = self.world.person(who)
        ACTS[name](self, by, number)
        self.deliver()

    def deliver(self) -> None:
        """Let rooms hear what happened."""
        for _ in range(4):
            waiting = list(Effect.objects.filter(topic__in=HEARD, state="waiting").order_by("pk"))
            if not waiting:
                break
            for effect in waiting:
                name, _colon, key = effect.key.partition(":")
                if name in ("withdrawal", "licensees", "holds", "amendments"):
                    outbox.handlers(effect.topic)[name](key, effect.payload)
            Effect.objects.filter(pk__in=[effect.pk for effect in waiting]).update(state="done")
        if self.agreement:
            self.agreement = self.live()

    def wait(self, days: int) -> None:
        """Let days pass, and do what the clock demands."""
        self.clock.shift(timedelta(days=days))
        duties: tuple[Callable[[], Any], ...] = (
            listings_flow.expire_due,
            flow.lapse_due,
            flow.fall_due,
            flow.claims_due,
            flow.expect_reports,
            flow.demands_due,
            flow.expire,
            terminating.ends_due,
            flow.end_due,
        )
        for duty in duties:
            duty()
        if days % 2:  # a worker that was away sends later what it missed
            reminding.remind_due()
        self.deliver()


# the acts


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
    if TERMS["fixed"] == {} and number % 3 == 0:
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
    "status": _status,
    "withdraw": _withdraw,
    "rewrite": _rewrite,
    "exclusive": _exclusive,
}
OUTSIDE = ("status", "withdraw", "rewrite", "exclusive")
ON_THE_WAY: dict[str, tuple[tuple[str, str], ...]] = {
    "": (("ask", "licensee"),),
    State.REQUESTED: (("offer", "moderator"), ("decline", "moderator"), ("cancel", "licensee")),
    State.OFFERED: (("confirm", "licensee"), ("sign", "licensee"), ("sign", "licensor")),
    State.PREPARED: (("send", "licensee"),),
    State.SIGNED: (("pay", "licensee"),),
    State.NOTICED: (("pay", "licensee"), ("cancel", "licensee")),
    State.ACTIVE: (
        ("pay", "licensee"),
        ("report", "licensee"),
        ("assert", "licensor"),
        ("agree", "licensee"),
        ("contest", "licensee"),
        ("decide", "moderator"),
        ("use", "licensee"),
        ("demand", "licensor"),
        ("keep", "licensor"),
        ("secure", "licensee"),
        ("secure", "licensor"),
        ("leave", "licensee"),
        ("notice", "licensee"),
        ("notice", "licensor"),
    ),
    State.ENDED: (("pay", "licensee"), ("use", "licensee"), ("decide", "moderator"), ("ask", "licensee")),
}
