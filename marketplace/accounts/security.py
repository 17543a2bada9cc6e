"""Second factors of people who sign, and the day of waiting after a change of them (IDN-1).

A first second factor counts at once. Whatever is changed later (another factor, one removed, new recovery codes,
another e-mail address, a password set anew by mail) is told to the owners of each organization the person signs for,
and for 24 hours this person signs nothing: whoever stole a session or a mailbox gains nothing in time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.accounts.models import Membership, Organization, Role, SecurityChange, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Finding, Refused, Severity
from marketplace.lib.terms import SHANGHAI
from marketplace.notices import notices

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

RULE = "IDN-1"
COOL_DOWN = timedelta(hours=24)
Kind = SecurityChange.Kind
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class NotProven(Refused):
    """This person may not sign now: no second factor yet, or one that was changed within a day."""


def _clock(instant: datetime) -> str:
    """For messages: 2026-03-01 09:30, in Shanghai."""
    return timezone.localtime(instant, SHANGHAI).strftime("%Y-%m-%d %H:%M")


def has_factor(user: User) -> bool:
    """Whether the person has an authenticator app or a passkey; recovery codes alone are none."""
    return user.is_authenticated and bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def required(organization: Organization) -> bool:
    """Whether signing for this organization takes a second factor: by the site's rule, or its own."""
    return bool(settings.SECOND_FACTOR_REQUIRED) or organization.second_factor


def cooling_until(user: User) -> datetime | None:
    """The instant until which this person cannot sign; None where nothing was changed lately."""
    rows = SecurityChange.objects.filter(user=user, cools_until__gt=timezone.now())
    return rows.order_by("-cools_until").values_list("cools_until", flat=True).first()


def require(user: User, organization: Organization) -> None:
    """Whether `user` may sign for `organization` now. Raises NotProven with what to do.

    Asked in the transaction of the signature, beside the authority (SIG-3).
    """
    until = cooling_until(user)
    if until is not None:
        raise _no(
            _("Your way to log in was changed. For your organization's safety you can sign again from %(when)s.")
            % {"when": _clock(until)},
            _("Was it not you? Change your password and write to us at once."),
        )
    if required(organization) and not has_factor(user):
        raise _no(
            _("Who signs for this organization needs a second factor: a passkey or an authenticator app."),
            _("Add one under “Ways to log in”: it takes a minute, and the first one counts at once."),
        )


def finding_for(user: User, organization: Organization) -> Finding | None:
    """What `require` would refuse, to say it before somebody fills in a form."""
    try:
        require(user, organization)
    except NotProven as no:
        return no.finding
    return None


def _no(message: Words, remedy: Words) -> NotProven:
    return NotProven([Finding(RULE, Severity.BLOCK, message, remedy, field="code")])


def changed(user: User, kind: Kind) -> SecurityChange:
    """Record a change of how `user` proves who he or she is; tell person and owners; start the day of waiting.

    The first second factor of all cools nothing.
    """
    now = timezone.now()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if kind == Kind.FACTOR_ADDED and not user.security_changes.filter(kind__startswith="factor").exists():
            others = Authenticator.objects.filter(user=user, type__in=FACTORS).count()
            kind = Kind.FACTOR_FIRST if others <= 1 else kind
        cools = None if kind == Kind.FACTOR_FIRST else now + COOL_DOWN
        change = SecurityChange.objects.create(user=user, kind=kind, at=now, cools_until=cools)
        trail.record(Action.SECURITY_CHANGE, user, by=user, kind=str(kind), cools=cools is not None)
        if kind != Kind.FACTOR_FIRST:
            _tell(change)
    return change


def _tell(change: SecurityChange) -> None:
    """The person, and whoever owns an organization for which the person signs."""
    user = change.user
    signs = Membership.objects.live().filter(user=user, role=Role.SIGNATORY).select_related("organization")
    facts = {"what": change.get_kind_display(), "until": _clock(change.cools_until) if change.cools_until else ""}
    notices.tell([user], "accounts.security_changed", key=f"security:{change.pk}", path=reverse("mfa_index"), **facts)
    for membership in signs:
        owners = people.members(membership.organization, Role.OWNER).exclude(pk=user.pk)
        notices.tell(
            owners,
            "accounts.security_changed_other",
            key=f"security:{change.pk}:{membership.organization_id}",
            path=reverse("accounts:members"),
            name=user.name,
            organization=membership.organization.name,
            **facts,
        )


def policy_dropped(organization: Organization, *, by: User) -> None:
    """An owner no longer asks for a second factor: every signatory waits a day, in the surrounding transaction."""
    now = timezone.now()
    told = {user.pk: user for user in people.members(organization, Role.SIGNATORY)}
    for user in told.values():
        SecurityChange.objects.create(user=user, kind=Kind.POLICY, at=now, cools_until=now + COOL_DOWN)
    everybody = [*told.values(), *people.members(organization, Role.OWNER)]
    notices.tell(
        everybody,
        "accounts.factor_dropped",
        key=f"factor_dropped:{organization.pk}:{now.timestamp()}",
        path=reverse("accounts:organization"),
        name=by.name,
        organization=organization.name,
    )
