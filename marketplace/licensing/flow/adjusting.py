"""What is owed after a change of terms: settled rows stay as they are, the others follow the new terms at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.db.models import Max

from listings import offers
from marketplace.audit import trail
from marketplace.lib import terms
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.models import Agreement, Amendment, Obligation, ObligationKind, ObligationState
from marketplace.licensing.terms import obligations
from marketplace.licensing.terms.obligations import Cause, Owed

OPEN = (ObligationState.FUTURE, ObligationState.DUE, ObligationState.HELD)


def after(amendment: Amendment, *, starts_on: date, ends_on: date) -> None:
    """Let the debts of a license follow its amendment, in the transaction that puts it in force.

    What is settled stays untouched. What is open takes the new amount and day; what the new terms do not know is no
    longer owed; what they add is owed from the day they start on. A renewal only adds, for the time after.
    """
    agreement = amendment.agreement
    snapshot = amendment.version.snapshot
    price = offers.price_for(snapshot, agreement.licensee_class)
    if agreement.effective_at is None:
        raise ValueError("only a license in force is amended")
    if amendment.renews:
        rows = obligations.owed(read(snapshot), price, starts_on, ends_on)
        _add(agreement, [_later(one, starts_on) for one in rows], shift=True)
    else:
        rows = obligations.owed(read(snapshot), price, terms.day_of(agreement.effective_at), ends_on)
        _follow(agreement, rows, starts_on)


def _later(one: Owed, starts_on: date) -> Owed:
    """What would fall due at once falls due when the new term begins."""
    return replace(one, cause=Cause.DATE) if not one.cause and starts_on > terms.today() else one


def _follow(agreement: Agreement, rows: list[Owed], starts_on: date) -> None:
    wanted = {(str(one.kind), one.number): one for one in rows}
    royal = any(one.kind == ObligationKind.ROYALTY for one in rows)
    for row in agreement.obligations.select_for_update().filter(state__in=OPEN).order_by("pk"):
        if row.kind == ObligationKind.ROYALTY and (royal or row.state != ObligationState.FUTURE):
            wanted.pop((row.kind, 1), None)
            continue  # reports of use make these owed; the one that waits takes the next report
        one = wanted.pop((row.kind, row.number), None)
        if one is None:
            _set(row, state=ObligationState.WAIVED)
        elif _differs(row, one):
            day = one.due_on if row.state == ObligationState.FUTURE else _no_earlier(row.due_on, one.due_on)
            _set(row, amount_minor=one.amount_minor, due_on=day)
    known = set(agreement.obligations.values_list("kind", "number"))
    new = [one for key, one in wanted.items() if key not in known]
    _add(agreement, [one for one in new if one.due_on is None or one.due_on >= starts_on], shift=False)


def _differs(row: Obligation, one: Owed) -> bool:
    return (row.amount_minor, row.due_on) != (one.amount_minor, one.due_on)


def _no_earlier(old: date | None, new: date | None) -> date | None:
    return max(old, new) if old and new else new or old


def _set(row: Obligation, **fields: object) -> None:
    if not Obligation.objects.filter(pk=row.pk, state=row.state).update(**fields):
        return  # it was settled between the look and the lock
    trail.record(
        trail.Action.AMENDMENT_FORCE,
        row.agreement,
        by=None,
        obligation=str(row.code),
        **{name: str(value) for name, value in fields.items()},
    )


def _add(agreement: Agreement, rows: Iterable[Owed], *, shift: bool) -> None:
    for one in rows:
        last = agreement.obligations.filter(kind=one.kind).aggregate(last=Max("number"))["last"] or 0
        Obligation.objects.create(
            agreement=agreement,
            kind=one.kind,
            number=last + 1 if shift else one.number,
            amount_minor=one.amount_minor,
            currency=agreement.currency,
            state=one.state,
            due_on=one.due_on,
            trigger=one.cause,
        )
