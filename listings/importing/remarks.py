"""What the import has to say about a row: a closed table, kept without words and told in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from listings.importing.columns import FIELDS
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.numbers import BadNumber, parse_application_number, parse_ipc, parse_publication_number

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Stored = list[Any]  # [key, field, {values}] as kept in ImportRow.findings


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that can be said: its rule, what it does to the row, the words and the remedy."""

    rule: str
    severity: Severity
    message: _StrPromise
    remedy: _StrPromise
    citation: str = ""


def _block(rule: str, message: _StrPromise, remedy: _StrPromise, citation: str = "") -> Remark:
    return Remark(rule, Severity.BLOCK, message, remedy, citation)


def _warn(rule: str, message: _StrPromise, remedy: _StrPromise, citation: str = "") -> Remark:
    return Remark(rule, Severity.WARN, message, remedy, citation)


def _info(rule: str, message: _StrPromise, remedy: _StrPromise | None = None) -> Remark:
    return Remark(rule, Severity.INFO, message, remedy or _("Nothing to do."))


REMARKS: dict[str, Remark] = {
    "number_missing": _block(
        "NUM-1",
        _("The row names no application or patent number."),
        _("Add the number from the certificate; without it nobody can tell which patent is meant."),
    ),
    "number_bad": _block("NUM-1", _("“%(text)s” is no patent number."), _("Compare it with the certificate.")),
    "numbers_differ": _block(
        "NUM-1",
        _("The row names two different numbers: %(first)s and %(second)s."),
        _("A patent keeps its application number for life: leave the right one in both columns."),
    ),
    "title_missing": _block(
        "IMP-1", _("The row has no title."), _("Add the title as it stands on the certificate.")
    ),
    "too_long": _block(
        "IMP-1",
        _("The text is longer than %(most)s characters."),
        _("Shorten it; only the title as registered, the names, the abstract belong here."),
    ),
    "patentee_missing": _block(
        "IMP-5",
        _("The row names no patentee, so nobody can tell whether it is yours."),
        _("Add a column with the patentee as registered."),
    ),
    "patentee_other": _block(
        "IMP-5",
        _("The patentee is %(patentee)s, not %(organization)s."),
        _("Only the patentee brings a patent in. If the name has changed, upload with the registered name corrected."),
        "《专利法》第12条",
    ),
    "held_elsewhere": _block(
        "IMP-5",
        _("Another organization keeps this patent here already."),
        _("If it is yours, or shared, write to the moderators with the register's extract."),
    ),
    "double": _info(
        "IMP-2",
        _("The same patent stands in row %(row)s already."),
        _("One row is enough: this one is left aside."),
    ),
    "double_differs": _warn(
        "IMP-2",
        _("The same patent stands in row %(row)s, with another title."),
        _("Compare both rows with the certificate. The earlier one is used."),
    ),
    "not_granted": _warn(
        "GATE-1",
        _("Not granted yet, by the sheet's own words: “%(text)s”."),
        _("It is stored as an application and cannot be offered. Record the grant when it comes."),
        "《专利法》第50条",
    ),
    "announcement_doubled": _warn(
        "NUM-1",
        _("The announcement number %(number)s stands in several rows: %(rows)s. One number belongs to one patent."),
        _("It is left out of all of them. Look it up and correct the sheet or the patent's page."),
    ),
    "announcement_taken": _warn(
        "NUM-1",
        _("The announcement number %(number)s belongs to another patent here."),
        _("It is left out. Compare both with the certificate."),
    ),
    "announcement_bad": _warn(
        "NUM-1",
        _("“%(text)s” is no announcement number."),
        _("It is left out. Copy it from the certificate, for example CN112345678B."),
    ),
    "announcement_kindless": _warn(
        "NUM-1",
        _("The letter at the end of the announcement number “%(text)s” is missing."),
        _("It is left out. Add B (invention), U (utility model) or S (design) after looking it up."),
    ),
    "announcement_of_application": _info(
        "NUM-1", _("%(number)s is the number of a published application, not of a grant.")
    ),
    "filed_on_missing": _warn(
        "LIC-E",
        _("The filing date is missing. By its number the application was filed in %(year)s."),
        _("Type the day from the certificate here or in the sheet. Without it the patent is stored but not offered."),
        "《专利法》第42条",
    ),
    "date_bad": _warn("IMP-1", _("“%(text)s” is no date."), _("Write it as 2021-03-15. It is left out.")),
    "date_future": _warn("IMP-1", _("%(day)s lies in the future."), _("Correct it. It is left out.")),
    "filed_on_year": _warn(
        "NUM-3",
        _("The filing date %(day)s does not fit the number, which says %(year)s."),
        _("Compare with the certificate. This is right only for some divided and international applications."),
    ),
    "granted_before_filed": _block(
        "NUM-3",
        _("The grant date %(granted)s lies before the filing date %(filed)s."),
        _("Correct one of them; perhaps the columns are exchanged."),
    ),
    "class_bad": _warn(
        "NUM-5", _("“%(text)s” is no class."), _("It is left out. Write it like F27D 17/00, designs like 09-03.")
    ),
    "kind_differs": _warn(
        "NUM-1",
        _("The sheet says “%(text)s”, the number says %(kind)s."),
        _("The number decides. If it is mistyped, correct it."),
    ),
    "status_unknown": _warn(
        "GATE-1",
        _("“%(text)s” is no legal status we know."),
        _("It is left out. Record the status with source and date on the patent's page."),
    ),
    "status_told": _info(
        "GATE-1",
        _("Status by the sheet: “%(text)s”. It is kept as the uploader's statement, with today's date."),
        _("Record the register's extract on the patent's page before you offer it."),
    ),
    "fees_bad": _warn(
        "GATE-4",
        _("“%(text)s” does not say through which patent year the annual fees are paid."),
        _("Write the number of the patent year, for example 6. It is left out."),
    ),
    "ended": _warn(
        "NUM-3",
        _("The term ended on %(day)s: anyone may use it, it cannot be offered."),
        _("Check the filing date if this is wrong."),
        "《专利法》第42条",
    ),
    "dead": _warn(
        "GATE-6",
        _("By the sheet the patent has ended: %(status)s. It cannot be offered."),
        _("Check the status if this is wrong."),
    ),
    "reference": _info(
        "IMP-5", _("Reference record: known here, never on offer, because no owner offers it."),
    ),
    "locked": _info(
        "IMP-5",
        _("%(field)s was corrected by a person: the import leaves it as it is."),
        _("Change it on the patent's page if the sheet is right."),
    ),
    "changes": _info(
        "IMP-2", _("%(field)s: “%(was)s” becomes “%(now)s”."), _("Look whether the sheet is newer than what we know.")
    ),
    "completes": _info("IMP-2", _("%(field)s is filled in: “%(now)s”.")),
    "adopts": _info("IMP-5", _("Known as a reference record so far; it becomes yours.")),
}  # fmt: skip


def note(key: str, field: str = "", /, **values: object) -> Stored:
    """A remark as it is kept. Raises KeyError for a key that is not in the table."""
    return [REMARKS[key] and key, field, {name: str(value) for name, value in values.items()}]


def severity(stored: Sequence[Any]) -> Severity:
    """What a kept remark does to its row."""
    return REMARKS[stored[0]].severity


def blocks(remarks: Iterable[Sequence[Any]]) -> bool:
    """Whether one of them refuses the row."""
    return any(severity(one) is Severity.BLOCK for one in remarks)


def told(stored: Sequence[Any]) -> Finding:
    """A kept remark in the reader's language."""
    key, field, values = stored
    remark = REMARKS[key]
    words = _in_words(values)
    message, remedy = _by_number(key, values) or (str(remark.message) % words, str(remark.remedy) % words)
    return Finding(remark.rule, remark.severity, message, remedy, remark.citation, field)


def column_words(field: str) -> str:
    """A field for people; '' for the whole row."""
    return str(FIELDS[field].label) if field in FIELDS else gettext("whole row")


def _in_words(values: Mapping[str, str]) -> dict[str, str]:
    """The values with names of fields and of statuses in the reader's language."""
    from listings.models import LegalStatus, PatentKind

    words = dict(values)
    if words.get("field") in FIELDS:
        words["field"] = str(FIELDS[words["field"]].label)
    if words.get("status") in LegalStatus.values:
        words["status"] = str(LegalStatus(words["status"]).label)
    if words.get("kind") in PatentKind.values:
        words["kind"] = str(PatentKind(words["kind"]).label)
    return words


def _by_number(key: str, values: Mapping[str, str]) -> tuple[str, str] | None:
    """For unreadable numbers: what the parser itself says, in the reader's language."""
    parsers = {
        "number_bad": parse_application_number, "announcement_bad": parse_publication_number, "class_bad": parse_ipc,
    }  # fmt: skip
    if key not in parsers:
        return None
    try:
        parsers[key](values["text"])
    except BadNumber as error:
        cited = gettext("“%(text)s”: %(message)s") % {"text": values["text"], "message": error.finding.message}
        return cited, str(error.finding.remedy if key == "number_bad" else REMARKS[key].remedy)
    return None
