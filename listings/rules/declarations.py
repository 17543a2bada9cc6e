"""What a declaration of open license must say, and what limits it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings.health.gate import event_findings
from listings.models import PUBLIC, FeeMode, Listing, Patent, RoyaltyBase, Track
from listings.models.offer_terms import Terms
from listings.prices import price_for
from listings.rules.table import Rule, Stage
from listings.rules.tracks import terms_of
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.look import money_text, rate_text
from marketplace.lib.money import from_minor
from marketplace.lib.terms import add_months, today

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

Gap = tuple["Words", "Words", str]  # message, remedy, field
OPEN = (Track.OPEN,)
EXPLANATION_LIMIT = 2_000  # characters
FIXED_CEILING_MINOR = 20_000_000_00  # fen
ROYALTY_CEILINGS_BP = {RoyaltyBase.NET_SALES: 2_000, RoyaltyBase.PROFIT: 4_000}
# Words of advertising. 最 is one only where it praises: measured extremes (最高温度) and times (最后) are no praise.
PRAISE = re.compile(
    r"最(?![后终近初多少高低大小长短早晚])|(?<!第)第一(?![步次级段阶类种方年代项个道层])|唯一|顶级|顶尖|极品|独家|国家级|世界级"
    r"|领先|首选|首创|绝无仅有|史无前例|万能|百分之百|100%|\bbest\b|\bworld[- ]class\b|\bunique\b|\bleading\b",
    re.IGNORECASE,
)


def price_gaps(terms: Terms) -> Iterator[Gap]:
    """What is missing before a fee mode names a standard: (message, remedy, field)."""
    if terms.fee_mode in (FeeMode.FIXED, FeeMode.ENTRY_ROYALTY) and terms.fee_minor <= 0:
        yield _("The fee is missing."), _("State the amount, or choose “Free”."), "fee"
    if terms.fee_mode in (FeeMode.ROYALTY, FeeMode.ENTRY_ROYALTY):
        if terms.royalty_bp <= 0:
            yield _("The royalty is missing."), _("State it in percent."), "royalty"
        if not terms.royalty_base:
            yield _("It is not said what the royalty is a share of."), _("Choose net sales or profit."), "royalty_base"


def _decl_1(listing: Listing, stage: Stage) -> Iterable[Finding]:
    terms = terms_of(listing)
    if terms is None:
        yield DECL_1.finding(_("The terms are missing."), _("State fee, term and scope."), "fee_mode")
    else:
        for gap in price_gaps(terms):
            yield DECL_1.finding(*gap)
    if not listing.patent.patentee.strip():
        yield DECL_1.finding(_("The patentee is missing."), _("Add it as it stands on the register."), "patentee")
    if not listing.contact_name or not (listing.contact_phone or listing.contact_email):
        yield DECL_1.finding(_("The contact is missing."), _("Name a person with phone or e-mail."), "contact_name")
    if listing.undertaking_at is None:
        yield DECL_1.finding(
            _("The undertaking that the conditions are met has not been given."),
            _("Read it and tick it before you submit."),
            "undertaking",
        )


def _decl_2(listing: Listing, stage: Stage) -> Iterable[Finding]:
    terms = terms_of(listing)
    if terms is None:
        return
    length = len(terms.fee_explanation)
    if length > EXPLANATION_LIMIT:
        yield DECL_2.finding(
            _("The explanation of the fee has %(length)d characters; %(limit)d are allowed.")
            % {"length": length, "limit": EXPLANATION_LIMIT},
            _("Shorten it."),
            "fee_explanation",
        )
    elif not terms.fee_explanation.strip() and terms.fee_mode != FeeMode.FREE:
        yield DECL_2.finding(
            _("It is not explained how the fee was reached."),
            _("Say in a few sentences what it rests on: own income, earlier licenses, industry figures, a valuation."),
            "fee_explanation",
        )


def _texts(listing: Listing) -> Iterator[tuple[str, str]]:
    for field in ("headline", "problem", "products", "adoption", "also_needed"):
        yield field, getattr(listing, field)
    terms = terms_of(listing)
    if terms is not None:
        yield "fee_explanation", terms.fee_explanation


def _decl_3(listing: Listing, stage: Stage) -> Iterable[Finding]:
    for field, text in _texts(listing):
        found = PRAISE.search(text)
        if found:
            start, end = found.span()
            place = f"{text[max(0, start - 12) : start]}【{found[0]}】{text[end : end + 12]}"
            yield DECL_3.finding(
                _("This reads like advertising: “…%(place)s…”") % {"place": place},
                _("Say what it does, with numbers and their source."),
                field,
            )


def _decl_4(listing: Listing, stage: Stage) -> Iterable[Finding]:
    terms = terms_of(listing)
    if terms is None:
        return
    price = price_for(terms)
    amount = max(price.fee_minor, price.total_minor or 0)
    if amount > FIXED_CEILING_MINOR:
        yield DECL_4.finding(
            _("The fee of %(amount)s is above the ceiling of %(ceiling)s.")
            % {"amount": money_text(from_minor(amount)), "ceiling": money_text(from_minor(FIXED_CEILING_MINOR))},
            _("Lower it, use another way of licensing, or ask a moderator to let it pass with a reason."),
            "fee",
        )
    ceiling = ROYALTY_CEILINGS_BP.get(RoyaltyBase(terms.royalty_base)) if terms.royalty_base else None
    if ceiling is not None and terms.royalty_bp > ceiling:
        yield DECL_4.finding(
            _("The royalty of %(rate)s of %(base)s is above the ceiling of %(ceiling)s.")
            % {
                "rate": rate_text(terms.royalty_bp),
                "base": terms.get_royalty_base_display(),
                "ceiling": rate_text(ceiling),
            },
            _("Lower it, or ask a moderator to let it pass with a reason."),
            "royalty",
        )


def _decl_5(listing: Listing, stage: Stage) -> Iterable[Finding]:
    terms, last = terms_of(listing), listing.patent.last_day
    if terms is None or last is None or terms.months is None:
        return
    if add_months(today(), terms.months) - timedelta(days=1) > last:
        say = DECL_5.softer if listing.state in PUBLIC else DECL_5.finding
        yield say(
            _("A license of %(months)d months would outlive the patent, which ends on %(day)s.")
            % {"months": terms.months, "day": last.isoformat()},
            _("Choose a shorter term, or “to the patent's last day”."),
            "months",
        )


def _decl_6(listing: Listing, stage: Stage) -> Iterable[Finding]:
    if listing.undertaking_at is None:
        yield DECL_6.finding(
            _("A false declaration is revoked and can be fined up to ¥100,000."),
            _("Compare every statement with the register before you give the undertaking."),
            "undertaking",
        )


def _decl_7(listing: Listing, stage: Stage) -> Iterable[Finding]:
    declaration = getattr(listing, "declaration", None)
    if declaration is not None and declaration.withdrawn_on and declaration.withdrawn_on <= today():
        yield DECL_7.finding(
            _("The declaration was withdrawn with effect from %(day)s.")
            % {"day": declaration.withdrawn_on.isoformat()},
            _("Licenses given before that day stay; new ones cannot be given."),
            "declaration",
        )


def _decl_8(patent: Patent, track: str) -> Iterable[Finding]:
    for message, remedy in event_findings(patent):
        yield DECL_8.finding(message, remedy, "status")


DECL_1 = Rule(
    "DECL-1",
    _("What the declaration states"),
    _("Patent number, patentee, mode and standard of payment, license term, contact, and an undertaking."),
    "《专利法实施细则》第85条；《专利审查指南》第五部分第十一章3.3",
    Severity.BLOCK,
    OPEN,
    of_listing=_decl_1,
)
DECL_2 = Rule(
    "DECL-2",
    _("How the fee was reached"),
    _("A short explanation of the fee, at most 2,000 characters."),
    "《专利审查指南》第五部分第十一章3.3",
    Severity.BLOCK,
    OPEN,
    of_listing=_decl_2,
)
DECL_3 = Rule(
    "DECL-3",
    _("No advertising"),
    _("The text is accurate and clear, without words of commercial advertising; they are marked where they stand."),
    "《专利法实施细则》第85条第2款",
    Severity.WARN,
    overridable=True,
    of_listing=_decl_3,
)
DECL_4 = Rule(
    "DECL-4",
    _("Ceilings of the fee"),
    _("Generally not above: fixed ¥20,000,000; royalty 20% of net sales; 40% of profit."),
    "《专利审查指南》第五部分第十一章3.3",
    Severity.BLOCK,
    OPEN,
    overridable=True,
    of_listing=_decl_4,
)
DECL_5 = Rule(
    "DECL-5",
    _("No license outlives its patent"),
    _("The license term ends no later than the patent's last day."),
    "《民法典》第865条",
    Severity.BLOCK,
    of_listing=_decl_5,
)
DECL_6 = Rule(
    "DECL-6",
    _("False declarations"),
    _("A false declaration is revoked and can be fined up to ¥100,000."),
    "《专利法实施细则》第88、100条",
    Severity.INFO,
    OPEN,
    of_listing=_decl_6,
    held_by=_("Said beside the undertaking, before it is given."),
)
DECL_7 = Rule(
    "DECL-7",
    _("Withdrawal in two steps"),
    _(
        "Withdrawal needs a legitimate reason, all owners' consent and no conditions. It takes effect at 00:00 (Beijing"
        " time) of the day of its announcement; licenses given before stay."
    ),
    "《专利法》第50条第2款；《专利审查指南》第五部分第十一章5",
    Severity.BLOCK,
    OPEN,
    of_listing=_decl_7,
    held_by=_("First “withdrawal requested”, then “withdrawn” from the day of the announcement."),
)
DECL_8 = Rule(
    "DECL-8",
    _("Changes while the offer stands"),
    _(
        "Assignment or waiver needs withdrawal first; a new pledge needs the pledgee's consent; when a gate closes"
        " after publication, new acceptances stop and licensees are told."
    ),
    "《专利审查指南》第五部分第十一章9",
    Severity.BLOCK,
    OPEN,
    of_patent=_decl_8,
    held_by=_("Every recorded change of a patent is checked at once; a closed gate suspends its offers."),
)
DECLARATIONS = (DECL_1, DECL_2, DECL_3, DECL_4, DECL_5, DECL_6, DECL_7, DECL_8)
