"""The variants of an offer side by side, in the reader's own terms."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from listings import variants
from listings.models import FeeMode, LicenseeClass, Listing
from listings.offers import guidance_words, term_words, territory_words
from listings.prices import Price, free_words, later_words, terms_dict
from listings.rules import acceptable
from listings.views.showing import Told, told_price
from marketplace.accounts.models import Organization
from marketplace.lib.findings import blocking
from marketplace.lib.look import Fact


class Offered(NamedTuple):
    """One column: name, address, whether the page is about it, price and what differs, why it cannot be had now."""

    label: str
    url: str
    chosen: bool
    price: Told
    facts: list[Fact]
    closed: str


def side_by_side(listing: Listing, organization: Organization | None, *, is_open: bool) -> list[Offered]:
    """Every choice of a listing, the one it is read under marked; empty where there is only one."""
    offered = variants.choices(listing)
    if len(offered) < 2:
        return []
    chosen = variants.key_of(listing)
    columns = [_column(choice, choice.key == chosen, organization, is_open=is_open) for choice in offered]
    reasons = {column.closed for column in columns}
    if len(reasons) == 1:  # what closes all of them is said once, beside the price
        return [column._replace(closed="") for column in columns]
    return columns


def own_words(organization: Organization | None, licensee_class: str, price: Price) -> str:
    """What a reader pays in its own class, and on whose word the class rests; '' where there is no price of its own."""
    if organization is None or not licensee_class:
        return ""
    told = {"price": price.words, "class": LicenseeClass(licensee_class).label}
    if licensee_class == organization.size and organization.size_year:
        words = _("You pay %(price)s as: %(class)s, by your own statement with figures of %(year)d (rule NUM-6).")
        return words % (told | {"year": organization.size_year})
    return _("You pay %(price)s as: %(class)s.") % told


def _column(choice: variants.Choice, chosen: bool, organization: Organization | None, *, is_open: bool) -> Offered:
    told, price, _mine = told_price(choice.listing, organization)
    against = blocking(acceptable(choice.listing)) if is_open else []
    url = reverse("listings:listing", args=[choice.listing.code])
    return Offered(
        choice.label,
        f"{url}?variant={choice.key}" if choice.key else url,
        chosen,
        told,
        _facts(choice.listing, price),
        str(against[0].message) if against else "",
    )


def _facts(listing: Listing, price: Price) -> list[Fact]:
    told = terms_dict(listing.terms)
    last = listing.patent.last_day.isoformat() if listing.patent.last_day else None
    trial = []
    if price.mode == FeeMode.FREE_THEN_PAID:
        trial = [Fact(_("Free"), free_words(price)), Fact(_("Afterwards"), later_words(price))]
    facts = [
        *trial,
        Fact(_("License term"), term_words(told, last)),
        Fact(_("Where"), territory_words(told["territory"])),
        Fact(_("Guidance"), guidance_words(told)),
    ]
    return [*facts, Fact(_("Signed beforehand"), _("yes") if listing.term_sheet_id else _("no"))]
