"""Our own clause library, and the papers made of it."""

from __future__ import annotations

from marketplace.licensing.contracts.clause import Clause
from marketplace.licensing.contracts.composing import clauses, preview
from marketplace.licensing.contracts.facts import (
    ConfirmationFacts,
    DealFacts,
    PartyFacts,
    PaymentFacts,
    SignatureFacts,
    facts_of,
)
from marketplace.licensing.contracts.rendering import render

__all__ = [
    "Clause",
    "ConfirmationFacts",
    "DealFacts",
    "PartyFacts",
    "PaymentFacts",
    "SignatureFacts",
    "clauses",
    "facts_of",
    "preview",
    "render",
]
