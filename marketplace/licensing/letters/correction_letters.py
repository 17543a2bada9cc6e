"""Who is told what when a report of use is put right."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.accounts.models import Organization, User
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.licensing.letters.step_letters import tell
from marketplace.licensing.models import CorrectionState, ReportCorrection
from marketplace.licensing.states import REPORTS
from marketplace.notices import kinds

_TEXTS = {
    "report_raised": (
        _("Report of use corrected: %(title)s"),
        _(
            "%(licensee)s corrects %(from)s to %(to)s of %(reference)s: royalty %(royalty)s instead of %(before)s."
            " %(reason)s"
        ),
        _("See the report"),
    ),
    "report_lowered": (
        _("Please answer: less was used, %(title)s"),
        _(
            "%(licensee)s corrects %(from)s to %(to)s of %(reference)s: royalty %(royalty)s instead of %(before)s."
            " %(reason)s Agree, or contest it with reasons, by %(until)s; silence counts as agreement."
        ),
        _("Agree or contest"),
    ),
    "correction_contested": (
        _("Contested correction of a report: %(title)s"),
        _(
            "%(licensor)s contests the correction of %(from)s to %(to)s (%(reference)s): “%(reasons)s” A moderator"
            " decides by %(until)s; without a decision the correction falls."
        ),
        _("See both sides"),
    ),
    "correction_done": (
        _("Correction of a report: %(outcome)s, %(title)s"),
        _("The correction of %(from)s to %(to)s (%(reference)s): %(outcome)s. %(decision)s"),
        _("See the report"),
    ),
}


def register() -> None:
    """Name every kind of letter here; called from LicensingConfig.ready()."""
    kinds.register_all(_TEXTS)


def path_of(correction: ReportCorrection) -> str:
    """Where a correction is read and answered."""
    report = correction.report
    return reverse("licensing:correct_report", args=[report.agreement.code, report.number])


def _tell(correction: ReportCorrection, kind: str, users: list[User]) -> None:
    report, agreement = correction.report, correction.report.agreement
    facts = {
        "from": report.starts_on.isoformat(),
        "to": report.ends_on.isoformat(),
        "royalty": money_text(from_minor(correction.royalty_minor, agreement.currency)),
        "before": money_text(from_minor(correction.before_minor, agreement.currency)),
        "until": correction.last_day.isoformat() if correction.last_day else "",
        "outcome": CorrectionState(correction.state).label,
        "reason": correction.reason,
        "reasons": correction.reasons,
        "decision": correction.decision,
    }
    tell(users, kind, agreement, key=f"{correction.pk}", path=path_of(correction), **facts)


def _members(side: Organization) -> list[User]:
    return list(people.members(side, *REPORTS))


def corrected(correction: ReportCorrection) -> None:
    """The licensor hears of it, and is asked where it lowers what is owed."""
    kind = "report_lowered" if correction.state == CorrectionState.ASKED else "report_raised"
    _tell(correction, kind, _members(correction.report.agreement.licensor))


def answered(correction: ReportCorrection) -> None:
    """A contest goes to the moderators and to the licensee; an outcome to both sides."""
    agreement = correction.report.agreement
    if correction.state == CorrectionState.CONTESTED:
        _tell(correction, "correction_contested", [*people.moderators(), *_members(agreement.licensee)])
        return
    for side in (agreement.licensee, agreement.licensor):
        _tell(correction, "correction_done", _members(side))
