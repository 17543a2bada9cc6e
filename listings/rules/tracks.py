"""Two tracks, never mixed: what each may and may not carry."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.models import ALONE, FeeMode, Listing, OfferTerms, Patent, Track
from listings.prices import class_prices_of
from listings.rules.table import Rule, Stage
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.terms import day_of, start_of, today

OPEN_WORDS = ("开放许可", "open license", "open licence")
ALONE_WORDS = re.compile(r"(独占|排他)(性|实施)?许可|\b(exclusive|sole) (right|licen[sc]e)", re.IGNORECASE)
NEGATED = re.compile(
    r"(不得|不可|不能|不会|不含|不包括|不提供|禁止|无权|并非|非|\bno\b|\bnot\b|\bnon|\bwithout\b)[^。；;.]{0,12}$",
    re.IGNORECASE,
)


def texts_of(listing: Listing) -> dict[str, str]:
    """The free texts of an offer that a licensee reads, by field."""
    names = ("headline", "problem", "products", "adoption", "also_needed")
    told: dict[str, str] = {name: getattr(listing, name) for name in names}
    terms = terms_of(listing)
    return told if terms is None else told | {"field_of_use": terms.field_of_use, "guidance": terms.guidance}


def terms_of(listing: Listing) -> OfferTerms | None:
    """The listing's terms; None while nothing is stated."""
    return getattr(listing, "terms", None)


def _track_1(listing: Listing, stage: Stage) -> Iterable[Finding]:
    terms = terms_of(listing)
    if terms is not None:
        yield from _track_1_terms(terms)
    if stage >= Stage.PUBLISH:
        yield from _track_1_declared(listing)


def _track_1_terms(terms: OfferTerms) -> Iterable[Finding]:
    if terms.classes_only or class_prices_of(terms):
        yield TRACK_1.finding(
            _("An open license has one price for everybody; this one has prices by class of licensee."),
            _("Remove the prices by class, or choose the preset license."),
            "class_prices",
        )
    if terms.fee_mode == FeeMode.FREE_THEN_PAID:
        yield TRACK_1.finding(
            _("An open license has no trial: “free first, paid later” cannot be announced."),
            _("Choose another fee mode, or the preset license."),
            "fee_mode",
        )
    if terms.territory.strip() != "CN":
        yield TRACK_1.finding(
            _("An open license stands for anyone in the country; it cannot be limited to a place."),
            _("Set the territory to the whole country, or choose the preset license."),
            "territory",
        )


def _track_1_declared(listing: Listing) -> Iterable[Finding]:
    declaration = getattr(listing, "declaration", None)
    if declaration is None:
        yield TRACK_1.finding(
            _("The patent office has not announced the declaration yet, or its number is not recorded here."),
            _("Record the declaration's number and the day of its announcement."),
            "declaration",
        )
    elif declaration.announced_on > today():
        yield TRACK_1.finding(
            _("The declaration is announced only on %(day)s.") % {"day": declaration.announced_on.isoformat()},
            _("The offer opens on that day by itself."),
            "declaration",
        )


def _track_2(listing: Listing, stage: Stage) -> Iterable[Finding]:
    if getattr(listing, "declaration", None) is not None:
        yield TRACK_2.finding(
            _("A preset license carries no declaration; this one has one on record."),
            _("List the patent on the open-license track for that."),
            "track",
        )
    text = f"{listing.headline} {listing.problem} {listing.products}".lower()
    if any(word in text for word in OPEN_WORDS):
        yield TRACK_2.softer(
            _("The text calls a preset license an open license."), _("Call it a preset license."), "headline"
        )


def _track_3(patent: Patent, track: str) -> Iterable[Finding]:
    end = start_of(patent.last_day) if patent.last_day else None
    now = timezone.now()
    for row in patent.encumbrances.all():
        if row.kind not in ALONE or row.starts_at <= now or (end is not None and row.starts_at > end):
            continue
        yield TRACK_3.finding(
            _("A sole or exclusive license begins on %(day)s.") % {"day": day_of(row.starts_at).isoformat()},
            _("It tolerates no other license beside it: withdraw it, or do not offer the patent."),
        )


def _track_4(listing: Listing, stage: Stage) -> Iterable[Finding]:
    for field, text in texts_of(listing).items():
        found = ALONE_WORDS.search(text)
        if found and not NEGATED.search(text[: found.start()]):
            yield TRACK_4.softer(
                _("The text speaks of a sole or exclusive license: “%(place)s”.") % {"place": found[0]},
                _("Ordinary licenses alone are offered here: others may use the patent too. Take it out."),
                field,
            )


def _track_5(listing: Listing, stage: Stage) -> Iterable[Finding]:
    terms = terms_of(listing)
    if terms is not None and terms.classes_only and not class_prices_of(terms):
        yield TRACK_5.finding(
            _("The offer is only for classes with a price of their own, and no class has one."),
            _("State a price for at least one class, or open the offer to everybody."),
            "class_prices",
        )


TRACK_1 = Rule(
    "TRACK-1",
    _("What an open license is"),
    _(
        "It exists only after the patent office announced the declaration (number and date). It is offered to anyone"
        " at one announced price: no classes of licensee, no price by class, no trial, no place."
    ),
    "《专利法》第50、51条；《专利审查指南》第五部分第十一章1、8",
    Severity.BLOCK,
    (Track.OPEN,),
    of_listing=_track_1,
    held_by=_("The database refuses to put an open license on offer without a declaration."),
)
TRACK_2 = Rule(
    "TRACK-2",
    _("What a preset license is"),
    _("An ordinary license on terms fixed beforehand. It never carries the labels or benefits of an open license."),
    "《专利法》第12条；《民法典》第472条",
    Severity.BLOCK,
    (Track.PRESET,),
    of_listing=_track_2,
)
TRACK_3 = Rule(
    "TRACK-3",
    _("Nothing exclusive beside an open license"),
    _("While licenses on offer here can stand, nobody gets a sole or exclusive license on the patent."),
    "《专利法》第51条第3款",
    Severity.BLOCK,
    of_patent=_track_3,
    held_by=_("The database refuses a sole or exclusive license beside anything else."),
)
TRACK_4 = Rule(
    "TRACK-4",
    _("Ordinary licenses only"),
    _("Only ordinary licenses are offered here. Sole and exclusive ones are recorded as encumbrances."),
    "《最高人民法院关于审理技术合同纠纷案件适用法律若干问题的解释》第25条",
    Severity.BLOCK,
    of_listing=_track_4,
    held_by=_("Every offer, contract and paper says “ordinary license”; there is no other choice."),
)
TRACK_5 = Rule(
    "TRACK-5",
    _("Classes of licensee"),
    _(
        "Licensees may be firms, sole traders and individuals. Classes and prices by class exist on the preset track"
        " only; an offer for classes only names at least one."
    ),
    "《专利法》第50条",
    Severity.BLOCK,
    (Track.PRESET,),
    of_listing=_track_5,
)
TRACKS = (TRACK_1, TRACK_2, TRACK_3, TRACK_4, TRACK_5)
