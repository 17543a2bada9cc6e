"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from marketplace.vault import views

app_name = "vault"
urlpatterns = [path("files/<uuid:code>/", views.file, name="file")]
