"""What somebody is asked, composed once in both languages and kept byte for byte."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from listings import offers
from listings.models import AskingKind, Listing, Track
from listings.prices import price_for, terms_dict
from listings.rules.approval import all_terms, amount_of
from marketplace.lib.canonical import canonical_json
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.lib.numbers import patent_number

VERSION = 1
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class Told:
    """A question in one language: its title, the sentence that is asked, and the facts line by line."""

    title: str
    question: str
    lines: tuple[tuple[str, str], ...]

    @property
    def short(self) -> list[str]:
        """What an approver looks for first: the number, the price, the most that one contract can cost."""
        told = dict(self.lines)
        label = _("At most, one contract")
        most = told.get(label)
        words = [told.get(_("Patent number")), told.get(_("Price"))]
        return [one for one in words if one] + ([f"{label}: {most}"] if most else [])


def compose(listing: Listing, *, kind: AskingKind | str, name: str, capacity: str, owner: str = "") -> str:
    """The question about an offer as it stands now, as canonical JSON with both languages.

    `owner` is the co-owner or pledgee whose consent is asked; `name` and `capacity` say of whom.
    """
    told: dict[str, Any] = {
        "v": VERSION,
        "kind": str(kind),
        "listing": str(listing.code),
        "revision": listing.revision,
        "asked": {"name": name, "capacity": capacity, "owner": owner},
    }
    for language in LANGUAGES:
        with translation.override(language):
            told[language] = {
                "title": _title(kind),
                "question": _question(listing, kind, owner),
                "lines": [[label, value] for label, value in _lines(listing) if value],
            }
    return canonical_json(told)


def sha256(body: str) -> str:
    """The hash of the question's bytes."""
    return hashlib.sha256(body.encode()).hexdigest()


def read(body: str, language: str) -> Told:
    """The question in a language, as it was composed."""
    told = json.loads(body)
    part = told.get(language) or told[LANGUAGES[0]]
    return Told(part["title"], part["question"], tuple((label, value) for label, value in part["lines"]))


def _title(kind: AskingKind | str) -> str:
    if kind == AskingKind.PLEDGE:
        return _("Consent of the pledgee")
    return _("Consent of a co-owner") if kind == AskingKind.CONSENT else _("Approval of an offer")


def _question(listing: Listing, kind: AskingKind | str, owner: str) -> str:
    facts = {"organization": listing.organization.name, "title": listing.patent.title, "owner": owner}
    if kind == AskingKind.APPROVAL:
        return (
            _("Do you approve that %(organization)s offers licenses of “%(title)s” on the terms that stand here?")
            % facts
        )
    if kind == AskingKind.PLEDGE:
        return (
            _(
                "“%(title)s” is pledged to %(owner)s. Does %(owner)s agree that %(organization)s offers licenses of it"
                " on the terms that stand here?"
            )
            % facts
        )
    if listing.track == Track.OPEN:
        return (
            _(
                "Does %(owner)s, as a co-owner, agree that %(organization)s declares “%(title)s” open for licenses at"
                " the patent office, on the terms that stand here, to anyone who accepts them?"
            )
            % facts
        )
    return (
        _(
            "Does %(owner)s, as a co-owner, agree that %(organization)s gives ordinary licenses of “%(title)s” on the"
            " terms that stand here, and that the fees are shared among the owners?"
        )
        % facts
    )


def _lines(listing: Listing) -> list[tuple[str, str]]:
    patent = listing.patent
    lines = [
        (_("Patent"), patent.title),
        (_("Patent number"), patent_number(patent.application_number)),
        (_("Patentee"), patent.patentee),
        (_("Last day"), patent.last_day.isoformat() if patent.last_day else ""),
        (_("Offered by"), listing.organization.name),
        (_("Track"), str(Track(listing.track).label)),
        (_("Kind of license"), pgettext("license", "ordinary: others may use the patent too")),
    ]
    for terms in all_terms(listing):
        lines += _terms_lines(listing, terms)
    lines.append((_("At most, one contract"), _amount_words(listing)))
    lines.append((_("How the fee was reached"), listing.terms.fee_explanation.strip()))
    lines.append((_("Related parties"), listing.related_parties.strip() or _("none named")))
    return lines


def _terms_lines(listing: Listing, terms: Any) -> list[tuple[str, str]]:
    told = terms_dict(terms)
    last = listing.patent.last_day.isoformat() if listing.patent.last_day else None
    lines = [(_("Variant"), terms.label)] if terms.label else []
    lines.append((_("Price"), price_for(terms).words))
    for name in told["class_prices"]:
        label = str(dict(terms.class_prices.model._meta.get_field("licensee_class").flatchoices)[name])
        lines.append((_("Price for: %(who)s") % {"who": label}, price_for(terms, name).words))
    return [
        *lines,
        (_("License term"), offers.term_words(told, last)),
        (_("Where"), offers.territory_words(terms.territory)),
        (_("Permitted"), offers.acts_words(terms.acts)),
        (_("Field of use"), terms.field_of_use),
        (_("Guidance"), offers.guidance_words(told)),
    ]


def _amount_words(listing: Listing) -> str:
    amount = amount_of(listing)
    if amount is None:
        return _("open upward: a royalty")
    return money_text(from_minor(amount, listing.terms.currency))
