"""Addresses for developers."""

from __future__ import annotations

from django.urls import path

from marketplace.dev import views
from marketplace.dev.components import components

app_name = "dev"
urlpatterns = [
    path("mail/", views.mail, name="mail"),
    path("components/", components, name="components"),
]
