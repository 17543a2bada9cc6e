"""Reading the contract before log-in, and asking for the license."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from listings import offers, rules, variants
from listings.models import Listing, Track
from listings.models.listing import PUBLIC
from listings.withdrawing import warning
from marketplace.accounts.access import organization_required
from marketplace.accounts.models import Organization
from marketplace.accounts.requests import MemberRequest
from marketplace.lib.findings import Finding, Refused, blocking
from marketplace.lib.look import Fact
from marketplace.licensing import contracts, flow
from marketplace.licensing.forms.deals import RequestForm, show
from marketplace.licensing.models import LIVE_STATES, Agreement
from marketplace.licensing.states import STEPS
from marketplace.licensing.views.common import terms_changed


def listing_of(request: HttpRequest, code: UUID) -> Listing:
    """The listing under the variant that the address names; under its own terms, and said so, where it is gone."""
    rows = Listing.objects.visible_to(request.user).select_related("patent", "organization", "terms", "term_sheet")
    listing = get_object_or_404(rows, code=code)
    try:
        return variants.under(listing, request.GET.get("variant", ""))
    except variants.NoVariant:
        messages.info(request, _("That variant is not offered any more. These are the standard terms."))
        return listing


@require_safe
def preview(request: HttpRequest, code: UUID) -> HttpResponseBase:
    """The whole contract text with its highlighted clauses, for everybody, before any log-in."""
    listing = listing_of(request, code)
    snapshot = offers.snapshot(listing)
    language = "en" if get_language() == "en" else "zh-hans"
    price = offers.price_for(snapshot, "")
    context = {
        "listing": listing,
        "variant": variants.key_of(listing),
        "choices": variants.choices(listing),
        "clauses": contracts.preview(snapshot, language),
        "six": offers.summary_facts(snapshot, price),
        "sha256": offers.canonical_sha256(snapshot),
        "is_open": listing.track == Track.OPEN,
        "can_ask": listing.state in PUBLIC,
        "withdrawal": warning(listing),
    }
    return render(request, "licensing/preview.html", context)


@organization_required()
def ask(request: MemberRequest, code: UUID) -> HttpResponse:
    """The request: what the organization's details say already, what else is needed, and what it will cost."""
    listing = listing_of(request, code)
    licensee = request.organization
    if live := Agreement.objects.filter(listing=listing, licensee=licensee, state__in=LIVE_STATES).first():
        messages.info(request, _("You have asked for this license already. This is where it stands."))
        return redirect(live)
    snapshot = offers.snapshot(listing)
    form = RequestForm(request.POST or None, snapshot=snapshot, track=listing.track, licensee=licensee)
    if request.method != "POST":
        return _page(request, listing, snapshot, form)
    if not form.is_valid():
        return _page(request, listing, snapshot, form, status=422)
    try:
        variant = variants.key_of(listing)
        wish = flow.Wish(variant=variant, **form.facts())
        agreement = flow.request(listing, wish, licensee=licensee, by=request.user)
    except flow.TermsChanged as changed:
        return terms_changed(request, changed, seen=form.shown(), listing=listing, form=_again(form, changed, licensee))
    except flow.AlreadyAsked as asked:
        messages.info(request, _("You have asked for this license already. This is where it stands."))
        return redirect(asked.agreement)
    except Refused as refused:
        return _page(request, listing, snapshot, form, show(form, refused.findings), status=422)
    return redirect(agreement)


def _again(form: RequestForm, changed: flow.TermsChanged, licensee: Organization) -> RequestForm:
    """The same answers, on the terms as they are now: the person reads the difference and sends them again."""
    typed = dict(form.data.items())
    fresh = RequestForm(typed, snapshot=changed.new, track=changed.new["listing"]["track"], licensee=licensee)
    typed["seen"] = fresh.initial["seen"]
    return fresh


def _for_licensee(listing: Listing, found: list[Finding]) -> list[Finding]:
    """What the licensor alone can settle is told with what the licensee can do instead."""
    remedy = _("Look at similar offers, or come back later.")
    theirs = {(one.rule, str(one.message)) for one in rules.acceptable(listing)}
    return [replace(one, remedy=remedy) if (one.rule, str(one.message)) in theirs else one for one in found]


def _page(
    request: MemberRequest,
    listing: Listing,
    snapshot: dict[str, Any],
    form: RequestForm,
    refused: list[Finding] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    licensee = request.organization
    found = refused if refused is not None else [*rules.acceptable(listing), *offers.eligibility(listing, licensee)]
    klass = offers.class_of(licensee, snapshot)
    price = offers.price_for(snapshot, klass)
    context = {
        "listing": listing,
        "licensee": licensee,
        "form": form,
        "findings": _for_licensee(listing, found) + ([warned] if (warned := warning(listing)) else []),
        "stopped": bool(blocking(found)) and refused is None,
        "price": price,
        "variant": variants.key_of(listing),
        "choices": variants.choices(listing),
        "six": offers.summary_facts(snapshot, price),
        "us": _our_facts(licensee, klass),
        "step": STEPS["prepare" if listing.track == Track.OPEN else "request"],
        "is_open": listing.track == Track.OPEN,
        "needs_platform": licensee.country != "CN",
    }
    return render(request, "licensing/request.html", context, status=status)


def _our_facts(licensee: Organization, klass: str) -> list[Fact]:
    from listings.models import LicenseeClass

    facts = [
        Fact(_("Licensee"), licensee.name),
        Fact(_("Unified social credit code"), licensee.credit_code or "—"),
        Fact(_("Address"), licensee.address or "—"),
        Fact(_("Legal representative"), licensee.legal_representative or "—"),
    ]
    if klass:
        facts.append(Fact(_("Class of licensee"), LicenseeClass(klass).label))
    return facts
