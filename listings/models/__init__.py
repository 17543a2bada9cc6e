"""What is offered: patents, listings and everything that binds them."""

from listings.models.asking import ApprovalStep, Asking, AskingKind, AskingState, Letter
from listings.models.declaration import Declaration, Objection, Publicity, WithdrawalPaper
from listings.models.desk import Reason, ReasonUse, ReviewCase
from listings.models.encumbrance import ALONE, Encumbrance, EncumbranceKind
from listings.models.health import HealthEvent, HealthKind, ListingViews, StatusOutcome, StatusRow, StatusRun
from listings.models.importing import ColumnMemory, ImportPart, ImportRow, ImportRun, ImportState, Mapped, Outcome
from listings.models.income import IncomeCost, InventorShare, ShareRule
from listings.models.integrity import FlagKind, FlagState, IntegrityFlag
from listings.models.listing import CLOSED, LIVE, PUBLIC, SHOWN, Listing, ListingState, Track
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
from listings.models.saved import Alert, AlertItem, AskedWords, Pace, SavedSearch
from listings.models.searching import Meaning, SynonymGroup, Vocabulary

__all__ = [
    "ALIVE",
    "ALONE",
    "CLOSED",
    "LIVE",
    "PUBLIC",
    "SHOWN",
    "Alert",
    "AlertItem",
    "ApprovalStep",
    "AskedWords",
    "Asking",
    "AskingKind",
    "AskingState",
    "ClassPrice",
    "CoOwner",
    "ColumnMemory",
    "Declaration",
    "Encumbrance",
    "EncumbranceKind",
    "EvaluationConclusion",
    "FeeMode",
    "FlagKind",
    "FlagState",
    "HealthEvent",
    "HealthKind",
    "ImportPart",
    "ImportRow",
    "ImportRun",
    "ImportState",
    "IncomeCost",
    "IntegrityFlag",
    "InventorShare",
    "LaterMode",
    "LegalStatus",
    "Letter",
    "LicenseeClass",
    "Listing",
    "ListingState",
    "ListingViews",
    "Mapped",
    "Meaning",
    "Objection",
    "OfferTerms",
    "Outcome",
    "Override",
    "Pace",
    "Patent",
    "PatentKind",
    "Picture",
    "Publicity",
    "Reason",
    "ReasonUse",
    "Review",
    "ReviewCase",
    "Revision",
    "RoyaltyBase",
    "SavedSearch",
    "ShareRule",
    "StatusOutcome",
    "StatusRecord",
    "StatusRow",
    "StatusRun",
    "SynonymGroup",
    "TermSheet",
    "TermSheetState",
    "Track",
    "Trigger",
    "Vocabulary",
    "WithdrawalPaper",
]
