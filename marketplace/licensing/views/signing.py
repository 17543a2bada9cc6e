"""Signing with a code from the mailbox or a passkey."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.accounts import factors, passkeys, security
from marketplace.accounts.access import fresh_login_required
from marketplace.accounts.codes import WrongCode
from marketplace.accounts.passkeys import WrongPasskey
from marketplace.accounts.requests import PersonRequest, address_of
from marketplace.lib.findings import Finding, Refused
from marketplace.lib.limits import allow
from marketplace.licensing import flow
from marketplace.licensing.forms.deals import CopyForm, PasskeyForm, SignForm, show
from marketplace.licensing.models import CopyState, Method, Party, Signature
from marketplace.licensing.signing import doors, levels
from marketplace.licensing.signing.ca import authorities
from marketplace.licensing.signing.doors import Signing
from marketplace.licensing.signing.passkey import NONCE_BYTES, Answer, challenge
from marketplace.licensing.views import signing_desk
from marketplace.licensing.views.common import find, terms_changed
from marketplace.licensing.views.signing_desk import Desk, already


@fresh_login_required
def sign(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """The signature: what is signed, by whom, by which right, then the ways of signing."""
    return _sign(request, signing_desk.of_agreement(request, find(request, code)))


@fresh_login_required
def sign_paper(request: PersonRequest, code: UUID, number: int) -> HttpResponseBase:
    """The same for a further paper of the deal."""
    return _sign(request, signing_desk.of_paper(request, find(request, code), number))


@require_POST
@fresh_login_required
def code(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """Mail the one-time code, after asking everything that would refuse the signature."""
    return _code(request, signing_desk.of_agreement(request, find(request, code)))


@require_POST
@fresh_login_required
def paper_code(request: PersonRequest, code: UUID, number: int) -> HttpResponseBase:
    """The same for a further paper of the deal."""
    return _code(request, signing_desk.of_paper(request, find(request, code), number))


def _sign(request: PersonRequest, desk: Desk | HttpResponse) -> HttpResponseBase:
    if isinstance(desk, HttpResponse):
        return desk
    kind = PasskeyForm if "credential" in request.POST else SignForm
    form = kind(request.POST or None, initial={"document_sha256": desk.paper.sha256})
    if request.method != "POST":
        return page(request, desk, form)
    if not allow("sign", str(request.user.pk)):
        return _too_often(request, desk, form)
    if not form.is_valid():
        return page(request, desk, form, status=422)
    return _act(request, desk, form)


def _too_often(request: PersonRequest, desk: Desk, form: SignForm | PasskeyForm) -> HttpResponse:
    messages.error(request, _("Too many tries in a short time. Wait a minute, then try again."))
    return page(request, desk, form, status=429)


def _proof(request: PersonRequest, desk: Desk, form: SignForm | PasskeyForm) -> dict[str, Any]:
    """The code, or the device's answer to the question this browser was last asked; an answer serves once."""
    if isinstance(form, SignForm):
        return {"code": form.cleaned_data["code"]}
    nonce = bytes.fromhex(request.session.pop(_asked(desk), ""))
    return {"passkey": Answer(form.cleaned_data["credential"], nonce, **_site(request))}


def _asked(desk: Desk) -> str:
    return f"signing:{desk.paper.pk}"


def _site(request: PersonRequest) -> dict[str, str]:
    host = request.get_host()
    return {"rp_id": host.partition(":")[0], "origin": f"{request.scheme}://{host}"}


def _passkey(request: PersonRequest, desk: Desk) -> dict[str, Any] | None:
    """What this person's device is asked to sign, None for whoever has no passkey."""
    if not passkeys.usable_by(request.user):
        return None
    nonce = secrets.token_bytes(NONCE_BYTES)
    request.session[_asked(desk)] = nonce.hex()
    asked = challenge(desk.paper.sha256, nonce)
    options = passkeys.request_options(request.user, asked, **_site(request))
    return {"form": PasskeyForm(initial={"document_sha256": desk.paper.sha256}), "js": {"request_options": options}}


def _act(request: PersonRequest, desk: Desk, form: SignForm | PasskeyForm) -> HttpResponseBase:
    deal, agent = desk.deal, request.headers.get("User-Agent", "")
    proof = _proof(request, desk, form)
    act = Signing.now(request.user, form.cleaned_data["document_sha256"], address_of(request), agent, **proof)
    try:
        doors.go_through(desk.door, act)
    except flow.AlreadySigned:
        return already(request, deal)
    except flow.NotNow:
        messages.info(request, _("This deal has already moved on. Here is where it stands."))
        return redirect(deal)
    except flow.TermsChanged as changed:
        return terms_changed(request, changed, agreement=deal)
    except (WrongCode, WrongPasskey) as wrong:
        if _has_signed(request, desk):  # the first of two clicks used the code
            return already(request, deal)
        return page(request, desk, form, show(form, (wrong.finding,)), status=422)
    except Refused as refused:
        return page(request, desk, form, show(form, refused.findings), status=422)
    messages.success(request, _("Signed. A record of it is kept with the contract."))
    return redirect(deal)


def _has_signed(request: PersonRequest, desk: Desk) -> bool:
    paper = desk.paper if desk.further else None
    rows = Signature.objects.filter(agreement=desk.deal, paper=paper, user=request.user, term_sheet__isnull=True)
    return rows.exists()


def _code(request: PersonRequest, desk: Desk | HttpResponse) -> HttpResponseBase:
    if isinstance(desk, HttpResponse):
        return desk
    form = SignForm(initial={"document_sha256": desk.paper.sha256})
    if not allow("sign", str(request.user.pk)):
        return _too_often(request, desk, form)
    try:
        doors.send_code(desk.door, Signing.now(request.user, desk.paper.sha256))
    except flow.AlreadySigned:
        return already(request, desk.deal)
    except flow.NotNow:
        messages.info(request, _("This deal has already moved on. Here is where it stands."))
        return redirect(desk.deal)
    except flow.TermsChanged as changed:
        return terms_changed(request, changed, agreement=desk.deal)
    except Refused as refused:
        return page(request, desk, form, list(refused.findings), status=422)
    messages.success(request, _("The code is on its way to %(email)s.") % {"email": request.user.email})
    return redirect(f"{desk.sign_url}?code=sent")


def page(
    request: PersonRequest,
    desk: Desk,
    form: SignForm | PasskeyForm,
    findings: list[Finding] | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Everything a signatory has to see on one page."""
    sent = request.GET.get("code") == "sent" or (form.is_bound and isinstance(form, SignForm))
    context: dict[str, Any] = {
        "agreement": desk.deal,
        "desk": desk,
        "organization": desk.organization,
        "authority": desk.authority(request),
        "form": form if isinstance(form, SignForm) else SignForm(initial={"document_sha256": desk.paper.sha256}),
        "sent": sent,
        "findings": findings or [],
        "factor": _factor(request, desk),
        "licensor_signed": Party.LICENSOR in desk.signed and desk.party == Party.LICENSEE,
        "confirmed": desk.deal.confirmations.filter(paper=desk.paper if desk.further else None).count(),
        "dev_mail": settings.DEV_PAGES,
        "copy_form": CopyForm(initial={"document_sha256": desk.paper.sha256}),
        "scan": desk.paper.copies.filter(party=desk.party, state=CopyState.WAITING).first(),
        **_ways(request, desk, sent=sent),
        **more,
    }
    return render(request, "licensing/sign.html", context, status=status)


def _factor(request: PersonRequest, desk: Desk) -> Finding | None:
    """What would refuse the signature for want of a second factor; the way back is remembered (IDN-1)."""
    found = security.finding_for(request.user, desk.organization)
    if found is not None:
        request.session[factors.GO_ON] = desk.sign_url
    return found


def _ways(request: PersonRequest, desk: Desk, *, sent: bool) -> dict[str, Any]:
    """The ways of signing that the terms take: the nearest one opened, the others folded beneath it."""
    taken = levels.accepted(desk.deal)
    found = [authority for authority in authorities().values() if Method.CA in taken]
    ways = [method for method in taken if method != Method.CA or found]
    passkey = _passkey(request, desk) if Method.PASSKEY in taken else None
    first = Method.PASSKEY if passkey and not sent else Method.CLICK if Method.CLICK in taken else None
    return {
        "ways": ways,
        "levels": {method.value: level for method, level in levels.LEVELS.items()},
        "passkey": passkey,
        "first_way": first,
        "code_first": first == Method.CLICK,
        "other_ways": [{"template": f"licensing/sign/way_{method}.html"} for method in ways if method != first],
        "authorities": found,
    }
