"""Addresses of papers made on demand, and of what is filed at an authority."""

from __future__ import annotations

from django.urls import URLPattern, path

from marketplace.licensing.views import made

urlpatterns: list[URLPattern] = [
    path("listings/<uuid:code>/summary/", made.of_listing, name="summary"),
    path("deals/<uuid:code>/made/<slug:kind>/", made.of_deal, name="made"),
    path("desk/power-of-attorney/", made.power, name="power_of_attorney"),
    path("desk/listings/<uuid:code>/withdrawal-notice/", made.withdrawal, name="withdrawal_notice"),
]
