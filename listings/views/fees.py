"""The pages of the fee helper: beside the owner's terms, and for a firm that wants to know what it would pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from listings.fees import helper, statistics
from listings.forms.fields import PercentField, YuanField
from listings.models import LicenseeClass, Listing, Track
from listings.offers import class_of
from listings.views.mine import own
from marketplace.accounts.access import login_required
from marketplace.accounts.current import may
from marketplace.accounts.models import Role

if TYPE_CHECKING:
    from marketplace.accounts.requests import PersonRequest


class SalesForm(forms.Form):
    """How much a firm sells a year, at three levels, and of which class it is."""

    low = YuanField(label=gettext_lazy("Low sales a year (yuan)"))
    middle = YuanField(label=gettext_lazy("Middle sales a year (yuan)"))
    high = YuanField(label=gettext_lazy("High sales a year (yuan)"))
    margin = PercentField(label=gettext_lazy("Profit of sales (percent)"))
    licensee_class = forms.ChoiceField(
        label=gettext_lazy("Class of licensee"),
        choices=[("", gettext_lazy("Everybody")), *LicenseeClass.choices],
        required=False,
    )


def _context(request: HttpRequest, listing: Listing, licensee_class: str) -> dict[str, Any]:
    """What both pages show. Wrong figures are named, and the page reckons with the usual ones."""
    usual: dict[str, Any] = {**helper.SALES_MINOR, "margin": helper.MARGIN_BP, "licensee_class": licensee_class}
    form = SalesForm(request.GET if "low" in request.GET else None, initial=usual)
    if listing.track == Track.OPEN:
        del form.fields["licensee_class"]
    told = usual | form.cleaned_data if form.is_valid() else usual
    found = helper.rows(
        listing,
        sales={level: told[level] for level in helper.LEVELS},
        margin_bp=told["margin"],
        licensee_class=told.get("licensee_class", ""),
    )
    industry, industry_source = helper.industry_words(listing)
    return {
        "listing": listing,
        "form": form,
        "rows": found,
        "bars": helper.bars(found),
        "burden_source": helper.burden_source(told["margin"]),
        "comparison": helper.comparison(listing),
        "years": statistics.years(),
        "industry": industry,
        "industry_source": industry_source,
    }


@login_required
@require_safe
def fees(request: PersonRequest, code: UUID) -> HttpResponse:
    """The owner's: ceilings, official figures, what firms pay, like offers."""
    listing = own(request, code)
    context = _context(request, listing, "") | {
        "ceilings": helper.ceilings(listing),
        "ceilings_source": helper.ceilings_source(),
        "is_open": listing.track == Track.OPEN,
        "may_write": may(request.user, listing.organization, Role.LISTER),
    }
    return render(request, "listings/fees.html", context)


@require_safe
def cost(request: HttpRequest, code: UUID) -> HttpResponse:
    """For a firm: what it pays under each choice, in its own class."""
    rows = Listing.objects.visible_to(request.user).select_related("patent", "organization", "terms", "term_sheet")
    listing = get_object_or_404(rows.filter(terms__isnull=False), code=code)
    organization = getattr(request, "organization", None) if request.user.is_authenticated else None
    mine = class_of(organization, listing) if organization else ""
    return render(request, "listings/cost.html", _context(request, listing, mine))
