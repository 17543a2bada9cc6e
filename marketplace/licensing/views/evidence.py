"""The evidence pack of a deal, for whoever sees the deal."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.accounts.access import login_required
from marketplace.accounts.requests import PersonRequest
from marketplace.frame import errors
from marketplace.lib import limits
from marketplace.licensing.views.common import find


@login_required
@require_safe
def download(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """The zip; where the seal is out of reach the deal's page says so and nothing half-made is given out (DOC-3)."""
    from marketplace.licensing.evidence import build
    from marketplace.licensing.signing.seal import SealUnavailable

    deal = find(request, code)
    if not limits.allow("evidence", str(request.user.pk)):
        return errors.too_many(request)
    try:
        pack = build(deal)
    except SealUnavailable:
        messages.error(request, _("The pack cannot be signed right now. Try again in a few minutes."))
        return redirect(deal)
    answer = HttpResponse(pack.data, content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{pack.name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
