"""What needs a person now: rows of the rooms below, told as one list with the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from listings.flow.staleness import REMIND_ON
from listings.models import PUBLIC, HealthEvent, Listing, ListingState, Objection, TermSheet, TermSheetState
from listings.rules.contract import STATUS_DAYS, fresh_since
from marketplace.accounts.models import AuthorityState, Organization, Role, SigningAuthority, User, VerificationState
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.lib.navigation import url_or_empty
from marketplace.lib.terms import day_of
from marketplace.lib.todo import Todo, nearest_first
from marketplace.licensing.models import (
    Agreement,
    Negotiation,
    NegotiationState,
    Obligation,
    ObligationState,
    Party,
    State,
)
from marketplace.licensing.pages import talk_pages, turns
from marketplace.payments.models import BankTransfer, TransferState

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from marketplace.desks.showing import FeeDue

MOST = 20  # rows of one kind; the list behind each shows all
FEE_SOON = timedelta(days=30)  # an annual fee nearer than this is something to do now


Need = Todo  # the desk's own rows are of the same kind as those that rooms register


def deals_of(user: User, organization: Organization, side: Party) -> QuerySet[Agreement]:
    """The organization's deals on one side, with everything a row shows, newest first."""
    rows = Agreement.objects.visible_to(user).filter(**{side.value: organization})
    return (
        rows.select_related("listing__patent", "licensor", "licensee")
        .prefetch_related("signatures")
        .order_by("-requested_at", "-pk")
    )


def _verification(organization: Organization) -> Iterator[Need]:
    """Nobody signs for an organization that was not verified."""
    url = url_or_empty("accounts:verification")
    if organization.is_vetoed:
        note = _("Nothing new can be published or signed. Licenses given before stay in force.")
        yield Need(_("A veto stands on your organization"), note, url, _("See details"), badge=_("Veto"), tone="stop")
    match organization.state:
        case VerificationState.UNVERIFIED:
            note = _("You can look, prepare and request; signing waits until we know who you are.")
            yield Need(_("Show us who you are"), note, url, _("Upload evidence"), badge=_("Not verified"))
        case VerificationState.REFUSED:
            note = organization.state_reason or _("The evidence was not enough.")
            yield Need(_("Send better evidence"), note, url, _("Upload evidence"), badge=_("Refused"), tone="stop")
        case VerificationState.SUSPENDED:
            yield Need(
                _("Your organization is suspended"),
                organization.state_reason or _("Ask the platform what is wrong."),
                url_or_empty("accounts:organization"),
                _("See details"),
                badge=_("Suspended"),
                tone="stop",
            )


def _authority(organization: Organization, roles: set[str], day: date) -> Iterator[Need]:
    """Someone must be able to sign."""
    if Role.OWNER not in roles:
        return
    rows = SigningAuthority.objects.filter(organization=organization).exclude(state=AuthorityState.REVOKED)
    found = list(rows.only("state", "valid_from", "valid_until"))
    if not found:
        note = _("Name the person who signs: the legal representative, or somebody with a power of attorney.")
        yield Need(_("Nobody may sign for you yet"), note, url_or_empty("accounts:authorities"), _("Name a signatory"))
    elif all(row.valid_until and row.valid_until < day for row in found):
        note = _("The signing authority has run out.")
        yield Need(_("Nobody may sign for you any more"), note, url_or_empty("accounts:authorities"), _("Renew it"))


def _my_turn(rows: Iterable[Agreement], organization: Organization) -> Iterator[Need]:
    for agreement in rows:
        row = turns.row(agreement, {organization.pk})
        if row.mine and agreement.state not in (State.SIGNED, State.NOTICED):
            label = _("Read and sign") if agreement.state == State.OFFERED else _("Go on")
            due = agreement.acts_until.date() if agreement.acts_until else None
            yield Need(row.title, f"{row.reference} · {row.other}", row.url, label, due, row.state)


def _talks(organization: Organization) -> Iterator[Need]:
    """Versions of other terms that wait for this side's answer."""
    mine = Q(turn=Party.LICENSEE, licensee=organization) | Q(turn=Party.LICENSOR, licensor=organization)
    rows = Negotiation.objects.filter(mine, state=NegotiationState.OPEN).select_related("listing__patent")
    for row in rows.order_by("due_at", "pk")[:MOST]:
        yield Need(
            row.listing.patent.title,
            row.get_kind_display(),
            row.get_absolute_url(),
            _("Compare and answer"),
            due=talk_pages.act_by(row),
            badge=_("Your turn"),
            tone="now",
        )


def _to_pay(organization: Organization) -> Iterator[Need]:
    """What the firm owes and can pay now."""
    owed = (
        Obligation.objects.filter(agreement__licensee=organization, state=ObligationState.DUE, amount_minor__gt=0)
        .select_related("agreement__licensor", "agreement__listing__patent")
        .order_by("due_on", "pk")
    )
    for row in owed[:MOST]:
        amount = money_text(from_minor(row.amount_minor, row.currency))
        yield Need(
            _("Pay %(amount)s to %(name)s") % {"amount": amount, "name": row.agreement.licensor.name},
            f"{row.agreement.reference} · {row.get_kind_display()} · {row.agreement.listing.patent.title}",
            url_or_empty("payments:pay", row.code),
            _("Pay"),
            row.due_on,
            _("Due"),
        )


def _arrivals(organization: Organization) -> Iterator[Need]:
    waiting = BankTransfer.objects.filter(
        organization=organization, state__in=(TransferState.DECLARED, TransferState.SECOND)
    ).count()
    if waiting:
        title = ngettext("Confirm %(count)d arrival", "Confirm %(count)d arrivals", waiting) % {"count": waiting}
        note = _("Payers say they have transferred the money; look at your account.")
        yield Need(title, note, url_or_empty("payments:arrivals"), _("Look at the arrivals"))


def _listings(organization: Organization, *, may_edit: bool) -> Iterator[Need]:
    """Sent back with a reason, suspended, or objected to."""
    returned = Listing.objects.filter(organization=organization, state=ListingState.DRAFT).exclude(state_reason="")
    for listing in returned.select_related("patent").order_by("-changed_at")[:MOST]:
        page = "listings:edit" if may_edit else "listings:mine_one"
        url = url_or_empty(page, listing.code) or url_or_empty("listings:mine")
        yield Need(listing.patent.title, listing.state_reason, url, _("Correct it"), badge=_("Sent back"))
    stopped = Listing.objects.filter(organization=organization, state=ListingState.SUSPENDED)
    for listing in stopped.select_related("patent").order_by("-changed_at")[:MOST]:
        url = url_or_empty("listings:mine_one", listing.code) or url_or_empty("listings:mine")
        yield Need(listing.patent.title, listing.state_reason, url, _("Read it"), badge=_("Suspended"), tone="stop")
    objections = Objection.objects.filter(listing__organization=organization, upheld__isnull=True)
    for objection in objections.select_related("listing__patent").order_by("made_at")[:MOST]:
        note = _("An objection was made; the listing waits until it is decided.")
        url = objection.listing.get_absolute_url()
        yield Need(objection.listing.patent.title, note, url, _("Read it"), badge=_("Objection"), tone="stop")


def _events(organization: Organization) -> Iterator[Need]:
    """What happened to a patent and stops new licenses until its outcome is recorded (DECL-8)."""
    rows = HealthEvent.objects.filter(patent__organization=organization, settled_at__isnull=True)
    for event in rows.select_related("patent").order_by("happened_on", "pk")[:MOST]:
        note = _("New licenses wait until its outcome is recorded; licenses in force stay.")
        url = url_or_empty("listings:patent", event.patent.code)
        title = f"{event.patent.title} · {event.get_kind_display()}"
        yield Need(title, note, f"{url}#events" if url else "", _("Open"), badge=_("Stopped"), tone="stop")


def _to_confirm(organization: Organization, day: date) -> Iterator[Need]:
    """Offers whose status nobody has confirmed for three weeks: after thirty days they take no new licenses (LIC-9)."""
    rows = Listing.objects.filter(organization=organization, state__in=PUBLIC).select_related("patent")
    heard = timezone.now() - timedelta(days=REMIND_ON[0])
    silent = rows.exclude(patent__status_checked_at__gt=heard).exclude(confirmed_alive_at__gt=heard)
    for listing in silent.order_by("patent__status_checked_at", "pk")[:MOST]:
        at = fresh_since(listing)
        until = day_of(at + timedelta(days=STATUS_DAYS)) if at else day
        note = _("One click keeps it open for thirty days; without it nobody can take a license.")
        title = _("Still in force? %(title)s") % {"title": listing.patent.title}
        yield Need(title, note, url_or_empty("listings:mine_one", listing.code), _("Confirm"), until, _("Status"))


def _annual_fees(fees: Iterable[FeeDue], day: date) -> Iterator[Need]:
    """A fee that is missed ends the patent, and every offer with it."""
    for fee in fees:
        if fee.due_on <= day + FEE_SOON:
            note = _("Pay the patent office, then enter it here. A missed fee ends the patent and every offer of it.")
            title = _("Annual fee of year %(year)d: %(title)s") % {"year": fee.year, "title": fee.title}
            yield Need(title, note, fee.url, _("Open"), fee.due_on, _("Annual fee"))


def _term_sheets(organization: Organization, day: date) -> Iterator[Need]:
    rows = TermSheet.objects.filter(organization=organization)
    for sheet in rows.filter(state=TermSheetState.DRAFT).order_by("-created_at")[:MOST]:
        note = _("A term sheet that is not signed binds nobody, and no listing can use it.")
        url = url_or_empty("listings:term_sheet", sheet.code) or url_or_empty("listings:term_sheets")
        yield Need(f"{sheet.name} v{sheet.version}", note, url, _("Read and sign"), badge=_("Draft"))
    for sheet in rows.filter(state=TermSheetState.SIGNED, expires_on__lt=day).order_by("-expires_on")[:MOST]:
        in_use = _("Listings that use it take no new requests.")
        url = url_or_empty("listings:term_sheet", sheet.code) or url_or_empty("listings:term_sheets")
        yield Need(f"{sheet.name} v{sheet.version}", in_use, url, _("Sign a new one"), badge=_("Run out"), tone="stop")


def of_firm(
    organization: Organization,
    roles: set[str],
    deals: Iterable[Agreement],
    day: date,
    registered: Iterable[Todo] = (),
) -> list[Need]:
    """What a licensee has to do; `registered` is what the rooms know."""
    found = [*_my_turn(deals, organization), *_talks(organization), *_to_pay(organization), *registered]
    return [*_verification(organization), *_authority(organization, roles, day), *nearest_first(found)]


def of_university(
    organization: Organization,
    roles: set[str],
    deals: Iterable[Agreement],
    day: date,
    fees: Iterable[FeeDue] = (),
    registered: Iterable[Todo] = (),
) -> list[Need]:
    """What a licensor has to do; `fees` are the annual fees that come next, `registered` is what the rooms know.

    Nobody is sent where the role closes.
    """
    arrivals = _arrivals(organization) if roles & {Role.OWNER, Role.FINANCE} else ()
    turns_now = [*_my_turn(deals, organization), *_talks(organization)]
    found = [*turns_now, *arrivals, *_annual_fees(fees, day), *_to_confirm(organization, day), *registered]
    may_edit = bool(roles & {Role.OWNER, Role.LISTER})
    rest = [
        *_events(organization),
        *_listings(organization, may_edit=may_edit),
        *_term_sheets(organization, day),
    ]
    return [*_verification(organization), *_authority(organization, roles, day), *nearest_first(found), *rest]
