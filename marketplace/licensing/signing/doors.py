"""The one way through which every signature goes, whatever paper it stands under and however it is made.

A door knows one paper: what must hold for a signature of it, and what follows from one. `go_through` asks the door,
has the person prove that it is him, asks again in the transaction of the signature, writes it and lets the door follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import codes, passkeys
from marketplace.lib.contention import broken_off
from marketplace.lib.findings import Refused, refuse
from marketplace.licensing.errors import AlreadySigned
from marketplace.licensing.models import Agreement, CopyState, Method, Paper, Party, Signature, StampedCopy
from marketplace.licensing.signing import levels
from marketplace.licensing.signing.passkey import NONCE_BYTES, Answer, challenge
from marketplace.licensing.terms import clauses

if TYPE_CHECKING:
    from marketplace.accounts.models import SigningAuthority, User

PAPER_PURPOSE = "sign_paper"


@dataclass(frozen=True, slots=True)
class Signing:
    """One act of signing as it came in: who, over which bytes, with which proof, from where, when the server got it.

    For which side and by what right is asked of the database under lock, and is a Signer.
    """

    by: User
    document_sha256: str
    address: str
    agent: str
    received_at: datetime
    code: str = ""
    passkey: Answer | None = None

    @classmethod
    def now(cls, by: User, document_sha256: str, address: str = "", agent: str = "", **proof: Any) -> Signing:
        """One that the server gets at this instant; `proof` is a code or a passkey's answer."""
        return cls(by, document_sha256, address, agent, timezone.now(), **proof)

    @property
    def method(self) -> Method:
        """The level of what came in."""
        return Method.CLICK if self.passkey is None else Method.PASSKEY

    def prove(self, purpose: str) -> Proof:
        """How it was signed, and what is kept of it beyond the usual. Raises WrongCode or WrongPasskey.

        A code is used up here, whatever comes after: call it outside the transaction of the signature.
        """
        if self.passkey is None:
            codes.use(self.by, purpose=purpose, subject=self.document_sha256, code=self.code)
            return Proof(Method.CLICK)
        if len(self.passkey.nonce) != NONCE_BYTES:  # nothing was asked, or it was answered before
            raise passkeys.WrongPasskey
        asked = challenge(self.document_sha256, self.passkey.nonce)
        site = {"rp_id": self.passkey.rp_id, "origin": self.passkey.origin}
        told = passkeys.check(self.by, asked, self.passkey.credential, **site)
        return Proof(Method.PASSKEY, {"passkey": told.as_dict() | {"nonce": self.passkey.nonce.hex()}})


class Proof(NamedTuple):
    """The level of a signature and what is kept of it beyond the usual (SIG-2, SIG-4)."""

    method: Method
    kept: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Signer:
    """For whom a person signs and by what right, as it stood under lock. `paper` is None for contract and notice."""

    agreement: Agreement
    party: Party
    right: SigningAuthority
    paper: Paper | None = None


class Door(Protocol):
    """One paper that waits for signatures."""

    @property
    def purpose(self) -> str:
        """What the mailed code is for (accounts.codes)."""

    def require(self, act: Signing) -> Signer:
        """Everything that must hold at the instant of a signature, under lock; needs a transaction.

        Raises NotYours, NotNow, AlreadySigned, Refused, TermsChanged.
        """

    def follow(self, signer: Signer, act: Signing) -> None:
        """What follows from a signature that was just written, in its transaction."""


def go_through(door: Door, act: Signing) -> Signer:
    """Sign: what refuses is asked before the code is used up, and again in the transaction of the signature (SIG-3).

    Raises what the door raises, WrongCode and WrongPasskey, and Refused when others held the deal for too long; then
    nothing was changed.
    """
    with _words_for_waiting():
        with transaction.atomic():
            levels.require_accepted(door.require(act).agreement, act.method)
        proof = act.prove(door.purpose)
        with transaction.atomic():
            signer = door.require(act)
            write(signer, act, proof)
            door.follow(signer, act)
    return signer


@contextmanager
def _words_for_waiting() -> Iterator[None]:
    """Say in words that others hold the deal just now; here, not on the page of all others (frame.busy).

    Whoever signs must hear that nothing was signed, and that a code which was used is spent.
    """
    try:
        yield
    except OperationalError as busy:
        if not broken_off(busy):
            raise
        raise refuse(
            "LIC-7",
            _("Somebody else is at work on this deal at this very moment. Nothing was signed."),
            _("Try again in a moment; ask for a new code if yours was used."),
        ) from busy


def send_code(door: Door, act: Signing) -> None:
    """Mail the one-time code for a signature. Raises what the signature would raise, and WrongCode: too many asked."""
    with _words_for_waiting(), transaction.atomic():
        levels.require_accepted(door.require(act).agreement, Method.CLICK)
    codes.send(act.by, purpose=door.purpose, subject=act.document_sha256)


def write(signer: Signer, act: Signing, proof: Proof) -> Signature:
    """The signature with all that SIG-4 asks to keep; needs a transaction. Raises AlreadySigned."""
    right = signer.right
    try:
        with transaction.atomic():
            made = Signature.objects.create(
                agreement=signer.agreement,
                paper=signer.paper,
                party=signer.party,
                user=act.by,
                authority=right,
                method=proof.method,
                document_sha256=act.document_sha256,
                received_at=act.received_at,
                at=timezone.now(),
                address=act.address or None,
                evidence={
                    "signer": act.by.name,
                    "basis": right.basis,
                    "valid_until": right.valid_until.isoformat() if right.valid_until else None,
                    "agent": act.agent[:200],
                    **_confirmed(signer),
                    **proof.kept,
                },
            )
    except IntegrityError as error:
        raise AlreadySigned(signer.agreement.reference) from error
    _drop_scan(signer)
    return made


def _confirmed(signer: Signer) -> dict[str, Any]:
    """The clauses that were confirmed one by one before a licensee signs, by the hash of their words (LIC-F)."""
    rows = clauses.of_paper(signer.agreement, signer.paper) if signer.party == Party.LICENSEE else []
    return {"confirmed": rows} if rows else {}


def _drop_scan(signer: Signer) -> None:
    """A scan of this side that still waits has become needless: it has signed in another way."""
    waiting = StampedCopy.objects.filter(paper__agreement=signer.agreement, party=signer.party, state=CopyState.WAITING)
    mine = {"paper": signer.paper} if signer.paper else {"paper__kind__in": ["contract", "notice"]}
    waiting.filter(**mine).update(state=CopyState.WITHDRAWN)


def first_open(agreement: Agreement, can: Iterable[Party], signed: Iterable[str]) -> Party:
    """The party a person signs for now, of those he can sign for. Raises AlreadySigned when they have signed."""
    done = set(signed)
    for party in can:
        if party not in done:
            return party
    raise AlreadySigned(agreement.reference)


def side(agreement: Agreement, party: Party) -> Any:
    """The organization of a party."""
    return agreement.licensee if party == Party.LICENSEE else agreement.licensor


def other_document() -> Refused:
    """What is said to a person whose form names other bytes than those that wait (LIC-6)."""
    return refuse(
        "LIC-6",
        _("The document you saw is not the one that waits for your signature."),
        _("Open the contract again on this page, read it, and sign then."),
        field="document_sha256",
    )
