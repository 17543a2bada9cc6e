"""The owner's pages of term sheets: drafted by a lister, signed once by the signatory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from listings import offers, term_sheets, together
from listings.desk.differences import differences
from listings.flow import require_lister
from listings.forms.offered import TermSheetForm
from listings.models import LicenseeClass, TermSheet, TermSheetState
from listings.models.listing import PUBLIC
from listings.prices import class_prices_of
from listings.states import NotNow
from listings.views.desk import EDIT, may_list, moved_on, page_of, sections, wrong
from listings.words import ACTS
from marketplace.accounts.access import fresh_login_required, login_required, organization_required
from marketplace.accounts.codes import WrongCode
from marketplace.accounts.current import roles
from marketplace.accounts.models import Role
from marketplace.accounts.requests import address_of
from marketplace.lib import limits, posted
from marketplace.lib.findings import Refused, blocking
from marketplace.lib.look import Fact, money_text
from marketplace.lib.money import from_minor
from marketplace.lib.saying import on_form

if TYPE_CHECKING:
    from marketplace.accounts.requests import MemberRequest, PersonRequest


@organization_required()
@require_safe
def term_sheets_page(request: MemberRequest) -> HttpResponse:
    """The organization's term sheets."""
    rows = TermSheet.objects.filter(organization=request.organization).select_related("signed_by")
    page = page_of(request, rows.order_by("-created_at", "-pk"))
    for sheet in page:
        sheet.price_words = offers.price_for(sheet).words
    context = {"page": page, "sections": sections(), "may_list": may_list(request.user, request.organization)}
    return render(request, "listings/term_sheets.html", context)


def _own(request: PersonRequest, code: UUID) -> TermSheet:
    rows = TermSheet.objects.visible_to(request.user).select_related("organization", "signed_by", "authority", "paper")
    return get_object_or_404(rows, code=code)


@organization_required(Role.LISTER)
@EDIT
def term_sheet_new(request: MemberRequest) -> HttpResponse:
    """Write a term sheet."""
    form = TermSheetForm(request.POST or None)
    context = {"form": form, "sections": sections()}
    if request.method != "POST":
        return render(request, "listings/term_sheet_form.html", context)
    if form.is_valid():
        try:
            made = term_sheets.draft(request.organization, by=request.user, fields=form.columns())
        except Refused as refused:
            on_form(form, refused.findings)
        else:
            return redirect("listings:term_sheet", made.code)
    return wrong(request, "listings/term_sheet_form.html", context)


@login_required
@EDIT
def term_sheet_edit(request: PersonRequest, code: UUID) -> HttpResponse:
    """Change a term sheet that is not signed yet."""
    sheet = _own(request, code)
    require_lister(request.user, sheet.organization)
    if sheet.state != TermSheetState.DRAFT:
        moved_on(request)
        return redirect("listings:term_sheet", code)
    form = TermSheetForm(
        request.POST or None, initial=TermSheetForm.initial_of_sheet(sheet), findings=term_sheets.check(sheet)
    )
    context = {"form": form, "sheet": sheet, "sections": sections()}
    if request.method != "POST":
        return render(request, "listings/term_sheet_form.html", context)
    if form.is_valid():
        try:
            term_sheets.draft(sheet.organization, by=request.user, fields=form.columns(), sheet=sheet)
        except Refused as refused:
            on_form(form, refused.findings)
        except NotNow:
            moved_on(request)
            return redirect("listings:term_sheet", code)
        else:
            messages.success(request, _("Saved."))
            return redirect("listings:term_sheet", code)
    return wrong(request, "listings/term_sheet_form.html", context)


@login_required
@require_safe
def term_sheet(request: PersonRequest, code: UUID) -> HttpResponse:
    """A term sheet in plain words, with what can be done."""
    return render(request, "listings/term_sheet.html", sheet_context(request, _own(request, code)))


def sheet_context(request: PersonRequest, sheet: TermSheet, **more: Any) -> dict[str, Any]:
    """Everything the page of a term sheet shows."""
    held = roles(request.user, sheet.organization)
    findings = term_sheets.check(sheet) if sheet.state == TermSheetState.DRAFT else []
    standing = term_sheets.standing(sheet) if sheet.state == TermSheetState.SIGNED else None
    return {
        "sheet": sheet,
        "sections": sections(),
        "facts": sheet_facts(sheet),
        "prices": [(LicenseeClass(name).label, offers.price_for(sheet, name).words) for name in class_prices_of(sheet)],
        "findings": findings,
        **_versions(sheet),
        "ready": not blocking(findings),
        "standing": standing,
        "sha256": term_sheets.sha256(sheet),
        "given": term_sheets.licenses_under(sheet),
        "used_by": term_sheets.using(sheet).filter(state__in=PUBLIC).count(),
        "may_list": may_list(request.user, sheet.organization),
        "may_sign": Role.SIGNATORY.value in held,
        "may_revoke": bool(held & {Role.SIGNATORY.value, Role.OWNER.value}),
    } | more


def _versions(sheet: TermSheet) -> dict[str, Any]:
    """In what the sheet differs from the version before it, which one supersedes it, who still carries an older one."""
    same = TermSheet.objects.filter(organization=sheet.organization, name=sheet.name)
    before = same.filter(version__lt=sheet.version).order_by("-version").first()
    newest = same.filter(version__gt=sheet.version, state=TermSheetState.SIGNED).order_by("-version").first()
    signed = sheet.state == TermSheetState.SIGNED
    return {
        "before": before,
        "differences": differences(_told(before), _told(sheet)) if before else [],
        "superseded_by": newest,
        "older": together.older(sheet).count() if signed and newest is None else 0,
        "newest": newest is None,
    }


def _told(sheet: TermSheet) -> dict[str, Any]:
    told = term_sheets.snapshot(sheet)
    limits = {name: told[name] for name in ("max_licenses", "ceiling_minor", "expires_on")}
    return {"terms": told["terms"], "sheet": limits}


def sheet_facts(sheet: TermSheet) -> list[Fact]:
    """The terms in plain words."""
    told = term_sheets.snapshot(sheet)["terms"]
    price = offers.price_for(sheet)
    guidance = [
        Fact(_("Guidance"), offers.guidance_words(told), told["guidance"]),
        Fact(_("Who guides"), told["guidance_persons"] or "—"),
        Fact(_("Travel cost"), told["travel"] or "—"),
        Fact(_("A further hour"), money_text(from_minor(told["extra_hour_minor"]))),
    ]
    return [
        Fact(_("Price"), price.words),
        Fact(_("Pay within"), _("%(count)d days") % {"count": told["pay_within_days"]}),
        *([Fact(_("If the fee is not paid"), told["nonpayment"])] if told["nonpayment"] else []),
        Fact(_("License term"), offers.term_words(told, None)),
        Fact(_("Where"), offers.territory_words(told["territory"])),
        Fact(_("What for"), told["field_of_use"] or _("no limit to a field")),
        Fact(_("A licensee may"), _(", ").join(str(ACTS[act]) for act in ACTS if act in told["acts"])),
        *([Fact(_("Guidance"), _("none"))] if told["guidance_none"] else guidance),
        Fact(_("At most this many licenses"), sheet.max_licenses or _("no limit")),
        Fact(
            _("At most this amount a contract"),
            _("no limit") if sheet.ceiling_minor is None else money_text(from_minor(sheet.ceiling_minor)),
        ),
        Fact(_("Stands until"), sheet.expires_on.isoformat() if sheet.expires_on else _("until it is revoked")),
    ]


@login_required
@require_safe
def term_sheet_print(request: PersonRequest, code: UUID) -> HttpResponse:
    """The term sheet for paper and files."""
    return render(request, "listings/term_sheet_print.html", sheet_context(request, _own(request, code)))


@fresh_login_required
@EDIT
def term_sheet_sign(request: PersonRequest, code: UUID) -> HttpResponse:
    """Sign: ask for the one-time code, then type it. Needs a log-in of the last five minutes."""
    sheet = _own(request, code)
    if sheet.state != TermSheetState.DRAFT:
        moved_on(request)
        return redirect("listings:term_sheet", code)
    if request.method != "POST":
        return render(request, "listings/term_sheet_sign.html", sheet_context(request, sheet))
    if not limits.allow("sign", str(request.user.pk)):
        return render(request, "listings/term_sheet_sign.html", sheet_context(request, sheet, busy=True), status=429)
    try:
        if "send" in request.POST:
            term_sheets.send_code(sheet, by=request.user)
            messages.info(request, _("The code is on its way to %(email)s.") % {"email": request.user.email})
            return redirect(f"{request.path}?sent=1")
        term_sheets.sign(
            sheet,
            by=request.user,
            code=posted.text(request.POST, "code", 40),
            address=address_of(request) or None,
        )
    except (WrongCode, Refused) as refused:
        context = sheet_context(request, sheet, refused=refused.findings)
        return wrong(request, "listings/term_sheet_sign.html", context)
    except NotNow:
        moved_on(request)
    else:
        messages.success(request, _("Signed. Listings can use this term sheet now."))
    return redirect("listings:term_sheet", code)


@login_required
@require_POST
def term_sheet_revoke(request: PersonRequest, code: UUID) -> HttpResponse:
    """End the standing offer."""
    sheet = _own(request, code)
    try:
        term_sheets.revoke(sheet, by=request.user)
    except NotNow:
        moved_on(request)
    else:
        messages.success(request, _("Revoked. Nobody can accept these terms any more; licenses given stay."))
    return redirect("listings:term_sheet", code)


@login_required
@require_POST
def term_sheet_version(request: PersonRequest, code: UUID) -> HttpResponse:
    """A draft of the next version."""
    made = term_sheets.new_version(_own(request, code), by=request.user)
    return redirect("listings:term_sheet_edit", made.code)
