"""The owner's pages: the portfolio with its numbers, and what inventors get of the income."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from listings import income as shares
from listings.models import ListingState, Patent, ShareRule, Track
from marketplace.accounts.access import organization_required
from marketplace.accounts.models import Organization, Role
from marketplace.accounts.requests import MemberRequest
from marketplace.desks import income, portfolio
from marketplace.desks.forms import CostForm, RuleForm, SharesForm
from marketplace.lib.findings import Refused
from marketplace.lib.industries import INDUSTRIES
from marketplace.lib.look import rate_text
from marketplace.lib.numbers import patent_number
from marketplace.lib.saying import on_form
from marketplace.lib.terms import today

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PER_PAGE = 20
VIEWS = ("inventor", "department")


def _licensor(request: MemberRequest) -> Organization:
    """The organization, if it offers patents. 404 otherwise."""
    if not request.organization.is_licensor:
        raise Http404
    return request.organization


def _download(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@organization_required()
@require_safe
def offers(request: MemberRequest) -> HttpResponse:
    """All offers by state, with readers, requests and licenses; filtered, sorted, and as xlsx."""
    organization = _licensor(request)
    asked = portfolio.Asked.from_get(request.GET)
    if request.GET.get("as") == "xlsx":
        return _download(portfolio.workbook(organization, asked), f"offers-{today().isoformat()}.xlsx")
    rows = portfolio.offers_of(organization, asked)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": portfolio.lines(page.object_list),
        "asked": asked,
        "bars": portfolio.bars(organization),
        "weeks": portfolio.weeks(organization),
        "totals": portfolio.totals(organization),
        "states": ListingState.choices,
        "tracks": Track.choices,
        "industries": INDUSTRIES,
        "sorts": [(key, words) for key, (words, _fields) in portfolio.SORTS.items()],
        "export": _with(request, "as", "xlsx"),
    }
    return render(request, "desks/offers.html", context)


def _with(request: HttpRequest, name: str, value: str) -> str:
    """The address of the same page with one more word."""
    told = request.GET.copy()
    told[name] = value
    told.pop("page", None)
    return f"?{told.urlencode()}"


@organization_required(Role.FINANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def inventors(request: MemberRequest) -> HttpResponse:
    """What inventors get, by person and by department; the institution's rule; the report as xlsx."""
    organization = _licensor(request)
    year = _year(request)
    if request.method == "GET" and request.GET.get("as") in VIEWS:
        data = income.workbook(organization, year, request.GET["as"])
        return _download(data, f"inventors-{request.GET['as']}-{year or 'all'}.xlsx")
    form = RuleForm(request.POST if request.method == "POST" else None, initial={"from_day": today()})
    if request.method == "POST" and form.is_valid():
        try:
            shares.set_rule(organization, by=request.user, **form.cleaned_data)
        except Refused as refused:
            on_form(form, refused.findings)
        else:
            messages.success(request, _("Recorded. Money that arrives from that day on is reckoned with it."))
            return redirect("desks:inventors")
    context = _income_context(organization, year) | {"form": form}
    return render(request, "desks/inventors.html", context, status=422 if form.errors else 200)


def _year(request: HttpRequest) -> int | None:
    told = request.GET.get("year", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) == 4 else None


def _income_context(organization: Organization, year: int | None) -> dict[str, Any]:
    pots = income.pots(organization, year)
    made = income.dues(pots)
    rules = list(ShareRule.objects.filter(organization=organization).select_related("set_by"))
    now = shares.rate_on(rules, organization, today())
    return {
        "year": year,
        "years": income.years(organization),
        "pots": pots,
        "undivided": {due.pot.patent.pk for due in made if not due.name},
        "people": income.by_inventor(made),
        "departments": income.by_department(made),
        "rules": [(rule, rate_text(rule.share_bp)) for rule in rules],
        "rate": rate_text(now.share_bp),
        "rate_basis": now.basis,
        "below": now.share_bp < shares.default_of(organization).share_bp,
        "floor": rate_text(shares.default_of(organization).share_bp),
    }


@organization_required(Role.FINANCE)
@require_http_methods(["GET", "HEAD", "POST"])
def patent_shares(request: MemberRequest, code: UUID) -> HttpResponse:
    """Who gets which part of one patent's income, and what is taken off it."""
    patent = get_object_or_404(Patent.objects.filter(organization=_licensor(request)), code=code)
    act = request.POST.get("act", "")
    form = SharesForm(
        request.POST if act == "shares" else None, patent=patent, shares=list(patent.inventor_shares.all())
    )
    cost = CostForm(request.POST if act == "cost" else None, initial={"on": today()}, prefix="cost")
    if act and _stored(request, patent, form, cost):
        messages.success(request, _("Recorded."))
        return redirect("desks:patent_shares", patent.code)
    context = {
        "patent": patent,
        "number": patent_number(patent.application_number),
        "form": form,
        "cost_form": cost,
        "costs": patent.income_costs.select_related("recorded_by"),
        "pots": [pot for pot in income.pots(request.organization) if pot.patent.pk == patent.pk],
    }
    return render(request, "desks/patent_shares.html", context, status=422 if form.errors or cost.errors else 200)


def _stored(request: MemberRequest, patent: Patent, form: SharesForm, cost: CostForm) -> bool:
    """Store whichever form was sent; False with the reasons on it."""
    sent: SharesForm | CostForm = form if form.is_bound else cost
    if not sent.is_valid():
        return False
    try:
        if sent is form:
            shares.set_shares(patent, by=request.user, parts=form.parts())
        else:
            told = cost.cleaned_data
            shares.add_cost(patent, by=request.user, on=told["on"], amount_minor=told["amount"], what=told["what"])
    except Refused as refused:
        on_form(sent, refused.findings)
        return False
    return True
