"""Addresses for developers."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "dev"
urlpatterns: list[URLPattern] = []
