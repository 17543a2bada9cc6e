"""The versions of a negotiation: checked by the rules, put down once, accepted or retired, never changed (LIC-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from listings import negotiated
from listings.models import Listing
from marketplace.accounts.models import User
from marketplace.lib.canonical import sha256_of
from marketplace.lib.findings import Refused, blocking, refuse
from marketplace.licensing.errors import AlreadyTalking, NotNow
from marketplace.licensing.flow import talks
from marketplace.licensing.models import TALKING, Acceptance, Negotiation, NegotiationState, Party, Proposal
from marketplace.licensing.states import TALKS

Terms = Mapping[str, Any]


def checked(listing: Listing, terms: Terms, *, before: Terms, reason: str, again: bool = False) -> dict[str, Any]:
    """The terms as they will be kept, once the rules have nothing against them. Raises Refused."""
    told = negotiated.normal(terms)
    found = blocking(negotiated.findings(listing, told))
    if found:
        raise Refused(found)
    if told == dict(before) and (again or not reason.strip()):
        raise refuse(
            "LIC-10",
            _("Nothing differs from the version before."),
            _("Change at least one term, or say in words what you want otherwise."),
            field="reason",
        )
    if again and not reason.strip():
        raise refuse("LIC-10", _("Say why."), _("One sentence is enough; the other side reads it."), field="reason")
    return told


def begin(**fields: Any) -> Negotiation:
    """The row. Raises AlreadyTalking when one is open on this offer for this firm."""
    try:
        with transaction.atomic():
            return Negotiation.objects.create(due_at=_first_day(fields["state"]), **fields)
    except IntegrityError:
        standing = Negotiation.objects.filter(
            listing=fields["listing"], licensee=fields["licensee"], state__in=TALKING
        ).first()
        if standing is None:
            raise
        raise AlreadyTalking(standing) from None


def _first_day(state: NegotiationState) -> Any:
    return talks.until(TALKS["ask" if state == NegotiationState.ASKED else "propose"])


def put(negotiation: Negotiation, terms: dict[str, Any], *, party: Party, by: User, reason: str) -> Proposal:
    """Put a version down; whoever does has said yes to it. Requires a transaction, and that none is live."""
    number = negotiation.proposals.count() + 1
    told = {
        "negotiation": str(negotiation.code),
        "number": number,
        "base": negotiation.base.sha256,
        "terms": terms,
    }
    made = Proposal.objects.create(
        negotiation=negotiation,
        number=number,
        party=party,
        by=by,
        terms=terms,
        sha256=sha256_of(told),
        reason=reason.strip()[:2000],
    )
    Acceptance.objects.create(proposal=made, party=party, by=by)
    return made


def require_live(negotiation: Negotiation, number: int) -> Proposal:
    """The live version, if it is the one that the person read. Raises NotNow."""
    standing = Proposal.objects.select_for_update(of=("self",)).filter(negotiation=negotiation, live=True).first()
    if standing is None or standing.number != number:
        raise NotNow(f"version {number} of negotiation {negotiation.pk} does not stand any more")
    return standing


def retire(proposal: Proposal) -> None:
    """Let a version stand no more. Raises NotNow when it did not."""
    if not Proposal.objects.filter(pk=proposal.pk, live=True).update(live=False):
        raise NotNow(f"version {proposal.number} does not stand any more")


def say_yes(proposal: Proposal, *, party: Party, by: User) -> None:
    """A side's yes, once. Raises NotNow."""
    try:
        with transaction.atomic():
            Acceptance.objects.create(proposal=proposal, party=party, by=by)
    except IntegrityError as error:
        raise NotNow(f"{party} has accepted version {proposal.number} before") from error
