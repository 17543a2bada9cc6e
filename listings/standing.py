"""Whether a term sheet stands as an offer at this moment."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from listings.models import TermSheet, TermSheetState
from marketplace.accounts.models import Membership, Role
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.terms import today

CITATION = "《民法典》第472、476、491条"


def _no(message: object, remedy: object) -> Finding:
    return Finding("LIC-K", Severity.BLOCK, str(message), str(remedy), CITATION, "term_sheet")


def licenses_under(sheet: TermSheet) -> int:
    """How many licenses rest on the sheet: those in force or ended, and those signed that wait for payment."""
    signed = Q(effective_at__isnull=False) | Q(signed_at__isnull=False, closed_at__isnull=True)
    return sheet.agreements.filter(signed).count()


def standing(sheet: TermSheet) -> Finding | None:
    """Why a term sheet is no offer right now; None where it stands (LIC-K).

    Inside a transaction the sheet's row is locked, so that two acceptances cannot both take its last license.
    """
    rows = TermSheet.objects.select_related("authority", "organization")
    if connection.in_atomic_block:
        rows = rows.select_for_update(of=("self",))
    sheet = rows.get(pk=sheet.pk)
    if sheet.state == TermSheetState.DRAFT:
        return _no(_("The term sheet is not signed yet."), _("The signatory signs it under “Term sheets”."))
    if sheet.state == TermSheetState.REVOKED:
        return _no(_("The term sheet was revoked."), _("Choose another one, or state own terms."))
    if sheet.expires_on and sheet.expires_on < today():
        return _no(
            _("The term sheet stood until %(day)s.") % {"day": sheet.expires_on.isoformat()},
            _("Sign a new version of it."),
        )
    if sheet.max_licenses is not None and licenses_under(sheet) >= sheet.max_licenses:
        return _no(
            _("All %(count)d licenses of the term sheet are given.") % {"count": sheet.max_licenses},
            _("Sign a new version with a higher number."),
        )
    return _authority(sheet)


def _authority(sheet: TermSheet) -> Finding | None:
    """The signatory's authority is looked at again at every acceptance (SIG-3)."""
    authority, organization = sheet.authority, sheet.organization
    if not organization.is_verified or organization.is_vetoed:
        return _no(_("The licensor may not sign at present."), _("Ask the licensor, or wait."))
    still = (
        authority is not None
        and authority.covers(today())
        and authority.scope_term_sheets
        and Membership.objects.live()
        .filter(user=sheet.signed_by_id, organization=organization, role=Role.SIGNATORY)
        .exists()
    )
    if not still:
        return _no(
            _("The authority of the person who signed the term sheet has ended."),
            _("Another signatory signs a new version of it."),
        )
    return None
