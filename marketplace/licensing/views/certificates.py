"""Signing with the certificate of an authority: the way there and the way back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts.access import fresh_login_required
from marketplace.accounts.requests import PersonRequest, address_of
from marketplace.lib.findings import Finding, Refused, Severity
from marketplace.licensing import flow
from marketplace.licensing.forms.deals import SignForm
from marketplace.licensing.models import CaSession
from marketplace.licensing.signing.ca import AuthorityUnavailable, NotSigned, authorities, practice, visits
from marketplace.licensing.views import signing, signing_desk
from marketplace.licensing.views.common import find, terms_changed

MOST = 20_000  # characters of one answer of an authority


@require_POST
@fresh_login_required
def begin(request: PersonRequest, code: UUID, number: int, authority: str) -> HttpResponseBase:
    """Hand the paper over and go to the authority, or to our own page where it asks nothing of its own."""
    deal = find(request, code)
    desk = signing_desk.of_any(request, deal, number)
    if isinstance(desk, HttpResponse):
        return desk
    nowhere = "00000000-0000-0000-0000-000000000000"
    path = reverse("licensing:certificate", args=[deal.code, nowhere]).replace(nowhere, "{code}")
    try:
        session, visit = visits.begin(
            desk.paper, by=request.user, authority=authority, return_url=request.build_absolute_uri("/")[:-1] + path
        )
    except flow.NotNow:
        messages.info(request, _("This deal has already moved on. Here is where it stands."))
        return redirect(deal)
    except flow.TermsChanged as changed:
        return terms_changed(request, changed, agreement=deal)
    except Refused as refused:
        return signing.page(request, desk, _blank(desk), list(refused.findings), status=422)
    except AuthorityUnavailable:
        return signing.page(request, desk, _blank(desk), [_unavailable()], status=422)
    return redirect(visit.url or reverse("licensing:certificate", args=[deal.code, session.code]))


def _blank(desk: signing_desk.Desk) -> SignForm:
    return SignForm(initial={"document_sha256": desk.paper.sha256})


def _unavailable() -> Finding:
    return Finding(
        "SIG-2",
        Severity.BLOCK,
        _("The certificate authority does not answer properly just now. Nothing was signed."),
        _("Try again in a few minutes, or choose another way of signing."),
    )


@fresh_login_required
def finish(request: PersonRequest, code: UUID, visit: UUID) -> HttpResponseBase:
    """Back from the authority: what it answered is taken over by a button, never by opening an address."""
    deal = find(request, code)
    rows = CaSession.objects.filter(paper__agreement=deal, user=request.user).select_related(
        "paper__file", "paper__signed_file"
    )
    session = get_object_or_404(rows, code=visit)
    session.paper.agreement = deal
    if request.method != "POST":
        return _page(request, session)
    answer = {name: str(value)[:MOST] for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    try:
        visits.finish(
            session,
            by=request.user,
            answer=answer,
            address=address_of(request),
            agent=request.headers.get("User-Agent", ""),
        )
    except flow.AlreadySigned:
        return signing_desk.already(request, deal)
    except flow.NotNow:
        messages.info(request, _("This visit is over. Start again on the page of your signature."))
        return redirect(deal)
    except flow.TermsChanged as changed:
        return terms_changed(request, changed, agreement=deal)
    except NotSigned as problem:
        return _page(request, session, [Finding("SIG-2", Severity.BLOCK, problem.words)])
    except AuthorityUnavailable:
        return _page(request, session, [_unavailable()])
    except Refused as refused:
        return _page(request, session, list(refused.findings))
    messages.success(request, _("Signed. A record of it is kept with the contract."))
    return redirect(deal)


def _page(request: PersonRequest, session: CaSession, findings: list[Finding] | None = None) -> HttpResponse:
    authority = authorities().get(session.authority)
    context = {
        "agreement": session.paper.agreement,
        "session": session,
        "authority": authority,
        "answer": {name: value[:MOST] for name, value in request.GET.items()},
        "pin": practice.PIN if session.authority == practice.PracticeAuthority.name else "",
        "back": reverse("licensing:sign_paper", args=[session.paper.agreement.code, session.paper.pk]),
        "findings": findings or [],
    }
    return render(request, "licensing/certificate.html", context, status=422 if findings else 200)
