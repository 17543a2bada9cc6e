"""Everything the page of one listing shows, for one reader."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from listings import variants
from listings.health.gate import age_words
from listings.models import FeeMode, LicenseeClass, Listing, ListingState, OfferTerms, Track
from listings.models.listing import PUBLIC
from listings.offers import acts_words, eligibility, guidance_words, term_words, territory_words
from listings.prices import Price, class_prices_of, price_for, terms_dict
from listings.rules import acceptable
from listings.standing import standing
from listings.views.checks import checks, day, granted_words, licenses_granted
from listings.views.choosing import own_words, side_by_side
from listings.views.desk import may_list
from listings.views.showing import told_price
from listings.withdrawing import warning
from marketplace.accounts.models import Organization, User
from marketplace.lib import classes, industries
from marketplace.lib.findings import Severity, blocking
from marketplace.lib.look import Fact, Step, money_text
from marketplace.lib.money import from_minor
from marketplace.lib.numbers import patent_number
from marketplace.lib.terms import today


class Standing(NamedTuple):
    """What the reader must know about the listing's state: how loud, a title and a sentence."""

    tone: str
    title: str
    text: str


class ClassPriceRow(NamedTuple):
    """A price by class of licensee, and whether it is the reader's."""

    label: str
    price: str
    mine: bool


def whole(code: UUID, user: User) -> Listing:
    """The listing with everything its page shows, if `user` may see it. Raises Listing.DoesNotExist."""
    return (
        Listing.objects.visible_to(user)
        .select_related("patent__organization", "organization", "term_sheet", "terms", "declaration", "maturity_file")
        .prefetch_related(
            "terms__class_prices",
            "variants__class_prices",
            "variants__term_sheet",
            "pictures__file",
            "publicities",
            "reviews",
            "overrides",
            "patent__co_owners",
            "patent__encumbrances",
            "patent__health_events",
            "patent__status_records",
        )
        .get(code=code)
    )


def context_of(listing: Listing, user: User, organization: Organization | None) -> dict[str, Any]:
    """The template's context."""
    terms = _terms(listing)
    is_open = listing.state in PUBLIC
    against = blocking(acceptable(listing)) if is_open and terms else []
    found = eligibility(listing, organization) if organization and terms else []
    is_own = organization is not None and organization.pk == listing.organization_id
    shown: dict[str, Any] = {
        "listing": listing,
        "patent": listing.patent,
        "terms": terms,
        "number": patent_number(listing.patent.application_number),
        "ladder": classes.ladder(listing.patent.ipc_main),
        "industry": industries.label(listing.industry) if listing.industry else "",
        "standing": standing_words(listing),
        "checks": checks(listing, against),
        "is_own": is_own,
        "may_edit": is_own and may_list(user, organization),
        "eligibility": [one for one in found if one.severity is not Severity.INFO and not is_own],
        "hints": [one for one in found if one.severity is Severity.INFO and not is_own],
        "may_request": is_open and bool(terms) and not against and not blocking(found),
        "sees_contact": user.is_authenticated,
        "age": age_words(listing.patent.status_checked_at, listing.patent.status_source or listing.organization.name),
        "pictures": listing.pictures.all(),
        "variant": variants.key_of(listing),
        "choices": side_by_side(listing, organization, is_open=is_open) if terms else [],
    }
    if terms is not None:
        told, price, mine = told_price(listing, organization)
        shown |= {
            "price": told,
            "facts": [Fact(_("Price"), price.words), *_facts(listing, terms, price)],
            "key_facts": _key_facts(listing, terms),
            "class_prices": _class_rows(listing, mine),
            "own_price": own_words(organization, mine, price),
            "steps": steps(listing, price),
            "support": _support(terms),
        }
    return shown


def _terms(listing: Listing) -> OfferTerms | None:
    try:
        return listing.terms
    except ObjectDoesNotExist:  # a draft whose terms are not written yet
        return None


def standing_words(listing: Listing) -> Standing | None:
    """Honest words for a listing that is not simply on offer; None for one that is."""
    reason = listing.state_reason
    match listing.state:
        case ListingState.PUBLISHED:
            return None
        case ListingState.WITHDRAWAL_REQUESTED:
            warned = warning(listing)
            text = f"{warned.message} {warned.remedy}" if warned else ""
            return Standing("warn", _("The owner wants to withdraw this offer"), text)
        case ListingState.PUBLICITY:
            return Standing("info", _("In publicity: not binding yet"), _publicity_words(listing))
        case ListingState.SUSPENDED:
            text = _("No new license can be had at the moment. Licenses already given stay in force.")
            return Standing("stop", _("This offer is suspended"), f"{reason} {text}".strip())
        case ListingState.WITHDRAWN:
            text = _("No new license can be had. Licenses already given stay in force.")
            return Standing("stop", _("This offer has been withdrawn"), f"{reason} {text}".strip())
        case ListingState.EXPIRED:
            return Standing("stop", _("This offer has run out"), reason)
        case _:
            text = _("Only your organization and the moderators see this page.")
            return Standing("info", _("Not public: %(state)s") % {"state": listing.get_state_display()}, text)


def _publicity_words(listing: Listing) -> str:
    rows = list(listing.publicities.all())
    if not rows:
        return _("These terms are shown so that anybody can object before they bind.")
    last = max(rows, key=lambda row: row.ends_on)
    words = _("These terms are shown so that anybody can object before they bind, through %(day)s.")
    return words % {"day": day(last.ends_on)}


def steps(listing: Listing, price: Price) -> list[Step]:
    """What happens after the request, station by station, on this track."""
    known = _("About four minutes; filled in when you are known.")
    first = Step(_("Say who you are and check the conditions"), known, "now")
    papers = _("Certificate and the papers for recordal can be downloaded at once.")
    if listing.track == Track.OPEN:
        notice = _("You sign it; we deliver it to the owner and record the time. Nobody has to agree.")
        paid = _("Nothing to pay: the license takes effect with the notice.") if price.is_free else _how_to_pay(price)
        return [
            first,
            Step(_("Send the written notice"), notice),
            Step(_("Pay as announced"), paid),
            Step(_("The license is in force"), papers),
        ]
    signed = listing.term_sheet is not None and standing(listing.term_sheet) is None
    other = (
        _("The owner signed these terms beforehand: your signature concludes the contract.")
        if signed
        else _("You sign with a one-time code; then the owner signs.")
    )
    return [
        first,
        Step(_("Read the contract"), _("What touches your interests is marked and confirmed clause by clause.")),
        Step(_("Sign"), other),
        Step(_("Use it and pay as agreed"), _how_to_pay(price)),
        Step(_("Have it recorded within three months"), papers),
    ]


def _how_to_pay(price: Price) -> str:
    if price.is_free:
        return _("Nothing to pay.")
    if price.mode == FeeMode.FREE_THEN_PAID:
        return price.words
    amount = money_text(from_minor(price.now_minor, price.currency))
    if not price.now_minor:
        return price.words
    return _("%(amount)s, by bank transfer or online where the owner offers it.") % {"amount": amount}


def _facts(listing: Listing, terms: OfferTerms, price: Price) -> list[Fact]:
    told = terms_dict(terms)
    last = listing.patent.last_day.isoformat() if listing.patent.last_day else None
    facts = [
        Fact(_("License term"), term_words(told, last)),
        Fact(_("Where"), territory_words(terms.territory)),
        Fact(_("Permitted"), acts_words(terms.acts) or "—"),
    ]
    if terms.field_of_use:
        facts.append(Fact(_("Field of use"), terms.field_of_use))
    total = price_for(terms, "", on=today()).total_minor if listing.track == Track.OPEN else price.total_minor
    if total and price.per_year:
        facts.append(Fact(_("Over the whole term"), money_text(from_minor(total, price.currency))))
    return [
        *facts,
        Fact(_("Sublicense"), _("not included")),
        Fact(_("Guidance"), guidance_words(told)),
        Fact(_("Licensees so far"), granted_words(licenses_granted(listing.patent))),
    ]


def _key_facts(listing: Listing, terms: OfferTerms) -> list[Fact]:
    """The three that stand beside the price."""
    last = listing.patent.last_day.isoformat() if listing.patent.last_day else None
    return [
        Fact(_("License term"), term_words(terms_dict(terms), last)),
        Fact(_("Where"), territory_words(terms.territory)),
        Fact(_("Guidance"), guidance_words(terms_dict(terms))),
    ]


def _class_rows(listing: Listing, mine: str) -> list[ClassPriceRow]:
    """Prices by class on the preset track; empty where there is one price for all."""
    prices = class_prices_of(listing.terms)
    if listing.track != Track.PRESET or not prices:
        return []
    rows = [
        ClassPriceRow(str(label), _words(listing, value), value == mine)
        for value, label in LicenseeClass.choices
        if value in prices
    ]
    if not listing.terms.classes_only:
        rows.append(ClassPriceRow(_("Everybody else"), _words(listing, ""), mine == ""))
    return rows


def _words(listing: Listing, licensee_class: str) -> str:
    return price_for(listing.terms, licensee_class).words


def _support(terms: OfferTerms) -> list[Fact]:
    """The support plan, or nothing where the owner gives none."""
    if terms.guidance_none:
        return []
    facts = [Fact(_("Guidance"), guidance_words(terms_dict(terms)))]
    if terms.guidance:
        facts.append(Fact(_("What it is"), terms.guidance))
    if terms.guidance_persons:
        facts.append(Fact(_("Who guides"), terms.guidance_persons))
    if terms.travel:
        facts.append(Fact(_("Travel cost"), terms.travel))
    if terms.extra_hour_minor:
        facts.append(Fact(_("A further hour"), money_text(from_minor(terms.extra_hour_minor, terms.currency))))
    return facts


__all__ = ["context_of", "standing_words", "steps", "whole"]
