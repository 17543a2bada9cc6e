"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, path

from marketplace.licensing import urls_verify
from marketplace.licensing.views import after, asking, deals, evidence, signing

app_name = "licensing"
urlpatterns: list[URLPattern] = [
    path("listings/<uuid:code>/contract/", asking.preview, name="preview"),
    path("listings/<uuid:code>/request/", asking.ask, name="request"),
    path("deals/", deals.deals, name="deals"),
    path("deals/<uuid:code>/", deals.agreement, name="agreement"),
    path("deals/<uuid:code>/confirm/", signing.confirm, name="confirm"),
    path("deals/<uuid:code>/sign/", signing.sign, name="sign"),
    path("deals/<uuid:code>/code/", signing.code, name="code"),
    path("deals/<uuid:code>/papers/<int:number>/sign/", signing.sign_paper, name="sign_paper"),
    path("deals/<uuid:code>/papers/<int:number>/code/", signing.paper_code, name="paper_code"),
    path("deals/<uuid:code>/after/", after.after, name="after"),
    path("deals/<uuid:code>/evidence/", evidence.download, name="evidence"),
    path("deals/<uuid:code>/cancel/", deals.cancel, name="cancel"),
    path("deals/<uuid:code>/decline/", deals.decline, name="decline"),
    path("deals/<uuid:code>/leave/", deals.leave, name="leave"),
    path("deals/<uuid:code>/offer/", deals.offer, name="offer"),
    path("deals/<uuid:code>/again/", deals.again, name="again"),
    *urls_verify.urlpatterns,
]
