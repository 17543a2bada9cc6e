"""The only doors that move a filing: who hands in, what the authority said, and what is kept of it (REC-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Role
from marketplace.audit import trail
from marketplace.audit.actions import Action
from marketplace.lib import terms
from marketplace.lib.findings import refuse
from marketplace.licensing.errors import NotNow, NotYours
from marketplace.licensing.flow import moving
from marketplace.licensing.models import FILING_EVIDENCE, Agreement, Filing, FilingKind, FilingState, Party, State
from marketplace.licensing.recordal import filing_letters
from marketplace.licensing.recordal.offices import office
from marketplace.vault import files

if TYPE_CHECKING:
    from marketplace.accounts.models import Organization, User

LAW = "《专利法实施细则》第15、87条"
FILES = frozenset({Role.LISTER, Role.SIGNATORY, Role.OWNER})
OPEN = (FilingState.TO_PREPARE, FilingState.HANDED_IN, FilingState.CORRECTION)


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table of moves. `anyone` lets both sides do it, otherwise only the side whose duty it is."""

    name: str
    source: frozenset[str]
    target: FilingState
    action: Action
    kinds: frozenset[str] = frozenset(FilingKind)
    anyone: bool = False


def _row(name: str, source: set[FilingState], target: FilingState, action: Action, **more: Any) -> tuple[str, Move]:
    return name, Move(name, frozenset(map(str, source)), target, action, **more)


WITH_OFFICE = {FilingState.HANDED_IN, FilingState.CORRECTION}
MOVES: dict[str, Move] = dict(
    (
        _row("take", {FilingState.TO_PREPARE}, FilingState.TO_PREPARE, Action.FILING_TAKE, anyone=True),
        _row(
            "hand_in",
            {FilingState.TO_PREPARE, FilingState.CORRECTION},
            FilingState.HANDED_IN,
            Action.FILING_HAND_IN,
        ),
        _row("correct", {FilingState.HANDED_IN}, FilingState.CORRECTION, Action.FILING_CORRECT),
        _row("accept", WITH_OFFICE, FilingState.ACCEPTED, Action.FILING_ACCEPT),
        _row("refuse", WITH_OFFICE, FilingState.REFUSED, Action.FILING_REFUSE),
        _row("reopen", {FilingState.REFUSED, FilingState.NOT_NEEDED}, FilingState.TO_PREPARE, Action.FILING_REOPEN),
        _row(
            "skip",
            {FilingState.TO_PREPARE},
            FilingState.NOT_NEEDED,
            Action.FILING_SKIP,
            kinds=frozenset({FilingKind.REGISTRATION}),
        ),
    )
)


def open_filings(agreement: Agreement) -> list[Filing]:
    """The filings of a license in force, made where they are missing; idempotent, joins the transaction around it.

    The licensor has the duty until somebody takes it over: the contract says so for recordal, and the registrar takes
    technology contracts from the licensor only.
    """
    if agreement.effective_at is None:
        return []
    start = terms.day_of(agreement.effective_at)
    made = []
    for kind in FilingKind:
        due = terms.recordal_due(start) if office(kind).months else None
        filing, _new = Filing.objects.get_or_create(
            agreement=agreement, kind=kind, defaults={"duty": Party.LICENSOR, "due_on": due}
        )
        made.append(filing)
    return made


def due() -> int:
    """Make filings that are missing and remind of the others; returns how many were told of. Called every hour."""
    for agreement in Agreement.objects.filter(state=State.ACTIVE, filings__isnull=True).order_by("pk"):
        open_filings(agreement)
    return filing_letters.remind()


def side_of(filing: Filing, user: User) -> Party | None:
    """The side on which the person may act for this filing; None for readers, strangers and moderators."""
    agreement = filing.agreement
    sides = ((Party.LICENSOR, agreement.licensor), (Party.LICENSEE, agreement.licensee))
    found = [party for party, organization in sides if moving.holds(user, organization, FILES)]
    return Party(filing.duty) if filing.duty in found else found[0] if found else None


def may(filing: Filing, name: str, user: User) -> bool:
    """Whether the person may take this step now."""
    move, side = MOVES[name], side_of(filing, user)
    if side is None or filing.state not in move.source or filing.kind not in move.kinds:
        return False
    if name == "take":
        return side != filing.duty and filing.kind == FilingKind.RECORDAL
    return side == filing.duty


def organization_of(filing: Filing, party: str) -> Organization:
    """The organization that stands on a side."""
    return filing.agreement.licensor if party == Party.LICENSOR else filing.agreement.licensee


def take(filing: Filing, *, by: User) -> Filing:
    """The other side hands in instead. Raises NotYours, NotNow."""
    return _move(filing, "take", by=by, duty=side_of(filing, by) or filing.duty)


def hand_in(filing: Filing, *, by: User, on: date, evidence: tuple[str, bytes] | None = None) -> Filing:
    """Handed in, for the first time or again after a correction. Raises NotYours, NotNow, Refused, vault.BadFile."""
    _require_day(on, earliest=filing.handed_in_on or _start(filing))
    return _move(filing, "hand_in", by=by, evidence=evidence, handed_in_on=on, answer_by=None, said="")


def correct(
    filing: Filing, *, by: User, said: str, answer_by: date, evidence: tuple[str, bytes] | None = None
) -> Filing:
    """The authority asks for a correction, until a day. Raises NotYours, NotNow, Refused, vault.BadFile."""
    if answer_by < terms.today():
        raise refuse("REC-1", _("The day to answer by is past."), _("Enter the day on the notice."), field="answer_by")
    return _move(filing, "correct", by=by, evidence=evidence, said=_said(said), answer_by=answer_by)


def accept(filing: Filing, *, by: User, on: date, number: str, evidence: tuple[str, bytes] | None = None) -> Filing:
    """The authority accepted, under a number. Raises NotYours, NotNow, Refused, vault.BadFile."""
    if not number.strip():
        raise refuse("REC-1", _("The number is missing."), _("It stands on the authority's notice."), field="number")
    _require_day(on, earliest=filing.handed_in_on or _start(filing))
    given = number.strip()[:60]
    return _move(filing, "accept", by=by, evidence=evidence, decided_on=on, number=given, answer_by=None, said="")


def refused(filing: Filing, *, by: User, on: date, said: str, evidence: tuple[str, bytes] | None = None) -> Filing:
    """The authority refused, with its reason. Raises NotYours, NotNow, Refused, vault.BadFile."""
    _require_day(on, earliest=filing.handed_in_on or _start(filing))
    return _move(filing, "refuse", by=by, evidence=evidence, decided_on=on, said=_said(said), answer_by=None)


def reopen(filing: Filing, *, by: User) -> Filing:
    """Prepare it anew after a refusal. Raises NotYours, NotNow."""
    return _move(filing, "reopen", by=by, said="", decided_on=None, handed_in_on=None, answer_by=None)


def skip(filing: Filing, *, by: User, said: str) -> Filing:
    """Not filed, with the reason; only where the law leaves it open. Raises NotYours, NotNow, Refused."""
    return _move(filing, "skip", by=by, said=_said(said))


def _move(filing: Filing, name: str, *, by: User, evidence: tuple[str, bytes] | None = None, **fields: Any) -> Filing:
    """One conditional UPDATE, the file, the trail and the letters in one transaction."""
    move = MOVES[name]
    with transaction.atomic():
        moving.lock(filing.agreement)
        filing = Filing.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=filing.pk)
        _require(filing, move, by)
        moved = Filing.objects.filter(pk=filing.pk, state__in=move.source).update(state=move.target, **fields)
        if not moved:
            raise NotNow(f"cannot {name} a filing that is {filing.state}")
        was = filing.state
        filing.refresh_from_db()
        kept = _keep(filing, evidence, by) if evidence else ""
        facts = {"filing": str(filing.kind), "was": str(was), "now": str(filing.state), "side": str(filing.duty)}
        trail.record(move.action, filing.agreement, by=by, **facts, **({"file_sha256": kept} if kept else {}))
        filing_letters.moved(filing, name)
    return filing


def _require(filing: Filing, move: Move, by: User) -> None:
    side = side_of(filing, by)
    if side is None:
        raise NotYours([_not_yours()])
    if filing.state not in move.source or filing.kind not in move.kinds:
        raise NotNow(f"cannot {move.name} a filing that is {filing.state}")
    if not move.anyone and side != filing.duty:
        raise NotYours([_not_yours()])


def _not_yours() -> Any:
    return refuse(
        "REC-1",
        _("You may not do this here: the other side hands in, or your role does not allow it."),
        _("Take the filing over, or ask a lister, a signatory or an owner."),
        citation=LAW,
    ).finding


def _keep(filing: Filing, evidence: tuple[str, bytes], by: User) -> str:
    name, data = evidence
    return files.store(data, kind=FILING_EVIDENCE, name=name, by=by, subject=filing).sha256


def _said(said: str) -> str:
    if not said.strip():
        raise refuse("REC-1", _("Say what the authority said."), _("One sentence is enough."), field="said")
    return said.strip()[:500]


def _start(filing: Filing) -> date:
    effective = filing.agreement.effective_at
    return terms.day_of(effective) if effective else terms.today()


def _require_day(on: date, *, earliest: date) -> None:
    if on > terms.today():
        raise refuse("REC-1", _("That day lies in the future."), _("Enter the day on the paper."), field="on")
    if on < earliest:
        raise refuse(
            "REC-1",
            _("That is before %(day)s.") % {"day": earliest.isoformat()},
            _("Nothing can be handed in before the license took effect, nor decided before it was handed in."),
            field="on",
        )
