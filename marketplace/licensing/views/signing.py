"""Confirming the highlighted clauses one by one, and signing with a code from the mailbox or a passkey."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from listings.models import Track
from marketplace.accounts import passkeys
from marketplace.accounts.access import fresh_login_required, login_required
from marketplace.accounts.codes import WrongCode
from marketplace.accounts.models import SigningAuthority, User
from marketplace.accounts.passkeys import WrongPasskey
from marketplace.accounts.requests import PersonRequest, address_of
from marketplace.lib.findings import Finding, Refused
from marketplace.lib.limits import allow
from marketplace.lib.terms import today
from marketplace.licensing import clauses, flow, turns
from marketplace.licensing.forms import ConfirmForm, PasskeyForm, SignForm, show
from marketplace.licensing.models import Agreement, PaperKind, Party, State
from marketplace.licensing.papers import BINDING
from marketplace.licensing.signing.passkey import NONCE_BYTES, Answer, challenge
from marketplace.licensing.states import STEPS, Who
from marketplace.licensing.views.common import find, terms_changed


@login_required
def confirm(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """The next highlighted clause that nobody has confirmed; without JavaScript one page after the other."""
    deal = find(request, code)
    findings: tuple[Finding, ...] = ()
    if request.method == "POST":
        form = ConfirmForm(request.POST)
        if form.is_valid():
            try:
                flow.confirm(
                    deal,
                    by=request.user,
                    clause=form.cleaned_data["clause"],
                    text_sha256=form.cleaned_data["text_sha256"],
                )
            except flow.NotNow:
                messages.info(request, _("This deal has already moved on."))
                return redirect(deal)
            except Refused as refused:
                findings = refused.findings
        if not findings:
            return redirect("licensing:confirm", deal.code)
    return _next_clause(request, deal, findings)


def _next_clause(request: PersonRequest, deal: Agreement, findings: tuple[Finding, ...]) -> HttpResponse:
    if deal.state != State.OFFERED:
        return redirect(deal)
    every, left = clauses.highlighted(deal), clauses.open_ones(deal)
    if not left:
        return redirect(deal)
    clause = left[0]
    rendering = None
    if get_language() == "en":
        rendering = next((one for one in clauses.highlighted(deal, "en") if one.key == clause.key), None)
    context = {
        "agreement": deal,
        "stations": turns.stations(turns.look(deal, request.user)),
        "clause": clause,
        "rendering": rendering,
        "number": len(every) - len(left) + 1,
        "count": len(every),
        "findings": findings,
    }
    return render(request, "licensing/confirm.html", context, status=422 if findings else 200)


@fresh_login_required
def sign(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """The signature: what is signed, by whom, by which right, then the code and the one button."""
    deal = find(request, code)
    by_passkey = "credential" in request.POST
    kind = PasskeyForm if by_passkey else SignForm
    form = kind(request.POST or None, initial={"document_sha256": deal.contract_sha256})
    if request.method != "POST":
        return _sign_page(request, deal, form)
    if not allow("sign", str(request.user.pk)):
        messages.error(request, _("Too many tries in a short time. Wait a minute, then try again."))
        return _sign_page(request, deal, form, status=429)
    if not form.is_valid():
        return _sign_page(request, deal, form, status=422)
    return _act(request, deal, form)


def _proof(request: PersonRequest, deal: Agreement, form: SignForm | PasskeyForm) -> dict[str, Any]:
    """The code, or the device's answer to the question this browser was last asked; an answer serves once."""
    if isinstance(form, SignForm):
        return {"code": form.cleaned_data["code"]}
    nonce = bytes.fromhex(request.session.pop(_asked(deal), ""))
    return {"passkey": Answer(form.cleaned_data["credential"], nonce, **_site(request))}


def _asked(deal: Agreement) -> str:
    return f"signing:{deal.code}"


def _site(request: PersonRequest) -> dict[str, str]:
    host = request.get_host()
    return {"rp_id": host.partition(":")[0], "origin": f"{request.scheme}://{host}"}


def _passkey(request: PersonRequest, deal: Agreement) -> dict[str, Any] | None:
    """What this person's device is asked to sign, None for whoever has no passkey."""
    if not passkeys.usable_by(request.user):
        return None
    nonce = secrets.token_bytes(NONCE_BYTES)
    request.session[_asked(deal)] = nonce.hex()
    asked = challenge(deal.contract_sha256, nonce)
    options = passkeys.request_options(request.user, asked, **_site(request))
    return {"form": PasskeyForm(initial={"document_sha256": deal.contract_sha256}), "js": {"request_options": options}}


def _act(request: PersonRequest, deal: Agreement, form: SignForm | PasskeyForm) -> HttpResponseBase:
    act = flow.send_notice if deal.track == Track.OPEN else flow.sign
    try:
        act(
            deal,
            by=request.user,
            document_sha256=form.cleaned_data["document_sha256"],
            address=address_of(request),
            agent=request.headers.get("User-Agent", ""),
            **_proof(request, deal, form),
        )
    except flow.AlreadySigned:
        return _already(request, deal)
    except flow.NotNow:
        messages.info(request, _("This deal has already moved on. Here is where it stands."))
        return redirect(deal)
    except flow.TermsChanged as changed:
        return terms_changed(request, changed, agreement=deal)
    except (WrongCode, WrongPasskey) as wrong:
        if _has_signed(deal, request.user):  # the first of two clicks used the code
            return _already(request, deal)
        return _sign_page(request, deal, form, show(form, (wrong.finding,)), status=422)
    except Refused as refused:
        return _sign_page(request, deal, form, show(form, refused.findings), status=422)
    messages.success(request, _("Signed. A record of it is kept with the contract."))
    return redirect(deal)


def _already(request: PersonRequest, deal: Agreement) -> HttpResponse:
    """A second click changes nothing and says so (LIC-2)."""
    messages.info(request, _("You have already signed. Nothing was signed twice."))
    return redirect(deal)


def _has_signed(deal: Agreement, user: User) -> bool:
    return deal.signatures.filter(user=user, term_sheet__isnull=True).exists()


@require_POST
@fresh_login_required
def code(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """Mail the one-time code, after asking everything that would refuse the signature."""
    deal = find(request, code)
    if not allow("sign", str(request.user.pk)):
        messages.error(request, _("Too many tries in a short time. Wait a minute, then try again."))
        return _sign_page(request, deal, SignForm(), status=429)
    try:
        flow.request_code(deal, by=request.user)
    except flow.AlreadySigned:
        return _already(request, deal)
    except flow.NotNow:
        messages.info(request, _("This deal has already moved on. Here is where it stands."))
        return redirect(deal)
    except flow.TermsChanged as changed:
        return terms_changed(request, changed, agreement=deal)
    except Refused as refused:
        form = SignForm(initial={"document_sha256": deal.contract_sha256})
        return _sign_page(request, deal, form, list(refused.findings), status=422)
    messages.success(request, _("The code is on its way to %(email)s.") % {"email": request.user.email})
    return redirect(f"{reverse('licensing:sign', args=[deal.code])}?code=sent")


def _sign_page(
    request: PersonRequest,
    deal: Agreement,
    form: SignForm | PasskeyForm,
    findings: list[Finding] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Everything a signatory has to see on one page; whoever has nothing to sign is shown where the deal stands."""
    view = turns.look(deal, request.user)
    if not (view.can("sign") or view.can("send_notice")):
        return redirect(deal)
    party = _party(view)
    if party in view.signed:
        return _already(request, deal)
    if party == Party.LICENSEE and view.unconfirmed:
        messages.info(request, _("Confirm the highlighted clauses first; then you sign."))
        return redirect("licensing:confirm", deal.code)
    kind = PaperKind.NOTICE if deal.track == Track.OPEN else PaperKind.CONTRACT
    papers = {paper.language: paper for paper in deal.papers.filter(kind=kind).select_related("file")}
    context: dict[str, Any] = {
        "agreement": deal,
        "stations": turns.stations(view),
        "organization": deal.licensee if party == Party.LICENSEE else deal.licensor,
        "authority": _authority(request.user, deal, party),
        "paper": papers.get(BINDING),
        "rendering": papers.get("en"),
        "form": form if isinstance(form, SignForm) else SignForm(initial={"document_sha256": deal.contract_sha256}),
        "sent": request.GET.get("code") == "sent" or (form.is_bound and isinstance(form, SignForm)),
        "passkey": _passkey(request, deal),
        "findings": findings or [],
        "step": STEPS["send_notice" if deal.track == Track.OPEN else "sign"],
        "licensor_signed": Party.LICENSOR in view.signed and party == Party.LICENSEE,
        "confirmed": deal.confirmations.count(),
        "dev_mail": settings.DEV_PAGES,
    }
    return render(request, "licensing/sign.html", context, status=status)


def _party(view: turns.View) -> Party:
    return Party.LICENSEE if Who.LICENSEE in view.sides else Party.LICENSOR


def _authority(user: User, deal: Agreement, party: Party) -> SigningAuthority | None:
    """The authority that would carry the signature; the transaction of the signature asks again."""
    organization = deal.licensee if party == Party.LICENSEE else deal.licensor
    held = SigningAuthority.objects.filter(user=user, organization=organization, scope_contracts=True)
    return next((one for one in held.order_by("-confirmed_at") if one.covers(today())), None)
