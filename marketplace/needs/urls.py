"""Addresses of this room."""

from __future__ import annotations

from django.urls import path

from marketplace.needs import views, views_map

app_name = "needs"
urlpatterns = [
    path("needs/", views.mine, name="mine"),
    path("needs/new/", views.post, name="post"),
    path("needs/map/", views_map.needs_map, name="map"),
    path("needs/<uuid:code>/", views.need, name="need"),
    path("needs/<uuid:code>/edit/", views.edit, name="edit"),
    path("needs/<uuid:code>/close/", views.close, name="close"),
    path("needs/<uuid:code>/pass/", views.pass_on, name="pass_on"),
    path("needs/<uuid:code>/contact/", views_map.contact, name="contact"),
]
