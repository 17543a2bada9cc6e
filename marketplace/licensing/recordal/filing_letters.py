"""Who hears what of a filing: the side that hands in is reminded, the other side hears what came of it (REC-1)."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.lib import terms
from marketplace.licensing.letters.step_letters import ACTS
from marketplace.licensing.models import Agreement, Filing, FilingKind, FilingState, Party, State
from marketplace.licensing.recordal.offices import office
from marketplace.notices import kinds, notices

_TEXTS = {
    "filing_due": (
        _("%(days)s days left: %(what)s of %(reference)s"),
        _("The last day is %(day)s. Everything we could fill in is in one file on the page of the filing."),
        _("Get the file set"),
    ),
    "filing_answer": (
        _("The authority waits for a correction: %(reference)s"),
        _("%(what)s of “%(title)s”: the correction is due by %(day)s."),
        _("See what is to be corrected"),
    ),
    "filing_late": (
        _("Too late but still possible: %(what)s of %(reference)s"),
        _(
            "The last day was %(day)s and nothing was handed in. Hand it in all the same; the office wants a stamped"
            " explanation, which is in the file set."
        ),
        _("Get the file set"),
    ),
    "filing_taken": (
        _("%(side)s now hands in: %(what)s of %(reference)s"),
        _("You need do nothing more about it unless %(side)s asks you for a paper."),
        _("See the filing"),
    ),
    "filing_handed_in": (
        _("Handed in: %(what)s of %(reference)s"),
        _("%(side)s has handed it in for “%(title)s”. The authority usually needs about seven working days."),
        _("See the filing"),
    ),
    "filing_accepted": (
        _("Accepted: %(what)s of %(reference)s"),
        _("The authority accepted it for “%(title)s” under number %(number)s."),
        _("See number and date"),
    ),
    "filing_refused": (
        _("Refused: %(what)s of %(reference)s"),
        _("The authority refused it for “%(title)s”. The license itself stands; the reason is on the page."),
        _("See the reason"),
    ),
}
_TOLD = {"take": "filing_taken", "hand_in": "filing_handed_in", "accept": "filing_accepted", "refuse": "filing_refused"}


def register() -> None:
    """Name the letters; called from LicensingConfig.ready()."""
    kinds.register_all(_TEXTS)


def moved(filing: Filing, name: str) -> None:
    """Tell the side that did not act; in the transaction of the move."""
    if kind := _TOLD.get(name):
        other = Party.LICENSEE if filing.duty == Party.LICENSOR else Party.LICENSOR
        mark = f"{filing.pk}:{name}:{filing.handed_in_on or ''}:{filing.decided_on or ''}:{filing.duty}"
        _tell(filing, kind, other, key=f"filing:{mark}")


def remind() -> int:
    """Remind the side that hands in, each of the office's days once, and once more when the day is past.

    Returns how many filings were looked at and told of. Called every hour.
    """
    today = terms.today()
    waiting = Filing.objects.filter(
        state__in=[FilingState.TO_PREPARE, FilingState.CORRECTION], agreement__state=State.ACTIVE
    )
    return sum(_remind(filing, today) for filing in waiting.select_related("agreement__listing__patent").order_by("pk"))


def _remind(filing: Filing, today: date) -> bool:
    rules = office(filing.kind)
    answering = filing.state == FilingState.CORRECTION
    last = filing.answer_by if answering else filing.due_on
    if last is None:
        return False
    left = (last - today).days
    marks = [day for day in (rules.answer_remind_days if answering else rules.remind_days) if left <= day]
    if left < 0:
        kind, mark = ("filing_answer" if answering else "filing_late"), "late"
    elif marks:
        kind, mark = ("filing_answer" if answering else "filing_due"), str(min(marks))
    else:
        return False
    with transaction.atomic():
        return _tell(
            filing, kind, Party(filing.duty), key=f"filing:{filing.pk}:{kind}:{last}:{mark}", day=last, days=left
        )


def _tell(filing: Filing, kind: str, to: Party, *, key: str, **facts: object) -> bool:
    agreement: Agreement = filing.agreement
    organization = agreement.licensor if to == Party.LICENSOR else agreement.licensee
    side = agreement.licensor if filing.duty == Party.LICENSOR else agreement.licensee
    told = notices.tell(
        people.members(organization, *ACTS),
        kind,
        key=key,
        path=reverse("licensing:filing", args=[agreement.code, filing.kind]),
        title=agreement.listing.patent.title,
        reference=agreement.reference,
        what=FilingKind(filing.kind).label,
        side=side.name,
        number=filing.number,
        **facts,
    )
    return bool(told)
