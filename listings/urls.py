"""Addresses of this room."""

from __future__ import annotations

from django.urls import include, path

app_name = "listings"
urlpatterns = [
    path("", include("listings.urls_public")),
    path("", include("listings.urls_owner")),
    path("", include("listings.urls_offers")),
]
