"""Pages of the payee's finance: what was declared, what arrived, what cannot be found."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import login_required, organization_required
from marketplace.accounts.models import Role
from marketplace.accounts.requests import MemberRequest, PersonRequest
from marketplace.lib.findings import Finding, Refused
from marketplace.lib.money import from_minor
from marketplace.licensing.models import LICENSOR_SEES, Obligation, ObligationState
from marketplace.payments import access, bank_transfer, showing
from marketplace.payments.forms import ArrivalForm, ReasonForm, RecordForm
from marketplace.payments.models import BankTransfer, TransferState

PER_PAGE = 20
TO_DO = (TransferState.DECLARED, TransferState.SECOND)


@organization_required(Role.FINANCE)
@require_safe
def arrivals(request: MemberRequest) -> HttpResponseBase:
    """What waits for finance, what is owed, and what was dealt with."""
    if not request.organization.is_licensor:
        raise Http404
    mine = BankTransfer.objects.filter(organization=request.organization).select_related(
        "payment__obligation__agreement__licensee", "confirmed_by", "suspense"
    )
    to_do = mine.filter(state__in=TO_DO)
    show = request.GET.get("show", "todo")
    rows: QuerySet[BankTransfer] | QuerySet[Obligation]
    if show == "owed":
        rows = (
            Obligation.objects.filter(
                agreement__licensor=request.organization,
                agreement__state__in=LICENSOR_SEES,
                state=ObligationState.DUE,
                amount_minor__gt=0,
            )
            .select_related("agreement__licensee", "agreement__listing__patent")
            .order_by("due_on", "pk")
        )
    elif show == "done":
        rows = mine.exclude(state__in=TO_DO).order_by("-declared_at", "-pk")
    else:
        show, rows = "todo", to_do.order_by("declared_at", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "payments/arrivals.html", {"page": page, "show": show, "waiting": to_do.count()})


def _transfer(request: PersonRequest, code: UUID) -> BankTransfer:
    """A transfer to an organization whose arrivals the person may confirm; 404 for everybody else."""
    transfer = get_object_or_404(
        BankTransfer.objects.visible_to(request.user)
        .select_related(
            "organization",
            "payment__obligation__agreement__licensee",
            "payment__obligation__agreement__licensor",
            "confirmed_by",
            "approved_by",
            "receipt",
        )
        .distinct(),
        code=code,
    )
    if not access.may_confirm(request.user, transfer.organization):
        raise Http404
    return transfer


def _page(
    request: PersonRequest,
    transfer: BankTransfer,
    *,
    form: ArrivalForm | None = None,
    reason: ReasonForm | None = None,
    findings: tuple[Finding, ...] = (),
) -> HttpResponse:
    owed = from_minor(transfer.amount_minor, transfer.currency)
    open_ = transfer.state in {TransferState.DECLARED, TransferState.NOT_FOUND}
    context = {
        "transfer": transfer,
        "facts": showing.transfer_facts(transfer),
        "form": form or (ArrivalForm(initial={"amount": owed.amount}, currency=transfer.currency) if open_ else None),
        "reason_form": reason or (ReasonForm() if transfer.state in TO_DO else None),
        "second": transfer.state == TransferState.SECOND,
        "own": transfer.confirmed_by_id == request.user.pk,
        "findings": findings,
    }
    wrong = bool(findings) or any(f is not None and f.is_bound for f in (form, reason))
    return render(request, "payments/confirm.html", context, status=422 if wrong else 200)


@login_required
def confirm(request: PersonRequest, code: UUID) -> HttpResponse:
    """Look at one transfer; POST says that it is on the statement."""
    transfer = _transfer(request, code)
    if request.method != "POST":
        return _page(request, transfer)
    form = ArrivalForm(request.POST, currency=transfer.currency)
    if not form.is_valid():
        return _page(request, transfer, form=form)
    try:
        bank_transfer.confirm(transfer, form.arrival(), by=request.user)
    except Refused as refusal:
        transfer.refresh_from_db()
        return _page(request, transfer, form=form, findings=refusal.findings)
    return _done(request, transfer)


def _done(request: PersonRequest, transfer: BankTransfer) -> HttpResponse:
    """Say what the confirmation led to."""
    transfer = BankTransfer.objects.select_related("payment", "suspense", "payment__suspense").get(pk=transfer.pk)
    payment = transfer.payment
    if transfer.state == TransferState.SECOND:
        messages.info(request, _("Noted. At this amount a second person of your organization must confirm it too."))
    elif hasattr(transfer, "suspense") or (payment is not None and hasattr(payment, "suspense")):
        messages.warning(request, _("Booked as money that fits nothing. The moderators look at it and tell you."))
    else:
        messages.success(request, _("Booked. The payer has been told."))
    return redirect("payments:arrivals")


@login_required
@require_POST
def approve(request: PersonRequest, code: UUID) -> HttpResponse:
    """The second person agrees."""
    transfer = _transfer(request, code)
    try:
        bank_transfer.approve(transfer, by=request.user)
    except Refused as refusal:
        transfer.refresh_from_db()
        return _page(request, transfer, findings=refusal.findings)
    return _done(request, transfer)


@login_required
@require_POST
def not_found(request: PersonRequest, code: UUID) -> HttpResponse:
    """Say that the money is not on the statement, and why one thinks so."""
    transfer = _transfer(request, code)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, transfer, reason=form)
    try:
        bank_transfer.not_found(transfer, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        transfer.refresh_from_db()
        return _page(request, transfer, findings=refusal.findings)
    messages.success(request, _("The payer has been told that the transfer was not found."))
    return redirect("payments:arrivals")


@organization_required(Role.FINANCE)
def record(request: MemberRequest) -> HttpResponseBase:
    """Book a line of the statement that nobody declared."""
    if not request.organization.is_licensor:
        raise Http404
    form = RecordForm(request.POST or None, initial={"reference": request.GET.get("reference", "")[:60]})
    findings: tuple[Finding, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            transfer = bank_transfer.record(
                request.organization,
                form.arrival(),
                by=request.user,
                reference=form.cleaned_data["reference"],
                payer=form.cleaned_data["payer"],
            )
        except Refused as refusal:
            findings = refusal.findings
        else:
            return _done(request, transfer)
    context = {"form": form, "findings": findings}
    return render(request, "payments/record.html", context, status=422 if request.method == "POST" else 200)
