"""The free period of a license: how long it lasts, what can end it, and what counts as use (PRESET-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils.translation import gettext as _

from listings.models import FeeMode, LaterMode, Trigger
from marketplace.lib import terms
from marketplace.licensing.contracts.reading import Offer, read
from marketplace.licensing.models import (
    STANDING_CLAIMS,
    Agreement,
    ClaimKind,
    ObligationState,
    State,
    Trial,
)
from marketplace.licensing.terms import effective

if TYPE_CHECKING:
    from marketplace.licensing.models import Claim

HALF = 5_000  # half of a unit in basis points: royalties are rounded half up to the minor unit


@dataclass(frozen=True, slots=True)
class FreePeriod:
    """The free period of one license, both days included. `claim` is what ended it before its longest time."""

    starts_on: date
    last_day: date
    longest: date
    claim: Claim | None = None

    @property
    def paid_from(self) -> date:
        """The first day that is no longer free."""
        return self.last_day + timedelta(days=1)

    @property
    def over(self) -> bool:
        """Whether today is no longer free."""
        return terms.today() > self.last_day


def has_free_period(offer: Offer) -> bool:
    """Whether the terms grant one."""
    return offer.text("fee_mode") == FeeMode.FREE_THEN_PAID


def free_period(agreement: Agreement) -> FreePeriod | None:
    """The free period as it stands now; None where there is none or the license never took effect."""
    offer = read(effective.snapshot_of(agreement))
    if not has_free_period(offer) or agreement.effective_at is None:
        return None
    start = terms.day_of(agreement.effective_at)
    longest = terms.add_months(start, offer.number("free_months")) - timedelta(days=1)
    kind = offer.text("trigger")
    claim = None
    if kind in ClaimKind.values:
        claim = agreement.claims.filter(kind=kind, state__in=STANDING_CLAIMS, happened_on__lt=longest).first()
    return FreePeriod(start, claim.happened_on if claim else longest, longest, claim)


def kinds_of(offer: Offer) -> list[ClaimKind]:
    """What can be reported or asserted under these terms beside the calendar."""
    if not has_free_period(offer):
        return []
    found = [ClaimKind(offer.text("trigger"))] if offer.text("trigger") in ClaimKind.values else []
    if offer.text("later_mode") == LaterMode.CONDITIONAL and ClaimKind.MILESTONE not in found:
        found.append(ClaimKind.MILESTONE)
    return found


def claimable(agreement: Agreement) -> list[ClaimKind]:
    """What can still be reported or asserted now: nothing said of it yet, and something waits for it."""
    if agreement.state != State.ACTIVE or agreement.trial != Trial.RUNNING:
        return []
    offer, period = read(agreement.version.snapshot), free_period(agreement)
    said = set(agreement.claims.exclude(state="dismissed").values_list("kind", flat=True))
    waits = agreement.obligations.filter(state=ObligationState.FUTURE).exists()
    found = []
    for kind in kinds_of(offer):
        conditional = kind == ClaimKind.MILESTONE and offer.text("later_mode") == LaterMode.CONDITIONAL
        running = period is not None and not period.over
        if kind not in said and waits and (running or conditional):
            found.append(kind)
    return found


def royalty_from(agreement: Agreement) -> date | None:
    """The first day whose sales count for a royalty; None where the terms know none, or it has not come yet."""
    offer = read(effective.snapshot_of(agreement))
    if not offer.number("royalty_bp") or agreement.effective_at is None:
        return None
    if not read(agreement.version.snapshot).number("royalty_bp"):
        return effective.royalty_since(agreement)  # an amendment brought it
    if not has_free_period(offer):
        return terms.day_of(agreement.effective_at)
    if offer.text("later_mode") == LaterMode.CONDITIONAL:
        claim = agreement.claims.filter(kind=ClaimKind.MILESTONE, state__in=STANDING_CLAIMS).first()
        return claim.happened_on + timedelta(days=1) if claim else None
    period = free_period(agreement)
    return period.paid_from if period else None


def outcomes() -> dict[Trial, int]:
    """How many trials stand or came out in which way, for figures; without those that never had a free period."""
    rows = Agreement.objects.exclude(trial=Trial.NONE).values_list("trial").annotate(count=Count("pk"))
    found = {Trial(trial): count for trial, count in rows.order_by("trial")}
    return {trial: found.get(trial, 0) for trial in Trial if trial != Trial.NONE}


def royalty_of(base_minor: int, rate_bp: int) -> int:
    """The royalty on a base: integers of minor units, rounded half up to the minor unit. ValueError below zero."""
    if base_minor < 0 or rate_bp < 0:
        raise ValueError("neither a base nor a rate is negative")
    return (base_minor * rate_bp + HALF) // 10_000


def use_words(offer: Offer) -> list[str]:
    """What counts as use and what ends the free period, in the reader's language; the contract says the same."""
    said = [
        _(
            "Use is whatever of the permitted acts you do for business within the territory and field; trials, pilot"
            " runs, small batches and samples are use too."
        )
    ]
    match offer.text("trigger"):
        case Trigger.FIRST_REVENUE:
            said.append(
                _(
                    "First revenue is the first invoice or the first money, whichever is earlier, for selling or"
                    " leasing a product made under the license, or for a paid service by its process. Free samples and"
                    " your own tests are none."
                )
            )
        case Trigger.MILESTONE:
            said.append(_("The milestone is: %(milestone)s") % {"milestone": offer.text("milestone")})
        case _:
            said.append(_("The free period ends by the calendar; how much you use does not matter."))
    if offer.text("later_mode") == LaterMode.CONDITIONAL and offer.text("trigger") != Trigger.MILESTONE:
        said.append(
            _("The fee is owed only if this is reached: %(milestone)s") % {"milestone": offer.text("milestone")}
        )
    return said
