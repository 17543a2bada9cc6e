"""What is offered: patents, listings and everything that binds them."""

from listings.models.declaration import Declaration, Objection, Publicity, WithdrawalPaper
from listings.models.encumbrance import ALONE, Encumbrance, EncumbranceKind
from listings.models.health import HealthEvent, HealthKind, ListingViews, StatusOutcome, StatusRow, StatusRun
from listings.models.importing import ImportRow, ImportRun, ImportState, Outcome
from listings.models.income import IncomeCost, InventorShare, ShareRule
from listings.models.listing import LIVE, PUBLIC, SHOWN, Listing, ListingState, Track
from listings.models.offer_terms import (
    ClassPrice,
    FeeMode,
    LaterMode,
    LicenseeClass,
    OfferTerms,
    RoyaltyBase,
    TermSheet,
    TermSheetState,
    Trigger,
)
from listings.models.patent import ALIVE, CoOwner, EvaluationConclusion, LegalStatus, Patent, PatentKind, StatusRecord
from listings.models.picture import Picture
from listings.models.review import Override, Review, Revision

__all__ = [
    "ALIVE",
    "ALONE",
    "LIVE",
    "PUBLIC",
    "SHOWN",
    "ClassPrice",
    "CoOwner",
    "Declaration",
    "Encumbrance",
    "EncumbranceKind",
    "EvaluationConclusion",
    "FeeMode",
    "HealthEvent",
    "HealthKind",
    "ImportRow",
    "ImportRun",
    "ImportState",
    "IncomeCost",
    "InventorShare",
    "LaterMode",
    "LegalStatus",
    "LicenseeClass",
    "Listing",
    "ListingState",
    "ListingViews",
    "Objection",
    "OfferTerms",
    "Outcome",
    "Override",
    "Patent",
    "PatentKind",
    "Picture",
    "Publicity",
    "Review",
    "Revision",
    "RoyaltyBase",
    "ShareRule",
    "StatusOutcome",
    "StatusRecord",
    "StatusRow",
    "StatusRun",
    "TermSheet",
    "TermSheetState",
    "Track",
    "Trigger",
    "WithdrawalPaper",
]
