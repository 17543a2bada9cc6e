"""Public pages beside a filing: what recordal saves in annual fees, and what to ask about tax (REC-2, TAX-1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from listings.models import PatentKind, Track
from marketplace.lib.terms import today
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.models import Agreement, FilingKind, FilingState
from marketplace.licensing.recordal import fees, hints

DAY = {"type": "date"}


def _day(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, help_text=help_text, required=required, widget=forms.DateInput(attrs=DAY))


def reduction_address(deal: Agreement) -> str:
    """The calculator filled in for an open license; '' where a license lowers no fee or a date is not known."""
    patent = read(deal.version.snapshot).patents[0]
    if deal.track != Track.OPEN or patent.filed_on is None or patent.granted_on is None:
        return ""
    recorded = deal.filings.filter(kind=FilingKind.RECORDAL, state=FilingState.ACCEPTED).first()
    told: dict[str, object] = {
        "kind": patent.kind,
        "filed_on": patent.filed_on,
        "granted_on": patent.granted_on,
        "recorded_on": recorded.decided_on if recorded else today(),
        "license_until": deal.ends_on or "",
        "other_percent": 0,
    }
    return f"{reverse('licensing:fee_reduction')}?{urlencode(told)}"


class FeeForm(forms.Form):
    """The facts on which the reduction hangs."""

    kind = forms.ChoiceField(label=_("Kind of patent"), choices=PatentKind)
    filed_on = _day(_("Filing date"))
    granted_on = _day(_("Grant date"))
    recorded_on = _day(_("Open license recorded on"), _("The day of the recordal, not of the listing."), required=False)
    license_until = _day(_("Last day of the recorded license"), required=False)
    withdrawn_on = _day(_("Declaration withdrawn on"), required=False)
    other_percent = forms.TypedChoiceField(
        label=_("Other reduction of the owner"),
        help_text=_("Universities and small firms often have one; it counts for ten years from grant."),
        choices=[(0, _("none")), (85, _("85 percent (one owner)")), (70, _("70 percent (several owners)"))],
        coerce=int,
        initial=0,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """The days must stand in their order, each with its own field."""
        told = super().clean() or {}
        order = (
            ("granted_on", "filed_on", _("The grant cannot lie before the filing.")),
            ("recorded_on", "granted_on", _("A license cannot be recorded before the grant.")),
            ("license_until", "recorded_on", _("The license cannot have ended before its recordal.")),
            ("withdrawn_on", "granted_on", _("A declaration cannot be withdrawn before the grant.")),
        )
        for later, earlier, words in order:
            one, other = told.get(later), told.get(earlier)
            if one and other and one < other:
                self.add_error(later, words)
        return told

    def lines(self) -> list[fees.Line]:
        """The fees; an error beside the grant date when they cannot be reckoned."""
        try:
            return fees.lines(
                fees.Asked(**self.cleaned_data | {"other_percent": self.cleaned_data["other_percent"] or 0})
            )
        except (ValueError, OverflowError, StopIteration):
            self.add_error("granted_on", _("The patent had ended before this grant. Check both dates."))
            return []


@require_safe
def fee_reduction(request: HttpRequest) -> HttpResponse:
    """The calculator: everything in the address, so that a result can be kept and passed on."""
    form = FeeForm(request.GET) if "filed_on" in request.GET else FeeForm()
    lines = form.lines() if form.is_bound and form.is_valid() else []
    context = {
        "form": form,
        "lines": lines,
        "saved": sum(line.saved for line in lines),
        "source": fees.SCHEDULE_SOURCE,
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "licensing/fee_reduction.html", context, status=status)


@require_safe
def tax_hints(request: HttpRequest) -> HttpResponse:
    """All hints with source, date and region."""
    return render(request, "licensing/tax_hints.html", {"hints": hints.every()})
