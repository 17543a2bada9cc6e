"""Addresses of this room that are no editors' pages."""

from __future__ import annotations

from django.urls import path

from cms import views

app_name = "cms"
urlpatterns = [
    path("glossary/", views.glossary, name="glossary"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
]
