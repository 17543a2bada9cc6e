"""Putting a report of use right: a new row beside it, and what is owed follows by the difference (CC 846, 985).

What raises the royalty stands at once and the rest falls due. What lowers it waits for the licensor, who agrees, is
silent or contests within the days of a claim; a contested one is decided by a moderator, or falls.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.lib import terms
from marketplace.lib.findings import refuse
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.errors import NotNow
from marketplace.licensing.flow import moving, repaying
from marketplace.licensing.flow.reporting import MOST_MINOR
from marketplace.licensing.letters import correction_letters, step_letters
from marketplace.licensing.models import (
    OPEN_CORRECTIONS,
    Agreement,
    CorrectionState,
    Obligation,
    ObligationKind,
    ObligationState,
    ReportCorrection,
    ReportState,
    UseReport,
)
from marketplace.licensing.states import STEPS
from marketplace.licensing.terms import effective, trials
from marketplace.vault.models import VaultFile

C = CorrectionState


@dataclass(frozen=True, slots=True)
class Corrected:
    """What the licensee says now: the base in minor units, why it was wrong, and a proof where there is one."""

    base_minor: int
    reason: str
    proof: VaultFile | None = None


def standing(report: UseReport) -> tuple[int, int]:
    """Base and royalty of a period as they count now, in minor units: of the last correction that stands."""
    last = report.corrections.filter(state=C.STANDS).order_by("-number").first()
    row = last or report
    return row.base_minor or 0, row.royalty_minor or 0


def correct(report: UseReport, told: Corrected, *, by: User) -> ReportCorrection:
    """The licensee puts a given report right; the report itself stays. Raises NotYours, NotNow, Refused."""
    step = STEPS["correct_report"]
    moving.require_side(by, report.agreement, step)
    _require_possible(told)
    with transaction.atomic():
        agreement = moving.lock(report.agreement)
        moving.require_state(agreement, step)
        report = UseReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
        report.agreement = agreement
        if report.state != ReportState.GIVEN:
            raise NotNow(f"{report} was not given")
        if report.corrections.filter(state__in=OPEN_CORRECTIONS).exists():
            raise NotNow(f"{report} has a correction that waits")
        made = _write(report, told, by=by)
        facts = {"base_minor": made.base_minor, "royalty_minor": made.royalty_minor, "side": "licensee"}
        _record(made, "correct_report", by=by, reason=made.reason, **facts)
        if made.state == C.STANDS:
            _follow(made)
        correction_letters.corrected(made)
    return made


def _require_possible(told: Corrected) -> None:
    if not 0 <= told.base_minor <= MOST_MINOR:
        raise refuse("CC-846", _("The amount is not possible."), _("Type it in figures."), field="base")
    if not told.reason.strip():
        raise refuse("CC-846", _("Say why it is corrected."), _("One sentence is enough."), field="reason")


def _write(report: UseReport, told: Corrected, *, by: User) -> ReportCorrection:
    base, royalty = standing(report)
    if told.base_minor == base:
        raise refuse("CC-846", _("This is what was reported."), _("Type the amount as it should be."), field="base")
    new = trials.royalty_of(told.base_minor, report.rate_bp)
    lower = new < royalty
    until = moving.end_of_day_after(STEPS["correct_report"].days or 0) if lower else None
    last = report.corrections.aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            made = ReportCorrection.objects.create(
                report=report,
                number=last + 1,
                base_minor=told.base_minor,
                royalty_minor=new,
                before_minor=royalty,
                reason=told.reason.strip()[:500],
                proof=told.proof,
                state=C.ASKED if lower else C.STANDS,
                made_by=by,
                answer_until=until,
            )
    except IntegrityError as error:
        raise NotNow(f"{report} has a correction that waits") from error
    made.report = report
    return made


def agree_correction(correction: ReportCorrection, *, by: User) -> None:
    """The licensor agrees that less is owed. Raises NotYours, NotNow."""
    _answer(correction, "agree_correction", C.STANDS, by=by)


def contest_correction(correction: ReportCorrection, *, by: User, reasons: str) -> None:
    """The licensor contests it with reasons; a moderator decides. Raises NotYours, NotNow, Refused."""
    if not reasons.strip():
        raise refuse("CC-846", _("Say why you contest it."), _("A moderator reads it and decides."), field="reasons")
    until = moving.end_of_day_after(STEPS["contest_correction"].days or 0)
    _answer(correction, "contest_correction", C.CONTESTED, by=by, reasons=reasons.strip()[:500], answer_until=until)


def decide_correction(correction: ReportCorrection, *, by: User, upheld: bool, decision: str) -> None:
    """A moderator decides a contested correction, with a reason. Raises NotYours, NotNow, Refused."""
    if not decision.strip():
        raise refuse("CC-846", _("Say why."), _("Both sides read it."), field="decision")
    facts = {"decided_by": by, "decided_at": timezone.now(), "decision": decision.strip()[:500]}
    _answer(correction, "decide_correction", C.STANDS if upheld else C.FELL, by=by, **facts)


def corrections_due() -> int:
    """What silence does: an unanswered correction stands, an undecided one falls; how many. Called every hour."""
    count = 0
    over = ReportCorrection.objects.filter(state__in=OPEN_CORRECTIONS, answer_until__lte=timezone.now())
    for row in over.select_related("report__agreement").order_by("pk"):
        asked = row.state == C.ASKED
        try:
            _answer(row, "correction_silence" if asked else "correction_falls", C.STANDS if asked else C.FELL, by=None)
        except NotNow:
            continue
        count += 1
    return count


SOURCE = {"agree_correction": C.ASKED, "contest_correction": C.ASKED, "correction_silence": C.ASKED}


def _answer(correction: ReportCorrection, name: str, to: CorrectionState, *, by: User | None, **fields: Any) -> None:
    """Move a correction once, and let what is owed follow where it stands now."""
    step, source = STEPS[name], SOURCE.get(name, C.CONTESTED)
    if by is not None:
        moving.require_side(by, correction.report.agreement, step)
    with transaction.atomic():
        agreement = moving.lock(correction.report.agreement)
        moving.require_state(agreement, step)
        rows = ReportCorrection.objects.filter(pk=correction.pk, state=source)
        if by is not None:
            rows = rows.filter(answer_until__gt=timezone.now())
        if not rows.update(**{"state": to, "answered_at": timezone.now(), **fields}):
            raise NotNow(f"{correction} is {correction.state}")
        correction.refresh_from_db()
        correction.report.agreement = agreement
        _record(correction, name, by=by)
        if to == C.STANDS:
            _follow(correction)
        correction_letters.answered(correction)


def _record(correction: ReportCorrection, name: str, *, by: User | None, **facts: Any) -> None:
    agreement = correction.report.agreement
    told = {"report": correction.report.number, "correction": correction.number, **facts}
    moving.record(agreement, STEPS[name], by=by, was=agreement.state, **told)


# what is owed


def _follow(correction: ReportCorrection) -> None:
    """Owe the difference, or less, or owe it back: as the royalty stands when the correction begins to count."""
    difference = correction.difference_minor
    if difference > 0:
        _owe_more(correction, difference)
    elif difference < 0:
        _owe_less(correction, -difference)


def _owe_more(correction: ReportCorrection, amount_minor: int) -> None:
    agreement = correction.report.agreement
    last = agreement.obligations.filter(kind=ObligationKind.ROYALTY).aggregate(last=Max("number"))["last"] or 0
    days = read(effective.snapshot_of(agreement)).number("pay_within_days")
    owed = Obligation.objects.create(
        agreement=agreement,
        kind=ObligationKind.ROYALTY,
        number=last + 1,
        amount_minor=amount_minor,
        currency=agreement.currency,
        state=ObligationState.DUE,
        due_on=terms.today() + timedelta(days=days),
    )
    ReportCorrection.objects.filter(pk=correction.pk).update(obligation=owed)
    step_letters.to_pay(owed)


def _owe_less(correction: ReportCorrection, amount_minor: int) -> None:
    """What is not paid yet is lowered, the newest first; what is left was paid, and goes back."""
    left = amount_minor
    for row in _royalties(correction.report):
        if left and row.state in (ObligationState.DUE, ObligationState.HELD):
            left -= _lower(row, min(left, row.amount_minor))
    for row in _royalties(correction.report):
        part = min(left, repaying.left_of(row))
        if part:
            left -= repaying.owe_for_correction(correction, row, part).amount_minor


def _royalties(report: UseReport) -> list[Obligation]:
    """What the period made owed: by the report and by corrections of it, the newest first."""
    codes = [report.obligation_id, *report.corrections.values_list("obligation_id", flat=True)]
    rows = Obligation.objects.select_for_update(of=("self",)).filter(pk__in=[pk for pk in codes if pk])
    found = list(rows.order_by("-pk"))
    for row in found:
        row.agreement = report.agreement
    return found


def _lower(row: Obligation, by_minor: int) -> int:
    """Less is owed by an open obligation, nothing where all of it falls away; said in the trail."""
    left = row.amount_minor - by_minor
    fields: dict[str, Any] = {"amount_minor": left} if left else {"state": ObligationState.WAIVED}
    if not Obligation.objects.filter(pk=row.pk, state=row.state, amount_minor=row.amount_minor).update(**fields):
        raise NotNow(f"{row} was paid meanwhile")
    facts = {"obligation": str(row.code), "was_minor": row.amount_minor, "amount_minor": left}
    trail.record(STEPS["correct_report"].action, row.agreement, by=None, **facts)
    return by_minor


def waiting(agreement: Agreement) -> ReportCorrection | None:
    """The correction of any report of the license that waits for an answer or a decision."""
    rows = ReportCorrection.objects.filter(report__agreement=agreement, state__in=OPEN_CORRECTIONS)
    return rows.select_related("report").order_by("answer_until", "pk").first()
