"""The right to sign, checked in the transaction of the signature (SIG-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy as _
from moneyed import Money

from marketplace.accounts import security
from marketplace.accounts.models import AuthorityState, Membership, Organization, Role, SigningAuthority
from marketplace.lib.findings import Finding, Refused, Severity
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.lib.terms import today
from marketplace.lib.transactions import require_transaction

if TYPE_CHECKING:
    from datetime import date

    from django.utils.functional import _StrOrPromise as Words

    from marketplace.accounts.models import User

Scope = Literal["term_sheets", "contracts"]
RULE = "SIG-3"


class NoAuthority(Refused):
    """The person may not sign this for this organization; `finding` says why and what to do."""


def _no(message: Words, remedy: Words) -> NoAuthority:
    return NoAuthority([Finding(RULE, Severity.BLOCK, message, remedy, citation="《民法典》第61、165、171条")])


def require(
    user: User, organization: Organization, *, scope: Scope, amount_minor: int, currency: str = "CNY"
) -> SigningAuthority:
    """The authority by which `user` may sign this for `organization` today.

    Locks the organization, the membership and the authority for the rest of the surrounding transaction, so that a
    revocation either comes before the signature and refuses it, or waits until the signature stands (IDN-4).
    `amount_minor` is what the paper binds the organization to at most, in minor units of `currency`; 0 where no amount
    is known. Raises NoAuthority, NotProven (IDN-1), and NotInTransaction where no transaction is open.
    """
    require_transaction(scope)
    locked = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if not locked.is_verified:
        raise _no(
            _("The platform has not yet verified who this organization is, so nobody can sign for it."),
            _("Submit the evidence under “Verification”; a moderator usually answers within one working day."),
        )
    if locked.is_vetoed:
        raise NoAuthority([_paused()])
    _require_signatory(user, locked)
    security.require(user, locked)
    held = list(
        SigningAuthority.objects.select_for_update(no_key=True)
        .filter(user=user, organization=locked)
        .order_by("-confirmed_at", "-pk")
    )
    day = today()
    for authority in held:
        if _refusal(authority, day, scope, amount_minor, currency) is None:
            return authority
    raise _closest(held, day, scope, amount_minor, currency)


def _paused() -> Finding:
    return Finding(
        "INST-5",
        Severity.BLOCK,
        _("A veto stands on this organization: signing is paused, whoever signs."),
        _("Read the reason under “Verification”; you can object by writing to us."),
        citation="济管市监〔2021〕105号任务8",
    )


def _require_signatory(user: User, organization: Organization) -> None:
    membership = (
        Membership.objects.select_for_update(no_key=True, of=("self",))
        .live()
        .filter(user=user, organization=organization, role=Role.SIGNATORY)
        .first()
    )
    if membership is None:
        raise _no(
            _("You are not a signatory of this organization."),
            _("Ask an owner to give you the role “signatory” under “Members”."),
        )


def _closest(held: list[SigningAuthority], day: date, scope: Scope, amount: int, currency: str) -> NoAuthority:
    """The refusal that helps most: that of the confirmed authority, else of the one being checked, else of the rest."""
    rank = {AuthorityState.CONFIRMED: 0, AuthorityState.PENDING: 1, AuthorityState.REVOKED: 2}
    for authority in sorted(held, key=lambda one: rank[AuthorityState(one.state)]):
        refusal = _refusal(authority, day, scope, amount, currency)
        if refusal is not None:
            return refusal
    return _no(
        _("You have no signing authority for this organization."),
        _("Ask for it under “Signing authority”: as legal representative, or with a power of attorney."),
    )


def _refusal(
    authority: SigningAuthority, day: date, scope: Scope, amount_minor: int, currency: str
) -> NoAuthority | None:
    """Why this authority does not cover the paper, or None when it does."""
    if authority.state == AuthorityState.PENDING:
        return _no(
            _("Your signing authority is still being checked."),
            _("A moderator confirms it; you will get a message. Everything you prepared stays."),
        )
    if authority.state == AuthorityState.REVOKED:
        return _no(_("Your signing authority was revoked."), _("Ask an owner to have a new one confirmed."))
    if day < authority.valid_from:
        return _no(_("Your signing authority is not valid yet."), _("Sign on or after the day on which it begins."))
    if authority.valid_until is not None and authority.valid_until < day:
        return _no(
            _("Your signing authority has expired."), _("Upload a new power of attorney under “Signing authority”.")
        )
    if not (authority.scope_contracts if scope == "contracts" else authority.scope_term_sheets):
        return _no(
            _("Your signing authority does not extend to contracts.")
            if scope == "contracts"
            else _("Your signing authority does not extend to term sheets."),
            _("Another signatory can sign, or ask for an authority that includes it."),
        )
    return _ceiling(authority, amount_minor, currency)


def _ceiling(authority: SigningAuthority, amount_minor: int, currency: str) -> NoAuthority | None:
    if authority.ceiling_minor is None:
        return None
    ceiling: Money = from_minor(authority.ceiling_minor, authority.currency)
    if currency != authority.currency or amount_minor > authority.ceiling_minor:
        return _no(
            _("The amount is above what you may sign for: up to %(ceiling)s.") % {"ceiling": money_text(ceiling)},
            _("Another signatory with a higher ceiling can sign, or ask for a higher one."),
        )
    return None
