"""Everything that moves an agreement from one state to the next. Nothing else may.

Each function owns its transaction, asks who may act, moves by one conditional UPDATE, writes the trail and leaves the
effects in the outbox.
"""

from marketplace.licensing.errors import (
    AlreadyAsked,
    AlreadySettled,
    AlreadySigned,
    NotNow,
    NotPayable,
    NotYours,
    TermsChanged,
)
from marketplace.licensing.flow.acceptance import confirm, request_code, send_notice, sign
from marketplace.licensing.flow.closing import cancel, decline, end, end_due, lapse_due, leave
from marketplace.licensing.flow.paying import fall_due, payable, settle
from marketplace.licensing.flow.requesting import offer, request

__all__ = [
    "AlreadyAsked",
    "AlreadySettled",
    "AlreadySigned",
    "NotNow",
    "NotPayable",
    "NotYours",
    "TermsChanged",
    "cancel",
    "confirm",
    "decline",
    "end",
    "end_due",
    "fall_due",
    "lapse_due",
    "leave",
    "offer",
    "payable",
    "request",
    "request_code",
    "send_notice",
    "settle",
    "sign",
]
