"""Mailed one-time codes for one act on one subject (IDN-2, SIG-2).

Kept is a keyed hash, bound to person, purpose and subject. The outbox carries a seed from which only a holder of the
site's secret key can derive the code, so it stands in clear nowhere but in the mail, and a repeated delivery carries
the same code.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import seeds
from marketplace.accounts.models import OneTimeCode
from marketplace.lib.findings import Finding, Refused, Severity
from marketplace.outbox import outbox

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

    from marketplace.accounts.models import User

LIFETIME = timedelta(minutes=10)
TRIES = 5
AN_HOUR = 20  # codes a person may ask for: with five tries each, guessing succeeds once in 10,000 hours
RULE = "SIG-2"
TOPIC = "accounts.code"

# What the mail says the code is for. Rooms above add theirs with `names()`.
PURPOSES: dict[str, Words] = {
    "sign_agreement": _("to sign a license contract"),
    "sign_term_sheet": _("to sign a term sheet"),
    "send_notice": _("to send the written notice of an open license"),
}


class WrongCode(Refused):
    """The code does not open this act; `finding` says why and what to do. The try was counted."""


def _wrong(message: Words, remedy: Words) -> WrongCode:
    return WrongCode([Finding(RULE, Severity.BLOCK, message, remedy, field="code")])


def names(purpose: str, words: Words) -> None:
    """Say what a purpose is, to follow "This code is for you": "to sign a license contract"."""
    PURPOSES[purpose] = words


def _bound(user: User, purpose: str, subject: str, code: str) -> str:
    return f"{user.pk}:{purpose}:{subject}:{code}"


def send(user: User, *, purpose: str, subject: str) -> None:
    """Mail `user` a six-digit code for `purpose` on `subject` (the SHA-256 of what is signed, or a row's code).

    It lives ten minutes; an earlier one for the same act is void from now on. Raises WrongCode when the person asked
    for more than AN_HOUR codes within an hour.
    """
    now = timezone.now()
    subject = str(subject)
    with transaction.atomic():
        if OneTimeCode.objects.filter(user=user, created_at__gt=now - timedelta(hours=1)).count() >= AN_HOUR:
            raise _wrong(_("Too many codes were asked for."), _("Wait an hour, then ask for a new one."))
        _live(user, purpose, subject).update(expires_at=now)
        seed = seeds.new_seed()
        row = OneTimeCode.objects.create(
            user=user,
            purpose=purpose,
            subject=subject,
            code_hash=seeds.keyed_hash(_bound(user, purpose, subject, seeds.digits(seed))),
            expires_at=now + LIFETIME,
        )
        outbox.hurry(outbox.add(TOPIC, key=f"code:{row.pk}", row=row.pk, seed=seed))


def _live(user: User, purpose: str, subject: str) -> models.QuerySet[OneTimeCode]:
    return OneTimeCode.objects.filter(
        user=user, purpose=purpose, subject=subject, used_at__isnull=True, expires_at__gt=timezone.now()
    )


def use(user: User, *, purpose: str, subject: str, code: str) -> None:
    """Use up the code, or raise WrongCode; the try is counted in the database before the code is looked at.

    Call it BEFORE you open the transaction of the act: inside it (RuntimeError: "durable") a roll-back would forget the
    wrong try and allow endless guessing. Of several calls with the same right code exactly one returns.
    """
    subject = str(subject)
    with transaction.atomic(durable=True):
        refusal = _try(user, purpose, subject, _normal(code))
    if refusal is not None:
        raise refusal


def _normal(code: str) -> str:
    """Digits as typed by people: full-width digits, blanks and hyphens are forgiven."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", code))


def _try(user: User, purpose: str, subject: str, code: str) -> WrongCode | None:
    row = _live(user, purpose, subject).order_by("-pk").first()
    if row is None:
        return _wrong(_("There is no valid code for this any more."), _("Ask for a new one; it lives ten minutes."))
    counted = OneTimeCode.objects.filter(pk=row.pk, tries__lt=TRIES, used_at__isnull=True).update(tries=F("tries") + 1)
    if not counted:
        return _wrong(_("This code was used already, or tried too often."), _("Ask for a new one."))
    if not seeds.matches(_bound(user, purpose, subject, code), row.code_hash):
        return _wrong(
            _("The code is wrong."), _("Look at the newest mail: six digits. After five tries ask for a new code.")
        )
    used = OneTimeCode.objects.filter(pk=row.pk, used_at__isnull=True).update(used_at=timezone.now())
    return None if used else _wrong(_("This code was used already."), _("Ask for a new one."))
