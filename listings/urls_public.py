"""Addresses for finding, reading and importing."""

from __future__ import annotations

from django.urls import path

from listings.views import importing, public

urlpatterns = [
    path("find/", public.find, name="find"),
    path("listings/<uuid:code>/", public.listing, name="listing"),
    path("desk/import/", importing.upload, name="import"),
    path("desk/import/template/", importing.empty_template, name="import_template"),
    path("desk/import/<uuid:code>/", importing.import_run, name="import_run"),
    path("desk/import/<uuid:code>/corrected/", importing.corrected, name="import_corrected"),
]
