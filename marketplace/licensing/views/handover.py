"""The QR code that takes signing to the phone, and the page that the phone opens."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.access import fresh_login_required, login_required
from marketplace.accounts.requests import PersonRequest
from marketplace.lib.limits import allow
from marketplace.licensing.models import Agreement, Paper
from marketplace.licensing.papers import BINDING
from marketplace.licensing.signing import handover
from marketplace.licensing.signing.handover import Stage
from marketplace.licensing.views import signing_desk
from marketplace.licensing.views.common import find


@fresh_login_required
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: PersonRequest, code: UUID, number: int) -> HttpResponseBase:
    """Make the code; then show it, and how far the phone has come, until the signature is there."""
    deal = find(request, code)
    paper = get_object_or_404(deal.papers.filter(language=BINDING), pk=number)
    paper.agreement = deal
    if request.method != "POST":
        return _show(request, deal, paper)
    desk = signing_desk.of_any(request, deal, number)
    if isinstance(desk, HttpResponse):
        return desk
    if not allow("sign", str(request.user.pk)):
        messages.error(request, _("Too many tries in a short time. Wait a minute, then try again."))
        return redirect(desk.sign_url)
    request.session[_kept(paper)] = handover.begin(paper, by=request.user)
    return redirect("licensing:phone", deal.code, paper.pk)


def _show(request: PersonRequest, deal: Agreement, paper: Paper) -> HttpResponse:
    stage = handover.stage(paper, by=request.user)
    secret = request.session.get(_kept(paper), "") if stage == Stage.WAITS else ""
    url = request.build_absolute_uri(reverse("licensing:handed_over", args=[secret])) if secret else ""
    context = {
        "agreement": deal,
        "paper": paper,
        "stage": str(stage if secret or stage != Stage.WAITS else Stage.OLD),
        "url": url,
        "qr": _svg(url) if url else "",
        "back": reverse("licensing:sign_paper", args=[deal.code, paper.pk]),
    }
    part = request.headers.get("HX-Request") == "true"
    answer = render(request, "licensing/phone_part.html" if part else "licensing/phone.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _kept(paper: Paper) -> str:
    return f"handover:{paper.pk}"


def _svg(url: str) -> SafeString:
    """The code as SVG without styles of its own, on white also in the dark."""
    out = io.BytesIO()
    code = segno.make(url, error="m", micro=False)
    colors: dict[str, Any] = {"dark": "#1d1b18", "light": "#ffffff", "svgclass": None, "lineclass": None}
    code.save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, **colors)
    return mark_safe(out.getvalue().decode())  # noqa: S308  made here, of an address of ours


@login_required
@require_safe
def handed_over(request: PersonRequest, secret: str) -> HttpResponseBase:
    """What the phone opens. Whoever is not logged in there logs in first; the link alone opens nothing."""
    try:
        paper = handover.open_on_phone(secret, by=request.user)
    except handover.Spent:
        return render(request, "licensing/phone_spent.html", status=410)
    return redirect("licensing:sign_paper", paper.agreement.code, paper.pk)
