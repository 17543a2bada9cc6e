"""Addresses for developers."""

from __future__ import annotations

from django.urls import URLPattern, path

from marketplace.dev.components import components

app_name = "dev"
urlpatterns: list[URLPattern] = [
    path("components/", components, name="components"),
]
