"""Preset terms that the signatory signs once as a standing offer (LIC-K): drafted, signed, applied, revoked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings import flow, offers
from listings.flow import moving
from listings.models import LicenseeClass, Listing, TermSheet, TermSheetState
from listings.prices import TERM_FIELDS, price_for, terms_dict
from listings.rules import RULES
from listings.rules.preset import support_gaps, term_gaps, void_terms
from listings.standing import licenses_under, standing
from listings.states import NotNow
from marketplace.accounts import authority, codes, people
from marketplace.accounts.models import Organization, Role, SigningAuthority, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Finding, Refused, Severity, blocking, refuse
from marketplace.lib.terms import today
from marketplace.notices import notices
from marketplace.outbox import outbox
from marketplace.vault.models import VaultFile

PURPOSE = "sign_term_sheet"
SIGNED = "term_sheet.signed"  # the room that makes papers hears it and answers with attach_paper()
CITATION = "《民法典》第472条"
OWN_FIELDS = (*TERM_FIELDS, "name", "class_prices", "max_licenses", "ceiling_minor", "expires_on")


def register_purpose() -> None:
    """Say what the one-time code is for."""
    codes.names(PURPOSE, gettext_lazy("to sign a term sheet"))


def draft(
    organization: Organization, *, by: User, fields: Mapping[str, Any], sheet: TermSheet | None = None
) -> TermSheet:
    """Write a term sheet, new or still a draft. `fields` are columns of OWN_FIELDS.

    Raises Refused for a name in use, NotNow when it was signed meanwhile, PermissionDenied.
    """
    moving.require_lister(by, organization)
    unknown = set(fields) - set(OWN_FIELDS)
    if unknown:
        raise ValueError(f"not part of a term sheet: {sorted(unknown)}")
    with transaction.atomic():
        if sheet is None:
            sheet = TermSheet(organization=organization)
        else:
            sheet = TermSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk, organization=organization)
            if sheet.state != TermSheetState.DRAFT:
                raise NotNow(f"term sheet {sheet.pk} is {sheet.state}")
        for name, value in fields.items():
            setattr(sheet, name, value)
        _save_once(sheet)
        trail.record(Action.TERM_SHEET_DRAFT, sheet, by=by, name=sheet.name, version=sheet.version)
    return sheet


def _save_once(sheet: TermSheet) -> None:
    try:
        with transaction.atomic():
            sheet.save()
    except IntegrityError as error:
        raise refuse(
            "LIC-K",
            _("A term sheet with this name exists already."),
            _("Choose another name, or make a new version of that one."),
            field="name",
        ) from error


def new_version(sheet: TermSheet, *, by: User) -> TermSheet:
    """A draft with the same terms and the next version's number. Raises PermissionDenied."""
    moving.require_lister(by, sheet.organization)
    with transaction.atomic():
        same = TermSheet.objects.filter(organization=sheet.organization, name=sheet.name)
        last = same.aggregate(last=Max("version"))["last"]
        fresh = TermSheet(organization=sheet.organization, version=last + 1)
        for name in OWN_FIELDS:
            setattr(fresh, name, getattr(sheet, name))
        if fresh.expires_on and fresh.expires_on < today():
            fresh.expires_on = None
        _save_once(fresh)
        trail.record(Action.TERM_SHEET_DRAFT, fresh, by=by, name=fresh.name, version=fresh.version)
    return fresh


def snapshot(sheet: TermSheet) -> dict[str, Any]:
    """What the signatory signs, as plain JSON: whose offer, its terms, its limits."""
    organization = sheet.organization
    return {
        "v": 1,
        "code": str(sheet.code),
        "name": sheet.name,
        "version": sheet.version,
        "licensor": {"name": organization.name, "credit_code": organization.credit_code},
        "license_kind": "ordinary",
        "sublicense": False,
        "terms": terms_dict(sheet),
        "max_licenses": sheet.max_licenses,
        "ceiling_minor": sheet.ceiling_minor,
        "expires_on": sheet.expires_on.isoformat() if sheet.expires_on else None,
    }


def sha256(sheet: TermSheet) -> str:
    """The hash of what is signed; of a draft, of what would be signed now."""
    return sheet.sha256 or offers.canonical_sha256(snapshot(sheet))


def highest_amount(sheet: TermSheet) -> int:
    """The most that one contract under the sheet can cost, in minor units; the royalty, unknown beforehand, apart."""
    classes = ["", *(name for name in LicenseeClass.values if name in sheet.class_prices)]
    prices = [price_for(sheet, name) for name in classes]
    return max(max(price.fee_minor, price.total_minor or 0) for price in prices)


def check(sheet: TermSheet) -> list[Finding]:
    """What the rules want of preset terms before they are signed (PRESET-2, PRESET-3, TRACK-5, LIC-K)."""
    found = [RULES["PRESET-2"].finding(*gap) for gap in term_gaps(sheet)]
    found += [RULES["PRESET-3"].finding(*gap) for gap in support_gaps(sheet)]
    texts = {name: getattr(sheet, name) for name in ("nonpayment", "field_of_use", "guidance", "milestone")}
    found += [RULES["PRESET-4"].finding(*gap) for gap in void_terms(texts)]
    if sheet.classes_only and not sheet.class_prices:
        found.append(
            RULES["TRACK-5"].finding(
                _("The offer is only for classes with a price of their own, and no class has one."),
                _("State a price for at least one class, or open the offer to everybody."),
                "classes_only",
            )
        )
    if not sheet.acts:
        found.append(
            RULES["LIC-E"].finding(_("It is not said what a licensee may do."), _("Tick at least one act."), "acts")
        )
    return [*found, *_limits(sheet)]


def _limits(sheet: TermSheet) -> list[Finding]:
    found = []
    if sheet.expires_on and sheet.expires_on < today():
        found.append(
            Finding(
                "LIC-K",
                Severity.BLOCK,
                _("The last day on which the sheet stands has passed."),
                _("Choose a later day, or leave it open."),
                CITATION,
                "expires_on",
            )
        )
    if sheet.ceiling_minor is not None and highest_amount(sheet) > sheet.ceiling_minor:
        found.append(
            Finding(
                "LIC-K",
                Severity.BLOCK,
                _("A contract on these terms can cost more than the ceiling of the sheet."),
                _("Raise the ceiling or lower the price."),
                CITATION,
                "ceiling_minor",
            )
        )
    return found


def send_code(sheet: TermSheet, *, by: User) -> None:
    """Mail the signatory the one-time code for the sheet as it stands now. Raises Refused, NotNow, WrongCode."""
    if sheet.state != TermSheetState.DRAFT:
        raise NotNow(f"term sheet {sheet.pk} is {sheet.state}")
    refused = blocking(check(sheet))
    if refused:
        raise Refused(refused)
    with transaction.atomic():
        authority.require(
            by,
            sheet.organization,
            scope="term_sheets",
            amount_minor=highest_amount(sheet),
            currency=sheet.currency,
        )
    codes.send(by, purpose=PURPOSE, subject=sha256(sheet))


def sign(sheet: TermSheet, *, by: User, code: str, address: str | None) -> TermSheet:
    """The signatory signs: the terms are frozen under their hash and stand as an offer from now on.

    The one-time code belongs to the hash of the terms that were shown; terms changed meanwhile need a new code.
    Authority is checked in the signature's transaction (SIG-3). Raises WrongCode, NoAuthority, Refused, NotNow.
    """
    received_at = timezone.now()
    shown = sha256(TermSheet.objects.select_related("organization").get(pk=sheet.pk))
    codes.use(by, purpose=PURPOSE, subject=shown, code=code)
    with transaction.atomic():
        sheet = TermSheet.objects.select_for_update(of=("self",)).select_related("organization").get(pk=sheet.pk)
        told = snapshot(sheet)
        digest = offers.canonical_sha256(told)
        if sheet.state != TermSheetState.DRAFT or digest != shown:
            raise NotNow(f"term sheet {sheet.pk} is {sheet.state} or was changed while it was signed")
        refused = blocking(check(sheet))
        if refused:
            raise Refused(refused)
        held = authority.require(
            by, sheet.organization, scope="term_sheets", amount_minor=highest_amount(sheet), currency=sheet.currency
        )
        _freeze(sheet, told, held, by=by, received_at=received_at, address=address)
        trail.record(Action.TERM_SHEET_SIGN, sheet, by=by, sha256=digest, authority=held.pk)
        outbox.add(SIGNED, key=str(sheet.pk), sheet=sheet.pk)
        _tell(sheet, "term_sheet.signed")
    return sheet


def _freeze(
    sheet: TermSheet,
    told: dict[str, Any],
    held: SigningAuthority,
    *,
    by: User,
    received_at: datetime,
    address: str | None,
) -> None:
    """Store what was signed, by whom, when and from where, with one conditional UPDATE (SIG-4). Raises NotNow."""
    now, digest = timezone.now(), offers.canonical_sha256(told)
    moved = TermSheet.objects.filter(pk=sheet.pk, state=TermSheetState.DRAFT).update(
        state=TermSheetState.SIGNED,
        snapshot=told,
        sha256=digest,
        signed_by=by,
        signed_at=now,
        authority=held,
        signature={
            "method": "click",
            "document_sha256": digest,
            "received_at": received_at.isoformat(),
            "at": now.isoformat(),
            "address": address,
        }
        | _signer(by, held),
    )
    if not moved:
        raise NotNow(f"term sheet {sheet.pk} was signed meanwhile")
    sheet.refresh_from_db()


def _signer(by: User, held: SigningAuthority) -> dict[str, Any]:
    """Who signed and by which right, as it was on that day (SIG-4)."""
    valid_until = held.valid_until.isoformat() if held.valid_until else None
    return {"signer": by.name, "basis": held.basis, "valid_until": valid_until}


def attach_paper(sheet: TermSheet, file: VaultFile) -> TermSheet:
    """Put the paper of a signed sheet beside it, once. Raises NotNow where it is not signed or has its paper."""
    with transaction.atomic():
        put = TermSheet.objects.filter(pk=sheet.pk, paper__isnull=True).exclude(state=TermSheetState.DRAFT)
        if not put.update(paper=file):
            raise NotNow(f"term sheet {sheet.pk} takes no paper")
        sheet.refresh_from_db()
        trail.record(Action.PAPER_MAKE, sheet, by=None, sha256=file.sha256)
    return sheet


def revoke(sheet: TermSheet, *, by: User) -> TermSheet:
    """End the standing offer: no new acceptance from now on, licenses given stay (LIC-K).

    A signatory or owner may. Raises NotNow, PermissionDenied.
    """
    moving.require_owner_or_signatory(by, sheet.organization)
    with transaction.atomic():
        moved = TermSheet.objects.filter(pk=sheet.pk, state=TermSheetState.SIGNED).update(
            state=TermSheetState.REVOKED, revoked_at=timezone.now()
        )
        if not moved:
            raise NotNow(f"term sheet {sheet.pk} does not stand")
        sheet.refresh_from_db()
        trail.record(Action.TERM_SHEET_REVOKE, sheet, by=by, sha256=sheet.sha256)
        for listing in using(sheet):
            moving.touch(listing)
        _tell(sheet, "term_sheet.revoked")
    return sheet


def using(sheet: TermSheet) -> QuerySet[Listing]:
    """The listings that offer the sheet's terms, as their own or as a variant."""
    return Listing.objects.filter(Q(term_sheet=sheet) | Q(variants__term_sheet=sheet)).distinct()


def _tell(sheet: TermSheet, kind: str) -> None:
    notices.tell(
        people.members(sheet.organization, Role.OWNER, Role.LISTER, Role.SIGNATORY),
        kind,
        key=f"{kind}:{sheet.pk}",
        path=moving.sheet_path(sheet),
        name=sheet.name,
        version=sheet.version,
    )


def apply(sheet: TermSheet, listing: Listing, *, by: User) -> Listing:
    """Give a listing of the preset track the sheet's terms; later edits of its terms detach it.

    Raises Refused where the sheet does not stand or fit, NotNow, PermissionDenied.
    """
    refusal = standing(sheet)
    if refusal is not None:
        raise Refused([refusal])
    return flow.edit(listing, by=by, draft=flow.Draft(sheet=sheet))


__all__ = [
    "apply",
    "attach_paper",
    "check",
    "draft",
    "highest_amount",
    "licenses_under",
    "new_version",
    "register_purpose",
    "revoke",
    "send_code",
    "sha256",
    "sign",
    "snapshot",
    "standing",
    "using",
]
