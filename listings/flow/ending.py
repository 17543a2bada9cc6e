"""How an offer ends: taken back, withdrawn in two steps, expired; and the word that it still stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.flow import moving
from listings.flow.refusing import require_reason
from listings.models import Declaration, EncumbranceKind, Listing, ListingState, Track, WithdrawalPaper
from listings.rules import RULES
from listings.states import STEPS, NotNow
from listings.withdrawing import consents_needed, declaration_of, licenses_since
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused
from marketplace.lib.terms import start_of, today
from marketplace.vault.models import VaultFile

S = ListingState


def request_withdrawal(
    listing: Listing,
    *,
    by: User,
    reason: str,
    unconditional: bool,
    consents: Mapping[str, VaultFile] | None = None,
    paper: VaultFile | None = None,
) -> Listing:
    """Say that the declaration will be withdrawn (DECL-7, first step): the offer stands until the announcement.

    `consents` are the written consents of the other owners by name, all of them; `paper` is what was handed in at the
    patent office. Raises Refused without a legitimate reason, with a condition or without an owner's consent, NotNow,
    PermissionDenied.
    """
    step = STEPS["request_withdrawal"]
    moving.require(by, listing, step)
    require_reason(reason)
    agreed = dict(consents or {})
    with transaction.atomic():
        listing = moving.lock(listing)
        declaration = declaration_of(listing)
        if declaration is None:
            raise NotNow(f"listing {listing.pk} has no declaration")
        _lawful(listing, unconditional, agreed)
        Declaration.objects.filter(listing=listing).update(
            withdrawal_requested_at=timezone.now(), withdrawal_reason=reason[:500]
        )
        for name, file in agreed.items():
            _file(declaration, "consent", file, by, name)
        if paper is not None:
            _file(declaration, "request", paper, by)
        listing = moving.move(listing, "request_withdrawal", S.WITHDRAWAL_REQUESTED, by=by, reason=reason)
        moving.tell_moderators(listing, "listing.withdrawal_requested", reason=reason)
    return listing


def _lawful(listing: Listing, unconditional: bool, agreed: Mapping[str, VaultFile]) -> None:
    """No conditions, and every owner agrees in writing. Raises Refused with everything that is missing."""
    rule = RULES["DECL-7"]
    found = []
    if not unconditional:
        found.append(
            rule.finding(
                _("A withdrawal cannot be tied to conditions."),
                _("Confirm that it is unconditional, or leave the offer as it is."),
                "unconditional",
            )
        )
    found += [
        rule.finding(
            _("The co-owner “%(name)s” has not agreed to the withdrawal in writing.") % {"name": name},
            _("Upload the signed consent of each co-owner."),
            "consents",
        )
        for name in consents_needed(listing)
        if name not in agreed
    ]
    if found:
        raise Refused(found)


def _file(declaration: Declaration, kind: str, file: VaultFile, by: User, name: str = "") -> None:
    WithdrawalPaper.objects.create(declaration=declaration, kind=kind, name=name, file=file, recorded_by=by)


def withdraw(
    listing: Listing,
    *,
    by: User,
    reason: str = "",
    announced_on: date | None = None,
    evidence: VaultFile | None = None,
) -> Listing:
    """Take a listing off the offer; licenses given before stay.

    A declared open license needs the day on which the patent office announces the withdrawal (DECL-7, second step) and
    its evidence: it takes effect at 00:00 Asia/Shanghai of that day, by itself where the day is still to come.
    Everything else ends at once. Raises Refused, NotNow, PermissionDenied.
    """
    with transaction.atomic():
        listing = moving.lock(listing)
        name = _way_out(listing)
        moving.require(by, listing, STEPS[name])
        if name == "withdraw":
            return _withdraw_declared(listing, by, announced_on, evidence)
        return moving.move(listing, name, S.WITHDRAWN, by=by, reason=reason)


def _way_out(listing: Listing) -> str:
    for name in ("drop", "end_offer", "withdraw"):
        if listing.state in STEPS[name].source and listing.track in STEPS[name].tracks:
            if name == "withdraw" and not _is_requested(listing):
                continue
            return name
    raise NotNow(f"an {listing.track} listing that is {listing.state} cannot be withdrawn in one step")


def _is_requested(listing: Listing) -> bool:
    declaration = declaration_of(listing)
    return declaration is not None and declaration.withdrawal_requested_at is not None


def _withdraw_declared(listing: Listing, by: User, announced_on: date | None, evidence: VaultFile | None) -> Listing:
    declaration = listing.declaration
    day = _announced(declaration, announced_on, evidence, by)
    declaration.withdrawn_on = day
    declaration.save(update_fields=["withdrawn_on"])
    if evidence is not None:
        _file(declaration, "announcement", evidence, by)
    listing.patent.encumbrances.filter(kind=EncumbranceKind.OPEN_DECLARATION, reference=declaration.number).filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=start_of(today()))
    ).update(ends_at=start_of(day))
    if day > today():
        trail.record(Action.LISTING_WITHDRAW_REQUEST, listing, by=by, withdrawn_on=day)
        return moving.touch(listing)
    listing = moving.move(listing, "withdraw", S.WITHDRAWN, by=by, reason=declaration.withdrawal_reason)
    late = licenses_since(listing)
    if late:  # told late: somebody took a license after the instant; only people can settle that
        moving.tell_moderators(listing, "listing.withdrawn_late", count=late, day=day.isoformat())
    return listing


def _announced(declaration: Declaration, day: date | None, evidence: VaultFile | None, by: User) -> date:
    """The day of the announcement. Raises Refused where it is missing, impossible, or without evidence."""
    rule = RULES["DECL-7"]
    if day is None:
        raise Refused([
            rule.finding(
                _("The day of the announcement is missing."),
                _("Record the day on which the patent office announces the withdrawal."),
                "announced_on",
            )
        ])  # fmt: skip
    if day < declaration.announced_on or (declaration.withdrawn_on and declaration.withdrawn_on <= today()):
        message = _("The withdrawal cannot be announced before the declaration.")
        raise Refused([rule.finding(message, _("Correct the date."), "announced_on")])
    if evidence is None and not by.is_staff:
        remedy = _("Upload the page of the gazette or the office's notice.")
        raise Refused([rule.finding(_("The evidence is missing."), remedy, "evidence")])
    return day


def expire_due() -> int:
    """End what has ended by the calendar: patents past their last day, withdrawals announced; returns how many."""
    over = Listing.objects.filter(state__in=STEPS["expire"].source, patent__last_day__lt=today())
    announced = Listing.objects.filter(
        state__in=STEPS["withdraw"].source, track=Track.OPEN, declaration__withdrawn_on__lte=today()
    )
    return sum(_end(listing, "withdraw", S.WITHDRAWN) for listing in announced.order_by("pk")) + sum(
        _end(listing, "expire", S.EXPIRED) for listing in over.order_by("pk")
    )


def _end(listing: Listing, name: str, to: ListingState) -> bool:
    with transaction.atomic():
        listing = moving.lock(listing)
        if listing.state not in STEPS[name].source:
            return False
        listing = moving.move(listing, name, to, by=None)
        moving.tell_owners(listing, f"listing.{to.value}")
    return True
