"""What a public institution owes its own house and the public before terms bind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from listings import variants
from listings.models import Listing, Publicity
from listings.prices import terms_dict
from listings.rules.approval import INST_4
from listings.rules.table import Rule, Stage
from listings.rules.tracks import terms_of
from marketplace.accounts.models import Organization, VerificationState
from marketplace.lib.canonical import sha256_of
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.look import rate_text
from marketplace.lib.terms import today

PUBLICITY_DAYS = 15
HENAN = "41"  # GB/T 2260


def published_facts(listing: Listing) -> dict[str, Any]:
    """What publicity binds (INST-1): the result, mode and price of every variant, the related-party mark."""
    beside = {row.label: terms_dict(row) for row in variants.rows(listing)}
    return {
        "title": listing.patent.title,
        "track": str(listing.track),
        "terms": terms_dict(variants.own_terms(listing)),
        **({"variants": beside} if beside else {}),
        "related_party_mark": listing.related_party_mark,
        **({"related_parties": listing.related_parties} if listing.related_parties else {}),
    }


def publicity_sha256(listing: Listing) -> str:
    """The hash of what has to be public; another hash needs another publicity."""
    return sha256_of(published_facts(listing))


def needs_publicity(listing: Listing) -> bool:
    """Whether the licensor is an institution that has to publish its terms first."""
    return listing.organization.state_established


def publicity_of(listing: Listing) -> Publicity | None:
    """The newest publicity of the terms as they stand now; None where there is none."""
    if terms_of(listing) is None:
        return None
    return listing.publicities.filter(terms_sha256=publicity_sha256(listing)).order_by("-ends_on", "-pk").first()


def is_over(publicity: Publicity) -> bool:
    """Whether its last day has passed."""
    return publicity.ends_on < today()


def _inst_1(listing: Listing, stage: Stage) -> Iterable[Finding]:
    if stage < Stage.PUBLISH or not needs_publicity(listing):
        return
    publicity = publicity_of(listing)
    if publicity is None:
        yield INST_1.finding(
            _("These terms have not been made public by the institution yet."),
            _("Publicity of fifteen days starts with the moderator's approval; or give proof of one held elsewhere."),
            "publicity",
        )
    elif publicity.ends_on < publicity.starts_on + timedelta(days=PUBLICITY_DAYS):
        yield INST_1.finding(
            _("The publicity from %(start)s through %(end)s is shorter than 15 days.")
            % {"start": publicity.starts_on.isoformat(), "end": publicity.ends_on.isoformat()},
            _("Publish again for at least 15 days."),
            "publicity",
        )
    elif not is_over(publicity):
        yield INST_1.finding(
            _("Publicity runs through %(day)s.") % {"day": publicity.ends_on.isoformat()},
            _("The offer opens on the day after by itself."),
            "publicity",
        )


def _inst_2(listing: Listing, stage: Stage) -> Iterable[Finding]:
    if stage >= Stage.PUBLISH and listing.objections.filter(decided_at__isnull=True).exists():
        yield INST_2.finding(
            _("An objection has been made and not decided yet."),
            _("The institution answers it; a moderator records the decision."),
            "publicity",
        )


def share_floor_bp(organization: Organization) -> int:
    """The least part of the net income that inventors get, in basis points: 70% in Henan, 50% elsewhere."""
    return 7_000 if organization.division.startswith(HENAN) else 5_000


def _inst_3(listing: Listing, stage: Stage) -> Iterable[Finding]:
    organization = listing.organization
    if not organization.state_established:
        return
    rule = organization.share_rules.filter(from_day__lte=today()).first()
    if rule is None:
        yield INST_3.finding(
            _("The institution has not recorded yet which part of the income its inventors get."),
            _("Record it under “Inventors' share” on your desk; the reports reckon with it."),
            "share_rule",
        )
    elif rule.share_bp < share_floor_bp(organization):
        yield INST_3.softer(
            _("The recorded share of the inventors, %(share)s, is below the floor of %(floor)s.")
            % {"share": rate_text(rule.share_bp), "floor": rate_text(share_floor_bp(organization))},
            _("Only an agreement with the inventors can go below; name it as the basis."),
            "share_rule",
        )


def _inst_5(listing: Listing, stage: Stage) -> Iterable[Finding]:
    organization = listing.organization
    if organization.is_vetoed:
        yield INST_5.finding(
            _("A veto stands on the organization: it can neither submit nor publish offers."),
            _("Only an administrator lifts it, with a reason; the organization can object by writing to us."),
        )
    elif organization.state == VerificationState.SUSPENDED:
        yield INST_5.finding(
            _("The organization is suspended: it cannot publish offers."),
            _("Ask the moderators; only they lift it, with a reason."),
        )
    elif not organization.is_verified:
        yield INST_5.finding(
            _("The platform has not verified who the organization is."),
            _("Submit the evidence under “Verification”; drafts stay as they are."),
        )


INST_1 = Rule(
    "INST-1",
    _("Publicity before terms bind"),
    _(
        "A state-established institution first makes public: name of the result, abstract, mode, price, how to object,"
        " related parties; at least 15 days here, or elsewhere with proof and dates."
    ),
    "《促进科技成果转化法》第18条；国发〔2016〕16号；《河南省促进科技成果转化条例》第20条",
    Severity.BLOCK,
    of_listing=_inst_1,
)
INST_2 = Rule(
    "INST-2",
    _("An objection pauses"),
    _("An objection made in the publicity pauses the offer until a decision is recorded."),
    "《促进科技成果转化法》第18条",
    Severity.BLOCK,
    of_listing=_inst_2,
)
INST_3 = Rule(
    "INST-3",
    _("The inventors' share"),
    _(
        "Inventors get at least 50% of the net income, 70% in Henan, within six months unless agreed otherwise. It is"
        " recorded and reported here, not paid."
    ),
    "《促进科技成果转化法》第45条；《河南省促进科技成果转化条例》第40、41条",
    Severity.INFO,
    of_listing=_inst_3,
    held_by=_("A matter inside the institution; contracts and reports name the amounts it is reckoned from."),
)
INST_5 = Rule(
    "INST-5",
    _("Organizations in good standing"),
    _(
        "Only verified organizations publish. One vetoed for irregular filings or malicious registration cannot; only"
        " an administrator lifts the veto, with a reason, and what it took down is checked again."
    ),
    "《电子商务法》第27条；济管市监〔2021〕105号任务8",
    Severity.BLOCK,
    of_listing=_inst_5,
)
INSTITUTIONS = (INST_1, INST_2, INST_3, INST_4, INST_5)
