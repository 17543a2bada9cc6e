"""The steps while a license runs: triggers, reports of use, overdue payments, security for deferred fees.

None of them moves the agreement: what moves is a claim, a report, a demand or a security beside it.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Role
from marketplace.audit.actions import Action
from marketplace.licensing.models import State
from marketplace.licensing.steps.step import ASKS, BOTH, NOBODY, PRESET, REPORTS, SIGNS, Step, Who

IN_FORCE = frozenset({State.ACTIVE})
ALSO_AFTER = frozenset({State.ACTIVE, State.ENDED})  # what was begun before the end is brought to its end
LICENSEE = frozenset({Who.LICENSEE})
LICENSOR = frozenset({Who.LICENSOR})
PARTIES = frozenset({Who.LICENSEE, Who.LICENSOR})
MODERATOR = frozenset({Who.MODERATOR})
CLOCK = frozenset({Who.SYSTEM})

_TRIGGERS = (
    Step(
        "report_trigger", PRESET, IN_FORCE, IN_FORCE, LICENSEE, ASKS, "PRESET-2", Action.AGREEMENT_CLAIM,
        _("Report that the free period has ended"),
        _("Reported what ends the free period"),
    ),
    Step(
        "assert_trigger", PRESET, IN_FORCE, IN_FORCE, LICENSOR, ASKS, "PRESET-2", Action.AGREEMENT_CLAIM,
        _("Say that the free period has ended"),
        _("Asserted what ends the free period"),
        days=15,
        silence=_("It counts as agreed and payment falls due."),
    ),
    Step(
        "agree_trigger", PRESET, ALSO_AFTER, ALSO_AFTER, LICENSEE, ASKS, "PRESET-2", Action.AGREEMENT_CLAIM_ANSWER,
        _("Agree"),
        _("Agreed to what the licensor asserted"),
    ),
    Step(
        "contest_trigger", PRESET, ALSO_AFTER, ALSO_AFTER, LICENSEE, ASKS, "PRESET-2", Action.AGREEMENT_CLAIM_ANSWER,
        _("Contest"),
        _("Contested what the licensor asserted"),
        days=10,
        silence=_("The claim falls: it was not shown. The licensor may bring new evidence."),
    ),
    Step(
        "decide_trigger", PRESET, ALSO_AFTER, ALSO_AFTER, MODERATOR, NOBODY, "PRESET-2", Action.AGREEMENT_CLAIM_DECIDE,
        _("Decide"),
        _("Decided a contested claim"),
    ),
    Step(
        "trigger_silence", PRESET, ALSO_AFTER, ALSO_AFTER, CLOCK, NOBODY, "PRESET-2", Action.AGREEMENT_CLAIM_ANSWER,
        _("Count silence as agreement"),
        _("The claim was not answered in time and counts as agreed"),
    ),
    Step(
        "trigger_fall", PRESET, ALSO_AFTER, ALSO_AFTER, CLOCK, NOBODY, "PRESET-2", Action.AGREEMENT_CLAIM_DECIDE,
        _("Let an undecided claim fall"),
        _("The contested claim was not decided in time and fell"),
    ),
    Step(
        "convert", PRESET, IN_FORCE, IN_FORCE, CLOCK, NOBODY, "PRESET-2", Action.AGREEMENT_CONVERT,
        _("Become a paid license"),
        _("The trial became a paid license"),
    ),
)  # fmt: skip

_REPORTS = (
    Step(
        "expect_report", BOTH, ALSO_AFTER, ALSO_AFTER, CLOCK, NOBODY, "CC-846", Action.AGREEMENT_REPORT,
        _("Ask for the report of use"),
        _("A report of use fell due"),
        days=60,
        silence=_("Reminders follow; then the licensor may demand it in writing."),
    ),
    Step(
        "report_use", BOTH, ALSO_AFTER, ALSO_AFTER, LICENSEE, REPORTS, "CC-846", Action.AGREEMENT_REPORT,
        _("Report the use"),
        _("Reported the use of a period"),
    ),
)  # fmt: skip

_CORRECTIONS = (
    Step(
        "correct_report", BOTH, ALSO_AFTER, ALSO_AFTER, LICENSEE, REPORTS, "CC-846", Action.AGREEMENT_CORRECT,
        _("Correct a report of use"),
        _("Corrected a report of use"),
        days=15,
        silence=_("A correction that lowers the royalty counts as agreed."),
    ),
    Step(
        "agree_correction", BOTH, ALSO_AFTER, ALSO_AFTER, LICENSOR, REPORTS, "CC-846", Action.AGREEMENT_CORRECT_ANSWER,
        _("Agree to the correction"),
        _("Agreed to the correction of a report"),
    ),
    Step(
        "contest_correction", BOTH, ALSO_AFTER, ALSO_AFTER, LICENSOR, REPORTS, "CC-846",
        Action.AGREEMENT_CORRECT_ANSWER,
        _("Contest the correction"),
        _("Contested the correction of a report"),
        days=10,
        silence=_("The correction falls: it was not shown. The licensee may bring new evidence."),
    ),
    Step(
        "decide_correction", BOTH, ALSO_AFTER, ALSO_AFTER, MODERATOR, NOBODY, "CC-846",
        Action.AGREEMENT_CORRECT_ANSWER,
        _("Decide about the correction"),
        _("Decided about a contested correction"),
    ),
    Step(
        "correction_silence", BOTH, ALSO_AFTER, ALSO_AFTER, CLOCK, NOBODY, "CC-846", Action.AGREEMENT_CORRECT_ANSWER,
        _("Count silence about a correction as agreement"),
        _("The correction was not answered in time and counts as agreed"),
    ),
    Step(
        "correction_falls", BOTH, ALSO_AFTER, ALSO_AFTER, CLOCK, NOBODY, "CC-846", Action.AGREEMENT_CORRECT_ANSWER,
        _("Let an undecided correction fall"),
        _("The contested correction was not decided in time and fell"),
    ),
)  # fmt: skip

_DEMANDS = (
    Step(
        "demand", BOTH, IN_FORCE, IN_FORCE, LICENSOR, REPORTS, "CC-563", Action.AGREEMENT_DEMAND,
        _("Demand in writing"),
        _("Demanded in writing what is overdue"),
        days=30,
        silence=_("The licensor may end the contract, or keep it."),
    ),
    Step(
        "demand_runs_out", BOTH, IN_FORCE, IN_FORCE, CLOCK, NOBODY, "CC-563", Action.AGREEMENT_DEMAND,
        _("Let the period of a demand run out"),
        _("The period of the written demand ran out"),
        days=365,
        silence=_("The right to end the contract for this lapses; the debt stays."),
    ),
    Step(
        "keep", BOTH, IN_FORCE, IN_FORCE, LICENSOR, ASKS, "CC-564", Action.AGREEMENT_DEMAND,
        _("Keep the license"),
        _("Keeps the license though the demand ran out; the debt stays"),
    ),
    Step(
        "keep_by_silence", BOTH, IN_FORCE, IN_FORCE, CLOCK, NOBODY, "CC-564", Action.AGREEMENT_DEMAND,
        _("Keep the license by silence"),
        _("The right to end the contract for this demand lapsed; the debt stays"),
    ),
)  # fmt: skip

_REPAYMENTS = (
    Step(
        "owe_back", BOTH, ALSO_AFTER, ALSO_AFTER, CLOCK, NOBODY, "PL-47", Action.AGREEMENT_OWE_BACK,
        _("Owe back what was not earned"),
        _("The licensor owes back a part of what was paid"),
        days=30,
        silence=_("It is overdue: reminders follow, and interest runs."),
    ),
    Step(
        "pay_back", BOTH, ALSO_AFTER, ALSO_AFTER, frozenset({Who.LICENSOR, Who.SYSTEM}),
        frozenset({Role.FINANCE, Role.OWNER}), "PL-47", Action.AGREEMENT_PAY_BACK,
        _("Pay back"),
        _("Paid back a part of what was paid"),
    ),
)  # fmt: skip

_SECURITY = (
    Step(
        "record_security", PRESET, IN_FORCE, IN_FORCE, PARTIES, REPORTS, "PRESET-2", Action.AGREEMENT_SECURE,
        _("Record a guarantee or insurance"),
        _("Recorded a security for deferred fees"),
        days=10,
        silence=_("It stays marked as not confirmed."),
    ),
    Step(
        "confirm_security", PRESET, IN_FORCE, IN_FORCE, PARTIES, REPORTS, "PRESET-2", Action.AGREEMENT_SECURE,
        _("Confirm the security"),
        _("Confirmed the security"),
    ),
    Step(
        "end_security", PRESET, ALSO_AFTER, ALSO_AFTER, LICENSOR, REPORTS, "PRESET-2", Action.AGREEMENT_SECURE,
        _("Release the security"),
        _("Released the security"),
    ),
    Step(
        "security_expires", PRESET, ALSO_AFTER, ALSO_AFTER, CLOCK, NOBODY, "PRESET-2", Action.AGREEMENT_SECURE,
        _("Let a security expire"),
        _("The security has expired"),
    ),
    Step(
        "disclose", PRESET, IN_FORCE, IN_FORCE, LICENSEE, SIGNS, "PII-2", Action.AGREEMENT_DISCLOSE,
        _("Let a bank or insurer see the file"),
        _("Consented that the file of this deal is shown to a bank or insurer"),
        days=90,
        silence=_("The consent ends; a new one is possible at any time."),
    ),
    Step(
        "withdraw_disclosure", PRESET, ALSO_AFTER, ALSO_AFTER, LICENSEE, ASKS, "PII-2", Action.AGREEMENT_DISCLOSE,
        _("Take the consent back"),
        _("Took the consent back"),
    ),
    Step(
        "hand_out", PRESET, IN_FORCE, IN_FORCE, PARTIES, REPORTS, "PII-2", Action.AGREEMENT_DISCLOSE,
        _("Download the file for the bank or insurer"),
        _("Downloaded the file for the bank or insurer"),
    ),
    Step(
        "disclosure_ends", PRESET, ALSO_AFTER, ALSO_AFTER, CLOCK, NOBODY, "PII-2", Action.AGREEMENT_DISCLOSE,
        _("Let the consent end"),
        _("The consent to show the file has ended"),
    ),
)  # fmt: skip

ROWS: tuple[Step, ...] = (*_TRIGGERS, *_REPORTS, *_CORRECTIONS, *_DEMANDS, *_REPAYMENTS, *_SECURITY)
