"""From an offer to an agreement: the request, what is frozen for it, and the platform's look where a rule wants one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings import negotiated, offers
from listings.flow.moving import lock as lock_offer
from listings.models import Listing, TermSheet, Track
from marketplace.accounts.models import Organization, User
from marketplace.accounts.privacy import contacts
from marketplace.lib.findings import Finding, Refused, Severity
from marketplace.lib.terms import start_of
from marketplace.licensing import approvals, gates, identifiers, papers
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.errors import AlreadyAsked
from marketplace.licensing.flow import moving
from marketplace.licensing.letters import step_letters
from marketplace.licensing.models import (
    LIVE_STATES,
    Agreement,
    Negotiation,
    OfferVersion,
    PaperKind,
    Party,
    Proposal,
    Signature,
    State,
)
from marketplace.licensing.public import publishing
from marketplace.licensing.states import STEPS, Step
from marketplace.licensing.terms import freezing


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a licensee says when it asks: for what use, on which terms seen, and its own statements.

    `seen_sha256` is the hash of the offer that was shown (LIC-D), `variant` the code of one of its variants; whoever
    says that it is related says how (LIC-J); `contact_ok` lets the licensor read its contact (PII-2).
    """

    intended_use: str
    seen_sha256: str
    variant: str = ""
    field_ok: bool = False
    territory_ok: bool = False
    related_party: bool = False
    related_detail: str = ""
    contact_ok: bool = False


def request(listing: Listing, wish: Wish, *, licensee: Organization, by: User) -> Agreement:
    """Ask for the license on the terms seen, a listing's own or those of a variant; both tracks.

    Preset: freezes the offer and makes the contract ready to sign (`offered`), or leaves it to a moderator
    (`requested`; LIC-I, LIC-J). Open: renders the written notice (`prepared`; LIC-A). Raises NotYours, Refused,
    TermsChanged, AlreadyAsked.
    """
    step = STEPS["prepare" if listing.track == Track.OPEN else "request"]
    moving.require_member(by, licensee, step)
    with transaction.atomic():
        listing = freezing.under(lock_offer(listing), wish.variant)
        version = _admit(listing, licensee, wish.seen_sha256)
        _require_statements(version, field_ok=wish.field_ok, territory_ok=wish.territory_ok)
        look = gates.who_must_look(listing, licensee, by, related_party=wish.related_party)
        contact = _contact_of(licensee, listing, by=by, given=wish.contact_ok)
        agreement = _create(
            listing,
            version,
            licensee=licensee,
            requested_by=by,
            intended_use=wish.intended_use,
            statements={"territory": wish.territory_ok, "field": wish.field_ok, "contact": contact},
            related_party="LIC-J" in look,
            related_detail=wish.related_detail,
            needs_person=",".join(look),
            acts_until=_until(step if look or step.name == "prepare" else STEPS["offer"], listing.term_sheet),
        )
        moving.record(agreement, step, by=by, was="", version=version.sha256, needs_person=look)
        _go_on(agreement, by=by)
    return agreement


def _contact_of(licensee: Organization, listing: Listing, *, by: User, given: bool) -> bool:
    """Whether the licensor may read the licensee's contact, by a consent given now or before (PII-2)."""
    whose = contacts.Whose(licensee)
    if given:
        contacts.give(whose, listing.organization, by=by, about=listing.patent.title[:120])
    return contacts.may_read(listing.organization, whose)


def _admit(listing: Listing, licensee: Organization, seen_sha256: str) -> OfferVersion:
    """The frozen offer that this licensee may take now, on the terms it saw."""
    _require_free(listing, licensee)
    gates.require_acceptable(listing)
    version = freezing.require_seen(listing, seen_sha256)
    gates.require_eligible(listing, licensee)
    return version


def _go_on(agreement: Agreement, *, by: User) -> None:
    """What follows a request at once: the notice, the contract, or a moderator's turn."""
    if agreement.track == Track.OPEN:
        _keep_hash(agreement, papers.make(agreement, PaperKind.NOTICE, by=by).sha256)
    elif agreement.state == State.OFFERED:
        _make_contract(agreement, by=by)
    else:
        step_letters.moderators_look(agreement)


def make_negotiated(negotiation: Negotiation, proposal: Proposal, *, listing: Listing, by: User) -> Agreement:
    """The agreement on a version that both sides accepted, with its frozen offer; no term sheet stands behind it.

    A request that waits on the offer's own terms makes room for it. Requires a transaction and the offer's lock. Raises
    Refused, AlreadyAsked.
    """
    licensee = negotiation.licensee
    offered = negotiated.under(listing, proposal.terms)
    gates.require_acceptable(offered)
    gates.require_eligible(offered, licensee)
    for waiting in Agreement.objects.filter(
        listing=listing, licensee=licensee, state__in=[State.REQUESTED, State.OFFERED]
    ):
        supersede(waiting, by=by)
    _require_free(listing, licensee)
    source = {"code": str(negotiation.code), "number": proposal.number, "sha256": proposal.sha256}
    version = freezing.freeze_negotiated(listing, proposal.terms, source)
    look = gates.who_must_look(offered, licensee, negotiation.opened_by, related_party=negotiation.related_party)
    agreement = _create(
        offered,
        version,
        licensee=licensee,
        requested_by=negotiation.opened_by,
        intended_use=negotiation.intended_use,
        statements={"territory": True, "field": True, "contact": _contact_of(licensee, listing, by=by, given=False)},
        related_party="LIC-J" in look,
        related_detail=negotiation.related_detail,
        needs_person=",".join(look),
        acts_until=moving.end_of_day_after(publishing.days_to_sign(proposal)),
    )
    moving.record(agreement, STEPS["request"], by=by, was="", version=version.sha256, needs_person=look)
    _go_on(agreement, by=by)
    return agreement


def supersede(agreement: Agreement, *, by: User | None) -> None:
    """Void a contract that another version replaces, before both have signed it (LIC-10). Needs a transaction.

    One that was closed otherwise is left as it is. Raises NotNow where both have signed.
    """
    step = STEPS["supersede"]
    agreement = moving.lock(agreement)
    if agreement.state in (State.CANCELLED, State.DECLINED, State.LAPSED):
        return
    moving.require_state(agreement, step)
    was = moving.move(agreement, step, State.CANCELLED, closed_at=timezone.now(), acts_until=None)
    approvals.void(agreement, by=by)
    moving.record(agreement, step, by=by, was=was)


def offer(agreement: Agreement, *, by: User) -> Agreement:
    """A moderator has looked and lets the request pass: the contract is made ready to sign.

    Raises NotYours, NotNow, Refused, TermsChanged.
    """
    step = STEPS["offer"]
    moving.require_side(by, agreement, step)
    with transaction.atomic():
        listing = freezing.as_frozen(lock_offer(agreement.listing), agreement.version.snapshot)
        agreement = moving.lock(agreement)
        moving.require_state(agreement, step)
        gates.require_acceptable(listing)
        freezing.require_unchanged(listing, agreement.version)
        was = moving.move(agreement, step, State.OFFERED, acts_until=_until(step, agreement.term_sheet))
        moving.record(agreement, step, by=by, was=was)
        _make_contract(agreement, by=by)
    return agreement


def _until(step: Step, sheet: TermSheet | None) -> datetime:
    """How long the next person has: the days of the table, never beyond the licensor's standing offer (LIC-K)."""
    until = moving.end_of_day_after(step.days or 0)
    if sheet is None or sheet.expires_on is None:
        return until
    return min(until, start_of(sheet.expires_on + timedelta(days=1)))


def _require_free(listing: Listing, licensee: Organization) -> None:
    live = Agreement.objects.filter(listing=listing, licensee=licensee, state__in=LIVE_STATES).first()
    if live is not None:
        raise AlreadyAsked(live)


def _require_statements(version: OfferVersion, *, field_ok: bool, territory_ok: bool) -> None:
    """Field and territory are the licensee's own statements where the terms limit them."""
    frozen = read(version.snapshot)
    found = []
    if frozen.track == Track.PRESET and not territory_ok:
        found.append(
            Finding(
                "LIC-E",
                Severity.BLOCK,
                _("Say that you will use it within the territory of the license."),
                _("Tick the box, or ask the licensor for another territory."),
                field="territory_ok",
            )
        )
    if frozen.track == Track.PRESET and frozen.text("field_of_use") and not field_ok:
        found.append(
            Finding(
                "LIC-E",
                Severity.BLOCK,
                _("Say that your use lies within the field of use of the license."),
                _("Tick the box, or ask the licensor for another field."),
                field="field_ok",
            )
        )
    if found:
        raise Refused(found)


def _create(listing: Listing, version: OfferVersion, *, licensee: Organization, **fields: object) -> Agreement:
    """The agreement's row in its first state. Raises AlreadyAsked when another request came first (LIC-2)."""
    preset = listing.track == Track.PRESET
    licensee_class = offers.class_of(licensee, version.snapshot)
    price = offers.price_for(version.snapshot, licensee_class)
    state = State.PREPARED if not preset else State.REQUESTED if fields["needs_person"] else State.OFFERED
    try:
        with transaction.atomic():
            return Agreement.objects.create(
                reference=identifiers.next_reference(),
                verify_code=identifiers.new_verify_code(),
                track=listing.track,
                state=state,
                listing=listing,
                version=version,
                licensor=listing.organization,
                licensee=licensee,
                term_sheet=listing.term_sheet if preset else None,
                licensee_class=licensee_class,
                fee_minor=price.fee_minor,
                currency=str(read(version.snapshot).terms.get("currency") or "CNY"),
                **fields,
            )
    except IntegrityError:
        _require_free(listing, licensee)
        raise


def _keep_hash(agreement: Agreement, sha256: str) -> None:
    Agreement.objects.filter(pk=agreement.pk, contract_sha256="").update(contract_sha256=sha256)
    agreement.refresh_from_db()


def _make_contract(agreement: Agreement, *, by: User) -> None:
    """The licensor's standing signature where there is one (LIC-K), then the contract that shows it."""
    _sign_by_term_sheet(agreement)
    _keep_hash(agreement, papers.make(agreement, PaperKind.CONTRACT, by=by).sha256)
    step_letters.contract_ready(agreement)
    approvals.begin(agreement, by=by)


def _sign_by_term_sheet(agreement: Agreement) -> None:
    """The licensor's signature is the term sheet's, with its own earlier date; what it covers is the sheet's hash."""
    sheet = gates.standing_sheet(agreement)
    if sheet is None or sheet.signed_by is None or sheet.authority is None or sheet.signed_at is None:
        return
    kept = sheet.signature
    Signature.objects.create(
        agreement=agreement,
        party=Party.LICENSOR,
        user=sheet.signed_by,
        authority=sheet.authority,
        method=kept.get("method", "click"),
        document_sha256=sheet.sha256,
        term_sheet=sheet,
        received_at=timezone.now(),
        at=sheet.signed_at,
        address=kept.get("address") or None,
        evidence={
            "signer": sheet.signed_by.name,
            "basis": sheet.authority.basis,
            "term_sheet": str(sheet),
        },
    )
