"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from marketplace.desks import views

app_name = "desks"
urlpatterns = [
    path("desk/", views.home, name="home"),
    path("desk/moderation/", views.moderation, name="moderation"),
]
