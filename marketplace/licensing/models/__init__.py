"""The rows of a deal: agreements, signatures, papers, obligations."""

from marketplace.licensing.models.agreement import (
    LICENSOR_SEES,
    LIVE_STATES,
    OPEN_STATES,
    Agreement,
    AgreementQuerySet,
    OfferVersion,
    Party,
    ReferenceCounter,
    State,
)
from marketplace.licensing.models.filings import Filing, FilingKind, FilingState
from marketplace.licensing.models.naming import Naming
from marketplace.licensing.models.obligations import Obligation, ObligationKind, ObligationState
from marketplace.licensing.models.papers import Paper, PaperKind
from marketplace.licensing.models.signing import (
    CaSession,
    Confirmation,
    CopyState,
    HandOver,
    Method,
    Signature,
    StampedCopy,
)

__all__ = [
    "LICENSOR_SEES",
    "LIVE_STATES",
    "OPEN_STATES",
    "Agreement",
    "AgreementQuerySet",
    "CaSession",
    "Confirmation",
    "CopyState",
    "Filing",
    "FilingKind",
    "FilingState",
    "HandOver",
    "Method",
    "Naming",
    "Obligation",
    "ObligationKind",
    "ObligationState",
    "OfferVersion",
    "Paper",
    "PaperKind",
    "Party",
    "ReferenceCounter",
    "Signature",
    "StampedCopy",
    "State",
]
