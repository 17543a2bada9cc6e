"""The acts by which a licensee takes a license, and a licensor without term sheet gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.flow.moving import lock as lock_offer
from listings.models import Track
from marketplace.accounts import authority, codes, passkeys
from marketplace.accounts.models import SigningAuthority, User
from marketplace.lib.findings import Refused, refuse
from marketplace.licensing import clauses, freezing, gates, letters, papers
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.errors import AlreadySigned
from marketplace.licensing.flow import activation, moving
from marketplace.licensing.models import Agreement, Confirmation, Method, Obligation, Party, Signature, State
from marketplace.licensing.signing.passkey import NONCE_BYTES, Answer, challenge
from marketplace.licensing.states import STEPS, Step, Who

PURPOSES = {"sign": "sign_agreement", "send_notice": "send_notice"}
PARTIES = {Who.LICENSEE: Party.LICENSEE, Who.LICENSOR: Party.LICENSOR}


@dataclass(frozen=True, slots=True)
class _Act:
    """One signing act as it came in: who, over which bytes, from where, when the server got it."""

    step: Step
    by: User
    document_sha256: str
    address: str
    agent: str
    received_at: datetime
    code: str = ""
    passkey: Answer | None = None

    def prove(self) -> tuple[Method, dict[str, Any]]:
        """How it was signed, and what is kept of it beyond the usual. Raises WrongCode or WrongPasskey.

        A code is used up here, whatever comes after: call it outside the transaction of the signature.
        """
        if self.passkey is None:
            codes.use(self.by, purpose=PURPOSES[self.step.name], subject=self.document_sha256, code=self.code)
            return Method.CLICK, {}
        if len(self.passkey.nonce) != NONCE_BYTES:  # nothing was asked, or it was answered before
            raise passkeys.WrongPasskey
        asked = challenge(self.document_sha256, self.passkey.nonce)
        site = {"rp_id": self.passkey.rp_id, "origin": self.passkey.origin}
        told = passkeys.check(self.by, asked, self.passkey.credential, **site)
        return Method.PASSKEY, {"passkey": told.as_dict() | {"nonce": self.passkey.nonce.hex()}}


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
            agreement=agreement, clause=clause, text_sha256=text_sha256, defaults={"by": by}
        )
        if new:
            moving.record(agreement, step, by=by, was=agreement.state, clause=clause, text_sha256=text_sha256)
    return made


def sign(
    agreement: Agreement,
    *,
    by: User,
    document_sha256: str,
    code: str = "",
    passkey: Answer | None = None,
    address: str = "",
    agent: str = "",
) -> Agreement:
    """Sign the contract on the preset track: fresh log-in at the door, code or passkey, authority (SIG-2, SIG-3).

    The last of both signatures moves the agreement: to `active`, or to `signed` where payment is a condition (LIC-C).
    Raises NotYours, NotNow, AlreadySigned, Refused, WrongCode, WrongPasskey, TermsChanged; then nothing was changed.
    """
    act = _Act(STEPS["sign"], by, document_sha256, address, agent, timezone.now(), code, passkey)
    with transaction.atomic():  # everything that can refuse is asked before the code is used up …
        _require_signable(agreement, act)
    how = act.prove()
    with transaction.atomic():  # … and asked again in the transaction of the signature
        agreement, party, right = _require_signable(agreement, act)
        _write_signature(agreement, party, right, act, how)
        _finish(agreement, party, act)
    return agreement


def send_notice(
    agreement: Agreement,
    *,
    by: User,
    document_sha256: str,
    code: str = "",
    passkey: Answer | None = None,
    address: str = "",
    agent: str = "",
) -> Agreement:
    """Sign and serve the written notice of the open track (LIC-A); with no fee the license is in force at once.

    Raises the same as sign().
    """
    act = _Act(STEPS["send_notice"], by, document_sha256, address, agent, timezone.now(), code, passkey)
    with transaction.atomic():
        _require_signable(agreement, act)
    how = act.prove()
    with transaction.atomic():
        agreement, party, right = _require_signable(agreement, act)
        _write_signature(agreement, party, right, act, how)
        _serve(agreement, act)
    return agreement


def request_code(agreement: Agreement, *, by: User) -> None:
    """Mail the one-time code for the signature that is this person's turn. Raises what the signature would raise."""
    step = STEPS["send_notice" if agreement.track == Track.OPEN else "sign"]
    act = _Act(step, by, agreement.contract_sha256, "", "", timezone.now())
    with transaction.atomic():
        _require_signable(agreement, act)
    codes.send(by, purpose=PURPOSES[step.name], subject=agreement.contract_sha256)


def _require_signable(agreement: Agreement, act: _Act) -> tuple[Agreement, Party, SigningAuthority]:
    """Everything that must hold at the instant of a signature, under lock: patent, listing, then agreement (OUT-9)."""
    moving.require_side(act.by, agreement, act.step)
    listing = lock_offer(agreement.listing)
    agreement = moving.lock(agreement)
    party = _party(agreement, act)
    moving.require_state(agreement, act.step)
    moving.require_time(agreement)
    listing = freezing.as_frozen(listing, agreement.version.snapshot)
    gates.require_acceptable(listing)
    freezing.require_unchanged(listing, agreement.version)
    if act.document_sha256 != agreement.contract_sha256:
        raise _other_document()
    if party == Party.LICENSEE and act.step.name == "sign":
        clauses.require_all_confirmed(agreement)
        gates.standing_sheet(agreement)
    organization = agreement.licensee if party == Party.LICENSEE else agreement.licensor
    amount = gates.amount_bound(agreement.fee_minor, agreement.version, agreement.licensee_class)
    right = authority.require(act.by, organization, scope="contracts", amount_minor=amount, currency=agreement.currency)
    return agreement, party, right


def _party(agreement: Agreement, act: _Act) -> Party:
    """The party this person signs for now. Raises AlreadySigned when it has signed."""
    signed = set(agreement.signatures.values_list("party", flat=True))
    can = [
        party
        for who, party in PARTIES.items()
        if who in act.step.who and moving.holds(act.by, getattr(agreement, party.value), act.step.roles)
    ]
    open_ = [party for party in can if party not in signed]
    if not open_:
        raise AlreadySigned(agreement.reference)
    return open_[0]


def _other_document() -> Refused:
    return refuse(
        "LIC-6",
        _("The document you saw is not the one that waits for your signature."),
        _("Open the contract again on this page, read it, and sign then."),
        field="document_sha256",
    )


def _write_signature(
    agreement: Agreement, party: Party, right: SigningAuthority, act: _Act, how: tuple[Method, dict[str, Any]]
) -> None:
    method, more = how
    try:
        with transaction.atomic():
            Signature.objects.create(
                agreement=agreement,
                party=party,
                user=act.by,
                authority=right,
                method=method,
                document_sha256=act.document_sha256,
                received_at=act.received_at,
                at=timezone.now(),
                address=act.address or None,
                evidence={
                    "signer": act.by.name,
                    "basis": right.basis,
                    "valid_until": right.valid_until.isoformat() if right.valid_until else None,
                    "agent": act.agent[:200],
                    **more,
                },
            )
    except IntegrityError as error:
        raise AlreadySigned(agreement.reference) from error


def _finish(agreement: Agreement, party: Party, act: _Act) -> None:
    """Let the last signature move the agreement: one conditional UPDATE looks whether both are there (LIC-7)."""
    now, was = timezone.now(), agreement.state
    signed = Signature.objects.filter(agreement=OuterRef("pk"))
    ready = Agreement.objects.filter(
        Exists(signed.filter(party=Party.LICENSEE)),
        Exists(signed.filter(party=Party.LICENSOR)),
        pk=agreement.pk,
        state__in=act.step.source,
    )
    first = _founding_debt(agreement, now) if ready.exists() else None
    if first is not None:
        moved = ready.update(state=State.SIGNED, signed_at=now, acts_until=activation.payment_until(first))
    else:
        moved = ready.update(state=State.ACTIVE, signed_at=now, **activation.dates(agreement, now))
    agreement.refresh_from_db()
    moving.record(agreement, act.step, by=act.by, was=was, side=party.value, document_sha256=act.document_sha256)
    if not moved:
        letters.other_party_signs(agreement)
    elif first is not None:
        papers.leave_for_sealing(agreement)  # complete by signatures: what both signed is sealed before any payment
        letters.to_pay(first)
    else:
        activation.follow(agreement, by=act.by)


def _founding_debt(agreement: Agreement, now: datetime) -> Obligation | None:
    """What must be paid first, written down, where the contract makes payment a condition."""
    if not read(agreement.version.snapshot).flag("payment_is_condition"):
        return None
    return activation.owe_first(agreement, now)


def _serve(agreement: Agreement, act: _Act) -> None:
    """The notice reaches the licensor's inbox in this very transaction: that instant is when it is received."""
    now = timezone.now()
    first = activation.owe_first(agreement, now)
    if first is not None:
        was = moving.move(
            agreement, act.step, State.NOTICED, noticed_at=now, acts_until=activation.payment_until(first)
        )
    else:
        fields = activation.dates(agreement, now)
        was = moving.move(agreement, act.step, State.ACTIVE, noticed_at=now, **fields)
    moving.record(agreement, act.step, by=act.by, was=was, document_sha256=act.document_sha256, noticed_at=now)
    letters.notice_served(agreement)
    if first is not None:
        papers.leave_for_sealing(agreement)  # the notice is proof from its service on, whatever becomes of the payment
        letters.to_pay(first)
    else:
        activation.follow(agreement, by=act.by)
