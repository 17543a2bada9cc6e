"""A flag in words: one line for the list, and the facts a moderator compares."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from listings.models import FlagKind, IntegrityFlag
from marketplace.lib.look import Fact, money_text, when
from marketplace.lib.money import from_minor

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

TIES: dict[str, Words] = {
    "bank_account": gettext_lazy("the same bank account"),
    "owner": gettext_lazy("one holds shares of the other, or both have one holder"),
    "head": gettext_lazy("the same person leads or holds both"),
    "inventor_leads": gettext_lazy("an inventor of one leads or holds the other"),
    "co_inventor": gettext_lazy("the same inventor"),
    "phone": gettext_lazy("the same telephone"),
    "email": gettext_lazy("the same mail address"),
    "address": gettext_lazy("the same address"),
    "contact": gettext_lazy("the same contact"),
}


def summary(flag: IntegrityFlag) -> str:
    """What was found, in one line."""
    told = flag.evidence
    match flag.kind:
        case FlagKind.DUPLICATE:
            words = _("“%(one)s” and “%(other)s” agree in %(part)s%% of the shorter abstract")
            return words % {"one": flag.patent, "other": flag.other_patent, "part": told["alike"]}
        case FlagKind.BOILERPLATE:
            words = _("The abstract of “%(one)s” has %(count)s words of its own")
            return words % {"one": flag.patent, "count": len(told["own"])}
        case FlagKind.SUDDEN_PRICE:
            return _("Price of “%(one)s” set %(days)s days before %(what)s") % {
                "one": flag.listing.patent if flag.listing else "",
                "days": told["days_left"],
                "what": _in_language(told["quota"]),
            }
        case FlagKind.RELATED:
            ties = _(", ").join(dict.fromkeys(str(TIES[tie["by"]]) for tie in told["ties"]))
            words = _("%(one)s and %(other)s: %(ties)s")
            return words % {"one": flag.organization, "other": flag.other_organization, "ties": ties}
        case FlagKind.MANY_FREE:
            count = ngettext("%(count)d free license", "%(count)d free licenses", told["count"])
            words = _("%(one)s holds %(count)s in %(fields)d fields of technology")
            fields = len(told["fields"])
            return words % {"one": flag.organization, "count": count % {"count": told["count"]}, "fields": fields}
    words = _("%(one)s has held a license of %(other)s for %(days)s days without a sign of use")
    return words % {"one": flag.organization, "other": flag.other_organization, "days": told["days"]}


def _in_language(words: dict[str, str]) -> str:
    return words["zh" if (translation.get_language() or "zh").startswith("zh") else "en"]


def facts(flag: IntegrityFlag) -> list[Fact]:
    """Labels and values beneath the line."""
    told = flag.evidence
    match flag.kind:
        case FlagKind.DUPLICATE:
            return [
                Fact(_("Shorter abstract in the other"), f"{told['alike']}%"),
                Fact(_("Words of the titles in common"), f"{told['titles']}%"),
            ]
        case FlagKind.BOILERPLATE:
            return [
                Fact(_("Words of its own"), _(", ").join(told["own"]) or "—"),
                Fact(_("Stock phrases"), f"{told['part']}%"),
                Fact(_("Characters"), told["length"]),
            ]
        case FlagKind.SUDDEN_PRICE:
            return _price_facts(told)
        case FlagKind.RELATED:
            return [Fact(str(TIES[tie["by"]]), tie["what"]) for tie in told["ties"]]
        case FlagKind.MANY_FREE:
            return [
                Fact(_("Free licenses"), told["count"]),
                Fact(_("With a sign of use"), told["used"]),
                Fact(_("Fields of technology"), " ".join(told["fields"])),
                Fact(_("Staff"), "—" if told["people"] is None else told["people"]),
                Fact(_("From – to"), f"{told['first']} – {told['last']}"),
            ]
    return [Fact(_("License"), told["license"]), Fact(_("In force since"), told["since"])]


def _price_facts(told: dict[str, Any]) -> list[Fact]:
    before = money_text(from_minor(told["before"], "CNY")) if told["before"] is not None else "—"
    return [
        Fact(_("Set on"), when(date.fromisoformat(told["on"]))),
        Fact(_("Amount"), money_text(from_minor(told["amount"], "CNY"))),
        Fact(_("Before"), before),
        Fact(_("Day of the count"), when(date.fromisoformat(told["quota_on"]))),
        Fact(_("Days without a sign before"), told["silent_days"]),
    ]
