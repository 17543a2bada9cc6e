"""The periods that our clauses name; whoever acts on a clause reads its period here, so that words and deeds agree."""

from __future__ import annotations

EARLY_EXIT_DAYS = 60  # the licensee's notice of an early exit
EARLY_EXIT_FREE_DAYS = 30  # the same where nothing is ever owed
DEMAND_DAYS = 30  # after a written demand the other side may end the contract (SPC 15, CC 563)
PAYMENT_GRACE_DAYS = 7  # a payment that is a condition of effect may still arrive after its last day
TRIGGER_TELL_DAYS = 15  # the licensee tells of the first revenue or the milestone
TRIGGER_ANSWER_DAYS = 15  # the licensee answers when the licensor says that it was reached
TRIGGER_DECIDE_DAYS = 10  # the platform checks a contested one; if it does not, the claim falls
ENDING_RIGHT_MONTHS = 12  # within which the right to end the contract is used (CC 564)
REPORT_DAYS = 60  # a report of use, after the end of its period
REFUND_DAYS = 30  # what was prepaid for the time after the end of a patent
SELL_OFF_MONTHS = 6  # products made before the end may still be sold
STATUS_TELL_DAYS = 15  # the licensor tells of a change of the patent
RECORD_CHANGE_DAYS = 30  # a changed or ended contract that is on record
GUIDANCE_OBJECT_DAYS = 7  # a guidance not objected to counts as confirmed
INVOICE_DAYS = 15  # after payment
