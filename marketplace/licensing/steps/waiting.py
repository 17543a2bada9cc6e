"""What can be waited for: who owns it, until when, what silence does, and when reminders go out.

Every state in which something is open stands here once; nothing may wait without an owner and a date.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from marketplace.licensing.steps.step import Who

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that is waited for.

    `until` says in words where the last day comes from; `clock` names the step that carries silence out ('' where
    silence only leaves another person a choice). `before` and `after` are the days of reminders around the last day.
    """

    name: str
    what: Words
    owner: frozenset[Who]
    until: Words
    silence: Words
    rule: str
    clock: str = ""
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()


_LICENSEE = frozenset({Who.LICENSEE})
_LICENSOR = frozenset({Who.LICENSOR})
_MODERATOR = frozenset({Who.MODERATOR})
_PARTIES = frozenset({Who.LICENSEE, Who.LICENSOR})

_LAPSES = _("The request lapses. Nothing is owed and you may ask again.")
_LAPSES_UNPAID = _("It lapses unpaid: no license comes into being and nothing is owed.")
_TALK_LAPSES = _("The negotiation lapses. Nothing changes and nothing is owed.")
_PAY_BY = _("the days to pay that the terms state, and 7 days for the transfer")

_ROWS = (
    Wait("requested", _("Request, before the platform has looked"), _MODERATOR, _("10 days"), _LAPSES, "LIC-J",
         "lapse", before=(3, 1)),
    Wait("offered", _("Contract ready to sign"), _PARTIES, _("15 days"), _LAPSES, "LIC-C", "lapse", before=(3, 1)),
    Wait("prepared", _("Notice ready to send"), _LICENSEE, _("30 days"), _LAPSES, "LIC-A", "lapse", before=(7, 1)),
    Wait("signed", _("Signed, waiting for payment"), _LICENSEE, _PAY_BY, _LAPSES_UNPAID, "LIC-C", "lapse",
         before=(7, 1)),
    Wait("noticed", _("Notice served, waiting for payment"), _LICENSEE, _PAY_BY, _LAPSES_UNPAID, "LIC-A", "lapse",
         before=(7, 1)),
    Wait("active", _("License in force"), _LICENSEE, _("the last day of the term"),
         _("The license ends. What was made before may still be sold; new use needs a new license."), "DECL-5",
         "end", before=(90, 30, 7)),
    Wait("free_period", _("Free period"), _LICENSEE, _("the last free day of the contract"),
         _("The license goes on and payment falls due as agreed. To leave at no cost, leave before."), "PRESET-2",
         "fall_due", before=(30, 7, 1)),
    Wait("asserted", _("The licensor says the free period has ended"), _LICENSEE, _("15 days"),
         _("It counts as agreed and payment falls due."), "PRESET-2", "trigger_silence", before=(7, 1)),
    Wait("contested", _("Contested end of the free period"), _MODERATOR, _("10 days"),
         _("The claim falls: it was not shown. The licensor may bring new evidence."), "PRESET-2", "trigger_fall",
         before=(5, 1)),
    Wait("due", _("Payment due"), _LICENSEE, _("the last day to pay"),
         _("It is overdue: interest runs, and the licensor may demand it in writing."), "CC-563",
         before=(7, 1), after=(1, 7, 14)),
    Wait("expected", _("Report of use"), _LICENSEE, _("60 days after the end of the period"),
         _("It is overdue: the licensor may demand it in writing."), "CC-846", before=(30, 7, 1), after=(1, 7, 14)),
    Wait("correction_asked", _("Correction of a report that lowers the royalty"), _LICENSOR, _("15 days"),
         _("It counts as agreed."), "CC-846", "correction_silence", before=(7, 1)),
    Wait("correction_contested", _("Contested correction of a report"), _MODERATOR, _("10 days"),
         _("The correction falls: it was not shown."), "CC-846", "correction_falls", before=(5, 1)),
    Wait("running", _("Written demand"), _LICENSEE, _("30 days"),
         _("The licensor may end the contract, or keep it."), "CC-563", "demand_runs_out", before=(14, 7, 1)),
    Wait("run_out", _("Demand run out: end the contract or keep it"), _LICENSOR, _("one year"),
         _("The right to end the contract for this lapses; the debt stays."), "CC-564", "keep_by_silence",
         before=(90, 30, 7)),
    Wait("owed_back", _("Money to be paid back"), _LICENSOR, _("30 days"),
         _("It is overdue: interest runs."), "PL-47", before=(7, 1), after=(1, 7, 14)),
    Wait("on_its_way", _("Money on its way back"), _LICENSOR, _("30 days"),
         _("It is overdue: interest runs."), "PL-47", before=(1,), after=(1, 7)),
    Wait("recorded", _("Security to be confirmed by the other side"), _PARTIES, _("10 days"),
         _("It stays marked as not confirmed."), "PRESET-2", before=(3, 1)),
    Wait("confirmed", _("Security for deferred fees"), _LICENSEE, _("the day it is valid until"),
         _("It is shown as expired; the licensor may ask for a new one."), "PRESET-2", "security_expires",
         before=(60, 14, 1)),
    Wait("disclosed", _("Consent to show the file to a bank or insurer"), _LICENSEE, _("90 days"),
         _("The consent ends; a new one is possible at any time."), "PII-2", "disclosure_ends", before=(7,)),
)  # fmt: skip
# negotiations, changes and early ends; the reminder of an open negotiation is sent by licensing.flow.talk_clock
_CHANGES = (
    Wait("talk_asked", _("Wish for other terms, before a coordinator has it"), _MODERATOR, _("3 days"),
         _("It goes on to the other side without a coordinator."), "TRACK-3", before=(1,)),
    Wait("talk_open", _("Negotiation: a version waits for the other side"), _PARTIES, _("10 days"), _TALK_LAPSES,
         "TRACK-3", before=(2,)),
    Wait("talk_agreed", _("Agreed terms to be signed"), _PARTIES, _("15 days"), _("What was agreed lapses unsigned."),
         "LIC-10", before=(5, 1)),
    Wait("mending", _("Written demand to mend a breach"), _PARTIES, _("30 days"),
         _("Who demanded may end the contract, or keep it."), "CC-563", before=(14, 7, 1)),
    Wait("not_mended", _("Demand to mend a breach has run out: end the contract or keep it"), _PARTIES, _("one year"),
         _("The right to end the contract for this lapses."), "CC-564", before=(90, 30, 7)),
    Wait("end_proposed", _("Proposal to end the license together"), _PARTIES, _("15 days"),
         _("The proposal lapses; the license goes on."), "CC-562", before=(5, 1)),
)  # fmt: skip
WAITS: dict[str, Wait] = {row.name: row for row in (*_ROWS, *_CHANGES)}
