"""Pages of the payer: what is owed, how to pay it, and what became of the money."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import login_required, organization_required
from marketplace.accounts.requests import MemberRequest, PersonRequest
from marketplace.lib.findings import Finding, Refused
from marketplace.lib.saying import on_form
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.payments import access, attempts, bank_transfer, gateways, showing, webhooks
from marketplace.payments.forms import DeclareForm
from marketplace.payments.gateway import GatewayDown, GatewayRefused
from marketplace.payments.models import UNFINISHED, BankTransfer, Payment, PaymentState, TransferState, Way
from marketplace.vault import files

PER_PAGE = 20


def _obligation(request: PersonRequest, code: UUID) -> Obligation:
    owed = access.obligations_visible_to(request.user).select_related("agreement__version")
    return get_object_or_404(owed.exclude(amount_minor=0), code=code)


def _payable(request: PersonRequest, code: UUID) -> Obligation:
    """An obligation that the person may pay; 404 for everybody else, members of the licensor included."""
    obligation = _obligation(request, code)
    if not access.may_pay(request.user, obligation.agreement.licensee):
        raise Http404
    return obligation


def _page(
    request: PersonRequest, obligation: Obligation, *, findings: tuple[Finding, ...] = (), status: int = 200
) -> HttpResponse:
    payments = list(obligation.payments.order_by("-started_at", "-pk")[:10])
    payment = next((row for row in payments if row.state in UNFINISHED), None)
    transfer = BankTransfer.objects.filter(payment__obligation=obligation).order_by("-pk").first()
    due = obligation.state == ObligationState.DUE
    may_pay = access.may_pay(request.user, obligation.agreement.licensee)
    declared = bool(
        payment is not None
        and transfer is not None
        and transfer.state in {TransferState.DECLARED, TransferState.SECOND}
    )
    context = {
        "owed": obligation,
        "agreement": obligation.agreement,
        "payee": showing.payee_of(obligation),
        "slip": showing.slip_facts(obligation),
        "steps": showing.steps_of(obligation, payment, transfer, payer=may_pay),
        "payment": payment,
        "transfer": transfer,
        "declared": declared,
        "not_found": transfer is not None and transfer.state == TransferState.NOT_FOUND and payment is None,
        "suspended": next((row.suspense for row in payments if hasattr(row, "suspense")), None),
        "can_act": due and may_pay and not declared,
        "may_pay": may_pay,
        "may_confirm": access.may_confirm(request.user, obligation.agreement.licensor),
        "ways": gateways.online_ways(obligation) if due and may_pay else [],
        "findings": findings,
    }
    return render(request, "payments/pay.html", context, status=status)


@login_required
@require_safe
def pay(request: PersonRequest, code: UUID) -> HttpResponse:
    """What is owed, to whom, by when, and the ways to pay it."""
    return _page(request, _obligation(request, code))


@login_required
@require_safe
def slip(request: PersonRequest, code: UUID) -> HttpResponse:
    """The payment slip to print or copy from."""
    obligation = _obligation(request, code)
    return render(
        request,
        "payments/slip.html",
        {
            "owed": obligation,
            "agreement": obligation.agreement,
            "slip": showing.slip_facts(obligation),
            "payee": showing.payee_of(obligation),
            "due": obligation.state == ObligationState.DUE,
            "may_pay": access.may_pay(request.user, obligation.agreement.licensee),
        },
    )


@login_required
@require_POST
def online(request: PersonRequest, code: UUID) -> HttpResponse:
    """Go to the gateway's page; a refusal comes back to this page with its reason."""
    obligation = _payable(request, code)
    way = request.POST.get("way", "")
    if way not in gateways.online_ways(obligation):
        messages.error(request, _("This way to pay is not open for this licensor."))
        return _page(request, obligation, status=422)
    try:
        payment = attempts.start(obligation, by=request.user, way=Way(way))
    except Refused as refusal:
        return _page(request, obligation, findings=refusal.findings, status=422)
    except (GatewayDown, GatewayRefused):
        messages.error(
            request, _("The gateway does not answer at the moment. Nothing was charged. Try again, or pay by transfer.")
        )
        return _page(request, obligation, status=503)
    return redirect(payment.checkout_url)


@login_required
def declare(request: PersonRequest, code: UUID) -> HttpResponse:
    """Say that a transfer was made."""
    obligation = _payable(request, code)
    initial = {"payer": obligation.agreement.licensee.name}
    form = DeclareForm(request.POST or None, request.FILES or None, initial=initial)
    findings: tuple[Finding, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            _declare(request, obligation, form.cleaned_data)
        except files.BadFile as bad:
            on_form(form, [bad.finding], otherwise="receipt")
        except Refused as refusal:
            findings = refusal.findings
        else:
            messages.success(request, _("Thank you. The licensor has been asked to look for your transfer."))
            return redirect("payments:pay", code=obligation.code)
    context = {"form": form, "owed": obligation, "agreement": obligation.agreement, "findings": findings}
    return render(request, "payments/declare.html", context, status=422 if request.method == "POST" else 200)


def _declare(request: PersonRequest, obligation: Obligation, told: dict[str, Any]) -> None:
    attempts.require_due(obligation)  # before the receipt is stored
    upload = told["receipt"]
    receipt = None
    if upload is not None:
        receipt = files.store(
            upload.read(),
            kind="transfer_receipt",
            name=upload.name,
            by=request.user,
            subject=obligation,
        )
    bank_transfer.declare(
        obligation,
        by=request.user,
        payer=told["payer"],
        paid_on=told["paid_on"],
        serial=told["serial"],
        receipt=receipt,
    )


@login_required
@require_POST
def withdraw(request: PersonRequest, code: UUID) -> HttpResponse:
    """Take a declaration back."""
    obligation = _payable(request, code)
    transfer = BankTransfer.objects.filter(payment__obligation=obligation, payment__state__in=UNFINISHED).first()
    if transfer is None:
        messages.info(request, _("There is no declared transfer to take back."))
        return redirect("payments:pay", code=obligation.code)
    try:
        bank_transfer.withdraw(transfer, by=request.user)
    except Refused as refusal:
        return _page(request, obligation, findings=refusal.findings, status=422)
    messages.success(request, _("The declaration is taken back. The amount is still due."))
    return redirect("payments:pay", code=obligation.code)


@login_required
@require_safe
def returned(request: PersonRequest, code: UUID) -> HttpResponse:
    """Where the gateway sends the payer back to. Says what is known, and never more than that."""
    payment = get_object_or_404(
        Payment.objects.visible_to(request.user).select_related(
            "obligation__agreement__licensor", "obligation__agreement__licensee", "started_by"
        ),
        code=code,
    )
    try:
        payment = webhooks.look_again(payment)
    except (GatewayDown, GatewayRefused):
        messages.warning(request, _("The gateway does not answer at the moment."))
    context = {
        "payment": payment,
        "owed": payment.obligation,
        "agreement": payment.obligation.agreement,
        "waiting": payment.state in UNFINISHED,
        "stopped": payment.state in {PaymentState.FAILED, PaymentState.EXPIRED, PaymentState.ABANDONED},
    }
    return render(request, "payments/returned.html", context)


@login_required
@require_safe
def receipt(request: PersonRequest, code: UUID) -> HttpResponse:
    """What was settled, for both sides to print."""
    obligation = get_object_or_404(
        access.obligations_visible_to(request.user).filter(state=ObligationState.SETTLED, amount_minor__gt=0), code=code
    )
    context = {
        "owed": obligation,
        "agreement": obligation.agreement,
        "facts": showing.receipt_facts(obligation),
        "back": Payment.objects.filter(obligation=obligation, refunds__state="succeeded").exists(),
    }
    return render(request, "payments/receipt.html", context)


@organization_required()
@require_safe
def mine(request: MemberRequest) -> HttpResponseBase:
    """Everything the organization owes and has paid: what is due stands first."""
    owed = (
        Obligation.objects.filter(agreement__licensee=request.organization, amount_minor__gt=0)
        .exclude(state=ObligationState.WAIVED)
        .select_related("agreement__licensor", "agreement__listing__patent")
    )
    match request.GET.get("show", "due"):
        case "due":
            show, rows = "due", owed.filter(state=ObligationState.DUE).order_by("due_on", "pk")
        case "later":
            show, rows = "later", owed.filter(state=ObligationState.FUTURE).order_by("due_on", "pk")
        case _:
            show, rows = "paid", owed.filter(state=ObligationState.SETTLED).order_by("-settled_at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "payments/mine.html", {"page": page, "show": show})
