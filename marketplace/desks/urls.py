"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from marketplace.desks import owner_views, views

app_name = "desks"
urlpatterns = [
    path("desk/", views.home, name="home"),
    path("desk/moderation/", views.moderation, name="moderation"),
    path("desk/offers/", owner_views.offers, name="offers"),
    path("desk/inventors/", owner_views.inventors, name="inventors"),
    path("desk/patents/<uuid:code>/shares/", owner_views.patent_shares, name="patent_shares"),
]
