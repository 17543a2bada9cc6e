"""Signing on paper: print, stamp, scan, hand in; it counts when the other side says that the scan is the same paper."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.lib.findings import refuse
from marketplace.licensing.errors import NotNow, NotYours
from marketplace.licensing.flow import moving
from marketplace.licensing.models import Agreement, CopyState, Method, Paper, Party, StampedCopy
from marketplace.licensing.reading_rights import SCAN
from marketplace.licensing.signing import copy_letters, doors, levels, which
from marketplace.licensing.signing.doors import Proof, Signer, Signing
from marketplace.licensing.states import ASKS
from marketplace.vault import files

if TYPE_CHECKING:
    from datetime import datetime

ANSWER = timedelta(days=5)  # the other side has to look at the scan
REMIND_BEFORE = timedelta(days=2)
AFTERWARDS = timedelta(days=3)  # left to sign in another way when nobody answered


def hand_in(paper: Paper, signing: Signing, *, data: bytes, name: str) -> StampedCopy:
    """Hand in the scan of a stamped paper; it waits for the other side.

    The person needs signing authority as for any signature (SIG-3); its `document_sha256` is the file that was printed.
    Raises what the paper's door raises, NotNow when a copy waits already, vault.files.BadFile.
    """
    by, door = signing.by, which.door_of(paper)
    with transaction.atomic():
        signer = door.require(signing)
        levels.require_accepted(signer.agreement, Method.PAPER)
        file = files.store(data, kind=SCAN, name=name, by=by, subject=signer.agreement)
        copy = _write(paper, signer, signing, data, file_pk=file.pk)
        _leave_time(signer.agreement, copy.answer_until + AFTERWARDS)
        trail.record(trail.Action.COPY_HAND_IN, signer.agreement, by=by, **_facts(copy))
        copy_letters.handed_in(copy, to=other_side(copy))
    return copy


def _write(paper: Paper, signer: Signer, act: Signing, data: bytes, *, file_pk: int) -> StampedCopy:
    try:
        with transaction.atomic():
            return StampedCopy.objects.create(
                paper=paper,
                party=signer.party,
                file_id=file_pk,
                sha256=hashlib.sha256(data).hexdigest(),
                document_sha256=act.document_sha256,
                by=act.by,
                address=act.address or None,
                agent=act.agent[:200],
                received_at=act.received_at,
                answer_until=moving.end_of_day_after(ANSWER.days, since=act.received_at),
            )
    except IntegrityError as error:
        raise NotNow(f"a copy of {paper} waits already") from error


def _leave_time(agreement: Agreement, until: datetime) -> None:
    """The deal does not lapse while the other side looks at the scan."""
    Agreement.objects.filter(pk=agreement.pk, acts_until__lt=until).update(acts_until=until)


def confirm(copy: StampedCopy, *, by: User) -> StampedCopy:
    """The other side says: the same paper, complete, stamped. From now on it is a signature (method `paper`).

    Everything that a signature needs is asked again, with the authority of the person who handed the scan in (SIG-3).
    Raises NotYours, NotNow, Refused, TermsChanged; then the copy still waits.
    """
    _require_other_side(copy, by)
    act = Signing(copy.by, copy.document_sha256, copy.address or "", copy.agent, copy.received_at)
    door = which.door_of(copy.paper)
    with transaction.atomic():
        signer = door.require(act)
        now = timezone.now()
        _answer(copy, by, CopyState.CONFIRMED, now)
        kept = {
            "copy": {
                "code": str(copy.code),
                "sha256": copy.sha256,
                "handed_in_at": copy.received_at.isoformat(),
                "confirmed_by": by.name,
                "confirmed_for": other_side(copy).name,
                "confirmed_at": now.isoformat(),
            }
        }
        trail.record(trail.Action.COPY_CONFIRM, signer.agreement, by=by, **_facts(copy))
        doors.write(signer, act, Proof(Method.PAPER, kept))
        door.follow(signer, act)
        copy_letters.confirmed(copy)
    copy.refresh_from_db()
    return copy


def decline(copy: StampedCopy, *, by: User, reason: str) -> None:
    """The other side says what is wrong with the scan. Raises NotYours, NotNow, Refused without a reason."""
    _require_other_side(copy, by)
    reason = reason.strip()
    if not reason:
        raise refuse("SIG-2", _("Say what is wrong with the scan."), _("One sentence is enough."), field="reason")
    with transaction.atomic():
        agreement = moving.lock(copy.paper.agreement)
        _answer(copy, by, CopyState.REFUSED, timezone.now(), reason=reason[:500])
        trail.record(trail.Action.COPY_REFUSE, agreement, by=by, reason=reason[:500], **_facts(copy))
        copy_letters.refused(copy, reason)


def take_back(copy: StampedCopy, *, by: User) -> None:
    """The side that handed the scan in takes it back. Raises NotYours, NotNow."""
    if not moving.holds(by, own_side(copy), ASKS):
        raise _not_yours()
    with transaction.atomic():
        agreement = moving.lock(copy.paper.agreement)
        _move(copy, state=CopyState.WITHDRAWN)
        trail.record(trail.Action.COPY_TAKE_BACK, agreement, by=by, **_facts(copy))


def due() -> int:
    """Remind the other side once, and give up what nobody answered; how many copies were touched. Called by the clock.

    Nothing is lost: the paper can be handed in again or signed in another way.
    """
    touched, now = 0, timezone.now()
    waiting = StampedCopy.objects.filter(state=CopyState.WAITING).select_related("paper__agreement")
    for copy in waiting.filter(answer_until__lte=now):
        with transaction.atomic():
            agreement = moving.lock(copy.paper.agreement)
            if StampedCopy.objects.filter(pk=copy.pk, state=CopyState.WAITING).update(state=CopyState.LAPSED):
                trail.record(trail.Action.COPY_LAPSE, agreement, by=None, **_facts(copy))
                copy_letters.lapsed(copy)
                touched += 1
    soon = waiting.filter(answer_until__gt=now, answer_until__lte=now + REMIND_BEFORE, reminded_at__isnull=True)
    for copy in soon:
        with transaction.atomic():
            if StampedCopy.objects.filter(pk=copy.pk, reminded_at__isnull=True).update(reminded_at=now):
                copy_letters.remind(copy, to=other_side(copy))
                touched += 1
    return touched


def own_side(copy: StampedCopy) -> Organization:
    """Whose stamp it bears."""
    found: Organization = doors.side(copy.paper.agreement, Party(copy.party))
    return found


def other_side(copy: StampedCopy) -> Organization:
    """Who says whether it is the same paper."""
    party = Party.LICENSOR if copy.party == Party.LICENSEE else Party.LICENSEE
    found: Organization = doors.side(copy.paper.agreement, party)
    return found


def _require_other_side(copy: StampedCopy, by: User) -> None:
    """A member of the other side, and not the person who handed it in, should he belong to both."""
    if by.pk == copy.by_id or not moving.holds(by, other_side(copy), ASKS):
        raise _not_yours()


def _not_yours() -> NotYours:
    refused = refuse(
        "SIG-2",
        _("Only the other side can say whether this scan is the same paper."),
        _("Wait for its answer; a reminder goes out by itself."),
    )
    return NotYours(refused.findings)


def _answer(copy: StampedCopy, by: User, state: CopyState, at: datetime, **fields: str) -> None:
    _move(copy, state=state, answered_by=by, answered_at=at, **fields)


def _move(copy: StampedCopy, **fields: object) -> None:
    """One conditional UPDATE: only a copy that waits is answered, once."""
    moved = StampedCopy.objects.filter(pk=copy.pk, state=CopyState.WAITING, answer_until__gt=timezone.now()).update(
        **fields
    )
    if not moved:
        raise NotNow(f"{copy} does not wait any more")


def _facts(copy: StampedCopy) -> dict[str, object]:
    return {
        "copy": str(copy.code),
        "kind": copy.paper.kind,
        "number": copy.paper.number,
        "side": copy.party,
        "sha256": copy.sha256,
        "document_sha256": copy.document_sha256,
    }
