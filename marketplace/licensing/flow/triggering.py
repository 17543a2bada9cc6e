"""Saying that a trigger was reached: reported or asserted; agreed, contested, decided, or settled by silence.

A claim that stands ends the free period, or makes a conditional fee due; nothing else can, beside the calendar
(PRESET-2).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings import offers
from listings.models import LaterMode
from marketplace.accounts.models import User
from marketplace.lib import terms
from marketplace.lib.findings import refuse
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.errors import NotNow
from marketplace.licensing.flow import moving, paying
from marketplace.licensing.letters import trial_letters
from marketplace.licensing.models import (
    Agreement,
    Claim,
    ClaimKind,
    ClaimState,
    Obligation,
    ObligationState,
    Party,
    State,
)
from marketplace.licensing.states import STEPS
from marketplace.licensing.terms import obligations, trials
from marketplace.vault.models import VaultFile

LONGEST = 500  # characters of words and reasons


def report_trigger(
    agreement: Agreement, *, by: User, kind: str, happened_on: date, words: str, proof: VaultFile | None = None
) -> Claim:
    """The licensee reports that a trigger was reached; it stands at once. Raises NotYours, NotNow, Refused."""
    step = STEPS["report_trigger"]
    moving.require_side(by, agreement, step)
    with transaction.atomic():
        agreement = moving.lock(agreement)
        claim = _make(agreement, "report_trigger", Party.LICENSEE, by, kind, happened_on, words, proof)
        trial_letters.claim_reported(claim)
        _stands(claim, terms.today(), by=by)
    return claim


def assert_trigger(
    agreement: Agreement, *, by: User, kind: str, happened_on: date, words: str, proof: VaultFile | None = None
) -> Claim:
    """The licensor says so, with evidence; the licensee answers within days. Raises NotYours, NotNow, Refused."""
    step = STEPS["assert_trigger"]
    moving.require_side(by, agreement, step)
    with transaction.atomic():
        agreement = moving.lock(agreement)
        claim = _make(agreement, "assert_trigger", Party.LICENSOR, by, kind, happened_on, words, proof)
        trial_letters.claim_asserted(claim)
    return claim


def _make(
    agreement: Agreement,
    name: str,
    party: Party,
    by: User,
    kind: str,
    happened_on: date,
    words: str,
    proof: VaultFile | None,
) -> Claim:
    step = STEPS[name]
    moving.require_state(agreement, step)
    _require_claimable(agreement, kind, happened_on, words)
    asserted = party == Party.LICENSOR
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                agreement=agreement,
                kind=kind,
                party=party,
                state=ClaimState.ASSERTED if asserted else ClaimState.REPORTED,
                happened_on=happened_on,
                words=words.strip()[:LONGEST],
                proof=proof,
                made_by=by,
                answer_until=moving.end_of_day_after(step.days) if step.days else None,
            )
    except IntegrityError as error:  # both sides said it in the same moment
        raise NotNow(f"{agreement.reference}: {kind} was claimed already") from error
    _record(claim, name, by=by, side=party.value)
    return claim


def _require_claimable(agreement: Agreement, kind: str, happened_on: date, words: str) -> None:
    if kind not in trials.claimable(agreement):
        raise refuse(
            "PRESET-2",
            _("Nothing waits for this: the free period is over, or it was said already."),
            _("The deal's page shows where the trial stands."),
            field="kind",
        )
    started = terms.day_of(agreement.effective_at) if agreement.effective_at else terms.today()
    if not started <= happened_on <= terms.today():
        raise refuse(
            "PRESET-2",
            _("The day must lie between the start of the license (%(day)s) and today.") % {"day": started.isoformat()},
            _("Correct the date."),
            field="happened_on",
        )
    if not words.strip():
        raise refuse(
            "PRESET-2",
            _("Say in a few words what happened."),
            _("For example: “first batch sold to a customer, invoice of 3 March”."),
            field="words",
        )


def agree_trigger(claim: Claim, *, by: User) -> Claim:
    """The licensee agrees; the claim stands. Raises NotYours, NotNow."""
    return _answer(claim, "agree_trigger", ClaimState.AGREED, by=by)


def contest_trigger(claim: Claim, *, by: User, reasons: str) -> Claim:
    """The licensee contests with reasons; a moderator decides. Raises NotYours, NotNow, Refused."""
    if not reasons.strip():
        raise refuse(
            "PRESET-2",
            _("Say why you contest it."),
            _("One sentence is enough; the licensor and the moderator read it."),
            field="reasons",
        )
    until = moving.end_of_day_after(STEPS["contest_trigger"].days or 0)
    more = {"reasons": reasons.strip()[:LONGEST], "answer_until": until}
    return _answer(claim, "contest_trigger", ClaimState.CONTESTED, by=by, **more)


def _answer(claim: Claim, name: str, to: ClaimState, *, by: User, **fields: Any) -> Claim:
    moving.require_side(by, claim.agreement, STEPS[name])
    with transaction.atomic():
        claim = _lock(claim)
        moving.require_state(claim.agreement, STEPS[name])
        if claim.answer_until is not None and claim.answer_until <= timezone.now():
            raise NotNow(f"{claim} was to be answered by {claim.answer_until.isoformat()}")
        _move(claim, ClaimState.ASSERTED, to, answered_at=timezone.now(), **fields)
        _record(claim, name, by=by, side=Party.LICENSEE.value)
        if to == ClaimState.AGREED:
            trial_letters.claim_stands(claim)
            _stands(claim, terms.today(), by=by)
        else:
            trial_letters.claim_contested(claim)
    return claim


def decide_trigger(claim: Claim, *, by: User, upheld: bool, decision: str, happened_on: date | None = None) -> Claim:
    """A moderator decides a contested claim with a reason, maybe for another day. Raises NotYours, NotNow, Refused."""
    moving.require_side(by, claim.agreement, STEPS["decide_trigger"])
    if not decision.strip():
        raise refuse("PRESET-2", _("Say why."), _("Both sides read the reason."), field="decision")
    with transaction.atomic():
        claim = _lock(claim)
        moving.require_state(claim.agreement, STEPS["decide_trigger"])
        to = ClaimState.UPHELD if upheld else ClaimState.DISMISSED
        fields: dict[str, Any] = {
            "decided_by": by,
            "decided_at": timezone.now(),
            "decision": decision.strip()[:LONGEST],
        }
        if upheld and happened_on is not None:
            fields["happened_on"] = _possible(claim, happened_on)
        _move(claim, ClaimState.CONTESTED, to, **fields)
        _record(claim, "decide_trigger", by=by, upheld=upheld)
        trial_letters.claim_decided(claim)
        if upheld:
            _stands(claim, terms.today(), by=by)
    return claim


def _possible(claim: Claim, day: date) -> date:
    started = claim.agreement.effective_at
    if started is None or not terms.day_of(started) <= day <= terms.today():
        raise refuse(
            "PRESET-2",
            _("The day must lie between the start of the license and today."),
            _("Correct the date."),
            field="happened_on",
        )
    return day


def claims_due() -> int:
    """What silence does to claims: not answered, they stand; not decided, they fall. Returns how many. Each hour."""
    count = 0
    over = Claim.objects.filter(state__in=[ClaimState.ASSERTED, ClaimState.CONTESTED], answer_until__lte=timezone.now())
    for claim in over.select_related("agreement").order_by("answer_until", "pk"):
        try:
            _over(claim)
        except NotNow:
            continue
        count += 1
    return count


def _over(claim: Claim) -> None:
    with transaction.atomic():
        claim = _lock(claim)
        if claim.answer_until is None or claim.answer_until > timezone.now():
            raise NotNow(f"{claim} was answered")
        if claim.state == ClaimState.ASSERTED:
            _move(claim, ClaimState.ASSERTED, ClaimState.SILENT)
            _record(claim, "trigger_silence", by=None)
            trial_letters.claim_stands(claim)
            _stands(claim, terms.today(), by=None)
        else:
            words = str(STEPS["contest_trigger"].silence)
            _move(
                claim, ClaimState.CONTESTED, ClaimState.DISMISSED, decision=words[:LONGEST], decided_at=timezone.now()
            )
            _record(claim, "trigger_fall", by=None)
            trial_letters.claim_decided(claim)


def _lock(claim: Claim) -> Claim:
    agreement = moving.lock(claim.agreement)
    claim = Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    claim.agreement = agreement
    return claim


def _move(claim: Claim, was: ClaimState, to: ClaimState, **fields: Any) -> None:
    moved = Claim.objects.filter(pk=claim.pk, state=was).update(state=to, **fields)
    if not moved:
        raise NotNow(f"{claim} is not {was}")
    agreement = claim.agreement
    claim.refresh_from_db()
    claim.agreement = agreement


def _record(claim: Claim, name: str, *, by: User | None, **facts: Any) -> None:
    agreement = claim.agreement
    told = {"claim": claim.pk, "kind": claim.kind, "happened_on": claim.happened_on, **facts}
    moving.record(agreement, STEPS[name], by=by, was=agreement.state, **told)


def _stands(claim: Claim, stands_on: date, *, by: User | None) -> None:
    """What a standing claim makes due, in the transaction that made it stand."""
    agreement = claim.agreement
    last = agreement.ends_on
    if agreement.state == State.ENDED and agreement.closed_at is not None:
        last = terms.day_of(agreement.closed_at - timedelta(microseconds=1))
    if last is None:
        return
    offer = read(agreement.version.snapshot)
    price = offers.price_for(agreement.version.snapshot, agreement.licensee_class)
    conditional = offer.text("later_mode") == LaterMode.CONDITIONAL
    if conditional and claim.kind != ClaimKind.MILESTONE:
        return  # the free period is over; the fee still waits for the milestone
    paid_from = claim.happened_on + timedelta(days=1)
    for owed in obligations.from_day(offer, price, paid_from, last, not_before=stands_on):
        _owe(agreement, owed)
    for obligation in agreement.obligations.filter(state=ObligationState.FUTURE):
        obligation.agreement = agreement
        paying.fall_due_now(obligation, offer, begins_by=max(stands_on, paid_from))


def _owe(agreement: Agreement, owed: obligations.Owed) -> None:
    """Give a waiting obligation its day, or write one that an earlier end of the free period adds."""
    fields = {"due_on": owed.due_on, "trigger": owed.cause, "amount_minor": owed.amount_minor}
    own = agreement.obligations.filter(kind=owed.kind, number=owed.number)
    ended = agreement.state == State.ENDED
    waits = [ObligationState.FUTURE, ObligationState.WAIVED] if ended else [ObligationState.FUTURE]
    moved = own.filter(state__in=waits).update(state=ObligationState.FUTURE, **fields)
    if not moved and not own.exists():
        Obligation.objects.create(
            agreement=agreement,
            kind=owed.kind,
            number=owed.number,
            currency=agreement.currency,
            state=ObligationState.FUTURE,
            **fields,
        )
