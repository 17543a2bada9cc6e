"""Addresses of the desk under /admin/moderation/listings/."""

from __future__ import annotations

from django.urls import URLPattern, path

from listings.desk import bulk, flag_pages, objections, overview, reason_pages, views

urlpatterns: list[URLPattern] = [
    path("", views.listings, name="listings"),
    path("several/", bulk.bulk, name="bulk"),
    path("figures/", overview.overview, name="overview"),
    path("objections/", objections.objection_list, name="objections"),
    path("objections/<uuid:code>/", objections.objection, name="objection"),
    path("flags/", flag_pages.flag_list, name="flags"),
    path("flags/<int:pk>/", flag_pages.flag, name="flag"),
    path("reasons/", reason_pages.reason_list, name="reasons"),
    path("reasons/new/", reason_pages.reason_new, name="reason_new"),
    path("reasons/<int:pk>/", reason_pages.reason, name="reason"),
    path("<uuid:code>/", views.listing, name="listing"),
    path("<uuid:code>/decide/", views.decide, name="decide"),
    path("<uuid:code>/who/", views.assign, name="assign"),
    path("<uuid:code>/declaration/", views.declare, name="declare"),
]
