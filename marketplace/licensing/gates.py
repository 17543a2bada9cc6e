"""What the offer and the parties must fulfill before a step, asked again in the transaction of that step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings import negotiated, offers, rules
from listings.models import Listing, TermSheet
from listings.standing import standing
from marketplace.accounts.authority import NoAuthority, require
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused, blocking, refuse
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.errors import NotNow
from marketplace.licensing.models import Agreement, OfferVersion, Proposal

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


def require_acceptable(listing: Listing) -> None:
    """Refuse when the offer cannot be accepted right now (LIC-9): its state, the patent's, or the status's age."""
    read = negotiated.acceptable if negotiated.is_negotiated(listing) else rules.acceptable
    found = blocking(read(listing))
    if found:
        raise Refused(found)


def require_open(listing: Listing) -> None:
    """Refuse to begin a negotiation about an offer that nobody can accept now: its state, the patent, a stale status.

    What the rules have against the offer's own terms does not matter: others are wanted.
    """
    found = [one for one in blocking(rules.acceptable(listing)) if one.rule not in negotiated.OF_TERMS]
    if found:
        raise Refused(found)


def require_eligible_to_talk(listing: Listing, licensee: Organization) -> None:
    """Refuse whoever could not take the license on any terms; class and territory can be negotiated (TRACK-2)."""
    if licensee.pk == listing.organization_id:
        raise _own_offer()
    found = [one for one in blocking(offers.eligibility(listing, licensee)) if one.rule != "TRACK-2"]
    if found:
        raise Refused(found)


def require_eligible(listing: Listing, licensee: Organization) -> None:
    """Refuse a licensee outside the class or territory (preset track), or one that is the licensor itself."""
    if licensee.pk == listing.organization_id:
        raise _own_offer()
    found = blocking(offers.eligibility(listing, licensee))
    if found:
        raise Refused(found)


def _own_offer() -> Refused:
    return refuse(
        "LIC-J",
        _("This offer is your own organization's."),
        _("Switch to the organization that wants the license."),
    )


def require_standing_version(agreement: Agreement) -> None:
    """A contract made of a negotiated version is signed only while that version is the live one (LIC-10).

    Raises NotNow.
    """
    proposal = Proposal.objects.select_related("negotiation").filter(agreement=agreement).first()
    if proposal is not None and not proposal.live:
        raise NotNow(f"{agreement.reference}: another version took the place of version {proposal.number}")


def who_must_look(listing: Listing, licensee: Organization, by: User, *, related_party: bool) -> list[str]:
    """The rules for which a person looks at the request first (LIC-I, LIC-J). Empty: nobody needs to."""
    told = {finding.rule for finding in rules.meet(listing, licensee)}
    on_both_sides = by.memberships.live().filter(organization=listing.organization).exists()
    wanted = []
    if "LIC-I" in told:
        wanted.append("LIC-I")
    if related_party or "LIC-J" in told or on_both_sides:
        wanted.append("LIC-J")
    return wanted


def amount_bound(agreement_fee_minor: int, version: OfferVersion, licensee_class: str) -> int:
    """What the contract binds a party to, in minor units: the total over the term where it is known, else the fee."""
    total = offers.price_for(version.snapshot, licensee_class).total_minor
    return max(agreement_fee_minor, total or 0)


def standing_sheet(agreement: Agreement) -> TermSheet | None:
    """The term sheet that signs for the licensor, locked and checked (LIC-K); None where both sides sign themselves.

    Checks that it stands, that its hash is the one the contract quotes, its ceiling and number of licenses, and the
    signatory's authority today (SIG-3). Raises Refused.
    """
    if agreement.term_sheet_id is None:
        return None
    sheet = (
        TermSheet.objects.select_for_update(of=("self",)).select_related("signed_by").get(pk=agreement.term_sheet_id)
    )
    fallen = standing(sheet)
    refusal = _closed(fallen.message) if fallen else _quoted(sheet, agreement) or _room(sheet, agreement)
    if refusal is not None:
        raise refusal
    require_licensor_authority(sheet, agreement)
    return sheet


def _quoted(sheet: TermSheet, agreement: Agreement) -> Refused | None:
    quoted = read(agreement.version.snapshot).term_sheet
    if quoted is not None and quoted.sha256 == sheet.sha256:
        return None
    return _closed(_("The contract does not quote the term sheet that the licensor signed."))


def _room(sheet: TermSheet, agreement: Agreement) -> Refused | None:
    """Whether the ceiling leaves room for this one; `standing` has counted the licenses under the sheet's lock."""
    amount = amount_bound(agreement.fee_minor, agreement.version, agreement.licensee_class)
    if sheet.ceiling_minor is not None and amount > sheet.ceiling_minor:
        return _closed(_("The amount is above what the licensor agreed to beforehand."))
    return None


def _closed(message: Words) -> Refused:
    return refuse(
        "LIC-K",
        message,
        _("Write to the licensor's contact on the listing: it can sign new terms."),
        citation="《民法典》第472条",
    )


def require_licensor_authority(sheet: TermSheet, agreement: Agreement) -> None:
    """The signatory of the term sheet must still have the authority for it (SIG-3). Raises Refused, in other words:

    the licensee reads it, who can do nothing about another organization's signatory.
    """
    if sheet.signed_by is None:
        raise _closed(_("The licensor's term sheet is not signed."))
    amount = amount_bound(agreement.fee_minor, agreement.version, agreement.licensee_class)
    try:
        require(sheet.signed_by, agreement.licensor, scope="term_sheets", amount_minor=amount, currency=sheet.currency)
    except NoAuthority as missing:
        raise _closed(
            _("The person who signed for the licensor may no longer do so; a new signature is needed.")
        ) from missing
