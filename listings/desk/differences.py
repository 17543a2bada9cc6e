"""What changed since the last decision: field by field, in the words of the forms, the changed words marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.changes import Change, between
from listings.models import LicenseeClass, Listing, OfferTerms, Patent, Revision
from listings.search.analysis import cut
from listings.words import ACTS
from marketplace.accounts.models import Organization
from marketplace.lib.look import money_text, rate_text
from marketplace.lib.money import from_minor

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

DECIDED = ("approved", "returned", "refused")
_MODELS: dict[str, type[models.Model]] = {
    "terms": OfferTerms,
    "texts": Listing,
    "listing": Listing,
    "patent": Patent,
    "licensor": Organization,
}
_LABELS: dict[str, Words] = {
    "signature_levels": gettext_lazy("Ways of signing that you accept"),
    "texts.co_owner_default": gettext_lazy("Co-owners: the rule of the law applies"),
    "fee_explanation": gettext_lazy("How the fee was reached"),
    "terms.class_prices": gettext_lazy("Price by class"),
    "patent.status_checked_at": gettext_lazy("Status looked up"),
    "patent.co_owners": gettext_lazy("Co-owners"),
    "term_sheet": gettext_lazy("Term sheet"),
    "declaration": gettext_lazy("Declaration"),
}
# The same words stand in `texts` or nowhere a reader looks; hashes and codes tell a person nothing.
_SILENT = {"listing", "v", "patent.patentees", "patent.patent_number", "term_sheet.sha256", "term_sheet.code"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and whether the other version has others in their place."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: its label, what it said and what it says, both cut where they differ."""

    label: Words
    was: tuple[Piece, ...]
    now: tuple[Piece, ...]


def last_decided(listing: Listing) -> Revision | None:
    """The newest revision that a moderator decided on, other than the present one as it first came in."""
    review = listing.reviews.filter(decision__in=DECIDED).first()
    if review is None:
        return None
    return listing.revisions.filter(number__lte=review.revision).first()


def since_decision(listing: Listing) -> tuple[Revision | None, list[Difference]]:
    """The revision decided last, and in what the newest one differs from it; (None, []) where nothing was decided."""
    before, newest = last_decided(listing), listing.revisions.first()
    if before is None or newest is None or before.pk == newest.pk:
        return before, []
    return before, differences(before.snapshot, newest.snapshot)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Every field in which two kept revisions differ, for people."""
    shown = [change for change in between(old, new) if not _silent(change.path)]
    return [_difference(change, old, new) for change in shown]


def _silent(path: tuple[str, ...]) -> bool:
    return path[0] in _SILENT or ".".join(path) in _SILENT


def _difference(change: Change, old: Mapping[str, Any], new: Mapping[str, Any]) -> Difference:
    was, now = _words(change.path, change.was, old), _words(change.path, change.now, new)
    return Difference(label_of(change.path), *marked(was, now))


def label_of(path: tuple[str, ...]) -> Words:
    """The field's name as the forms have it; the path itself where no form knows it."""
    place = ".".join(path)
    if place in _LABELS:
        return _LABELS[place]
    if path[:2] == ("terms", "class_prices") and path[-1] in LicenseeClass.values:
        return LicenseeClass(path[-1]).label
    field = _field(path)
    if field is not None:
        return str(field.verbose_name).capitalize()
    return _LABELS.get(path[0], place)


def _field(path: tuple[str, ...]) -> models.Field[Any, Any] | None:
    model = _MODELS.get(path[0])
    if model is None or len(path) < 2:
        return None
    try:
        field = model._meta.get_field(path[1])
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) else None


def _words(path: tuple[str, ...], value: Any, snapshot: Mapping[str, Any]) -> str:
    """A stored value as a person would say it."""
    if value is None or value == "" or value == []:
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int) and (path[-1].endswith("_minor") or "class_prices" in path):
        return money_text(from_minor(value, snapshot.get("terms", {}).get("currency", "CNY")))
    if isinstance(value, int) and path[-1].endswith("_bp"):
        return rate_text(value)
    if isinstance(value, Mapping):
        return "；".join(
            f"{label_of((*path, key))}: {_words((*path, key), each, snapshot)}" for key, each in value.items()
        )
    if isinstance(value, list):
        return "；".join(_row(path, each) for each in value)
    field = _field(path)
    choices = dict(field.flatchoices) if field is not None else {}
    return str(choices.get(value, value))


def _row(path: tuple[str, ...], value: Any) -> str:
    if path[-1] == "acts":
        return str(ACTS.get(value, value))
    if isinstance(value, Mapping):
        return " ".join(str(each) for each in value.values() if each)
    return " · ".join(map(str, value)) if isinstance(value, list) else str(value)


def marked(was: str, now: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts cut into pieces, those that the other lacks marked; compared word by word, not letter by letter."""
    old, new = cut(was), cut(now)
    left: list[Piece] = []
    right: list[Piece] = []
    for step, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        same = step == "equal"
        _add(left, old[i:j], not same)
        _add(right, new[k:m], not same)
    return tuple(left), tuple(right)


def _add(told: list[Piece], words: Iterable[str], changed: bool) -> None:
    text = "".join(words)
    if text:
        told.append(Piece(text, changed))
