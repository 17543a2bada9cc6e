"""Something happened to the patent of a license in force: what is owed stands still until it is decided (DECL-8).

The license itself stays. The licensor may waive what is held, a moderator releases it with a reason, and when the event
is settled and the patent lives it is released by itself; the licensee may leave (licensing.grounds).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.models import ALIVE, HealthEvent, Patent
from listings.rules.gates import ENDED
from marketplace.accounts.models import User
from marketplace.lib import terms
from marketplace.lib.findings import refuse
from marketplace.licensing.errors import NotNow
from marketplace.licensing.flow import moving
from marketplace.licensing.letters import change_letters
from marketplace.licensing.models import (
    Agreement,
    Hold,
    HoldEnd,
    Obligation,
    ObligationState,
    PayDemandState,
    State,
)
from marketplace.licensing.states import STEPS

O = ObligationState  # noqa: E741


def on_patent_changed(key: str, payload: dict[str, Any]) -> None:
    """Handler of `patent.health_changed`: holds and releases follow the patent; idempotent."""
    patent = Patent.objects.filter(pk=payload["patent"]).first()
    if patent is None:
        return
    events = list(patent.health_events.filter(settled_at__isnull=True).order_by("recorded_at", "pk"))
    troubled = bool(events) or patent.status not in ALIVE
    for agreement in Agreement.objects.filter(listing__patent=patent, state=State.ACTIVE).order_by("pk"):
        if troubled:
            _hold(agreement, events, patent.status)
        else:
            _release_by_itself(agreement)


def _hold(agreement: Agreement, events: list[HealthEvent], status: str) -> None:
    """Hold for the first thing about which nothing was decided under this license yet.

    Who ended a hold decided about everything that was recorded until then.
    """
    with transaction.atomic():
        agreement = moving.lock(agreement)
        if agreement.state != State.ACTIVE or agreement.holds.filter(ended_at__isnull=True).exists():
            return
        decided = dict(agreement.holds.values_list("mark", "ended_at"))
        last = max((ended for ended in decided.values() if ended is not None), default=None)
        later = [one for one in events if last is None or one.recorded_at >= last]
        marks: dict[str, HealthEvent | None] = {f"event:{one.pk}": one for one in later}
        marks = marks if events else {f"status:{status}": None}
        mark = next((one for one in marks if one not in decided), "")
        if not mark:
            return
        event = marks[mark]
        Hold.objects.create(agreement=agreement, event=event, mark=mark, what=event.kind if event else status)
        held = agreement.obligations.filter(state=O.DUE)
        demands = agreement.payment_demands.filter(state=PayDemandState.RUNNING, obligation__in=held)
        demands.update(state=PayDemandState.DROPPED, closed_at=timezone.now())
        count = agreement.obligations.filter(state=O.DUE).update(state=O.HELD)
        moving.record(agreement, STEPS["hold"], by=None, was=agreement.state, mark=mark, held=count)


def hold_new(obligation: Obligation) -> bool:
    """While a hold stands, what falls due is held at once. In the transaction in which it fell due."""
    if not Hold.objects.filter(agreement=obligation.agreement_id, ended_at__isnull=True).exists():
        return False
    return bool(Obligation.objects.filter(pk=obligation.pk, state=O.DUE).update(state=O.HELD))


def release(hold: Hold, *, by: User, reason: str) -> None:
    """A moderator found that nothing hinders the licensee: what was held is owed again.

    Raises NotYours, NotNow, Refused.
    """
    step = STEPS["release"]
    moving.require_side(by, hold.agreement, step)
    if not reason.strip():
        raise refuse("DECL-8", _("Say why."), _("One sentence is enough; both sides read it."), field="reason")
    with transaction.atomic():
        _end(hold, HoldEnd.RELEASED, by=by, reason=reason, name="release")


def waive(hold: Hold, *, by: User, reason: str = "") -> None:
    """The licensor gives up what is held. Raises NotYours, NotNow."""
    moving.require_side(by, hold.agreement, STEPS["waive"])
    with transaction.atomic():
        _end(hold, HoldEnd.WAIVED, by=by, reason=reason, name="waive")


def _release_by_itself(agreement: Agreement) -> None:
    hold = agreement.holds.filter(ended_at__isnull=True).first()
    if hold is None:
        return
    with transaction.atomic():
        try:
            _end(hold, HoldEnd.RELEASED, by=None, reason="", name="release")
        except NotNow:
            return


def _end(hold: Hold, how: HoldEnd, *, by: User | None, reason: str, name: str) -> None:
    """End a hold once; what was held becomes owed or is dropped. Requires a transaction."""
    agreement = moving.lock(hold.agreement)
    moving.require_state(agreement, STEPS[name])
    moved = Hold.objects.filter(pk=hold.pk, ended_at__isnull=True).update(
        ended_at=timezone.now(), ended_by=by, how=how, reason=reason.strip()[:500]
    )
    if not moved:
        raise NotNow(f"{hold} has ended")
    held = agreement.obligations.filter(state=O.HELD).order_by("pk")
    if how == HoldEnd.WAIVED:
        count = held.update(state=O.WAIVED)
    else:
        count = sum(_owe_again(row, terms.day_of(hold.since)) for row in held)
    moving.record(agreement, STEPS[name], by=by, was=agreement.state, hold=hold.pk, how=str(how), rows=count)
    change_letters.hold_ended(agreement, how=how.label, key=str(hold.pk))


def end_with(agreement: Agreement) -> None:
    """The license ends by its term or is left: nobody could decide about a hold later, so it ends by rule.

    What fell due before the hold is owed again. What fell due since is owed for a license that was held to the end,
    and dropped where the patent itself had ended (CC 865). Requires the lock of the agreement.
    """
    hold = agreement.holds.filter(ended_at__isnull=True).first()
    if hold is None:
        return
    Hold.objects.filter(pk=hold.pk).update(ended_at=timezone.now(), how=HoldEnd.EXIT)
    held, since = agreement.obligations.filter(state=O.HELD), terms.day_of(hold.since)
    dropped = held.filter(due_on__gte=since).update(state=O.WAIVED) if hold.what in ENDED else 0
    owed = sum(_owe_again(row, since) for row in held.order_by("pk"))
    for count, how in ((owed, HoldEnd.RELEASED), (dropped, HoldEnd.WAIVED)):
        if count:
            change_letters.hold_ended(agreement, how=how.label, key=f"{hold.pk}:{how}")


def _owe_again(row: Obligation, since: date) -> int:
    """The days that were left when the hold began are left again."""
    left = max((row.due_on - since).days, 0) if row.due_on else 0
    day = terms.today() + timedelta(days=left) if row.due_on else None
    return Obligation.objects.filter(pk=row.pk, state=O.HELD).update(state=O.DUE, due_on=day)
