"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from marketplace.licensing.urls import changes, papers, record, running, verify
from marketplace.licensing.views import (
    after,
    asking,
    certificates,
    confirming,
    copies,
    deals,
    evidence,
    handover,
    signing,
)

app_name = "licensing"
urlpatterns: list[URLPattern] = [
    path("listings/<uuid:code>/contract/", asking.preview, name="preview"),
    path("listings/<uuid:code>/request/", asking.ask, name="request"),
    path("deals/", deals.deals, name="deals"),
    path("deals/<uuid:code>/", deals.agreement, name="agreement"),
    path("deals/<uuid:code>/confirm/", confirming.confirm, name="confirm"),
    path("deals/<uuid:code>/sign/", signing.sign, name="sign"),
    path("deals/<uuid:code>/code/", signing.code, name="code"),
    path("deals/<uuid:code>/papers/<int:number>/confirm/", confirming.confirm_paper, name="confirm_paper"),
    path("deals/<uuid:code>/papers/<int:number>/sign/", signing.sign_paper, name="sign_paper"),
    path("deals/<uuid:code>/papers/<int:number>/code/", signing.paper_code, name="paper_code"),
    path("deals/<uuid:code>/papers/<int:number>/scan/", copies.hand_in, name="hand_in_copy"),
    path("deals/<uuid:code>/scans/<uuid:copy>/", copies.look, name="stamped_copy"),
    path("deals/<uuid:code>/scans/<uuid:copy>/back/", copies.take_back, name="stamped_copy_back"),
    path("deals/<uuid:code>/papers/<int:number>/ca/<slug:authority>/", certificates.begin, name="certificate_begin"),
    path("deals/<uuid:code>/ca/<uuid:visit>/", certificates.finish, name="certificate"),
    path("deals/<uuid:code>/papers/<int:number>/phone/", handover.phone, name="phone"),
    path("on-phone/<str:secret>/", handover.handed_over, name="handed_over"),
    path("deals/<uuid:code>/after/", after.after, name="after"),
    path("deals/<uuid:code>/evidence/", evidence.download, name="evidence"),
    path("deals/<uuid:code>/cancel/", deals.cancel, name="cancel"),
    path("deals/<uuid:code>/decline/", deals.decline, name="decline"),
    path("deals/<uuid:code>/leave/", deals.leave, name="leave"),
    path("deals/<uuid:code>/offer/", deals.offer, name="offer"),
    path("deals/<uuid:code>/again/", deals.again, name="again"),
    *changes.urlpatterns,
    *running.urlpatterns,
    *papers.urlpatterns,
    *record.urlpatterns,
    *verify.urlpatterns,
]
