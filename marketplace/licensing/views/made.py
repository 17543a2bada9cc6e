"""Papers that are made when somebody asks for them: summary, guidance plan, free period, power of attorney, withdrawal.

They are printed from what is on record at that moment and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from listings import offers
from listings.models import FeeMode, Track
from listings.views.mine import own
from marketplace.accounts.access import login_required, organization_required
from marketplace.accounts.requests import address_of
from marketplace.frame import errors
from marketplace.lib import limits
from marketplace.lib.terms import today
from marketplace.licensing import contracts
from marketplace.licensing.contracts.composing import blank_deal
from marketplace.licensing.contracts.facts import party_of
from marketplace.licensing.contracts.further import PowerOfAttorneyFacts, WithdrawalFacts, render_further
from marketplace.licensing.models import Agreement, PaperKind, State
from marketplace.licensing.terms import effective
from marketplace.licensing.views.asking import listing_of
from marketplace.licensing.views.common import find

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

    from marketplace.accounts.requests import MemberRequest, PersonRequest


@dataclass(frozen=True, slots=True)
class Link:
    """A paper to ask for; the language is added to its address."""

    label: Words
    url: str


def kinds_of(deal: Agreement) -> list[str]:
    """Which papers a deal can give on demand."""
    terms = effective.snapshot_of(deal)["terms"]
    kinds = ["summary"]
    if not terms["guidance_none"]:
        kinds.append("guidance")
    if terms["fee_mode"] == FeeMode.FREE_THEN_PAID and deal.track == Track.PRESET:
        kinds.append("trial")
    return kinds


def links(deal: Agreement) -> list[Link]:
    """The papers that a deal gives on demand, for its pages."""
    return [Link(PaperKind(kind).label, reverse("licensing:made", args=[deal.code, kind])) for kind in kinds_of(deal)]


@login_required
@require_safe
def of_deal(request: PersonRequest, code: UUID, kind: str) -> HttpResponseBase:
    """The summary, the guidance plan or the free period of a deal, for whoever sees the deal."""
    deal = find(request, code)
    if kind not in kinds_of(deal):
        raise Http404
    facts, snapshot, language = contracts.facts_of(deal), effective.snapshot_of(deal), _language(request)
    return _paper(request, f"{deal.reference}-{kind}", lambda: contracts.render(kind, snapshot, facts, language))


@require_safe
def of_listing(request: HttpRequest, code: UUID) -> HttpResponseBase:
    """The summary of an offer on one page, for everybody, before any log-in."""
    listing = listing_of(request, code)
    snapshot = offers.snapshot(listing)
    facts = replace(blank_deal(snapshot), made_on=today())
    language = _language(request)
    return _paper(request, "summary", lambda: contracts.render("summary", snapshot, facts, language))


@organization_required()
@require_safe
def power(request: MemberRequest) -> HttpResponseBase:
    """A power of attorney with the organization's own details, to print, stamp and upload."""
    facts = PowerOfAttorneyFacts(principal=party_of(request.organization), made_on=today())
    language = _language(request)
    return _paper(request, "power-of-attorney", lambda: render_further("power_of_attorney", facts, language))


@login_required
@require_safe
def withdrawal(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """The withdrawal notice of an own offer, for its owner and the moderators. 404 for others."""
    listing = own(request, code)
    declaration = getattr(listing, "declaration", None)
    facts = WithdrawalFacts(
        snapshot=offers.snapshot(listing),
        reason=declaration.withdrawal_reason if declaration else "",
        consents=tuple((row.name, row.consented_on) for row in listing.patent.co_owners.order_by("name")),
        announced_on=declaration.withdrawn_on if declaration else None,
        standing=listing.agreements.filter(state=State.ACTIVE).count(),
        made_on=today(),
    )
    language = _language(request)
    return _paper(request, "withdrawal", lambda: render_further("withdrawal", facts, language))


def _language(request: HttpRequest) -> str:
    """The paper's language: the one asked for, otherwise the reader's."""
    asked = request.GET.get("language") or get_language()
    return "en" if asked == "en" else "zh-hans"


def _paper(request: HttpRequest, name: str, render: Callable[[], bytes]) -> HttpResponseBase:
    person = request.user.pk if request.user.is_authenticated else address_of(request)
    if not limits.allow("paper", str(person)):
        return errors.too_many(request)
    answer = HttpResponse(render(), content_type="application/pdf")
    suffix = "en" if _language(request) == "en" else "zh"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}-{suffix}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
