"""The owner's pages of a listing's variants: add one, change one, take one off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from listings import flow, variants
from listings.forms.offered import VariantForm, initial_of_offer
from listings.models import Listing, OfferTerms, Track
from listings.views.desk import EDIT, moved_on, wrong
from listings.views.writing import editable, part_context, say_left_out, seen_revision
from marketplace.accounts.access import login_required
from marketplace.lib.findings import Refused
from marketplace.lib.saying import on_form

if TYPE_CHECKING:
    from marketplace.accounts.requests import PersonRequest


@login_required
@EDIT
def variant_new(request: PersonRequest, code: UUID) -> HttpResponse:
    """A further variant, begun from the listing's own terms."""
    return _form(request, code, "")


@login_required
@EDIT
def variant_edit(request: PersonRequest, code: UUID, variant: UUID) -> HttpResponse:
    """Change a variant."""
    return _form(request, code, str(variant))


def _form(request: PersonRequest, code: UUID, key: str) -> HttpResponse:
    listing = editable(request, code)
    if isinstance(listing, HttpResponse):
        return listing
    if listing.track == Track.OPEN:
        raise Http404  # one price for everybody (TRACK-1)
    row = _row(listing, key)
    initial = initial_of_offer(row or listing.terms) | {"label": row.label if row else ""}
    form = VariantForm(request.POST or None, initial=initial, organization=listing.organization)
    context = part_context(listing, "terms", form=form, variant=row)
    if request.method != "POST":
        return render(request, "listings/variant.html", context)
    if form.is_valid() and _save(request, listing, form, key):
        say_left_out(request, form)
        return redirect("listings:terms", code)
    return wrong(request, "listings/variant.html", context)


def _row(listing: Listing, key: str) -> OfferTerms | None:
    if not key:
        return None
    row = next((row for row in variants.rows(listing) if str(row.code) == key), None)
    if row is None:
        raise Http404
    return row


def _save(request: PersonRequest, listing: Listing, form: VariantForm, key: str) -> bool:
    sheet = form.chosen_sheet
    own: dict[str, Any] = {} if sheet else form.terms()
    draft = flow.Draft(terms=own, prices=None if sheet else form.prices(), sheet=sheet)
    label = form.cleaned_data["label"]
    try:
        after = flow.put_variant(
            listing, by=request.user, label=label, draft=draft, key=key, revision=seen_revision(request)
        )
    except Refused as refused:
        on_form(form, refused.findings)
        return False
    except flow.NotNow:
        form.add_error(
            None,
            _("Somebody changed this listing meanwhile. What you typed is still here; compare and save again."),
        )
        return False
    _say(request, listing, after)
    return True


def _say(request: PersonRequest, before: Listing, after: Listing) -> None:
    if before.state != after.state:
        messages.warning(
            request, _("Saved. What binds has changed, so a moderator looks at it again before it is on offer.")
        )
    else:
        messages.success(request, _("Saved."))


@login_required
@require_POST
def variant_drop(request: PersonRequest, code: UUID, variant: UUID) -> HttpResponse:
    """Take a variant off; licenses given under it stay."""
    listing = editable(request, code)
    if isinstance(listing, HttpResponse):
        return listing
    try:
        after = flow.drop_variant(listing, by=request.user, key=str(variant), revision=seen_revision(request))
    except flow.NotNow:
        moved_on(request)
    else:
        _say(request, listing, after)
    return redirect("listings:terms", code)
