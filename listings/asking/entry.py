"""The way in: a link that only its mail knows, and behind it a code mailed to the same address.

Of the link a hash is kept, of the code a keyed one. Both are derived from a seed with the site's secret key when a mail
is written, so that neither stands in the database, the outbox or a log. A link alone opens nothing.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.models import Asking, Letter
from marketplace.accounts import seeds
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Finding, Refused, Severity
from marketplace.outbox import outbox

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import _StrOrPromise as Words

CODE_TOPIC = "listings.asking_code"
CODE_LIFETIME = timedelta(minutes=10)
TRIES = 5  # of one code
CODES = 12  # mailed for one question in all its days
RULE = "SIG-2"


class WrongEntry(Refused):
    """The code does not open this question; the try was counted."""


def _wrong(message: Words, remedy: Words) -> WrongEntry:
    return WrongEntry([Finding(RULE, Severity.BLOCK, message, remedy, field="code")])


def _name(door: Asking | Letter) -> str:
    return f"{'asking' if isinstance(door, Asking) else 'letter'}:{door.code}"


def token_of(door: Asking | Letter) -> str:
    """The link's secret: 256 bits that follow from the question's or letter's name only with the site's key."""
    return seeds.token(_name(door))


def token_hash(token: str) -> str:
    """What is kept of it."""
    return sha256(token.encode()).hexdigest()


def find(token: str) -> Asking | None:
    """The question behind a link, in whatever state; None for a link that never was, or was tampered with."""
    rows = Asking.objects.select_related("organization", "patent", "listing", "asked_by")
    return rows.filter(token_hash=token_hash(token)).first()


def find_letter(token: str) -> Letter | None:
    """The letter behind a link; None for a link that never was, or was tampered with."""
    return Letter.objects.select_related("organization", "asked_by").filter(token_hash=token_hash(token)).first()


def mark(door: Asking | Letter) -> str:
    """What a browser that came in keeps of a door: other questions behind it would need another code."""
    return door.sha256 if isinstance(door, Asking) else door.token_hash


def masked(email: str) -> str:
    """An address for somebody who may not know it: enough for its owner to recognize it."""
    local, _at, domain = email.partition("@")
    head, _dot, ending = domain.rpartition(".")
    return f"{local[:1]}***@{head[:1]}***.{ending}"


def send_code(door: Asking | Letter) -> None:
    """Mail a six-digit code to the address that was asked; an earlier one is void. Raises WrongEntry after too many."""
    seed, now = seeds.new_seed(), timezone.now()
    with transaction.atomic():
        sent = (
            _open(door)
            .filter(entry_sent__lt=CODES)
            .update(
                entry_hash=seeds.keyed_hash(_bound(door, seeds.digits(seed))),
                entry_expires_at=now + CODE_LIFETIME,
                entry_tries=0,
                entry_sent=F("entry_sent") + 1,
            )
        )
        if not sent:
            raise _wrong(_("No more codes are sent for this question."), _("Ask the organization for a new link."))
        outbox.add(CODE_TOPIC, seed=seed, door=_name(door).partition(":")[0], pk=door.pk)


def _open(door: Asking | Letter) -> QuerySet[Any]:
    """The door's row, as long as something behind it can still be answered."""
    rows: QuerySet[Any] = type(door)._default_manager.open_now()
    return rows.filter(pk=door.pk)


def use_code(door: Asking | Letter, code: str) -> None:
    """Use up the code, or raise WrongEntry; the try is counted before the code is looked at (IDN-2)."""
    typed = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", code))
    with transaction.atomic(durable=True):
        refusal = _try(door, typed)
    if refusal is not None:
        raise refusal


def _try(door: Asking | Letter, code: str) -> WrongEntry | None:
    now, rows = timezone.now(), type(door)._default_manager
    live = _open(door).filter(entry_expires_at__gt=now).exclude(entry_hash="")
    counted = live.filter(entry_tries__lt=TRIES).update(entry_tries=F("entry_tries") + 1)
    if not counted:
        return _wrong(_("There is no valid code for this any more."), _("Ask for a new one; it lives ten minutes."))
    row = rows.get(pk=door.pk)
    if not seeds.matches(_bound(row, code), row.entry_hash):
        return _wrong(
            _("The code is wrong."), _("Look at the newest mail: six digits. After five tries ask for a new code.")
        )
    used = rows.filter(pk=row.pk, entry_hash=row.entry_hash).update(entry_hash="")
    if not used:
        return _wrong(_("This code was used already."), _("Ask for a new one."))
    if row.opened_at is None:
        rows.filter(pk=row.pk, opened_at__isnull=True).update(opened_at=now)
    if isinstance(row, Asking):
        trail.record(Action.ASKING_OPEN, row.listing, by=None, asking=row.pk, sha256=row.sha256)
    else:
        trail.record(Action.ASKING_OPEN, row.organization, by=None, letter=row.pk)
    return None


def _bound(door: Asking | Letter, code: str) -> str:
    """What a code is a code for: this door and, where it is one question, its very bytes."""
    return f"{_name(door)}:{door.sha256}:{code}" if isinstance(door, Asking) else f"{_name(door)}:{code}"
