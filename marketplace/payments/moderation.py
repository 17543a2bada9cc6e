"""The moderators' desk for money that fits nothing, inside the Wagtail admin."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.access import moderator_required
from marketplace.accounts.requests import MemberRequest
from marketplace.audit import trail
from marketplace.lib.findings import Refused
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.lib.saying import on_form
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.payments import suspending
from marketplace.payments.models import Resolution, Suspense

PER_PAGE = 30


class OwedField(forms.ModelChoiceField[Obligation]):
    """Choices say what is owed by whom."""

    def label_from_instance(self, obj: Obligation) -> str:
        """Reference, payer, kind and amount."""
        amount = money_text(from_minor(obj.amount_minor, obj.currency))
        return f"{obj.agreement.reference} · {obj.agreement.licensee.name} · {obj.get_kind_display()} · {amount}"


class ResolveForm(forms.Form):
    """How it ended, and where that can be seen."""

    how = forms.ChoiceField(
        label=gettext_lazy("How it ended"),
        choices=[
            (str(Resolution.REFUNDED_OUTSIDE), Resolution.REFUNDED_OUTSIDE.label),
            (str(Resolution.APPLIED), Resolution.APPLIED.label),
        ],
        widget=forms.RadioSelect,
    )
    obligation = OwedField(
        label=gettext_lazy("Applied to"),
        queryset=Obligation.objects.none(),
        required=False,
        help_text=gettext_lazy("Only what is owed to the same organization, due, and of exactly this amount."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason, as both sides will read it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: object, suspense: Suspense, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["obligation"].queryset = Obligation.objects.filter(  # type: ignore[attr-defined]
            agreement__licensor=suspense.organization,
            state=ObligationState.DUE,
            amount_minor=suspense.amount_minor,
            currency=suspense.currency,
        ).select_related("agreement__licensee")

    def clean(self) -> None:
        """Applied money needs something it is applied to."""
        super().clean()
        if self.cleaned_data.get("how") == Resolution.APPLIED and not self.cleaned_data.get("obligation"):
            self.add_error("obligation", _("Choose what it is applied to."))


@moderator_required
@require_safe
def suspense_list(request: HttpRequest) -> HttpResponse:
    """Money that fits nothing, what is open first; `?open=1` shows only that."""
    found = Suspense.objects.select_related("organization", "transfer", "payment__obligation__agreement")
    if request.GET.get("open"):
        found = found.filter(resolution=Resolution.NONE)
    page = Paginator(found.order_by("resolved_at", "-opened_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "payments/admin/suspense_list.html", {"page": page})


@moderator_required
@require_http_methods(["GET", "POST"])
def suspense(request: MemberRequest, pk: int) -> HttpResponse:
    """One amount: where it came from, why it fits nothing, and how it ends."""
    found = get_object_or_404(
        Suspense.objects.select_related(
            "organization",
            "transfer",
            "payment__obligation__agreement__licensee",
            "applied_to__agreement",
            "resolved_by",
        ),
        pk=pk,
    )
    form = ResolveForm(request.POST or None, suspense=found)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            if told["how"] == Resolution.APPLIED:
                suspending.apply_to(found, told["obligation"], by=request.user, reason=told["reason"])
            else:
                suspending.refunded_outside(found, by=request.user, reason=told["reason"])
        except Refused as refusal:
            found.refresh_from_db()
            on_form(form, refusal.findings)
        else:
            messages.success(request, _("Resolved. Both sides have been told."))
            return redirect("payments_moderation:suspense_list")
    context = {
        "suspense": found,
        "form": None if found.resolution else form,
        "amount": money_text(from_minor(found.amount_minor, found.currency)),
        "entries": trail.of(found).select_related("by"),
        "refunds": found.payment.refunds.all() if found.payment else [],
    }
    return render(request, "payments/admin/suspense.html", context, status=422 if request.method == "POST" else 200)
