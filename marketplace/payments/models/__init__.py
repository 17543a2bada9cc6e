"""How money arrives, as rows."""

from marketplace.payments.models.books import (
    REFUND_RANKS,
    Account,
    LedgerEntry,
    Refund,
    RefundState,
    Resolution,
    ReturnKind,
    Suspense,
    Why,
)
from marketplace.payments.models.payment import (
    RANKS,
    UNFINISHED,
    EventOutcome,
    GatewayAccount,
    Outcome,
    Payment,
    PaymentState,
    Way,
    WebhookEvent,
)
from marketplace.payments.models.practice import (
    PracticeCheckout,
    PracticeEvent,
)
from marketplace.payments.models.transfer import (
    BankTransfer,
    TransferState,
)

__all__ = [
    "RANKS",
    "REFUND_RANKS",
    "UNFINISHED",
    "Account",
    "BankTransfer",
    "EventOutcome",
    "GatewayAccount",
    "LedgerEntry",
    "Outcome",
    "Payment",
    "PaymentState",
    "PracticeCheckout",
    "PracticeEvent",
    "Refund",
    "RefundState",
    "Resolution",
    "ReturnKind",
    "Suspense",
    "TransferState",
    "Way",
    "WebhookEvent",
    "Why",
]
