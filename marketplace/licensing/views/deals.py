"""The deal's page, the list of deals, what happens after the license took effect, and the ways out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from listings import offers
from marketplace.accounts.access import login_required, moderator_required
from marketplace.accounts.models import User
from marketplace.accounts.requests import PersonRequest
from marketplace.frame import errors
from marketplace.lib.findings import Refused
from marketplace.licensing import flow
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.flow import renewed_request
from marketplace.licensing.forms.deals import ReasonForm, show
from marketplace.licensing.models import OPEN_STATES, Agreement, ClaimState, Obligation, State
from marketplace.licensing.pages import change_pages, history, running, signing_now, turns
from marketplace.licensing.states import STEPS, Who
from marketplace.licensing.terms import clauses, effective
from marketplace.licensing.terms.obligations import cause_words
from marketplace.licensing.views import made
from marketplace.licensing.views.common import find, terms_changed

GROUPS = {"open": OPEN_STATES, "active": (State.ACTIVE,), "closed": turns.CLOSED}
A_PAGE = 20


@login_required
@require_safe
def deals(request: PersonRequest) -> HttpResponse:
    """Both sides' deals, newest first; the same number of questions to the database for two and for two hundred."""
    rows = (
        Agreement.objects.visible_to(request.user)
        .select_related("listing__patent", "licensor", "licensee")
        .prefetch_related("signatures")
        .order_by("-requested_at", "-pk")
    )
    side, group = request.GET.get("side", ""), request.GET.get("state", "")
    mine = request.user.memberships.live().values("organization")
    if side == "licensee":
        rows = rows.filter(licensee__in=mine)
    elif side == "licensor":
        rows = rows.filter(licensor__in=mine)
    if group in GROUPS:
        rows = rows.filter(state__in=GROUPS[group])
    elif group == "contested":  # what a moderator has to decide
        rows = rows.filter(claims__state=ClaimState.CONTESTED).distinct()
    if words := request.GET.get("q", "").strip()[:100]:
        rows = rows.filter(
            Q(reference__icontains=words)
            | Q(listing__patent__title__icontains=words)
            | Q(licensee__name__icontains=words)
            | Q(licensor__name__icontains=words)
        )
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    ours = set(mine.values_list("organization", flat=True))
    items = [turns.row(agreement, ours) for agreement in page.object_list]
    context = {"page": page, "items": items, "side": side, "group": group, "q": words}
    return render(request, "licensing/deals.html", context)


@login_required
@require_safe
def agreement(request: PersonRequest, code: UUID) -> HttpResponse:
    """Where the deal stands, whose turn it is, and the one thing to do next."""
    deal = find(request, code)
    view = turns.look(deal, request.user)
    return render(request, "licensing/agreement.html", _context(deal, view, request.user))


def _context(deal: Agreement, view: turns.View, user: User) -> dict[str, Any]:
    snapshot = effective.snapshot_of(deal)
    price = offers.price_for(snapshot, deal.licensee_class)
    return {
        "agreement": deal,
        "title": read(snapshot).patents[0].title,
        "stations": turns.stations(view),
        "turn": turns.turn(view),
        "act_by": turns.act_by(view),
        "unsigned": deal.state in (State.REQUESTED, State.OFFERED, State.PREPARED),
        "six": offers.summary_facts(snapshot, price),
        "waiting": signing_now.of(deal, user),
        "papers": papers_of(deal),
        "made": made.links(deal),
        "obligations": owed(deal),
        "repayments": list(deal.repayments.select_related("obligation").order_by("due_on", "pk")),
        "running": running.panel(view),
        "events": history.of(deal, reader=user, clauses=clauses.of(deal)),
        "is_licensee": Who.LICENSEE in view.sides,
        "closed": deal.state in turns.CLOSED,
        "changes": change_pages.panel(deal, user),
    }


def papers_of(deal: Agreement) -> list[Any]:
    """The papers in the order of the deal, the binding Chinese one before its English rendering."""
    return list(deal.papers.select_related("file", "sealed_file").order_by("made_at", "-language"))


def owed(deal: Agreement) -> list[tuple[Obligation, str]]:
    """What is and was owed, first due first, each with what it waits for."""
    snapshot = effective.snapshot_of(deal)
    offer, price = read(snapshot), offers.price_for(snapshot, deal.licensee_class)
    rows = deal.obligations.order_by("due_on", "number", "pk")
    return [(row, cause_words(row, offer, price)) for row in rows]


@login_required
def cancel(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """Ask once more, then cancel."""
    return _way_out(request, code, "cancel", flow.cancel)


@login_required
def leave(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """Ask once more, then leave within the free period."""
    return _way_out(request, code, "leave", flow.leave)


def _way_out(request: PersonRequest, code: UUID, name: str, act: Any) -> HttpResponseBase:
    deal = find(request, code)
    if request.method == "POST":
        try:
            act(deal, by=request.user)
        except flow.NotNow:
            messages.info(request, _("This deal has already moved on."))
        except Refused as refused:
            return errors.refused(request, refused.findings, back=deal.get_absolute_url())
        return redirect(deal)
    return render(request, "licensing/way_out.html", {"agreement": deal, "step": STEPS[name]})


@login_required
def decline(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """Decline a request, with the reason."""
    deal = find(request, code)
    form = ReasonForm(request.POST or None)
    findings: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            flow.decline(deal, by=request.user, reason=form.cleaned_data["reason"])
        except flow.NotNow:
            messages.info(request, _("This deal has already moved on."))
        except Refused as refused:
            findings = show(form, refused.findings)
        if not findings and not form.errors:
            return redirect(deal)
    context = {"agreement": deal, "form": form, "step": STEPS["decline"], "findings": findings}
    return render(request, "licensing/way_out.html", context, status=422 if request.method == "POST" else 200)


@moderator_required
def offer(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """A moderator looks at a request that a rule holds back, and lets it pass."""
    deal = find(request, code)
    if request.method != "POST":
        snapshot = deal.version.snapshot
        context = {"agreement": deal, "title": read(snapshot).patents[0].title, "step": STEPS["offer"]}
        return render(request, "licensing/offer.html", context)
    try:
        flow.offer(deal, by=request.user)
    except flow.NotNow:
        messages.info(request, _("This deal has already moved on."))
    except flow.TermsChanged as changed:
        return terms_changed(request, changed, agreement=deal)
    except Refused as refused:
        return errors.refused(request, refused.findings, back=deal.get_absolute_url())
    return redirect(deal)


@require_POST
@login_required
def again(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """The terms changed: give up this request and ask anew on the terms of today, at once where they were shown."""
    deal = find(request, code)
    try:
        if sha256 := request.POST.get("sha256", ""):
            return redirect(renewed_request.ask_anew(deal, by=request.user, seen_sha256=sha256))
        flow.cancel(deal, by=request.user)
    except flow.TermsChanged as changed:
        return terms_changed(request, changed, agreement=deal)
    except flow.NotNow:
        messages.info(request, _("This deal has already moved on."))
        return redirect(deal)
    except Refused as refused:
        return errors.refused(request, refused.findings, back=deal.get_absolute_url())
    variant = offers.variant_key(deal.version.snapshot)
    path = reverse("licensing:request", args=[deal.listing.code])
    return redirect(f"{path}?variant={variant}" if variant else path)
