"""Addresses of the public record of licenses, and of what a party wants shown of itself."""

from __future__ import annotations

from django.urls import URLPattern, path

from marketplace.licensing.views import record

urlpatterns: list[URLPattern] = [
    path("licenses/", record.licenses, name="licenses"),
    path("licenses/feed.atom", record.feed, name="licenses_feed"),
    path("licenses/sheet.<slug:form>", record.sheet, name="licenses_sheet"),
    path("deals/<uuid:code>/shown/", record.shown, name="shown"),
]
