"""Addresses of negotiations and of what changes a license in force."""

from __future__ import annotations

from django.urls import URLPattern, path

from marketplace.licensing.views import negotiating

urlpatterns: list[URLPattern] = [
    path("listings/<uuid:code>/other-terms/", negotiating.other_terms, name="other_terms"),
    path("negotiations/", negotiating.negotiations, name="negotiations"),
    path("negotiations/<uuid:code>/", negotiating.negotiation, name="negotiation"),
    path("negotiations/<uuid:code>/version/", negotiating.counter, name="counter"),
    path("negotiations/<uuid:code>/accept/", negotiating.accept, name="negotiation_accept"),
    path("negotiations/<uuid:code>/take/", negotiating.take, name="negotiation_take"),
    path("negotiations/<uuid:code>/break-off/", negotiating.break_off, name="negotiation_break_off"),
    path("negotiations/<uuid:code>/note/", negotiating.note, name="negotiation_note"),
]
