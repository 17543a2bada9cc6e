"""Numbers and dates that can be reckoned, and are."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from listings.models import LegalStatus, Listing, Patent, Track
from listings.rules.gates import fee_year_due
from listings.rules.table import Rule, Stage
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.numbers import BadNumber, check_credit_code, parse_application_number, parse_ipc
from marketplace.lib.terms import Lapsed, fee_due_on, last_day, surcharge_percent, term_years, today

UNPAID_CLAIMS = (LegalStatus.IN_FORCE, LegalStatus.PARTLY_INVALID, LegalStatus.LATE_PERIOD)  # said to live


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


def _num_2(listing: Listing, stage: Stage) -> Iterable[Finding]:
    organization = listing.organization
    if not organization.credit_code or organization.credit_code_override:
        return
    try:
        _code, doubt = check_credit_code(organization.credit_code)
    except BadNumber as bad:
        doubt = bad.finding
    if doubt is not None:
        yield NUM_2.softer(
            doubt.message,
            _("Compare it with the certificate and correct it, or say under “Organization” why it is right."),
            "credit_code",
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


def _num_4(patent: Patent, track: str) -> Iterable[Finding]:
    paid, filed_on = patent.fees_paid_through, patent.filed_on
    if paid is None or filed_on is None or filed_on > today():
        return
    years = term_years(patent.kind, filed_on)
    if paid > years and not patent.last_day_override:
        yield NUM_4.finding(
            _("Annual fees paid through patent year %(paid)d: this patent has only %(years)d years.")
            % {"paid": paid, "years": years},
            _("Correct the year; year 1 begins on the filing date."),
            "fees_paid_through",
        )
    elif track == Track.PRESET and patent.status in UNPAID_CLAIMS and paid < fee_year_due(filed_on, today()):
        yield from _lapsed(patent, paid + 1)


def _lapsed(patent: Patent, year: int) -> Iterable[Finding]:
    """What follows where the first unpaid fee's late period is over as well: the patent has lapsed by law."""
    if patent.filed_on is None or year < 2 or (patent.last_day and patent.last_day < today()):
        return
    due = fee_due_on(patent.filed_on, year)
    try:
        surcharge_percent(due, today())
    except Lapsed:
        yield NUM_4.finding(
            _("The fee of patent year %(year)d was due on %(day)s and the late period is over: the patent has lapsed.")
            % {"year": year, "day": due.isoformat()},
            _("If it was paid, record through which year, with the receipt."),
            "fees_paid_through",
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
NUM_2 = Rule(
    "NUM-2",
    _("Unified social credit code"),
    _("The licensor's code has 18 signs and a check digit that fits; some codes in use fail, and say why."),
    "GB 32100-2015《法人和其他组织统一社会信用代码编码规则》",
    Severity.WARN,
    overridable=True,
    of_listing=_num_2,
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
NUM_4 = Rule(
    "NUM-4",
    _("Annual fees by the calendar"),
    _(
        "The fee of a patent year is due on the filing anniversary that begins it, on a working day. Six months with a"
        " surcharge follow; then the patent has lapsed from the due date."
    ),
    "《专利法实施细则》第115、116条",
    Severity.BLOCK,
    by_track=True,
    of_patent=_num_4,
    held_by=_(
        "The amounts shown beside it are second-hand: the patent office's own announcement (said to be No. 75) was not"
        " read."
    ),
)
NUM_5 = Rule(
    "NUM-5",
    _("Main class"),
    _("IPC such as F27D 17/00, or Locarno such as 09-03 for designs."),
    "《国际专利分类斯特拉斯堡协定》；《洛迦诺协定》",
    Severity.BLOCK,
    of_patent=_num_5,
)
NUMBERS = (NUM_1, NUM_2, NUM_3, NUM_4, NUM_5)
