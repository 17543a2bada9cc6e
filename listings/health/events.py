"""Recording what happens to a patent on offer, and how it ended; what follows is done in the same transaction."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow.moving import HEALTH, require_lister, require_moderator, tell_moderators, tell_owners, touch_all
from listings.flow.suspending import suspend_for_health
from listings.models import PUBLIC, HealthEvent, HealthKind, ListingState, Patent
from listings.rules import RULES
from listings.states import NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.lib.terms import today
from marketplace.outbox import outbox
from marketplace.vault.models import VaultFile

ON_OFFER = (*PUBLIC, ListingState.PUBLICITY, ListingState.AWAITING_ANNOUNCEMENT, ListingState.SUSPENDED)


def record_event(
    patent: Patent,
    *,
    kind: HealthKind | str,
    happened_on: date,
    source: str,
    by: User | None,
    detail: str = "",
    evidence: VaultFile | None = None,
) -> HealthEvent:
    """Record an event; offers of the patent take no new licenses from now on, licenses given stay (DECL-8).

    `by` None is a connected source. The same event again gives the row that stands. Tells the licensor, and leaves the
    topic `patent.health_changed` for the rooms above. Raises Refused for a day in the future, PermissionDenied.
    """
    if by is not None and not by.is_staff:
        require_lister(by, patent.organization)
    _require_past(happened_on)
    with transaction.atomic():
        patent = Patent.objects.select_for_update(of=("self",)).select_related("organization").get(pk=patent.pk)
        event, new = HealthEvent.objects.get_or_create(
            patent=patent,
            kind=HealthKind(kind),
            happened_on=happened_on,
            defaults={"source": source, "detail": detail, "evidence": evidence, "recorded_by": by},
        )
        if not new:
            return event
        if event.kind == HealthKind.PLEDGE and not patent.pledged:  # GATE-5 asks for the pledgee's consent from now on
            patent.pledged = True
            patent.save(update_fields=["pledged"])
        trail.record(Action.PATENT_EVENT, patent, by=by, event=event.pk, kind=event.kind, on=happened_on, source=source)
        _after(patent, event)
    return event


def _require_past(happened_on: date) -> None:
    if happened_on > today():
        raise refuse(
            "DECL-8",
            _("The day lies in the future."),
            _("Record it on that day."),
            citation=RULES["DECL-8"].citation,
            field="happened_on",
        )


def settle_event(event: HealthEvent, *, by: User, how: str) -> HealthEvent:
    """Record how an event ended, so that it stops nothing any more; a suspended offer is resumed by a moderator.

    A lister records outcomes that the owner knows; who owns the patent, and whether it stands, only a moderator.
    Raises Refused without words, NotNow when it was settled before, PermissionDenied.
    """
    if event.kind in (HealthKind.ASSIGNMENT, HealthKind.DISPUTE, HealthKind.LAPSE):
        require_moderator(by)
    elif not by.is_staff:
        require_lister(by, event.patent.organization)
    if not how.strip():
        raise refuse("DECL-8", _("It is not said how it ended."), _("Say it in a sentence."), field="how")
    with transaction.atomic():
        patent = Patent.objects.select_for_update(of=("self",)).select_related("organization").get(pk=event.patent_id)
        settled = HealthEvent.objects.filter(pk=event.pk, settled_at__isnull=True).update(
            settled_at=timezone.now(), settled_by=by, settled_how=how.strip()[:300]
        )
        if not settled:
            raise NotNow(f"event {event.pk} was settled before")
        trail.record(Action.PATENT_EVENT_SETTLE, patent, by=by, event=event.pk, kind=event.kind, how=how.strip())
        touch_all(patent)
        outbox.add(HEALTH, patent=patent.pk)
        for listing in patent.listings.filter(state=ListingState.SUSPENDED).select_related("patent", "organization"):
            tell_moderators(listing, "patent.event_settled", how=how.strip())
    event.refresh_from_db()
    return event


def _after(patent: Patent, event: HealthEvent) -> None:
    """Versions grow, the rooms above hear of it, offers stop, the licensor is told."""
    touch_all(patent)
    outbox.add(HEALTH, patent=patent.pk, event=event.pk)
    stopped = {listing.pk for listing in suspend_for_health(patent)}
    for listing in patent.listings.filter(state__in=ON_OFFER).exclude(pk__in=stopped):
        tell_owners(listing, "patent.event", what=event.get_kind_display(), day=event.happened_on, source=event.source)
