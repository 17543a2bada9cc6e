"""What changed between looking and agreeing, place by place, and what it means for the reader (LIC-D, LIC-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.changes import Change, between
from listings.models import ALIVE, LicenseeClass
from listings.offers import price_for
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.licensing.terms import redlines, wording
from marketplace.licensing.terms.freezing import LOOKED_AT

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

BANK = ("bank_name", "bank_account_name", "bank_account")
_OF_KEY: dict[str, Words] = {
    "pay_within_days": gettext_lazy("The day by which you pay moves."),
    "payment_is_condition": gettext_lazy("It decides whether the license begins with the signatures or the payment."),
    "territory": gettext_lazy("Look whether your works lie in it: outside of it nothing is licensed."),
    "field_of_use": gettext_lazy("Look whether your use lies in it: outside of it nothing is licensed."),
    "acts": gettext_lazy("Look whether what you do is still among them."),
    "nonpayment": gettext_lazy("It says what happens if a payment stops."),
    "co_owners": gettext_lazy("Somebody else owns the patent as well; the licensor needs its consent."),
    "patentee": gettext_lazy("The owner on the register is another one than you saw."),
    "patentees": gettext_lazy("The owner on the register is another one than you saw."),
    "pledged": gettext_lazy("A pledge can end in a sale of the patent; your license stays."),
    "last_day": gettext_lazy("The license never runs longer than the patent."),
}
_OF_HEAD: dict[str, Words] = {
    "listing": gettext_lazy("Only the description of the offer; your rights and duties stay the same."),
    "licensor": gettext_lazy("It is how the licensor stands in the contract and where notices reach it."),
    "patent": gettext_lazy("A fact about the patent that stands in the contract."),
    "term_sheet": gettext_lazy("The licensor has signed other terms beforehand, or none any more."),
    "declaration": gettext_lazy("What the patent office announced about the open license."),
    "terms": gettext_lazy("It changes what you may do or what you owe."),
}
_GUIDANCE = ("guidance", "guidance_hours", "guidance_none", "response_days", "guidance_persons", "travel")


@dataclass(frozen=True, slots=True)
class Row:
    """One place: its name, as it was seen, as it is, with the difference marked, and what it means."""

    label: str
    old: str
    new: str
    pieces: tuple[redlines.Piece, ...]
    meaning: str


def rows(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Row]:
    """Every place that differs and matters, in reading order, once per name."""
    found: dict[str, Row] = {}
    for change in between(old, new):
        if change.path in LOOKED_AT or change.path[0] == "negotiation":
            continue
        row = _row(change)
        found.setdefault(row.label, row)
    return list(found.values())


def _row(change: Change) -> Row:
    told = wording.rows([change])[0]
    key = change.path[-1]
    pieces = tuple(redlines.pieces(key, told.old, told.new))
    return Row(told.label, told.old, told.new, pieces, meaning(change))


def meaning(change: Change) -> str:
    """What a change means, in one sentence."""
    head, key = change.path[0], change.path[-1]
    if head == "terms" and (key.endswith("_minor") or key in LicenseeClass.values):
        return _of_money(change)
    if key == "months":
        return _of_span(change, _("Your license would run longer."), _("Your license would end earlier."))
    if key == "free_months":
        return _of_span(change, _("You could try it longer at no cost."), _("You would have to pay earlier."))
    if key == "status":
        alive = change.now in ALIVE
        return _("The patent is in force.") if alive else _("As long as this stands nothing can be signed.")
    if key in BANK:
        return _("Pay to the new account only, and ask the licensor by telephone whether it is right.")
    if key in _GUIDANCE:
        return _("It changes the help that comes with the license.")
    return str(_OF_KEY.get(key) or _OF_HEAD.get(head, ""))


def _of_money(change: Change) -> str:
    was, now = int(change.was or 0), int(change.now or 0)
    amount = money_text(from_minor(abs(now - was)))
    return _("%(amount)s more.") % {"amount": amount} if now > was else _("%(amount)s less.") % {"amount": amount}


def _of_span(change: Change, longer: str, shorter: str) -> str:
    """An empty term runs to the patent's last day: longer than any number of months."""
    was, now = change.was or 10**6, change.now or 10**6
    return longer if now > was else shorter


def price_words(old: Mapping[str, Any], new: Mapping[str, Any], licensee_class: str) -> tuple[str, str]:
    """What this licensee would have paid, and what it would pay now."""
    return price_for(old, licensee_class).words if old else "", price_for(new, licensee_class).words
