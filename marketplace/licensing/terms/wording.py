"""The frozen facts in people's words: labels and values for the page that shows a difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.changes import Change
from listings.models import FeeMode, LegalStatus, LicenseeClass, RoyaltyBase, Track, Trigger
from listings.models.offer_terms import LaterMode
from listings.offers import acts_words, territory_words
from marketplace.lib.look import money_text, rate_text
from marketplace.lib.money import from_minor

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

LABELS: dict[str, Words] = {
    "fee_mode": gettext_lazy("Fee mode"),
    "fee_minor": gettext_lazy("Fee"),
    "fee_per_year": gettext_lazy("Paid every year"),
    "royalty_bp": gettext_lazy("Royalty"),
    "royalty_base": gettext_lazy("Royalty is a share of"),
    "free_months": gettext_lazy("Free months"),
    "trigger": gettext_lazy("What ends the free period"),
    "milestone": gettext_lazy("Milestone"),
    "later_mode": gettext_lazy("After the free period"),
    "instalments": gettext_lazy("Number of yearly instalments"),
    "nonpayment": gettext_lazy("If payment stops"),
    "pay_within_days": gettext_lazy("Days to pay"),
    "payment_is_condition": gettext_lazy("Takes effect only when paid"),
    "months": gettext_lazy("License term in months"),
    "territory": gettext_lazy("Territory"),
    "field_of_use": gettext_lazy("Field of use"),
    "acts": gettext_lazy("Permitted acts"),
    "classes_only": gettext_lazy("Only for the classes with a price"),
    "guidance_none": gettext_lazy("No guidance"),
    "guidance": gettext_lazy("Guidance"),
    "guidance_hours": gettext_lazy("Hours of guidance"),
    "response_days": gettext_lazy("Answers within working days"),
    "guidance_persons": gettext_lazy("Who guides"),
    "travel": gettext_lazy("Travel cost"),
    "extra_hour_minor": gettext_lazy("Price of a further hour"),
    "title": gettext_lazy("Title of the patent"),
    "patentee": gettext_lazy("Patentee"),
    "patentees": gettext_lazy("Patentees"),
    "co_owners": gettext_lazy("Co-owners"),
    "status": gettext_lazy("Legal status"),
    "last_day": gettext_lazy("Last day of the patent"),
    "pledged": gettext_lazy("Pledged"),
    "headline": gettext_lazy("The offer in one sentence"),
    "problem": gettext_lazy("The problem it solves"),
    "products": gettext_lazy("Products it is for"),
    "name": gettext_lazy("Licensor's name"),
    "address": gettext_lazy("Licensor's address"),
    "bank_name": gettext_lazy("Licensor's bank"),
    "bank_account_name": gettext_lazy("Licensor's account holder"),
    "bank_account": gettext_lazy("Licensor's account number"),
    "legal_representative": gettext_lazy("Licensor's legal representative"),
    "number": gettext_lazy("Declaration number"),
    "announced_on": gettext_lazy("Announced on"),
}
_HEADS: dict[str, Words] = {
    "listing": gettext_lazy("Text of the offer"),
    "licensor": gettext_lazy("Details of the licensor"),
    "patent": gettext_lazy("Facts of the patent"),
    "term_sheet": gettext_lazy("Terms that the licensor has signed"),
    "declaration": gettext_lazy("Open license declaration"),
    "terms": gettext_lazy("Other terms"),
}
_CHOICES: dict[str, type[TextChoices]] = {
    "fee_mode": FeeMode,
    "royalty_base": RoyaltyBase,
    "trigger": Trigger,
    "later_mode": LaterMode,
    "status": LegalStatus,
    "track": Track,
}


class Row(NamedTuple):
    """One line of the page that shows a difference."""

    label: str
    old: str
    new: str


def rows(found: Iterable[Change]) -> list[Row]:
    """Differences for people: what changed, as it was seen, as it is."""
    told: dict[str, Row] = {}
    for one in found:
        label = label_of(one.path)
        if one.path[0] == "term_sheet":  # hashes and row codes say nothing to people
            row = Row(label, _("as you saw them"), _("others"))
        else:
            row = Row(label, value_words(one.path[-1], one.was), value_words(one.path[-1], one.now))
        told.setdefault(label, row)
    return list(told.values())


def label_of(path: tuple[str, ...]) -> str:
    """The words for a place in the snapshot; the part of the contract where the place has no words of its own."""
    if "class_prices" in path and path[-1] in LicenseeClass.values:
        return _("Fee for: %(who)s") % {"who": LicenseeClass(path[-1]).label}
    if path[0] in ("terms", "patent", "licensor", "declaration", "listing") and path[-1] in LABELS:
        return str(LABELS[path[-1]])
    return str(_HEADS.get(path[0], path[0]))


def value_words(key: str, value: Any) -> str:
    """One frozen value for people."""
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key.endswith("_minor") or key in LicenseeClass.values:
        return money_text(from_minor(int(value)))
    if key == "royalty_bp":
        return rate_text(int(value))
    if key == "territory":
        return territory_words(str(value))
    if key == "acts":
        return acts_words(list(value))
    if key in _CHOICES and value in _CHOICES[key].values:
        return str(_CHOICES[key](value).label)
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return _plain(value.get("name") or list(value.values()))
    if isinstance(value, list | tuple):
        return "、".join(_plain(one) for one in value)
    return str(value)
