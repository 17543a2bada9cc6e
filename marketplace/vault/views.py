"""Handing a file out, to those who may read it."""

from __future__ import annotations

import io
import logging
from uuid import UUID

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.vault import files, kinds, reading
from marketplace.vault.models import VaultFile

log = logging.getLogger(__name__)
PLAIN = "text/plain; charset=utf-8"
SHOWN = frozenset({kinds.PDF, kinds.PNG, kinds.JPEG})
BESIDE = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; base-uri 'none'; frame-ancestors 'self'"


@require_safe
def file(request: HttpRequest, code: UUID) -> HttpResponseBase:
    """The bytes of one file. Strangers get the same 404 as for a file that does not exist.

    What a moderator reads by that right alone is recorded before the first byte leaves. The bytes are compared with
    their hash each time: a damaged file is not given out.
    """
    found = get_object_or_404(VaultFile, code=code)
    if not reading.opens_by_rule(request.user, found):
        if not reading.opens_as_evidence(request.user, found):
            raise Http404
        with transaction.atomic():
            trail.record(Action.FILE_READ, found, by=request.user, kind=found.kind)  # type: ignore[arg-type]
    try:
        data = files.read(found)
    except files.Damaged:
        log.exception("a vault file is damaged")
        return HttpResponse(_("This file is damaged; the platform has been told."), status=503, content_type=PLAIN)
    beside = "beside" in request.GET and found.content_type in SHOWN and reading.opens_as_evidence(request.user, found)
    inline = (beside or kinds.kind_of(found.kind).inline) and "download" not in request.GET
    response = FileResponse(
        io.BytesIO(data), as_attachment=not inline, filename=found.name, content_type=found.content_type
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    if beside and inline:
        # A moderator reads evidence beside the claim, in a frame of the admin's own page; the bytes are what their
        # type says (looked at when they were stored), and nothing in them may load or run.
        response["X-Frame-Options"] = "SAMEORIGIN"
        response["Content-Security-Policy"] = BESIDE
    if not inline:
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
