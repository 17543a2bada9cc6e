"""Closing an account: what stays is shown before and recorded, the rest about the person is gone (PII-5, AUD-3)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.flow.authorities import revoke_all
from marketplace.accounts.models import (
    ContactConsent,
    Erasure,
    Invitation,
    LogIn,
    Membership,
    OneTimeCode,
    Organization,
    Role,
    User,
)
from marketplace.audit import trail
from marketplace.audit.models import Said
from marketplace.audit.trail import Action
from marketplace.lib import personal
from marketplace.lib.canonical import sha256_of
from marketplace.lib.findings import Finding, Refused, Severity, refuse
from marketplace.lib.personal import LOGS, Hold
from marketplace.lib.terms import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator

RULE = "PII-5"
CLOSED_NAME = "（已注销）"  # stored, so that lists of members and histories show that somebody was here
_BARE = {"contact_name": "", "contact_phone": "", "contact_email": ""}


def stays(user: User) -> tuple[list[dict[str, Any]], str]:
    """What would stay, why and until when, and the hash of exactly that."""
    rows: list[dict[str, Any]] = [
        asdict(one) | {"until": one.until.isoformat() if one.until else ""} for one in personal.holds(user)
    ]
    return rows, sha256_of(rows)


def hindrances(user: User) -> list[Finding]:
    """What has to be settled before the account can be closed."""
    found = []
    if user.is_staff:
        found.append(
            Finding(
                RULE,
                Severity.BLOCK,
                _("You are a moderator."),
                _("Have an administrator take that role from you first."),
            )
        )
    return [*found, *map(_ownerless, _sole_ownerships(user)), *personal.hindrances(user)]


def _ownerless(organization: Organization) -> Finding:
    return Finding(
        RULE,
        Severity.BLOCK,
        _("You are the only owner of %(organization)s, and others belong to it.") % {"organization": organization.name},
        _("Make somebody else owner under “Members” first."),
    )


def _sole_ownerships(user: User) -> list[Organization]:
    """Organizations that would be left without an owner although others belong to them."""
    owned = Organization.objects.filter(memberships__in=user.memberships.live().filter(role=Role.OWNER)).distinct()
    left = []
    for organization in owned:
        others = organization.memberships.live().exclude(user=user)
        if others.exists() and not others.filter(role=Role.OWNER).exists():
            left.append(organization)
    return left


def erase(user: User, *, seen_sha256: str) -> Erasure:
    """Close the account of `user` at his or her own request, in one transaction.

    `seen_sha256` is the hash of what was shown to stay. Raises Refused when that has changed meanwhile, and for what
    `hindrances` names. Afterwards nobody can log in as this person, links and calendar addresses are dead, and the
    trail verifies as before.
    """
    with transaction.atomic():
        locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if locked.erased_at is not None:
            return Erasure.objects.get(user=locked)
        kept, digest = stays(locked)
        if digest != seen_sha256:
            raise refuse(RULE, _("What stays has changed since you read it."), _("Read it again, then decide."))
        if found := hindrances(locked):
            raise Refused(found)
        now = timezone.now()
        gone = {name: erase_room(locked) for name, erase_room in personal.erasers()}
        _overwrite(locked, now)
        erasure = Erasure.objects.create(
            user=locked, asked_at=now, done_at=now, stays=kept, stays_sha256=digest, gone=gone
        )
        trail.record(Action.PERSON_ERASE, locked, by=locked, stays_sha256=digest, gone=gone)
        Said.objects.filter(entry__by=locked).delete()
        Said.objects.filter(entry__subject_type="accounts.user", entry__subject_id=str(locked.pk)).delete()
    return erasure


def _overwrite(user: User, now: Any) -> None:
    """The account itself, last: the rooms found their rows by its address."""
    user.email = f"closed-{user.pk}@closed.invalid"
    user.name = CLOSED_NAME
    user.phone = ""
    user.is_active = False
    user.erased_at = now
    user.set_unusable_password()
    user.save(update_fields=["email", "name", "phone", "is_active", "erased_at", "password"])


def _erase_accounts(user: User) -> int:
    """Memberships with their rights, invitations, codes, ways to log in, sessions, copies."""
    touched = _end_memberships(user)
    touched += Invitation.objects.filter(email__iexact=user.email).update(email=f"closed-{user.pk}@closed.invalid")
    touched += OneTimeCode.objects.filter(user=user).delete()[0]
    touched += EmailAddress.objects.filter(user=user).delete()[0]
    touched += int(Authenticator.objects.filter(user=user).delete()[0])
    touched += user.personal_copies.all().delete()[0]
    touched += user.security_changes.all().delete()[0]
    for session in UserSession.objects.filter(user=user):
        session.end()
        touched += 1
    ended: dict[str, Any] = {"ended_at": timezone.now(), "ended_by": user, "ending": ContactConsent.Ending.REVOKED}
    own = ContactConsent.objects.filter(person=user, ended_at__isnull=True)
    return int(touched) + int(own.update(**ended))


def _end_memberships(user: User) -> int:
    """End them with what hangs on them (IDN-3); an organization that nobody is left in loses its contact."""
    live = list(Membership.objects.live().filter(user=user).select_related("organization"))
    for membership in live:
        organization = membership.organization
        Membership.objects.filter(pk=membership.pk, ended_at__isnull=True).update(ended_at=timezone.now())
        trail.record(Action.MEMBERSHIP_END, organization, by=user, user=user.pk, role=membership.role)
        if membership.role == Role.SIGNATORY:
            revoke_all(organization, user, by=user, reason="account closed")
    for organization in {membership.organization for membership in live}:
        theirs = organization.contact_email.lower() == user.email.lower() or organization.contact_name == user.name
        if theirs or not organization.memberships.live().exists():
            Organization.objects.filter(pk=organization.pk).update(**_BARE)
    return len(live)


def _holds(user: User) -> Iterator[Hold]:
    logged = LogIn.objects.filter(user=user).order_by("-at").first()
    yield Hold(
        _("Log-ins with network address"),
        _("They must be kept six months (Cybersecurity Law art. 21)"),
        day_of(logged.at + LOGS.after) if logged and LOGS.after else None,
        LogIn.objects.filter(user=user).count(),
    )
    yield Hold(
        _("Your numbers in the trail: who did what, without a name"),
        _("The trail proves what happened to others' contracts and cannot be changed"),
        None,
        trail.Entry.objects.filter(by=user).count(),
    )
    consents = ContactConsent.objects.filter(given_by=user).count()
    yield Hold(_("Consents you gave for your organization"), _("They prove what was agreed"), None, consents)


def register() -> None:
    """Say what this room keeps and erases."""
    personal.hold("accounts", _holds)
    personal.eraser("accounts", _erase_accounts, order=900)
