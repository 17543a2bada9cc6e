"""What only licensing can see: related parties of a deal, many free licenses in one hand, no sign of use (F14)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from listings.integrity import licenses, parties, registry, running
from listings.integrity.collecting import all_parties
from listings.integrity.facts import Found, Grant
from listings.integrity.registry import Scope
from listings.models import FlagKind
from marketplace.lib.terms import day_of, today
from marketplace.licensing.models import LIVE_STATES, Agreement, ObligationState, ReportState, State


def register() -> None:
    """This room's detectors, and the outbox topic that makes them look again."""
    from marketplace.outbox import outbox

    registry.register("deal_parties", FlagKind.RELATED, find_deal_parties)
    registry.register("many_free", FlagKind.MANY_FREE, find_many_free)
    registry.register("no_use", FlagKind.NO_USE, find_no_use)
    outbox.handles("agreement.moved", "integrity")(on_agreement_moved)


def on_agreement_moved(_key: str, payload: dict[str, Any]) -> None:
    """Look again at both parties."""
    deal = Agreement.objects.filter(pk=payload["agreement"]).first()
    if deal is not None:
        running.recompute(Scope(organizations=frozenset({deal.licensor_id, deal.licensee_id})))


def _deals(scope: Scope, *states: State) -> QuerySet[Agreement]:
    found = Agreement.objects.filter(state__in=states)
    if scope.organizations is not None:
        found = found.filter(Q(licensee__in=scope.organizations) | Q(licensor__in=scope.organizations))
    return found


def find_deal_parties(scope: Scope) -> Iterable[Found] | None:
    """Ties between the two sides of a live deal; also a weak one, because here it matters."""
    if scope.organizations is None and not scope.whole:
        return None
    pairs = _deals(scope, *LIVE_STATES).values_list("licensor_id", "licensee_id").distinct()
    return parties.detect(all_parties(), [(str(one), str(other)) for one, other in pairs])


def find_many_free(scope: Scope) -> Iterable[Found] | None:
    """Licensees with many free licenses in force."""
    if scope.organizations is None and not scope.whole:
        return None
    deals = _deals(scope, State.ACTIVE)
    licensees = deals.values("licensee")
    return licenses.many_free(_grants(Agreement.objects.filter(state=State.ACTIVE, licensee__in=licensees)))


def find_no_use(scope: Scope) -> Iterable[Found] | None:
    """Licenses in force without a sign of use."""
    if scope.organizations is None and not scope.whole:
        return None
    return licenses.no_use(_grants(_deals(scope, State.ACTIVE)), today())


def _grants(deals: QuerySet[Agreement]) -> list[Grant]:
    """The licenses with what shows that somebody works with them: money that was paid after the first, use reported."""
    rows = (
        deals.filter(effective_at__isnull=False)
        .select_related("licensee", "listing__patent")
        .prefetch_related("obligations", "use_reports")
    )
    return [_grant(row) for row in rows.order_by("pk")]


def _grant(deal: Agreement) -> Grant:
    paid = [each for each in deal.obligations.all() if each.state == ObligationState.SETTLED and each.amount_minor]
    used = [each for each in deal.use_reports.all() if each.state == ReportState.GIVEN and each.base_minor]
    owed = sum(each.amount_minor for each in deal.obligations.all())
    return Grant(
        key=deal.reference,
        licensor=str(deal.licensor_id),
        licensee=str(deal.licensee_id),
        field_of=deal.listing.patent.ipc_main[:4],
        since=day_of(deal.effective_at) if deal.effective_at else today(),
        free=owed == 0,
        signs=(*(f"{each.kind} {each.number}" for each in paid), *(f"use {each.number}" for each in used)),
        people=deal.licensee.people,
    )
