"""Addresses of what an offer is made of: variants, pictures, the fee helper, term sheets applied to many."""

from __future__ import annotations

from django.urls import path

from listings.views import fees, pictures, together, variants

urlpatterns = [
    path("listings/<uuid:code>/cost/", fees.cost, name="cost"),
    path("desk/listings/<uuid:code>/fees/", fees.fees, name="fees"),
    path("desk/together/", together.apply, name="together"),
    path("desk/drafts/", together.drafts, name="drafts"),
    path("desk/drafts/stories.xlsx", together.stories, name="stories"),
    path("desk/drafts/stories/", together.stories_read, name="stories_read"),
    path("desk/listings/<uuid:code>/pictures/", pictures.picture_add, name="picture_add"),
    path("desk/listings/<uuid:code>/pictures/<uuid:picture>/remove/", pictures.picture_remove, name="picture_remove"),
    path("desk/listings/<uuid:code>/variants/new/", variants.variant_new, name="variant_new"),
    path("desk/listings/<uuid:code>/variants/<uuid:variant>/", variants.variant_edit, name="variant_edit"),
    path("desk/listings/<uuid:code>/variants/<uuid:variant>/drop/", variants.variant_drop, name="variant_drop"),
]
