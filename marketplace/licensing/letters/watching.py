"""Licensees hear when something happens to their patent: requests wait, licenses in force stay (DECL-8, F9)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from listings import rules
from listings.models import ALIVE, HealthEvent, HealthKind, LegalStatus, Listing, Patent
from listings.withdrawing import declaration_of, warning
from marketplace.accounts import people
from marketplace.lib.findings import blocking
from marketplace.licensing.letters.step_letters import ACTS
from marketplace.licensing.models import OPEN_STATES, Agreement, State
from marketplace.notices import kinds, notices
from marketplace.outbox import outbox

_TEXTS = {
    "deal_patent_stopped": (
        _("On hold: %(title)s"),
        _(
            "Something happened to the patent of your request %(reference)s: %(what)s. Until that is settled nothing"
            " can be signed and no notice be sent; pay nothing new either. We write to you when it moves on."
        ),
        _("See the request"),
    ),
    "deal_patent_changed": (
        _("About the patent of your license: %(title)s"),
        _(
            "Something happened to the patent of your license %(reference)s: %(what)s. The license itself stays in"
            " force. What you owe is held until it is decided; on its page you see what you can do, also to leave."
        ),
        _("See the license"),
    ),
    "deal_withdrawal": (
        _("The open license will be withdrawn: %(title)s"),
        _(
            "The owner has asked to withdraw the open license of your request %(reference)s. Send the notice and pay"
            " before 00:00 Beijing time of the day on which the withdrawal is announced%(day)s; afterwards no license"
            " can be had. Licenses given before stay in force."
        ),
        _("See the request"),
    ),
}


def register() -> None:
    """Name the letters and hear of changes; called from LicensingConfig.ready()."""
    kinds.register_all(_TEXTS)
    outbox.handles("patent.health_changed", "licensees")(on_patent_changed)
    outbox.handles("listing.moved", "withdrawal")(on_listing_moved)


def on_patent_changed(key: str, payload: dict[str, Any]) -> None:
    """Handler of `patent.health_changed`: tells the licensees once per event or status; idempotent."""
    patent = Patent.objects.filter(pk=payload["patent"]).first()
    if patent is None:
        return
    event = HealthEvent.objects.filter(pk=payload.get("event") or 0, settled_at__isnull=True).first()
    if event is None and patent.status in ALIVE:
        return
    what = HealthKind(event.kind).label if event else LegalStatus(patent.status).label
    mark = f"event:{event.pk}" if event else f"status:{patent.status}"
    rows = Agreement.objects.filter(listing__patent=patent, state__in=(*OPEN_STATES, State.ACTIVE))
    for agreement in rows.select_related("listing__patent", "licensee").order_by("pk"):
        _tell(agreement, what, mark)


def _tell(agreement: Agreement, what: object, mark: str) -> None:
    waits = agreement.state in OPEN_STATES
    if waits and not blocking(rules.acceptable(agreement.listing)):
        return
    with transaction.atomic():
        notices.tell(
            people.members(agreement.licensee, *ACTS),
            "deal_patent_stopped" if waits else "deal_patent_changed",
            key=f"patent:{mark}:{agreement.pk}",
            path=reverse("licensing:agreement", args=[agreement.code]),
            title=agreement.listing.patent.title,
            reference=agreement.reference,
            what=what,
        )


def on_listing_moved(key: str, payload: dict[str, Any]) -> None:
    """Handler of `listing.moved`: whoever is on the way to an open license hears of its withdrawal, once per step."""
    listing = Listing.objects.select_related("declaration").filter(pk=payload["listing"]).first()
    declaration = declaration_of(listing) if listing is not None else None
    if declaration is None or listing is None or warning(listing) is None:
        return
    day = declaration.withdrawn_on
    rows = Agreement.objects.filter(listing=listing, state__in=OPEN_STATES).select_related(
        "listing__patent", "licensee"
    )
    with transaction.atomic():
        for agreement in rows.order_by("pk"):
            notices.tell(
                people.members(agreement.licensee, *ACTS),
                "deal_withdrawal",
                key=f"withdrawal:{day}:{agreement.pk}",
                path=reverse("licensing:agreement", args=[agreement.code]),
                title=agreement.listing.patent.title,
                reference=agreement.reference,
                day=f" ({day.isoformat()})" if day else "",
            )
