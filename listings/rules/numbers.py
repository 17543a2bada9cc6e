"""Numbers and dates that can be reckoned, and are."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from listings.models import Patent
from listings.rules.table import Rule
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.numbers import BadNumber, parse_application_number, parse_ipc
from marketplace.lib.terms import last_day


def _num_1(patent: Patent, track: str) -> Iterable[Finding]:
    try:
        number = parse_application_number(patent.application_number)
    except BadNumber as error:
        finding = error.finding
        yield NUM_1.finding(finding.message, finding.remedy, "application_number")
        return
    if number.kind != patent.kind:
        yield NUM_1.finding(
            _("The number says another kind of patent than the one stated."),
            _("Correct the kind or the number: its fifth (old form: third) digit names the kind."),
            "kind",
        )


def _num_3(patent: Patent, track: str) -> Iterable[Finding]:
    stated = patent.last_day_override
    if stated is None or patent.filed_on is None:
        return
    reckoned = last_day(patent.kind, patent.filed_on)
    if stated > reckoned:
        yield NUM_3.finding(
            _("The stated last day %(stated)s is later than the reckoned one, %(reckoned)s.")
            % {"stated": stated.isoformat(), "reckoned": reckoned.isoformat()},
            _("Only compensation extends a term: a moderator lets it pass with the decision's number as the reason."),
            "last_day_override",
        )


def _num_5(patent: Patent, track: str) -> Iterable[Finding]:
    if not patent.ipc_main:
        yield NUM_5.softer(
            _("The main class is missing, so the offer is hard to find."),
            _("Add it, for example F27D 17/00."),
            "ipc_main",
        )
        return
    try:
        parse_ipc(patent.ipc_main)
    except BadNumber as error:
        yield NUM_5.finding(error.finding.message, error.finding.remedy, "ipc_main")


NUM_1 = Rule(
    "NUM-1",
    _("Application number"),
    _("The number has the right form and check digit, and names the kind of patent."),
    "ZC 0006-2003《专利申请号标准》",
    Severity.BLOCK,
    of_patent=_num_1,
)
NUM_3 = Rule(
    "NUM-3",
    _("The patent's last day"),
    _("Filing date plus 20, 10 or 15 years, less one day. Compensation may extend it."),
    "《专利法》第42条",
    Severity.BLOCK,
    overridable=True,
    of_patent=_num_3,
)
NUM_5 = Rule(
    "NUM-5",
    _("Main class"),
    _("IPC such as F27D 17/00, or Locarno such as 09-03 for designs."),
    "《国际专利分类斯特拉斯堡协定》；《洛迦诺协定》",
    Severity.BLOCK,
    of_patent=_num_5,
)
NUMBERS = (NUM_1, NUM_3, NUM_5)
