"""Asking for other terms, and the negotiation's pages: what differs, whose turn it is, what can be done."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from listings import flow as listings_flow
from listings import negotiated, offers, variants
from listings.forms.fields import keep
from listings.forms.listings import PublicityForm
from listings.models import Listing, Track
from marketplace.accounts.access import login_required, organization_required
from marketplace.accounts.requests import MemberRequest, PersonRequest
from marketplace.frame import errors
from marketplace.lib.findings import Finding, Refused
from marketplace.licensing.errors import AlreadyTalking, NotNow, TermsChanged
from marketplace.licensing.flow import negotiating
from marketplace.licensing.forms.deals import show
from marketplace.licensing.forms.terms import BreakOffForm, FirstTermsForm, NoteForm, OtherTermsForm
from marketplace.licensing.models import Negotiation, Proposal
from marketplace.licensing.pages import talk_pages
from marketplace.licensing.views.common import posted, terms_changed

A_PAGE = 20
Act = Callable[[Negotiation], object]


def find(request: HttpRequest, code: UUID) -> Negotiation:
    """The negotiation, where this person may see it; strangers meet 404 (IDN-5)."""
    rows = Negotiation.objects.visible_to(request.user).select_related(
        "listing__patent", "base", "licensor", "licensee", "agreement", "coordinator", "opened_by"
    )
    return get_object_or_404(rows, code=code)


@organization_required()
def other_terms(request: MemberRequest, code: UUID) -> HttpResponse:
    """A firm says what it wants otherwise; the offer's own terms stand in the fields."""
    rows = Listing.objects.visible_to(request.user).select_related("patent", "organization", "terms", "term_sheet")
    listing = _under(request, get_object_or_404(rows, code=code))
    if listing.track != Track.PRESET:
        return render(request, "licensing/other_terms_open.html", {"listing": listing}, status=409)
    snapshot = offers.snapshot(listing)
    terms = negotiated.starting(snapshot, offers.class_of(request.organization, snapshot))
    form = FirstTermsForm(posted(request), terms=terms, home=request.organization.division)
    findings: list[Finding] = []
    if request.method == "POST" and form.is_valid():
        try:
            wish = negotiating.OtherTerms(terms=form.wanted(), variant=variants.key_of(listing), **form.facts())
            made = negotiating.ask(listing, wish, licensee=request.organization, by=request.user)
        except AlreadyTalking as talking:
            messages.info(request, _("You negotiate about this offer already. This is where it stands."))
            return redirect(talking.negotiation)
        except Refused as refused:
            findings = form.show(refused.findings)
        else:
            messages.success(request, _("Sent. A coordinator looks at it and passes it on."))
            return redirect(made)
    context = {
        "listing": listing,
        "form": form,
        "findings": findings,
        "variant": variants.key_of(listing),
        "price": offers.price_for(terms),
    }
    status = 422 if findings or form.errors else 200
    return render(request, "licensing/other_terms.html", context, status=status)


def _under(request: HttpRequest, listing: Listing) -> Listing:
    try:
        return variants.under(listing, request.GET.get("variant", ""))
    except variants.NoVariant:
        messages.info(request, _("That variant is not offered any more. These are the standard terms."))
        return listing


@login_required
@require_safe
def negotiations(request: PersonRequest) -> HttpResponse:
    """Those a person takes part in or coordinates, the next day to act first."""
    rows = Negotiation.objects.visible_to(request.user).select_related(
        "listing__patent", "licensor", "licensee", "coordinator"
    )
    group = request.GET.get("state", "open")
    shown = talk_pages.of_group(rows, group).order_by(F("due_at").asc(nulls_last=True), "-opened_at", "-pk")
    page = Paginator(shown, A_PAGE).get_page(request.GET.get("page"))
    ours = set(request.user.memberships.live().values_list("organization", flat=True))
    items = [talk_pages.row(negotiation, ours, request.user) for negotiation in page.object_list]
    return render(request, "licensing/negotiations.html", {"page": page, "items": items, "group": group})


@login_required
@require_safe
def negotiation(request: PersonRequest, code: UUID) -> HttpResponse:
    """What differs from the offer and from the version before, whose turn it is, and every version there was."""
    return _page(request, find(request, code), NoteForm())


def _page(request: PersonRequest, found: Negotiation, form: NoteForm, *, status: int = 200) -> HttpResponse:
    context = talk_pages.context(found, request.user) | {"note_form": form}
    return render(request, "licensing/negotiation.html", context, status=status)


@login_required
def counter(request: PersonRequest, code: UUID) -> HttpResponse:
    """Another version: the live one stands in the fields."""
    found = find(request, code)
    standing = found.proposals.filter(live=True).first()
    view = talk_pages.look(found, request.user)
    if standing is None or not view.can("propose"):
        messages.info(request, _("Nothing can be proposed here now."))
        return redirect(found)
    form = OtherTermsForm(
        posted(request),
        terms=standing.terms,
        home=found.licensee.division,
        initial={"seen": standing.number},
    )
    findings: list[Finding] = []
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["seen"] or 0
        try:
            negotiating.propose(
                found, by=request.user, terms=form.wanted(), reason=form.cleaned_data["reason"], seen=seen
            )
        except NotNow:
            messages.info(request, _("Meanwhile another version stands. Read it first; your words were not sent."))
            return redirect(found)
        except Refused as refused:
            findings = form.show(refused.findings)
        else:
            return redirect(found)
    context = {"negotiation": found, "standing": standing, "form": form, "findings": findings}
    status = 422 if findings or form.errors else 200
    return render(request, "licensing/counter.html", context, status=status)


@login_required
def publicity(request: PersonRequest, code: UUID) -> HttpResponse:
    """A public institution records where and when it has made the negotiated price public (INST-1)."""
    found = find(request, code)
    standing = found.proposals.filter(live=True).first()
    if standing is None:
        messages.info(request, _("This negotiation has already moved on."))
        return redirect(found)
    form = PublicityForm(posted(request), request.FILES or None)
    findings: list[Finding] = []
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                _record_publicity(request, found, standing, form)
        except Refused as refused:
            findings = show(form, refused.findings)
        if not findings and not form.errors:
            messages.success(request, _("Recorded. The signatory can sign when its last day has passed."))
            return redirect(found)
    context = {"negotiation": found, "standing": standing, "form": form, "findings": findings}
    status = 422 if findings or form.errors else 200
    return render(request, "licensing/publicity_of_terms.html", context, status=status)


def _record_publicity(request: PersonRequest, found: Negotiation, standing: Proposal, form: PublicityForm) -> None:
    """Proof and publicity: both or nothing."""
    if not request.user.is_staff:
        listings_flow.require_lister(request.user, found.licensor)
    proof = keep(form, "proof", kind="publicity_proof", by=request.user, subject=found.listing)
    if form.errors:
        return
    told = form.cleaned_data
    listings_flow.record_publicity_of_terms(
        found.listing,
        by=request.user,
        starts_on=told["starts_on"],
        ends_on=told["ends_on"],
        held_at=told["held_at"],
        proof=proof,
        terms_sha256=standing.sha256,
    )


@require_POST
@login_required
def accept(request: PersonRequest, code: UUID) -> HttpResponse:
    """A yes to the version whose number and hash the page carried."""
    found = find(request, code)
    number, sha256 = request.POST.get("number", ""), request.POST.get("sha256", "")
    number_read = int(number) if number.isdecimal() and len(number) < 5 else 0

    def act(one: Negotiation) -> object:
        return negotiating.accept(one, by=request.user, number=number_read, sha256=sha256)

    return _do(request, found, act)


@require_POST
@login_required
def take(request: PersonRequest, code: UUID) -> HttpResponse:
    """A coordinator makes it his."""
    return _do(request, find(request, code), lambda one: negotiating.take(one, by=request.user))


@login_required
def break_off(request: PersonRequest, code: UUID) -> HttpResponse:
    """Ask once more, then break off."""
    found = find(request, code)
    form = BreakOffForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        context = {"negotiation": found, "form": form}
        return render(request, "licensing/break_off.html", context, status=422 if form.errors else 200)
    reason = form.cleaned_data["reason"]
    return _do(request, found, lambda one: negotiating.withdraw(one, by=request.user, reason=reason))


@require_POST
@login_required
def note(request: PersonRequest, code: UUID) -> HttpResponse:
    """A note beside the versions."""
    found = find(request, code)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    return _do(request, found, lambda one: negotiating.note(one, by=request.user, text=form.cleaned_data["text"]))


def _do(request: PersonRequest, found: Negotiation, act: Act) -> HttpResponse:
    try:
        act(found)
    except NotNow:
        messages.info(request, _("This negotiation has already moved on."))
    except TermsChanged as changed:
        return terms_changed(request, changed)
    except Refused as refused:
        return errors.refused(request, refused.findings, back=found.get_absolute_url())
    return redirect(found)
