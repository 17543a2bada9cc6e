"""The owner's pages of a listing's pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from listings import flow
from listings.forms.listings import PictureForm, StoryForm
from listings.models import Picture
from listings.pictures import BadPicture
from listings.views.desk import moved_on, wrong
from listings.views.writing import editable, story_context
from marketplace.accounts.access import login_required
from marketplace.lib.findings import Refused
from marketplace.lib.saying import on_form
from marketplace.vault.files import BadFile

if TYPE_CHECKING:
    from marketplace.accounts.requests import PersonRequest


@login_required
@require_POST
def picture_add(request: PersonRequest, code: UUID) -> HttpResponse:
    """Add a picture with its words."""
    listing = editable(request, code)
    if isinstance(listing, HttpResponse):
        return listing
    form = PictureForm(request.POST, request.FILES, prefix="pic")
    if form.is_valid():
        told = form.cleaned_data
        try:
            flow.add_picture(listing, by=request.user, data=told["picture"].read(), alt=told["alt"])
        except (BadPicture, BadFile) as bad:
            on_form(form, [bad.finding], otherwise="picture")
        except Refused as refused:
            for finding in refused.findings:
                on_form(form, [finding])
        except flow.NotNow:
            moved_on(request)
            return redirect("listings:mine_one", code)
        else:
            messages.success(request, _("The picture is kept."))
            return redirect("listings:edit", code)
    story = StoryForm(initial=StoryForm.initial_of(listing), track=listing.track)
    return wrong(request, "listings/edit.html", story_context(listing, form=story, picture_form=form))


@login_required
@require_POST
def picture_remove(request: PersonRequest, code: UUID, picture: UUID) -> HttpResponse:
    """Take a picture off."""
    listing = editable(request, code)
    if isinstance(listing, HttpResponse):
        return listing
    row = get_object_or_404(Picture.objects.select_related("listing__organization"), listing=listing, code=picture)
    try:
        flow.remove_picture(row, by=request.user)
    except flow.NotNow:
        moved_on(request)
    else:
        messages.success(request, _("The picture is taken off."))
    return redirect("listings:edit", code)
