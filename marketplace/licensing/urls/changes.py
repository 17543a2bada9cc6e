"""Addresses of negotiations and of what changes a license in force."""

from __future__ import annotations

from django.urls import URLPattern, path

from marketplace.licensing.views import changing, negotiating

urlpatterns: list[URLPattern] = [
    path("listings/<uuid:code>/other-terms/", negotiating.other_terms, name="other_terms"),
    path("negotiations/", negotiating.negotiations, name="negotiations"),
    path("negotiations/<uuid:code>/", negotiating.negotiation, name="negotiation"),
    path("negotiations/<uuid:code>/version/", negotiating.counter, name="counter"),
    path("negotiations/<uuid:code>/accept/", negotiating.accept, name="negotiation_accept"),
    path("negotiations/<uuid:code>/take/", negotiating.take, name="negotiation_take"),
    path("negotiations/<uuid:code>/break-off/", negotiating.break_off, name="negotiation_break_off"),
    path("negotiations/<uuid:code>/publicity/", negotiating.publicity, name="publicity_of_terms"),
    path("negotiations/<uuid:code>/note/", negotiating.note, name="negotiation_note"),
    path("deals/<uuid:code>/amend/", changing.amend, name="amend"),
    path("deals/<uuid:code>/renew/", changing.renew, name="renew"),
    path("deals/<uuid:code>/end/", changing.end, name="ending"),
    path("deals/<uuid:code>/end/propose/", changing.propose_end, name="propose_end"),
    path("deals/<uuid:code>/end/drop/", changing.drop_end, name="drop_end"),
    path("deals/<uuid:code>/end/demand/", changing.demand, name="demand_performance"),
    path("deals/<uuid:code>/end/demand/<uuid:demand>/mended/", changing.mended, name="mended"),
    path("deals/<uuid:code>/end/<slug:ground>/", changing.notice, name="notice_to_end"),
    path("deals/<uuid:code>/hold/release/", changing.release, name="hold_release"),
    path("deals/<uuid:code>/hold/waive/", changing.waive, name="hold_waive"),
    path("deals/<uuid:code>/approval/", changing.approval_again, name="approval_again"),
]
