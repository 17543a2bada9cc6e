"""Publicity for everybody: what institutions are about to offer, how long, how to object, what was decided."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from listings import flow, offers
from listings.forms.objections import AddressForm, ObjectionForm
from listings.models import LicenseeClass, Listing, ListingState, Publicity
from listings.offers import acts_words, term_words, territory_words
from listings.prices import class_prices_of, terms_dict
from listings.publicity import feeds, guests
from listings.publicity.counting import countdown
from listings.rules.institution import publicity_of
from listings.views.desk import page_of, wrong
from marketplace.accounts.models import User
from marketplace.accounts.requests import address_of
from marketplace.lib import limits
from marketplace.lib.findings import Refused
from marketplace.lib.look import Fact
from marketplace.lib.numbers import patent_number
from marketplace.lib.saying import on_form
from marketplace.lib.terms import today

ATOM = "application/atom+xml; charset=utf-8"
TEMPLATE = "listings/objection.html"


@require_safe
def publicity_list(request: HttpRequest) -> HttpResponse:
    """Everything in publicity now, the one that ends first on top."""
    rows = (
        Listing.objects.filter(state=ListingState.PUBLICITY)
        .annotate(
            ends_on=Max("publicities__ends_on", filter=Q(publicities__held_at="")),
            waiting=Count("objections", filter=Q(objections__decided_at__isnull=True), distinct=True),
        )
        .select_related("patent", "organization", "terms")
        .prefetch_related("terms__class_prices")
        .order_by("ends_on", "pk")
    )
    page = page_of(request, rows)
    for listing in page:
        listing.price_words = offers.price_for(listing).words
    return render(request, "listings/publicity_list.html", {"page": page, "today": today()})


@require_safe
def publicity_feed(request: HttpRequest) -> HttpResponse:
    """The publicities as Atom."""
    return HttpResponse(feeds.publicity_feed(), content_type=ATOM)


@require_safe
def offer_feed(request: HttpRequest) -> HttpResponse:
    """New offers as Atom."""
    return HttpResponse(feeds.offer_feed(), content_type=ATOM)


def _listing(request: HttpRequest, code: UUID) -> Listing:
    """The listing, if it has something to show here. 404 otherwise."""
    rows = Listing.objects.visible_to(request.user).select_related(
        "patent", "organization", "terms", "term_sheet", "declaration"
    )
    listing = get_object_or_404(rows, code=code)
    if not listing.publicities.exists():
        raise Http404
    return listing


@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, code: UUID) -> HttpResponse:
    """What is made public about a listing, until when, what was objected and decided, and the way to object."""
    listing = _listing(request, code)
    user = request.user if isinstance(request.user, User) else None
    if user is None:
        return _ask_address(request, listing)
    return _object(request, listing, user, user.email)


@require_http_methods(["GET", "HEAD", "POST"])
def objection_guest(request: HttpRequest, code: UUID, token: str) -> HttpResponse:
    """The same with the form for a guest whose address is confirmed by the link."""
    listing = _listing(request, code)
    try:
        address = guests.address_in(token, code)
    except guests.BadLink:
        messages.warning(request, _("This link is no longer good. Ask for a new one below."))
        return redirect("listings:objection", code)
    return _object(request, listing, None, address)


def _ask_address(request: HttpRequest, listing: Listing) -> HttpResponse:
    """A guest names an address; the answer is the same whether or not the mail goes out."""
    form = AddressForm(request.POST or None)
    context = context_of(listing) | {"address_form": form}
    if request.method != "POST" or not context["runs"]:
        return render(request, TEMPLATE, context)
    if not limits.allow("contact", address_of(request)):
        return render(request, TEMPLATE, context | {"busy": True}, status=429)
    if not form.is_valid():
        return wrong(request, TEMPLATE, context)
    email = form.cleaned_data["email"]
    if not form.cleaned_data["website"] and limits.allow("contact", email.lower()):
        guests.send_link(listing, email)
    return render(request, TEMPLATE, context | {"mailed": email, "address_form": None})


def _object(request: HttpRequest, listing: Listing, user: User | None, address: str) -> HttpResponse:
    form = ObjectionForm(request.POST or None, request.FILES or None, initial={"name": user.name if user else ""})
    context = context_of(listing) | {"form": form, "address": address, "here": request.path}
    if request.method != "POST" or not context["runs"]:
        if request.method == "POST":
            messages.info(request, _("The publicity of this listing is over."))
        return render(request, TEMPLATE, context)
    if not limits.allow("upload", address_of(request)):
        return render(request, TEMPLATE, context | {"busy": True}, status=429)
    if form.is_valid() and _recorded(listing, form, user, address):
        messages.success(request, _("Your objection is recorded, and the listing is paused until it is decided."))
        return redirect("listings:objection", listing.code)
    return wrong(request, TEMPLATE, context)


def _recorded(listing: Listing, form: ObjectionForm, user: User | None, address: str) -> bool:
    """Record the objection; False with the reasons on the form, and then nothing is stored."""
    told = form.cleaned_data
    try:
        with transaction.atomic():
            files = form.keep_files(listing, user)
            if form.errors:
                transaction.set_rollback(True)
                return False
            flow.object_to(listing, name=told["name"], contact=address, text=told["text"], by=user, evidence=files)
    except Refused as refused:
        on_form(form, refused.findings)
    except flow.NotNow:
        form.add_error(None, _("The publicity of this listing is over."))
    return not form.errors


def context_of(listing: Listing) -> dict[str, Any]:
    """Everything INST-1 wants public about a listing, the time that is left, and what was objected and decided."""
    terms = listing.terms
    publicity: Publicity | None = publicity_of(listing) or listing.publicities.order_by("-ends_on", "-pk").first()
    assert publicity is not None  # noqa: S101 - the caller found one
    left = countdown(publicity)
    told = list(listing.objections.order_by("made_at"))
    last = listing.patent.last_day.isoformat() if listing.patent.last_day else None
    return {
        "listing": listing,
        "number": patent_number(listing.patent.application_number),
        "publicity": publicity,
        "left": left,
        "runs": listing.state == ListingState.PUBLICITY and not left.over and not publicity.held_at,
        "price": offers.price_for(listing),
        "prices": [
            (LicenseeClass(name).label, offers.price_for(listing, name).words) for name in class_prices_of(terms)
        ],
        "demanded": [
            Fact(_("Mode"), _("ordinary license: %(track)s") % {"track": listing.get_track_display()}),
            Fact(_("Price"), offers.price_for(listing).words),
            Fact(_("License term"), term_words(terms_dict(terms), last)),
            Fact(_("Where"), territory_words(terms.territory)),
            Fact(_("Permitted"), acts_words(terms.acts) or "—"),
            Fact(_("Inventors"), listing.patent.inventors or "—"),
        ],
        "objections": told,
        "waiting": sum(one.decided_at is None for one in told),
    }
