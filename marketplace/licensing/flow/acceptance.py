"""The acts by which a licensee takes a license, and a licensor without term sheet gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from listings.flow.moving import lock as lock_offer
from listings.models import Track
from marketplace.accounts import authority
from marketplace.accounts.models import User
from marketplace.licensing import approvals, gates, papers
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.flow import activation, moving
from marketplace.licensing.letters import step_letters
from marketplace.licensing.models import Agreement, Confirmation, Obligation, Party, Signature, State
from marketplace.licensing.public import publishing
from marketplace.licensing.signing import doors
from marketplace.licensing.signing.doors import Signer, Signing
from marketplace.licensing.states import STEPS, Step, Who
from marketplace.licensing.terms import clauses, freezing

PURPOSES = {"sign": "sign_agreement", "send_notice": "send_notice"}
PARTIES = {Who.LICENSEE: Party.LICENSEE, Who.LICENSOR: Party.LICENSOR}


@dataclass(frozen=True, slots=True)
class AgreementDoor:
    """The door of what the agreement itself rests on: the contract of the preset track, the notice of the open one."""

    agreement: Agreement
    step: Step

    @property
    def purpose(self) -> str:
        """The code is for this step alone."""
        return PURPOSES[self.step.name]

    def require(self, act: Signing) -> Signer:
        """Locks the patent, the listing, the agreement, then the authority (OUT-9)."""
        moving.require_side(act.by, self.agreement, self.step)
        listing = lock_offer(self.agreement.listing)
        agreement = moving.lock(self.agreement)
        party = self._party(agreement, act)
        moving.require_state(agreement, self.step)
        moving.require_time(agreement)
        listing = freezing.as_frozen(listing, agreement.version.snapshot)
        gates.require_acceptable(listing)
        freezing.require_unchanged(listing, agreement.version)
        if act.document_sha256 != agreement.contract_sha256:
            raise doors.other_document()
        gates.require_standing_version(agreement)
        approvals.require_all(agreement, party)
        publishing.require_public(agreement, party)
        if party == Party.LICENSEE and self.step.name == "sign":
            clauses.require_all_confirmed(agreement)
            gates.standing_sheet(agreement)
        amount = gates.amount_bound(agreement.fee_minor, agreement.version, agreement.licensee_class)
        right = authority.require(
            act.by, doors.side(agreement, party), scope="contracts", amount_minor=amount, currency=agreement.currency
        )
        return Signer(agreement, party, right)

    def _party(self, agreement: Agreement, act: Signing) -> Party:
        can = [
            party
            for who, party in PARTIES.items()
            if who in self.step.who and moving.holds(act.by, doors.side(agreement, party), self.step.roles)
        ]
        return doors.first_open(agreement, can, agreement.own_signatures.values_list("party", flat=True))

    def follow(self, signer: Signer, act: Signing) -> None:
        """The contract may be complete with it; a notice is served by it."""
        if self.step.name == "send_notice":
            _serve(signer.agreement, self.step, act)
        else:
            _finish(signer.agreement, self.step, signer.party, act)


def door_of(agreement: Agreement) -> AgreementDoor:
    """The door of the agreement's own paper, by its track."""
    return AgreementDoor(agreement, STEPS["send_notice" if agreement.track == Track.OPEN else "sign"])


def confirm(agreement: Agreement, *, by: User, clause: str, text_sha256: str) -> Confirmation:
    """Confirm one highlighted clause on its own (LIC-F). The same confirmation twice is the first one.

    Raises NotYours, NotNow, Refused when the words are not the contract's.
    """
    step = STEPS["confirm"]
    moving.require_side(by, agreement, step)
    with transaction.atomic():
        agreement = moving.lock(agreement)
        moving.require_state(agreement, step)
        clauses.require_words(agreement, clause, text_sha256)
        made, new = Confirmation.objects.get_or_create(
            agreement=agreement, paper=None, clause=clause, text_sha256=text_sha256, defaults={"by": by}
        )
        if new:
            moving.record(agreement, step, by=by, was=agreement.state, clause=clause, text_sha256=text_sha256)
    return made


def sign(agreement: Agreement, signing: Signing) -> Agreement:
    """Sign the contract on the preset track: fresh log-in at the door, code or passkey, authority (SIG-2, SIG-3).

    The last of both signatures moves the agreement: to `active`, or to `signed` where payment is a condition (LIC-C).
    Raises NotYours, NotNow, AlreadySigned, Refused, WrongCode, WrongPasskey, TermsChanged; then nothing was changed.
    """
    return doors.go_through(AgreementDoor(agreement, STEPS["sign"]), signing).agreement


def send_notice(agreement: Agreement, signing: Signing) -> Agreement:
    """Sign and serve the written notice of the open track (LIC-A); with no fee the license is in force at once.

    Raises the same as sign().
    """
    return doors.go_through(AgreementDoor(agreement, STEPS["send_notice"]), signing).agreement


def request_code(agreement: Agreement, *, by: User) -> None:
    """Mail the one-time code for the signature that is this person's turn. Raises what the signature would raise."""
    doors.send_code(door_of(agreement), Signing.now(by, agreement.contract_sha256))


def _finish(agreement: Agreement, step: Step, party: Party, act: Signing) -> None:
    """Let the last signature move the agreement: one conditional UPDATE looks whether both are there (LIC-7)."""
    now, was = timezone.now(), agreement.state
    signed = Signature.objects.filter(agreement=OuterRef("pk"), paper__isnull=True)
    ready = Agreement.objects.filter(
        Exists(signed.filter(party=Party.LICENSEE)),
        Exists(signed.filter(party=Party.LICENSOR)),
        pk=agreement.pk,
        state__in=step.source,
    )
    first = _founding_debt(agreement, now) if ready.exists() else None
    if first is not None:
        moved = ready.update(state=State.SIGNED, signed_at=now, acts_until=activation.payment_until(first))
    else:
        moved = ready.update(state=State.ACTIVE, signed_at=now, **activation.dates(agreement, now))
    agreement.refresh_from_db()
    moving.record(agreement, step, by=act.by, was=was, side=party.value, document_sha256=act.document_sha256)
    if not moved:
        step_letters.other_party_signs(agreement)
    elif first is not None:
        papers.leave_for_sealing(agreement)  # complete by signatures: what both signed is sealed before any payment
        step_letters.to_pay(first)
    else:
        activation.follow(agreement, by=act.by)


def _founding_debt(agreement: Agreement, now: datetime) -> Obligation | None:
    """What must be paid first, written down, where the contract makes payment a condition."""
    if not read(agreement.version.snapshot).flag("payment_is_condition"):
        return None
    return activation.owe_first(agreement, now)


def _serve(agreement: Agreement, step: Step, act: Signing) -> None:
    """The notice reaches the licensor's inbox in this very transaction: that instant is when it is received."""
    now = timezone.now()
    first = activation.owe_first(agreement, now)
    if first is not None:
        was = moving.move(agreement, step, State.NOTICED, noticed_at=now, acts_until=activation.payment_until(first))
    else:
        fields = activation.dates(agreement, now)
        was = moving.move(agreement, step, State.ACTIVE, noticed_at=now, **fields)
    moving.record(agreement, step, by=act.by, was=was, document_sha256=act.document_sha256, noticed_at=now)
    step_letters.notice_served(agreement)
    if first is not None:
        papers.leave_for_sealing(agreement)  # the notice is proof from its service on, whatever becomes of the payment
        step_letters.to_pay(first)
    else:
        activation.follow(agreement, by=act.by)
