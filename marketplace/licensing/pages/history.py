"""What happened to a deal, read from the trail and told in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.licensing.models import Agreement, PaperKind
from marketplace.licensing.states import STEPS, Who

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

    from marketplace.accounts.models import User
    from marketplace.audit.models import Entry
    from marketplace.licensing.contracts import Clause

_WITHOUT_STEP: dict[str, Words] = {
    Action.AGREEMENT_ACTIVATE: gettext_lazy("The license took effect"),
    Action.OBLIGATION_DUE: gettext_lazy("A payment fell due"),
    Action.PAPER_SEAL: gettext_lazy("The platform sealed a paper"),
    Action.FILING_TAKE: gettext_lazy("Took over the filing at the authority"),
    Action.FILING_HAND_IN: gettext_lazy("Handed the license in at the authority"),
    Action.FILING_CORRECT: gettext_lazy("The authority asked for a correction"),
    Action.FILING_ACCEPT: gettext_lazy("The authority accepted the filing"),
    Action.FILING_REFUSE: gettext_lazy("The authority refused the filing"),
    Action.FILING_REOPEN: gettext_lazy("Prepared the filing anew"),
    Action.FILING_SKIP: gettext_lazy("Left the registration out"),
}

_OF_PAPERS: dict[str, Words] = {
    Action.COPY_CONFIRM: gettext_lazy("Confirmed the scan of the stamped paper: %(paper)s"),
    Action.COPY_HAND_IN: gettext_lazy("Handed in the scan of the stamped paper: %(paper)s"),
    Action.COPY_LAPSE: gettext_lazy("Nobody answered about the scan: %(paper)s"),
    Action.COPY_REFUSE: gettext_lazy("Did not accept the scan: %(paper)s"),
    Action.COPY_TAKE_BACK: gettext_lazy("Took the scan back: %(paper)s"),
    Action.PAPER_COMPLETE: gettext_lazy("Signed by both sides: %(paper)s"),
    Action.PAPER_SIGN: gettext_lazy("Signed: %(paper)s"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: when, who (in words), what."""

    at: datetime
    who: str
    what: str


def of(agreement: Agreement, *, reader: User, clauses: Sequence[Clause] = ()) -> list[Event]:
    """The deal's history, newest first. `clauses` give the titles of confirmed ones."""
    titles = {clause.key: clause.title for clause in clauses}
    entries = trail.of(agreement).select_related("by").order_by("-number")
    events = [event for entry in entries if (event := _event(agreement, entry, reader, titles)) is not None]
    return [one for before, one in pairwise([None, *events]) if one is not None and not _repeats(before, one)]


def _repeats(before: Event | None, event: Event) -> bool:
    """Whether an event says the same as its neighbor: four papers sealed one after the other are one line."""
    return before is not None and (before.who, before.what) == (event.who, event.what)


def _event(agreement: Agreement, entry: Entry, reader: User, titles: dict[str, str]) -> Event | None:
    step = STEPS.get(str(entry.facts.get("step", "")))
    if step is not None:
        what = str(step.told)
        if clause := entry.facts.get("clause"):
            what = _("Confirmed the clause “%(title)s”") % {"title": titles.get(clause, clause)}
        side = str(entry.facts.get("side") or (next(iter(step.who)) if len(step.who) == 1 else ""))
        return Event(entry.at, _who(agreement, entry, side, reader), what)
    if entry.action == Action.PAPER_MAKE:
        kind = PaperKind(entry.facts["kind"]).label
        return Event(entry.at, _("Platform"), _("Paper made: %(paper)s") % {"paper": kind})
    if entry.action in _OF_PAPERS:
        kind = PaperKind(entry.facts["kind"]).label
        side = str(entry.facts.get("side", ""))
        return Event(entry.at, _who(agreement, entry, side, reader), str(_OF_PAPERS[entry.action]) % {"paper": kind})
    words = _WITHOUT_STEP.get(entry.action)
    side = str(entry.facts.get("side", ""))
    return Event(entry.at, _who(agreement, entry, side, reader), str(words)) if words else None


def _who(agreement: Agreement, entry: Entry, side: str, reader: User) -> str:
    """People are named to themselves only; others read the organization."""
    if entry.by_id == reader.pk:
        return _("You")
    match side:
        case Who.LICENSEE:
            return agreement.licensee.name
        case Who.LICENSOR:
            return agreement.licensor.name
        case _:
            return _("Platform")
