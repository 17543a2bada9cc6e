"""Addresses for finding, reading and importing."""

from __future__ import annotations

from django.urls import path

from listings.views import public

urlpatterns = [
    path("find/", public.find, name="find"),
    path("listings/<uuid:code>/", public.listing, name="listing"),
]
