"""Addresses where strangers check papers."""

from __future__ import annotations

from django.urls import URLPattern, path

from marketplace.licensing.views import verify

urlpatterns: list[URLPattern] = [
    path("verify/", verify.verify, name="verify"),
    path("v/<str:code>/", verify.verify_code, name="verify_code"),
]
