"""One license from its request to its end: the world it lives in, its clock, and what rooms hear of it."""

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

from listings import flow as listings_flow
from listings.models import Track
from listings.states import NotNow as OfferNotNow
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.licensing import flow
from marketplace.licensing.errors import AlreadyTalking
from marketplace.licensing.flow import talk_clock, terminating
from marketplace.licensing.letters import reminding
from marketplace.licensing.models import Agreement
from marketplace.licensing.signing import acts
from marketplace.outbox import outbox
from marketplace.outbox.models import Effect, EffectState
from tests.licensing import conftest as ways

REFUSALS = (
    Refused,
    flow.NotNow,
    flow.NotPayable,
    flow.TermsChanged,
    flow.AlreadyAsked,
    flow.AlreadySigned,
    AlreadyTalking,
    OfferNotNow,
    PermissionDenied,
)
HEARD = ("patent.health_changed", "listing.moved", "agreement.moved", acts.COMPLETED)  # while a license lives
HEARING = ("withdrawal", "licensees", "holds", "negotiation", "amending", "terminating")  # who does something then
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
        self.outcomes: dict[int, str] = {}  # of trials that have ended
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

    def deliver(self) -> None:
        """Let rooms hear what happened."""
        for _ in range(4):
            waiting = list(Effect.objects.filter(topic__in=HEARD, state=EffectState.PENDING).order_by("pk"))
            if not waiting:
                break
            for effect in waiting:
                name, _colon, key = effect.key.partition(":")
                if name in HEARING:
                    outbox.handlers(effect.topic)[name](key, effect.payload)
            Effect.objects.filter(pk__in=[effect.pk for effect in waiting]).update(state=EffectState.DONE)
        if self.agreement:
            self.agreement = self.live()

    def wait(self, days: int) -> None:
        """Let days pass, and do what the clock demands."""
        self.clock.shift(timedelta(days=days))
        duties: tuple[Callable[[], Any], ...] = (
            listings_flow.expire_due,
            flow.lapse_due,
            talk_clock.talks_due,
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

    def reckon(self) -> None:
        """The licenses of this offer are looked at anew: another contract may have taken the place of a request."""
        rows = Agreement.objects.filter(listing=self.listing, licensee=self.world.firm).order_by("-pk")
        self.agreement = rows.first()
