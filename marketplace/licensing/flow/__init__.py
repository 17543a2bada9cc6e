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
from marketplace.licensing.flow.demanding import demand_payment, demand_report, demands_due, keep, ripe
from marketplace.licensing.flow.paying import fall_due, payable, settle
from marketplace.licensing.flow.reporting import expect_reports, report_use
from marketplace.licensing.flow.requesting import Wish, offer, request
from marketplace.licensing.flow.securing import (
    confirm_security,
    disclose,
    end_security,
    expire,
    hand_out,
    record_security,
    standing_consent,
    withdraw_disclosure,
)
from marketplace.licensing.flow.triggering import (
    agree_trigger,
    assert_trigger,
    claims_due,
    contest_trigger,
    decide_trigger,
    report_trigger,
)

__all__ = [
    "AlreadyAsked",
    "AlreadySettled",
    "AlreadySigned",
    "NotNow",
    "NotPayable",
    "NotYours",
    "TermsChanged",
    "Wish",
    "agree_trigger",
    "assert_trigger",
    "cancel",
    "claims_due",
    "confirm",
    "confirm_security",
    "contest_trigger",
    "decide_trigger",
    "decline",
    "demand_payment",
    "demand_report",
    "demands_due",
    "disclose",
    "end",
    "end_due",
    "end_security",
    "expect_reports",
    "expire",
    "fall_due",
    "hand_out",
    "keep",
    "lapse_due",
    "leave",
    "offer",
    "payable",
    "record_security",
    "report_trigger",
    "report_use",
    "request",
    "request_code",
    "ripe",
    "send_notice",
    "settle",
    "sign",
    "standing_consent",
    "withdraw_disclosure",
]
