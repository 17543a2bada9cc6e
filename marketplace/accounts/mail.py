"""Mail that carries a secret: written when it is sent, kept nowhere."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from marketplace.accounts import codes, seeds
from marketplace.accounts.flow.members import INVITATION_TOPIC
from marketplace.accounts.models import Invitation, OneTimeCode, User
from marketplace.lib import mailing
from marketplace.lib.look import short_fingerprint
from marketplace.outbox import outbox


def send_code(key: str, payload: dict[str, Any]) -> None:
    """Mail the code the effect's seed stands for, unless it was used, replaced or is over."""
    row = OneTimeCode.objects.select_related("user").filter(pk=payload["row"]).first()
    if row is None or row.used_at is not None or row.expires_at <= timezone.now() or not row.user.is_active:
        return
    with translation.override(row.user.language):
        context = {
            "code": seeds.digits(payload["seed"]),
            "purpose": codes.PURPOSES.get(row.purpose, _("to confirm a step")),
            "subject": short_fingerprint(row.subject),
            "name": row.user.name,
            "minutes": int(codes.LIFETIME.total_seconds() // 60),
        }
        body = render_to_string("accounts/email/code.txt", context)
        subject = _("Your code %(purpose)s") % {"purpose": context["purpose"]}
        mailing.letter(key, row.user.email, subject, body).send()


def send_invitation(key: str, payload: dict[str, Any]) -> None:
    """Mail an invitation in the language its receiver has here, else in the inviter's."""
    found = (
        Invitation.objects.select_related("organization", "invited_by")
        .filter(pk=payload["invitation"], accepted_at__isnull=True, expires_at__gt=timezone.now())
        .first()
    )
    if found is None:
        return
    receiver = User.objects.filter(email=found.email).first()
    with translation.override((receiver or found.invited_by).language):
        path = reverse("accounts:invitation", args=[seeds.token(payload["seed"])])
        context = {"invitation": found, "url": f"{settings.SITE_URL}{path}"}
        subject = _("%(name)s invites you to %(organization)s") % {
            "name": found.invited_by.name,
            "organization": found.organization.name,
        }
        body = render_to_string("accounts/email/invitation.txt", context)
        mailing.letter(key, found.email, subject, body).send()


def register() -> None:
    """Hear of codes and invitations that wait to be mailed."""
    outbox.handles(codes.TOPIC, "mail")(send_code)
    outbox.handles(INVITATION_TOPIC, "mail")(send_invitation)
