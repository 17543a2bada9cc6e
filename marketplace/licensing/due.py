"""What is due in a person's deals, for the calendar: a step that lapses, a payment, the recordal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.licensing.models import OPEN_STATES, Agreement, Obligation, ObligationState, State
from marketplace.licensing.recordal.dates import recordal_of
from marketplace.notices import calendar
from marketplace.notices.calendar import Due

if TYPE_CHECKING:
    from marketplace.accounts.models import User

MOST = 200  # deals of one person that are looked at
UNPAID = (ObligationState.DUE, ObligationState.FUTURE)


def register() -> None:
    """Tell the calendar; called from LicensingConfig.ready()."""
    calendar.source(of_deals)


def of_deals(user: User) -> Iterator[Due]:
    """Of the person's own deals; a moderator's calendar is not filled with everybody's."""
    mine = user.memberships.live().values_list("organization", flat=True)
    own = set(mine)
    rows = Agreement.objects.visible_to(user).filter(state__in=[*OPEN_STATES, State.ACTIVE])
    rows = rows.select_related("listing__patent", "version", "licensor", "licensee").order_by("-requested_at", "-pk")
    deals = {deal.pk: deal for deal in rows[:MOST] if {deal.licensee_id, deal.licensor_id} & own}
    for deal in deals.values():
        yield from _steps(deal)
    owed = Obligation.objects.filter(agreement__in=deals, state__in=UNPAID, due_on__isnull=False)
    for obligation in owed.order_by("due_on", "pk"):
        yield _payment(deals[obligation.agreement_id], obligation)


def _steps(deal: Agreement) -> Iterator[Due]:
    title = deal.listing.patent.title
    if deal.last_day_to_act is not None:
        yield Due(
            f"step-{deal.reference}-{deal.state}",
            deal.last_day_to_act,
            _("Last day to act: %(title)s") % {"title": title},
            _("%(reference)s lapses after this day.") % {"reference": deal.reference},
            deal.get_absolute_url(),
        )
    recordal = recordal_of(deal) if deal.state == State.ACTIVE else None
    if recordal is not None and recordal.days_left >= 0:
        yield Due(
            f"recordal-{deal.reference}",
            recordal.due_on,
            _("Record the license: %(title)s") % {"title": title},
            _("Three months from effect, at the patent office (rule REC-1). %(reference)s")
            % {"reference": deal.reference},
            deal.get_absolute_url(),
        )


def _payment(deal: Agreement, obligation: Obligation) -> Due:
    assert obligation.due_on is not None  # noqa: S101  the query asked for it
    amount = money_text(from_minor(obligation.amount_minor, obligation.currency))
    return Due(
        f"payment-{obligation.code}",
        obligation.due_on,
        _("%(kind)s of %(amount)s: %(title)s")
        % {"kind": obligation.get_kind_display(), "amount": amount, "title": deal.listing.patent.title},
        _("%(licensee)s pays %(licensor)s. %(reference)s")
        % {"licensee": deal.licensee.name, "licensor": deal.licensor.name, "reference": deal.reference},
        deal.get_absolute_url(),
    )
