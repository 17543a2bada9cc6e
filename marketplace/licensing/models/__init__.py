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
    Trial,
)
from marketplace.licensing.models.filings import Filing, FilingKind, FilingState
from marketplace.licensing.models.naming import Naming
from marketplace.licensing.models.obligations import Obligation, ObligationKind, ObligationState
from marketplace.licensing.models.papers import Paper, PaperKind
from marketplace.licensing.models.securities import Disclosure, Security, SecurityKind, SecurityState
from marketplace.licensing.models.signing import (
    CaSession,
    Confirmation,
    CopyState,
    HandOver,
    Method,
    Signature,
    StampedCopy,
)
from marketplace.licensing.models.trials import (
    LIVE_DEMANDS,
    OPEN_CLAIMS,
    STANDING_CLAIMS,
    Claim,
    ClaimKind,
    ClaimState,
    PayDemandState,
    PaymentDemand,
    ReportState,
    UseReport,
)

__all__ = [
    "LICENSOR_SEES",
    "LIVE_DEMANDS",
    "LIVE_STATES",
    "OPEN_CLAIMS",
    "OPEN_STATES",
    "STANDING_CLAIMS",
    "Agreement",
    "AgreementQuerySet",
    "CaSession",
    "Claim",
    "ClaimKind",
    "ClaimState",
    "Confirmation",
    "CopyState",
    "Disclosure",
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
    "PayDemandState",
    "PaymentDemand",
    "ReferenceCounter",
    "ReportState",
    "Security",
    "SecurityKind",
    "SecurityState",
    "Signature",
    "StampedCopy",
    "State",
    "Trial",
    "UseReport",
]
