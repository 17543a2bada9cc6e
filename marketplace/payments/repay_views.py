"""The page of money that goes back: how it is made up, where it stands, and how the licensor's finance pays it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marketplace.accounts.access import login_required
from marketplace.accounts.requests import PersonRequest
from marketplace.lib.findings import Finding, Refused
from marketplace.lib.look import Fact, money_text
from marketplace.lib.money import from_minor
from marketplace.licensing.forms.deals import show
from marketplace.licensing.models import Repayment, RepayState
from marketplace.payments import access, repaying
from marketplace.payments.forms import PaidBackForm
from marketplace.payments.models import Way


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def repay(request: PersonRequest, code: UUID) -> HttpResponseBase:
    """Both sides read it; owner and finance of the licensor pay it back, online or by bank."""
    row = get_object_or_404(access.repayments_visible_to(request.user), code=code)
    mine = access.may_confirm(request.user, row.agreement.licensor)
    if request.method == "POST" and not mine:
        raise Http404
    online = request.POST.get("do") == "online"
    form = PaidBackForm(request.POST if request.method == "POST" and not online else None)
    findings: list[Finding] = []
    if request.method == "POST" and (online or form.is_valid()):
        try:
            _pay(request, row, form, online=online)
        except Refused as refused:
            findings = list(refused.findings) if online else show(form, refused.findings)
            row.refresh_from_db()
        else:
            return redirect("payments:repay", row.code)
    status = 422 if request.method == "POST" else 200
    return render(request, "payments/repay.html", _context(row, form, findings, mine=mine), status=status)


def _pay(request: PersonRequest, row: Repayment, form: PaidBackForm, *, online: bool) -> None:
    if online:
        repaying.by_gateway(row, by=request.user)
        messages.success(request, _("It is on its way back. This page shows when it has arrived."))
        return
    repaying.by_bank(row, by=request.user, **form.cleaned_data)
    messages.success(request, _("Booked. The other side has been told."))


def _context(row: Repayment, form: PaidBackForm, findings: list[Finding], *, mine: bool) -> dict[str, object]:
    pays = mine and row.state == RepayState.OWED
    return {
        "row": row,
        "agreement": row.agreement,
        "facts": _facts(row),
        "why": _why(row),
        "form": form if pays else None,
        "online": repaying.way_back(row) if pays else None,
        "findings": findings,
        "payee": row.agreement.licensee,
        "open": row.state != RepayState.PAID,
        "mine": mine,
    }


def _why(row: Repayment) -> list[str]:
    """How the amount came about, and what of it is law, sentence by sentence."""
    told = {
        name: money_text(from_minor(value, row.currency)) for name, value in row.reckoned.items() if "minor" in name
    }
    if row.correction_id is not None:
        said = _("The report of use was corrected: the royalty is %(royalty_minor)s instead of %(before_minor)s.")
        return [said % told]
    days = {"days": row.reckoned.get("days", 0), "span": row.reckoned.get("span", 0)}
    said = _("The patent was lost. %(of_minor)s were paid for %(span)s days, of which %(days)s were still to come.")
    return [
        said % (told | days),
        _(
            "What was paid for the time before stays paid (Patent Law, article 47), unless the licensor acted in bad"
            " faith or keeping it would be manifestly unfair: that is for both sides or a court."
        ),
    ]


def _facts(row: Repayment) -> list[Fact]:
    amount = money_text(from_minor(row.amount_minor, row.currency))
    of = money_text(from_minor(row.obligation.amount_minor, row.obligation.currency))
    found = [
        Fact(_("Goes back"), amount),
        Fact(_("Out of"), f"{row.obligation.get_kind_display()} {row.obligation.number} · {of}"),
        Fact(_("Pays back"), row.agreement.licensor.name),
        Fact(_("Receives it"), row.agreement.licensee.name),
        Fact(_("Pay by"), row.due_on.isoformat()),
    ]
    if row.state == RepayState.PAID:
        kind = row.proof.get("kind", "")
        found += [
            Fact(_("Paid back on"), row.proof.get("paid_on", "")),
            Fact(_("Way of payment"), Way(kind).label if kind in Way.values else kind),
            Fact(_("Bank or gateway reference"), row.proof.get("reference") or row.proof.get("refund", "")),
        ]
    return found
