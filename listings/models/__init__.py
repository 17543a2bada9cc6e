"""What is offered: patents, listings and everything that binds them."""

from listings.models.declaration import Declaration, Objection, Publicity
from listings.models.encumbrance import Encumbrance, EncumbranceKind
from listings.models.listing import Listing, ListingState, Track
from listings.models.offer_terms import (
    ClassPrice,
    FeeMode,
    LicenseeClass,
    OfferTerms,
    RoyaltyBase,
    TermSheet,
    TermSheetState,
    Trigger,
)
from listings.models.patent import CoOwner, LegalStatus, Patent, StatusRecord
from listings.models.review import Override, Review

__all__ = [
    "ClassPrice",
    "CoOwner",
    "Declaration",
    "Encumbrance",
    "EncumbranceKind",
    "FeeMode",
    "LegalStatus",
    "LicenseeClass",
    "Listing",
    "ListingState",
    "Objection",
    "OfferTerms",
    "Override",
    "Patent",
    "Publicity",
    "Review",
    "RoyaltyBase",
    "StatusRecord",
    "TermSheet",
    "TermSheetState",
    "Track",
    "Trigger",
]
