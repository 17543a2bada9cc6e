"""The process line of a deal: what is done and when, where we are, what follows."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from listings.models import Track
from listings.offers import price_for
from marketplace.lib.look import Step as Station
from marketplace.lib.look import money_text, when
from marketplace.lib.money import from_minor
from marketplace.lib.terms import today
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.models import Agreement, ObligationState, Party, State, Trial
from marketplace.licensing.pages.looking import CLOSED, View
from marketplace.licensing.terms import trials


def stations(view: View) -> list[Station]:
    """The process line: what is done and when, whose turn it is, what follows."""
    agreement = view.agreement
    if agreement.track == Track.OPEN:
        rows = [
            (_("Request"), agreement.requested_at, ""),
            (_("Written notice"), agreement.noticed_at, _("you sign and send it")),
            *_money(view, agreement.noticed_at),
            (_("In force"), agreement.effective_at, _("at once with the payment")),
        ]
    else:
        rows = [
            (_("Request"), agreement.requested_at, ""),
            *_platform(agreement),
            (_("Confirm clauses"), _confirmed_at(view), _("one by one")),
            (_("Both sign"), agreement.signed_at, _signature_note(view)),
            *_money(view, agreement.signed_at),
            (_("In force"), agreement.effective_at, _("recordal within three months")),
            *_free(agreement),
            *_later_money(view),
        ]
    return _line(rows, stopped=agreement.state in CLOSED and agreement.effective_at is None)


def _line(rows: list[tuple[str, datetime | bool | None, str]], *, stopped: bool) -> list[Station]:
    """Stations behind us carry their instant; the first one ahead is where we are, unless the deal has stopped."""
    found: list[Station] = []
    for label, done, note in rows:
        if done:
            found.append(Station(label, when(done) if not isinstance(done, bool) else note, "done"))
        elif not stopped and all(one.state == "done" for one in found):
            found.append(Station(label, note, "now"))
        else:
            found.append(Station(label, note))
    return found


def _platform(agreement: Agreement) -> list[tuple[str, datetime | bool | None, str]]:
    if not agreement.needs_person:
        return []
    passed = agreement.state != State.REQUESTED and bool(agreement.contract_sha256)
    return [(_("The platform looks"), passed, _("needed here: %(rules)s") % {"rules": agreement.needs_person})]


def _confirmed_at(view: View) -> datetime | None:
    agreement = view.agreement
    if agreement.signed_at or (agreement.contract_sha256 and not view.unconfirmed and agreement.state == State.OFFERED):
        last = agreement.confirmations.filter(paper__isnull=True).order_by("-at").first()
        return last.at if last else agreement.signed_at
    return None


def _signature_note(view: View) -> str:
    names = {Party.LICENSEE: view.agreement.licensee.name, Party.LICENSOR: view.agreement.licensor.name}
    signed = [name for party, name in names.items() if party in view.signed]
    return _("signed: %(names)s") % {"names": "、".join(signed)} if signed else ""


def _free(agreement: Agreement) -> list[tuple[str, datetime | bool | None, str]]:
    """The station of the free period: until when, and how many days are left today."""
    if not read(agreement.version.snapshot).number("free_months"):
        return []
    period = trials.free_period(agreement)
    if period is None:
        return [(_("Free period"), None, _("from the first day in force"))]
    day = period.last_day.isoformat()
    if period.over or agreement.trial != Trial.RUNNING:
        return [(_("Free period"), True, _("through %(day)s") % {"day": day})]
    left = (period.last_day - today()).days
    return [(_("Free period"), None, _("today; through %(day)s, %(count)d days left") % {"day": day, "count": left})]


def _later_money(view: View) -> list[tuple[str, datetime | bool | None, str]]:
    """The station of a first payment that falls due with or after the effect of the license."""
    agreement = view.agreement
    if read(agreement.version.snapshot).flag("payment_is_condition"):
        return []
    first = agreement.obligations.filter(state=ObligationState.SETTLED).order_by("settled_at").first()
    price = price_for(agreement.version.snapshot, agreement.licensee_class)
    coming = agreement.obligations.filter(state=ObligationState.FUTURE, due_on__isnull=False).order_by("due_on").first()
    if not (price.now_minor or view.due or first or coming):
        return []
    row = view.due[0] if view.due else coming
    note = money_text(from_minor(row.amount_minor if row else price.now_minor, agreement.currency))
    if row is not None and row.due_on is not None and not price.now_minor:
        note = _("%(amount)s by %(day)s") % {"amount": note, "day": row.due_on.isoformat()}
    return [(_("Payment"), first.settled_at if first else None, note)]


def act_by(view: View) -> date | None:
    """The day by which the next person has to act; where money is waited for the last day to pay, without the grace."""
    if view.agreement.state in (State.SIGNED, State.NOTICED) and view.due:
        return view.due[0].due_on
    return view.agreement.last_day_to_act


def _money(view: View, since: datetime | None) -> list[tuple[str, datetime | bool | None, str]]:
    """The station of the first payment, where one stands before the effect of the license."""
    offer = read(view.agreement.version.snapshot)
    conditional = view.agreement.track == Track.OPEN or offer.flag("payment_is_condition")
    first = view.agreement.obligations.filter(state=ObligationState.SETTLED).order_by("settled_at").first()
    amount = view.due[0] if view.due else None
    if not conditional:
        return []
    if since and view.agreement.effective_at and not first:
        return [(_("Payment"), True, _("nothing to pay first"))]
    note = money_text(from_minor(amount.amount_minor, amount.currency)) if amount else ""
    return [(_("Payment"), first.settled_at if first else None, note)]
