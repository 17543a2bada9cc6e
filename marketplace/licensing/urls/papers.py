"""Addresses of papers made on demand, and of what is filed at an authority."""

from __future__ import annotations

from django.urls import URLPattern, path

from marketplace.licensing.views import filing, made, reckoning

urlpatterns: list[URLPattern] = [
    path("listings/<uuid:code>/summary/", made.of_listing, name="summary"),
    path("deals/<uuid:code>/made/<slug:kind>/", made.of_deal, name="made"),
    path("deals/<uuid:code>/filings/<slug:kind>/", filing.filing, name="filing"),
    path("deals/<uuid:code>/filings/<slug:kind>/files/", filing.file_bundle, name="filing_files"),
    path("fee-reduction/", reckoning.fee_reduction, name="fee_reduction"),
    path("tax-hints/", reckoning.tax_hints, name="tax_hints"),
    path("desk/power-of-attorney/", made.power, name="power_of_attorney"),
    path("desk/listings/<uuid:code>/withdrawal-notice/", made.withdrawal, name="withdrawal_notice"),
]
