"""Publicity for everybody: what institutions are about to offer, and how to object."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from listings import flow, offers
from listings.forms.fields import keep
from listings.forms.listings import ObjectionForm
from listings.models import LicenseeClass, Listing, ListingState
from listings.prices import class_prices_of
from listings.rules.institution import publicity_of
from listings.views.desk import page_of, wrong
from marketplace.accounts.models import User
from marketplace.accounts.requests import address_of
from marketplace.lib import limits
from marketplace.lib.findings import Refused
from marketplace.lib.numbers import patent_number
from marketplace.lib.terms import today


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


@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, code: UUID) -> HttpResponse:
    """What is made public about a listing, until when, and the form to object."""
    rows = Listing.objects.visible_to(request.user).select_related(
        "patent", "organization", "terms", "term_sheet", "declaration"
    )
    listing = get_object_or_404(rows, code=code)
    if listing.state != ListingState.PUBLICITY:
        messages.info(request, _("The publicity of this listing is over."))
        return redirect("listings:publicity_list")
    user = request.user if isinstance(request.user, User) else None
    form = ObjectionForm(
        request.POST or None,
        request.FILES or None,
        initial={"name": user.name, "contact": user.email} if user else None,
    )
    context = _objection_context(listing, form)
    if request.method != "POST":
        return render(request, "listings/objection.html", context)
    if not limits.allow("upload", address_of(request)):
        return render(request, "listings/objection.html", context | {"busy": True}, status=429)
    if form.is_valid() and not form.cleaned_data["website"] and _object(listing, form, user):
        messages.success(request, _("Your objection is recorded, and the listing is paused until it is decided."))
        return redirect("listings:publicity_list")
    return wrong(request, "listings/objection.html", context)


def _objection_context(listing: Listing, form: ObjectionForm) -> dict[str, object]:
    terms = listing.terms
    return {
        "listing": listing,
        "form": form,
        "number": patent_number(listing.patent.application_number),
        "publicity": publicity_of(listing),
        "price": offers.price_for(listing),
        "prices": [
            (LicenseeClass(name).label, offers.price_for(listing, name).words) for name in class_prices_of(terms)
        ],
        "six": offers.summary_facts(offers.snapshot(listing), offers.price_for(listing)),
        "waiting": listing.objections.filter(decided_at__isnull=True).count(),
    }


def _object(listing: Listing, form: ObjectionForm, user: User | None) -> bool:
    """Record the objection; False with the reasons on the form."""
    told = form.cleaned_data
    try:
        with transaction.atomic():
            file = keep(form, "evidence", kind="objection_evidence", by=user, subject=listing)
            if form.errors:
                return False
            flow.object_to(
                listing, name=told["name"], contact=told["contact"], text=told["text"], by=user, evidence=file
            )
    except Refused as refused:
        form.add_findings(refused.findings)
    except flow.NotNow:
        form.add_error(None, _("The publicity of this listing is over."))
    return not form.errors
