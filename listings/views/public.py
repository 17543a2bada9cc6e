"""What everybody may read of one listing."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from listings import comparing, honey, seen, variants
from listings.models import Listing
from listings.models.listing import PUBLIC
from listings.search.similar import similar
from listings.views import listing_page, showing
from listings.views.reader import reader
from marketplace.accounts.models import User


@require_safe
def listing(request: HttpRequest, code: UUID) -> HttpResponse:
    """One listing, in the reader's own terms. Strangers meet 404 where it is not public."""
    user = cast("User", request.user)
    try:
        row = listing_page.whole(code, user)
    except Listing.DoesNotExist as missing:
        if honey.is_one(code):
            honey.alarm(request)
            return render(request, "listings/honey.html", {"mark": honey.mark_of(code, request)})
        raise Http404 from missing
    try:
        row = variants.under(row, request.GET.get("variant", ""))
    except variants.NoVariant:
        messages.info(request, _("That variant is not offered any more. These are the standard terms."))
    seen.note(row, request)
    organization = reader(request)
    context = listing_page.context_of(row, user, organization)
    context |= {
        "tray": comparing.tray_of(request.session),
        "may_compare": row.state in PUBLIC,
        "similar": showing.compact(similar(row), organization),
    }
    return render(request, "listings/listing.html", context)
