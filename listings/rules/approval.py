"""Who approves a price inside an institution depends on the amount, by the institution's own steps (INST-4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from listings.models import (
    ApprovalStep,
    AskingKind,
    AskingState,
    FeeMode,
    LaterMode,
    LicenseeClass,
    Listing,
    ListingState,
)
from listings.models.offer_terms import Terms
from listings.prices import class_prices_of, price_for, terms_dict
from listings.rules.table import Rule, Stage
from marketplace.lib.canonical import sha256_of
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.terms import today

BEFORE_APPROVAL = (ListingState.DRAFT, ListingState.APPROVAL, ListingState.SUBMITTED)


def all_terms(listing: Listing) -> list[Any]:
    """The listing's terms and those of its variants; empty while nothing is stated."""
    first = getattr(listing, "terms", None)
    return [] if first is None else [first, *listing.variants.order_by("position", "pk")]


def _has_royalty(terms: Terms) -> bool:
    modes = (FeeMode.ROYALTY, FeeMode.ENTRY_ROYALTY)
    later = terms.fee_mode == FeeMode.FREE_THEN_PAID and terms.later_mode == LaterMode.REVENUE_SHARE
    return terms.fee_mode in modes or later


def amount_of(listing: Listing) -> int | None:
    """The most that one contract can cost in minor units, over its whole term; None: a royalty, without upper end."""
    amounts = [0]
    for terms in all_terms(listing):
        if _has_royalty(terms):
            return None
        for name in ("", *(name for name in LicenseeClass.values if name in class_prices_of(terms))):
            price = price_for(terms, name, on=today())
            amounts.append(max(price.fee_minor, price.total_minor or 0))
    return max(amounts)


def steps_for(listing: Listing) -> list[ApprovalStep]:
    """The institution's steps that a contract of this amount goes through, in their order; often none."""
    steps = list(listing.organization.approval_steps.order_by("position"))
    if not steps:
        return []
    amount = amount_of(listing)
    return [step for step in steps if step.takes(amount)]


def bound_sha256(listing: Listing) -> str:
    """The hash of what an answer binds to: patent, track, every price and term. With others it counts no more."""
    return sha256_of(
        {
            "number": listing.patent.application_number,
            "track": str(listing.track),
            "terms": [terms_dict(terms) for terms in all_terms(listing)],
            "related_parties": listing.related_parties,
        }
    )


def outdated_consents(listing: Listing) -> list[str]:
    """Co-owners whose consent on file is their answer by link to other terms than those of now."""
    files = [row.consent_id for row in listing.patent.co_owners.all() if row.consent_id]
    if not files:
        return []
    by_link = listing.patent.askings.filter(
        kind=AskingKind.CONSENT, state=AskingState.AGREED, paper__in=files, listing=listing
    )
    return list(by_link.exclude(terms_sha256=bound_sha256(listing)).values_list("owner_name", flat=True))


def outdated_pledge(listing: Listing) -> bool:
    """Whether the pledgee's consent on file is an answer by link to other terms than those of now."""
    kept = listing.patent.pledgee_consent_id
    if not kept:
        return False
    by_link = listing.patent.askings.filter(
        kind=AskingKind.PLEDGE, state=AskingState.AGREED, paper=kept, listing=listing
    )
    return by_link.exclude(terms_sha256=bound_sha256(listing)).exists()


def approved_steps(listing: Listing) -> set[tuple[int, str]]:
    """The steps, as (position, office), that have agreed to the offer as it stands now."""
    agreed = listing.askings.filter(
        kind=AskingKind.APPROVAL, state=AskingState.AGREED, terms_sha256=bound_sha256(listing)
    )
    return set(agreed.values_list("position", "capacity"))


def waiting_steps(listing: Listing) -> list[ApprovalStep]:
    """The steps that have still to agree, in their order."""
    steps = steps_for(listing)
    if not steps:
        return []
    agreed = approved_steps(listing)
    return [step for step in steps if (step.position, step.capacity) not in agreed]


def _inst_4(listing: Listing, stage: Stage) -> Iterable[Finding]:
    if listing.state not in BEFORE_APPROVAL:  # steps that are set later do not touch what was approved by then
        return
    for step in waiting_steps(listing):
        yield INST_4.finding(
            _("Step %(position)d of the approval inside the institution is still open: %(capacity)s.")
            % {"position": step.position, "capacity": step.capacity},
            _("Submit the listing: the platform asks by mail, one step after the other."),
            "approval",
        )


INST_4 = Rule(
    "INST-4",
    _("Approval inside the institution"),
    _(
        "Who approves a price depends on the amount, by the steps that the institution has set. Each answers by a"
        " mailed link that works once; the offer waits for all of them."
    ),
    "《促进科技成果转化法》第18条",
    Severity.BLOCK,
    of_listing=_inst_4,
    held_by=_("An institution without steps of its own is held by its signatory's ceiling alone."),
)
