"""The stories of drafts as a spreadsheet: handed out with what is told already, read back row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings import flow
from listings.forms.listings import StoryForm
from listings.models import Listing
from listings.states import NotNow
from marketplace.accounts.models import User
from marketplace.lib import sheets
from marketplace.lib.findings import Refused
from marketplace.lib.industries import INDUSTRIES
from marketplace.lib.numbers import BadNumber, parse_application_number, patent_number

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NUMBER, TITLE = "number", "title"
# The columns in their order: the form's field and the heading; a heading is recognized in both languages.
COLUMNS: dict[str, _StrPromise] = {
    NUMBER: gettext_lazy("Patent number"),
    TITLE: gettext_lazy("Title"),
    "headline": gettext_lazy("In one sentence"),
    "problem": gettext_lazy("The problem it solves"),
    "products": gettext_lazy("Products it is for"),
    "industry": gettext_lazy("Industry"),
    "gain0_what": gettext_lazy("What is measured"),
    "gain0_today": gettext_lazy("Today's way"),
    "gain0_new": gettext_lazy("With this patent"),
    "gains_source": gettext_lazy("Where these numbers come from"),
    "adoption": gettext_lazy("Cost and time to adopt"),
    "also_needed": gettext_lazy("What else is needed"),
    "maturity": gettext_lazy("Maturity (1-9)"),
    "maturity_proof": gettext_lazy("Proof of maturity"),
    "contact_name": gettext_lazy("Contact"),
    "contact_phone": gettext_lazy("Phone"),
    "contact_email": gettext_lazy("E-mail"),
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that was not stored: its number in the sheet, the patent, and why."""

    row: int
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Stored:
    """How many stories were stored, and the rows that were not."""

    stored: int
    wrong: tuple[Wrong, ...]


def write(listings: Iterable[Listing]) -> bytes:
    """A workbook with one row for each draft, in the reader's language."""
    rows = [_row(listing) for listing in listings]
    return sheets.write_xlsx(_("Stories"), [str(heading) for heading in COLUMNS.values()], rows)


def _row(listing: Listing) -> list[str]:
    told = StoryForm.initial_of(listing) | {
        NUMBER: patent_number(listing.patent.application_number),
        TITLE: listing.patent.title,
    }
    if told["industry"]:
        told["industry"] = str(dict(INDUSTRIES)[told["industry"]])
    return ["" if told.get(name) is None else str(told[name]) for name in COLUMNS]


def read(data: bytes, name: str, *, drafts: Iterable[Listing], by: User) -> Stored:
    """Store the stories of a filled-in workbook on the drafts whose numbers it names; each row by itself.

    What a row leaves empty stays as it is. Raises BadSheet for what is no table, Refused without a column of numbers.
    """
    from marketplace.lib.findings import refuse

    rows = sheets.read(data, name).rows
    places = _places(rows[0]) if rows else {}
    if NUMBER not in places.values():
        raise refuse(
            "IMP-1",
            _("The sheet has no column of patent numbers in its first row."),
            _("Download the sheet from this page and fill it in."),
            field="file",
        )
    known = {listing.patent.application_number: listing for listing in drafts}
    stored, wrong = 0, []
    for number, cells in enumerate(rows[1:], start=2):
        told = {places[at]: cell.strip() for at, cell in enumerate(cells) if at in places and cell.strip()}
        if not told:
            continue
        why = _store(told, known, by)
        if why:
            wrong.append(Wrong(number, told.get(TITLE) or told.get(NUMBER, ""), why))
        else:
            stored += 1
    return Stored(stored, tuple(wrong))


def _places(header: list[str]) -> dict[int, str]:
    from django.utils import translation

    names: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            names |= {str(heading).strip().lower(): field for field, heading in COLUMNS.items()}
    return {at: names[cell.strip().lower()] for at, cell in enumerate(header) if cell.strip().lower() in names}


def _store(told: dict[str, str], known: dict[str, Listing], by: User) -> str:
    """Store one row; why not, '' where it is stored."""
    try:
        number = parse_application_number(told.get(NUMBER, "")).value
    except BadNumber as bad:
        return str(bad.finding)
    listing = known.get(number)
    if listing is None:
        return _("None of these drafts has this number.")
    before = {key: value for key, value in StoryForm.initial_of(listing).items() if value is not None}
    given = {key: value for key, value in told.items() if key not in (NUMBER, TITLE)}
    form = StoryForm(before | _values(given), track=listing.track)
    if not form.is_valid():
        named = ((form.fields[key].label, errors[0]) for key, errors in form.errors.items() if key in form.fields)
        return "；".join(f"{label}: {error}" for label, error in named)
    try:
        flow.edit(listing, by=by, draft=flow.Draft(texts=form.texts()), revision=listing.revision)
    except Refused as refused:
        return str(refused)
    except NotNow:
        return _("Somebody changed this listing meanwhile.")
    return ""


def _values(given: dict[str, str]) -> dict[str, Any]:
    """Cells as the form takes them: the industry by its name in either language, the maturity without its words."""
    from django.utils import translation

    told: dict[str, Any] = dict(given)
    if "industry" in told:
        names = {key: key for key, _label in INDUSTRIES}
        for language in ("zh-hans", "en"):
            with translation.override(language):
                names |= {str(label): key for key, label in INDUSTRIES}
        told["industry"] = names.get(told["industry"], told["industry"])
    if "maturity" in told:
        told["maturity"] = told["maturity"].removesuffix(".0")[:1]
    return told


__all__ = ["COLUMNS", "Stored", "Wrong", "read", "write"]
