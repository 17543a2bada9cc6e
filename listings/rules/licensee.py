"""What an offer and somebody who wants it mean together: abroad, related, of which size."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from listings.models import Listing, Track
from listings.prices import class_prices_of
from listings.rules.gates import plain_name
from listings.rules.table import Rule, Stage
from listings.rules.tracks import terms_of
from marketplace.accounts.models import Organization, OrganizationKind
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.sizes import TABLE, MissingFigures, size_of
from marketplace.lib.terms import today

OLDEST_FIGURES = 2  # years: figures of the last full year are known by summer


def _lic_i(listing: Listing, licensee: Organization) -> Iterable[Finding]:
    if licensee.country == "CN":
        return
    if listing.track == Track.OPEN:
        yield LIC_I.finding(
            _("A licensee outside mainland China needs the technology-export procedure before an open license."),
            _("Write to the coordinators; they prepare the export registration with both sides."),
            "country",
        )
    else:
        yield LIC_I.softer(
            _("A license to a foreign licensee is technology export: a coordinator looks at it first."),
            _("Send the request; you will hear which contract registration or permit is needed."),
            "country",
        )


def related_names(listing: Listing) -> list[str]:
    """The related parties that the licensor has named, one by one, without what connects them."""
    lines = listing.related_parties.splitlines()
    heads = (line.replace("：", ":").replace("，", ",").split(":")[0].split(",")[0] for line in lines)
    return [head.strip() for head in heads if head.strip()]


def _lic_j_offer(listing: Listing, stage: Stage) -> Iterable[Finding]:
    names = related_names(listing)
    if listing.related_party_mark and not names:
        yield LIC_J.finding(
            _("The offer is open to related parties, and none is named."),
            _("Name each one in a line of its own, with what connects you: a shared legal representative, shareholder"
              " or inventor."),
            "related_parties",
        )  # fmt: skip
    elif names:
        yield LIC_J.softer(
            _("Related parties are named: %(names)s.") % {"names": "、".join(names)},
            _("The publicity shows it, and a moderator looks at it."),
            "related_parties",
        )
    if listing.track == Track.PRESET and listing.undertaking_at is None:
        yield LIC_J.finding(
            _("The word that every related party is named has not been given."),
            _("It is part of the undertaking: read it and tick it before you submit."),
            "undertaking",
        )


def _lic_j(listing: Listing, licensee: Organization) -> Iterable[Finding]:
    head = licensee.legal_representative
    named = plain_name(licensee.name) in {plain_name(name) for name in related_names(listing)}
    if named or (head and head == listing.organization.legal_representative):
        yield LIC_J.softer(
            _("You and the licensor are related: the licensor has named you, or one person represents both."),
            _("Send the request; a person looks at it before it goes on."),
            "related_party",
        )


def _num_6(listing: Listing, licensee: Organization) -> Iterable[Finding]:
    terms = terms_of(listing)
    if terms is None or listing.track != Track.PRESET or licensee.kind != OrganizationKind.FIRM:
        return
    if not class_prices_of(terms):
        return
    if not licensee.size:
        yield NUM_6.finding(
            _("There are prices by size of firm here. Your firm's size is not stated."),
            _("State staff, revenue and founding date of your firm under “Organization”."),
            "size",
        )
        return
    if licensee.size_year is not None and today().year - licensee.size_year > OLDEST_FIGURES:
        yield NUM_6.softer(
            _("Your firm's size rests on figures of %(year)d.") % {"year": licensee.size_year},
            _("Enter those of the last full year under “Organization”."),
            "size_year",
        )
    if _reckoned(licensee) not in ("", licensee.size):
        yield NUM_6.softer(
            _("The figures of your firm give another size than the one stated."),
            _("Save the figures again under “Organization”: the size is reckoned from them."),
            "size",
        )


def _reckoned(firm: Organization) -> str:
    """The size by the table; '' where a figure is missing."""
    if firm.industry not in TABLE:
        return ""
    try:
        return str(size_of(firm.industry, firm.people, firm.revenue_wan, firm.assets_wan).value)
    except MissingFigures:
        return ""


LIC_I = Rule(
    "LIC-I",
    _("Licensees abroad"),
    _(
        "A license to somebody outside mainland China is technology export. A coordinator looks at it first, and there"
        " is no license at once."
    ),
    "《技术进出口管理条例》第29-39条；《专利审查指南》第五部分第十一章6",
    Severity.BLOCK,
    of_licensee=_lic_i,
)
LIC_J = Rule(
    "LIC-J",
    _("Related parties"),
    _(
        "Parties with a shared legal representative, shareholder or inventor are named by both sides. The publicity"
        " shows it, and moderators look at it."
    ),
    "国发〔2016〕16号；《河南省促进科技成果转化条例》第20条",
    Severity.BLOCK,
    of_listing=_lic_j_offer,
    of_licensee=_lic_j,
)
NUM_6 = Rule(
    "NUM-6",
    _("Size of a firm"),
    _(
        "Staff, revenue and assets of the industry's row; one figure below the line means one class down. The firm"
        " declares it itself, with year and undertaking."
    ),
    "工信部联企业〔2011〕300号",
    Severity.INFO,
    (Track.PRESET,),
    of_licensee=_num_6,
)
LICENSEES = (LIC_I, LIC_J, NUM_6)
