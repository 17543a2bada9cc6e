"""The gate of the open-license track: what the law asks of a patent before it may be declared open."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.models import ALONE, EvaluationConclusion, LegalStatus, Listing, Patent, PatentKind, Track
from listings.rules.approval import outdated_consents, outdated_pledge
from listings.rules.table import OfPatent, Rule, Stage
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.terms import fee_due_on, patent_year, today

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

OPEN = (Track.OPEN,)
NOT_GRANTED = (LegalStatus.UNKNOWN, LegalStatus.PENDING)
ENDED = (LegalStatus.LAPSED, LegalStatus.EXPIRED, LegalStatus.WAIVED, LegalStatus.INVALID)
STOPPED = (LegalStatus.SUSPENDED, LegalStatus.PRESERVED)


def alone_now(patent: Patent) -> str:
    """Who holds a sole or exclusive license today; '' for nobody."""
    now = timezone.now()
    # All rows, looked through here: they are few, and the import has fetched those of many patents beforehand.
    for row in patent.encumbrances.all():
        if row.kind in ALONE and row.starts_at <= now and (row.ends_at is None or row.ends_at > now):
            return row.holder or str(row.get_kind_display())
    return ""


def fee_year_due(filed_on: date, on: date) -> int:
    """The last patent year whose annual fee had to be paid by `on`; 1 while none was due (NUM-4)."""
    year = patent_year(filed_on, on)
    if year >= 2 and on <= fee_due_on(filed_on, year):
        return year - 1
    return year


def plain_name(name: str) -> str:
    """A name without what spellings differ in: width, brackets' form, blanks."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def on_register(patent: Patent) -> bool:
    """Whether the offering organization is itself among the patentees: only an owner stands on PL 14."""
    return patent.organization is not None and plain_name(patent.organization.name) in map(plain_name, patent.patentees)


def uncovered_owners(patent: Patent) -> list[str]:
    """Names on the register, other than the offering organization, without a consent on file; in register order."""
    rows = list(patent.co_owners.all())
    passed = {plain_name(row.name) for row in rows if row.consent_id and row.consented_on}
    passed |= {plain_name(patent.organization.name)} if patent.organization else set()
    names: dict[str, str] = {}
    for name in (*patent.patentees, *(row.name for row in rows)):
        names.setdefault(plain_name(name), name)
    return [name for plain, name in names.items() if plain not in passed]


def _gate_1(patent: Patent, track: str) -> Iterable[Finding]:
    if patent.status in NOT_GRANTED:
        yield GATE_1.finding(
            _("The patent is not known to be granted and in force: status “%(status)s”.")
            % {"status": patent.get_status_display()},
            _("Record its present legal status with a source and a date on the patent's page."),
            "status",
        )
    elif patent.granted_on is None:
        yield GATE_1.finding(
            _("The grant date is missing."), _("Add the date of the grant's announcement."), "granted_on"
        )
    elif patent.granted_on > today():
        yield GATE_1.finding(
            _("The patent is granted only on %(day)s.") % {"day": patent.granted_on.isoformat()},
            _("Come back on that day."),
            "granted_on",
        )


def _gate_2(patent: Patent, track: str) -> Iterable[Finding]:
    holder = alone_now(patent)
    if holder:
        yield GATE_2.finding(
            _("A sole or exclusive license is in force: %(holder)s.") % {"holder": holder},
            _("Offer the patent when that license has ended, or record its end on the patent's page."),
        )


def _gate_3(patent: Patent, track: str) -> Iterable[Finding]:
    if patent.status in STOPPED:
        yield GATE_3.finding(
            _("Proceedings on the patent are stopped: “%(status)s”.") % {"status": patent.get_status_display()},
            _("Offer it after the dispute or the court's order has ended, and record the new status."),
            "status",
        )


def _gate_4(patent: Patent, track: str) -> Iterable[Finding]:
    if patent.status == LegalStatus.LATE_PERIOD:
        yield GATE_4.finding(
            _("The annual fee is overdue; the late period counts as not paid."),
            _("Pay the fee with its surcharge, then record the new status with the receipt."),
            "status",
        )
        return
    if patent.fees_paid_through is None:
        yield GATE_4.finding(
            _("It is not stated through which patent year the annual fees are paid."),
            _("Record it with a source and a date on the patent's page."),
            "fees_paid_through",
        )
        return
    if patent.filed_on is None or patent.filed_on > today() or (patent.last_day and patent.last_day < today()):
        return  # nothing can fall due before the filing or after the end, which other rules name
    due = fee_year_due(patent.filed_on, today())
    if patent.fees_paid_through < due:
        yield GATE_4.finding(
            _("Annual fees are paid through patent year %(paid)d; year %(due)d is due already.")
            % {"paid": patent.fees_paid_through, "due": due},
            _("Pay the missing fee, then record it with the receipt."),
            "fees_paid_through",
        )


def _gate_5(patent: Patent, track: str) -> Iterable[Finding]:
    if patent.pledged and not patent.pledgee_consent_id:
        yield GATE_5.finding(
            _("The patent is pledged and the pledgee's written consent is not on file."),
            _("Ask the pledgee by mail under “Consents and approvals”, or upload the consent on the patent's page."),
            "pledgee_consent",
        )


def _gate_5_offer(listing: Listing, stage: Stage) -> Iterable[Finding]:
    yield from _gate_5(listing.patent, listing.track)
    if listing.patent.pledged and outdated_pledge(listing):
        yield GATE_5.finding(
            _("The pledgee agreed to other terms than these."),
            _("Ask again under “Consents and approvals”, or put the old terms back."),
            "pledgee_consent",
        )


def _gate_6(patent: Patent, track: str) -> Iterable[Finding]:
    if patent.status in ENDED:
        yield GATE_6.finding(
            _("The patent has ended: “%(status)s”.") % {"status": patent.get_status_display()},
            _("Anyone may use it now; it cannot be licensed. If this is wrong, record the right status."),
            "status",
        )
    elif patent.last_day and patent.last_day < today():
        yield GATE_6.finding(
            _("The patent's term ended on %(day)s.") % {"day": patent.last_day.isoformat()},
            _("Anyone may use it now; it cannot be licensed. Check the filing date if this is wrong."),
            "filed_on",
        )


def _gate_7(patent: Patent, track: str) -> Iterable[Finding]:
    if patent.kind == PatentKind.INVENTION:
        return
    if patent.evaluation_conclusion == EvaluationConclusion.NEGATIVE:
        yield GATE_7.finding(
            _("The evaluation report says that the conditions of the grant are not met."),
            _("It cannot be offered as an open license."),
            "evaluation_conclusion",
        )
    elif patent.evaluation_conclusion != EvaluationConclusion.POSITIVE or not patent.evaluation_report_id:
        yield GATE_7.finding(
            _("A utility model or design needs the patent office's evaluation report."),
            _("Ask the patent office for it (about two months), then upload it on the patent's page."),
            "evaluation_report",
        )


def _gate_8(patent: Patent, track: str) -> Iterable[Finding]:
    for name in uncovered_owners(patent):
        yield GATE_8.finding(
            _("The co-owner “%(name)s” has not agreed in writing, or the paper is not on file.") % {"name": name},
            _("Ask it by mail under “Consents and approvals”, or upload the signed consent on the patent's page."),
            "co_owners",
        )


def _gate_8_offer(listing: Listing, stage: Stage) -> Iterable[Finding]:
    yield from _gate_8(listing.patent, listing.track)
    for name in outdated_consents(listing):
        yield GATE_8.finding(
            _("The co-owner “%(name)s” agreed to other terms than these.") % {"name": name},
            _("Ask it again under “Consents and approvals”, or put the old terms back."),
            "co_owners",
        )


def _gate(number: int, title: Words, needs: Words, citation: str, look: OfPatent) -> Rule:
    return Rule(f"GATE-{number}", title, needs, citation, Severity.BLOCK, OPEN, of_patent=look)


GATE_1 = _gate(
    1,
    _("Granted and in force"),
    _("The patent has been granted and its status is known to be in force."),
    "《专利法》第50条；《专利审查指南》第五部分第十一章3.1",
    _gate_1,
)
GATE_2 = _gate(
    2,
    _("No sole or exclusive license"),
    _("Nobody holds a sole or exclusive license that is in force."),
    "《专利法实施细则》第86条第1项",
    _gate_2,
)
GATE_3 = _gate(
    3,
    _("No dispute, no preservation"),
    _("Proceedings are not suspended for an ownership dispute, and no court has preserved the patent."),
    "《专利法实施细则》第86条第2项",
    _gate_3,
)
GATE_4 = _gate(
    4,
    _("Annual fees paid"),
    _("Annual fees are paid as required; the late period counts as not paid."),
    "《专利法实施细则》第86条第3项",
    _gate_4,
)
GATE_5 = Rule(
    "GATE-5",
    _("Pledgee agrees"),
    _("A pledged patent has the pledgee's written consent."),
    "《专利法实施细则》第86条第4项",
    Severity.BLOCK,
    OPEN,
    of_patent=_gate_5,
    of_listing=_gate_5_offer,
)
GATE_6 = _gate(
    6,
    _("Not ended"),
    _("The patent has not lapsed, expired, been waived or been declared invalid as a whole."),
    "《专利审查指南》第五部分第十一章3.1",
    _gate_6,
)
GATE_7 = _gate(
    7,
    _("Evaluation report"),
    _("A utility model or design has an evaluation report, and the report is not negative."),
    "《专利法》第50条第1款",
    _gate_7,
)
GATE_8 = Rule(
    "GATE-8",
    _("All co-owners agree"),
    _("Every co-owner has agreed in writing; each consent is on file, and stands for the terms it was given to."),
    "《专利审查指南》第五部分第十一章3.2",
    Severity.BLOCK,
    OPEN,
    of_patent=_gate_8,
    of_listing=_gate_8_offer,
)
GATES = (GATE_1, GATE_2, GATE_3, GATE_4, GATE_5, GATE_6, GATE_7, GATE_8)
