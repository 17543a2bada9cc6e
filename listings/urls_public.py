"""Addresses for finding, reading and importing."""

from __future__ import annotations

from django.urls import path

from listings.views import comparing, finding, importing, public, saving, taking

urlpatterns = [
    path("find/", finding.find, name="find"),
    path("find/feed/", taking.feed, name="find_feed"),
    path("find/sheet/", taking.sheet, name="find_sheet"),
    path("find/print/", taking.paper, name="find_print"),
    path("find/save/", saving.save, name="search_save"),
    path("compare/", comparing.compare, name="compare"),
    path("compare/aside/", comparing.aside, name="compare_aside"),
    path("saved/", saving.saved, name="saved"),
    path("saved/<uuid:code>/", saving.saved_change, name="saved_change"),
    path("saved/off/<str:token>/", saving.saved_off, name="saved_off"),
    path("listings/<uuid:code>/", public.listing, name="listing"),
    path("desk/import/", importing.upload, name="import"),
    path("desk/import/template/", importing.empty_template, name="import_template"),
    path("desk/import/<uuid:code>/", importing.import_run, name="import_run"),
    path("desk/import/<uuid:code>/corrected/", importing.corrected, name="import_corrected"),
]
