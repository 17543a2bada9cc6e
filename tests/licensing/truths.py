"""What holds of every license at any time, whatever was done: LIC-1 to LIC-12, and that nothing waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from listings.models import ALONE, Declaration, Encumbrance
from listings.offers import canonical_sha256
from marketplace.audit.models import Entry
from marketplace.lib.terms import day_of, start_of, today
from marketplace.licensing import states
from marketplace.licensing.models import OPEN_STATES, Agreement, State
from marketplace.licensing.states import STATES_OF, STEPS
from marketplace.licensing.terms import trials
from tests.licensing.life import Life

CLOSED_BEFORE = (State.CANCELLED, State.DECLINED, State.LAPSED)
LIVE = (*OPEN_STATES, State.ACTIVE)


def print_of(life: Life) -> tuple[Any, ...]:
    """What a refused act must leave as it was: the trail, the licenses, their debts and what stands beside them."""
    deals = Agreement.objects.filter(listing=life.listing).order_by("pk")
    state = deals.values_list("pk", "state", "acts_until", "ends_on", "trial", "signatures", "claims__state")
    owed = deals.values_list("obligations", "obligations__state", "obligations__amount_minor", "use_reports__state")
    last = Entry.objects.order_by("-number").values_list("number", flat=True).first()
    return last, list(state.order_by("pk", "signatures")), list(owed.order_by("obligations", "use_reports"))


def lies(life: Life, was: dict[int, str]) -> Iterator[str]:
    """What is not as it must be; `was` are the states of the licenses before the act."""
    for deal in Agreement.objects.filter(listing=life.listing).select_related("version", "listing__patent"):
        yield from _of_state(deal, was.get(deal.pk, ""))
        yield from _of_signatures(deal)
        yield from _of_effect(life, deal)
        yield from _of_money(deal)
        yield from _of_trial(deal)
        yield from _of_time(deal)
    yield from _of_patent(life)
    yield from _of_withdrawal(life)


def _of_state(deal: Agreement, was: str) -> Iterator[str]:
    moves, track = states.moves(), str(deal.track)
    if deal.state not in STATES_OF[deal.track]:  # type: ignore[index]
        yield f"LIC-8: {deal.state} on the {track} track"
    two = any((track, was, between) in moves and (track, between, deal.state) in moves for between in State)
    if was and deal.state != was and (track, was, deal.state) not in moves and not two:
        yield f"LIC-8: {was} → {deal.state}"
    if Agreement.objects.filter(listing=deal.listing_id, licensee=deal.licensee_id, state__in=LIVE).count() > 1:
        yield "LIC-2: two live agreements"
    last = Entry.objects.filter(
        subject_type="licensing.agreement", subject_id=str(deal.pk), facts__has_key="now"
    ).last()
    if last is None or last.facts["now"] != deal.state:
        yield f"LIC-8: the trail says {last and last.facts['now']}, the row {deal.state}"


def _of_signatures(deal: Agreement) -> Iterator[str]:
    own = list(deal.own_signatures.values_list("party", "document_sha256", "term_sheet"))
    parties = {party for party, _sha256, _sheet in own}
    if len(parties) != len(own):
        yield "LIC-7: one party signed twice"
    if any(sha256 != deal.contract_sha256 for _party, sha256, sheet in own if sheet is None):
        yield "LIC-6: signed is not what is kept"
    effective = deal.effective_at is not None
    needed = {"licensee"} if deal.track == "open" else {"licensee", "licensor"}
    if (effective or deal.state in (State.SIGNED, State.NOTICED)) and parties != needed:
        yield f"LIC-7: {deal.state} with signatures of {parties}"
    if deal.track == "preset" and deal.state == State.OFFERED and parties == needed:
        yield "LIC-7: both have signed and nothing moved"
    if canonical_sha256(deal.version.snapshot) != deal.version.sha256:
        yield "LIC-5: the frozen offer is not what its hash says"
    papers = list(
        deal.papers.filter(kind__in=["contract", "notice"], language="zh-hans").values_list("sha256", flat=True)
    )
    if deal.contract_sha256 and papers != [deal.contract_sha256]:
        yield "LIC-6: the paper kept is another one"


def _of_effect(life: Life, deal: Agreement) -> Iterator[str]:
    effective = deal.effective_at is not None
    if effective != (deal.state in (State.ACTIVE, State.ENDED)):
        yield f"LIC-8: {deal.state} with effect {deal.effective_at}"
    burdens = list(Encumbrance.objects.filter(patent=deal.listing.patent_id, reference=deal.reference))
    if len(burdens) != int(effective):
        yield f"LIC-1: {len(burdens)} encumbrances of a license that is {deal.state}"
    if deal.state == State.ACTIVE and deal.ends_on is not None and deal.ends_on < today():
        yield "LIC-11: in force after its last day"
    if deal.state == State.ENDED and any(row.ends_at is None or row.ends_at > timezone.now() for row in burdens):
        if deal.ends_on is None or deal.ends_on >= today() - timedelta(days=1):
            return  # ended within this day
        yield "LIC-11: ended, and the patent is still bound"


def _of_money(deal: Agreement) -> Iterator[str]:
    owed = deal.obligations.all()
    if deal.state in CLOSED_BEFORE and owed.filter(state__in=["due", "future"]).exists():
        yield f"PAY-8: something is owed under a license that is {deal.state}"
    if owed.filter(state="settled").filter(Q(settled_at__isnull=True) | Q(proof={})).exists():
        yield "LIC-A: settled without instant or proof"
    if owed.filter(state="due").filter(Q(due_on__isnull=True) | Q(amount_minor=0)).exists():
        yield "PRESET-2: due without a day or an amount"
    if deal.state == State.ACTIVE and owed.filter(state="future", due_on__isnull=True, trigger="").exists():
        yield "PRESET-2: waits for nothing"
    for report in deal.use_reports.filter(state="given").select_related("obligation"):
        if report.royalty_minor != trials.royalty_of(report.base_minor or 0, report.rate_bp):
            yield "PAY-11: the royalty is not base by rate"
        if bool(report.royalty_minor) != (report.obligation is not None):
            yield "PAY-11: a royalty without a debt"
    first = owed.filter(state="settled").exists()
    conditional = deal.version.snapshot["terms"]["payment_is_condition"] or deal.track == "open"
    price = deal.version.snapshot["terms"]["fee_mode"] in ("fixed", "entry_royalty")
    if deal.effective_at and conditional and price and deal.fee_minor and not first:
        yield "LIC-A: in force before the payment that is its condition"


def _of_trial(deal: Agreement) -> Iterator[str]:
    has_trial = deal.effective_at is not None and deal.version.snapshot["terms"]["fee_mode"] == "free_then_paid"
    if bool(deal.trial) != has_trial:
        yield f"PRESET-2: trial {deal.trial!r} of a license that is {deal.state}"
    if deal.state == State.ENDED and deal.trial == "running":
        yield "PRESET-2: ended without an outcome"
    period = trials.free_period(deal)
    paid = deal.obligations.filter(state="settled").exists()
    if deal.trial == "left" and (paid or period is None or (deal.trial_ended_on or today()) > period.longest):
        yield "PRESET-2: left at no cost after the free period"
    if deal.trial == "converted" and not paid:
        yield "PRESET-2: converted without a payment"
    early = deal.obligations.exclude(state__in=["future", "waived"]).exists()
    if deal.trial == "running" and period is not None and not period.over and early:
        waits = period.claim is not None or deal.claims.exclude(state="dismissed").exists()
        if not waits:
            yield "PRESET-2: something is due within the free period"


def _of_time(deal: Agreement) -> Iterator[str]:
    """Nothing is stuck: what waits has a last day, and it is not behind us."""
    now = timezone.now()
    if deal.state in OPEN_STATES and (deal.acts_until is None or deal.acts_until <= now):
        yield f"LIC-G: {deal.state} without a day to come"
    if deal.claims.filter(state__in=["asserted", "contested"]).filter(
        Q(answer_until__isnull=True) | Q(answer_until__lte=now)
    ):
        yield "PRESET-2: a claim waits for ever"
    if deal.payment_demands.filter(state__in=["running", "run_out"], until__lte=now).exists():
        yield "CC-563: a demand waits for ever"
    late = today() - timedelta(days=1)
    if deal.securities.exclude(state="ended").filter(valid_until__lt=late).exists():
        yield "PRESET-2: an expired security stands"


def _of_patent(life: Life) -> Iterator[str]:
    rows = list(Encumbrance.objects.filter(patent=life.listing.patent_id))
    far = timezone.now() + timedelta(days=40_000)
    for alone in (row for row in rows if row.kind in ALONE):
        for other in rows:
            apart = (alone.ends_at or far) <= other.starts_at or (other.ends_at or far) <= alone.starts_at
            empty = other.ends_at is not None and other.ends_at <= other.starts_at
            if other.pk != alone.pk and not apart and not empty:
                yield f"LIC-1: {alone.kind} beside {other.kind}"
    total = (
        Agreement.objects.filter(listing=life.listing, obligations__state="settled").aggregate(
            paid=Sum("obligations__amount_minor")
        )["paid"]
        or 0
    )
    if total != sum(life.paid):
        yield f"PAY-14: paid {sum(life.paid)}, settled {total}"


def _of_withdrawal(life: Life) -> Iterator[str]:
    declaration = Declaration.objects.filter(listing=life.listing).first()
    if declaration is None or declaration.withdrawn_on is None:
        return
    instant = start_of(declaration.withdrawn_on)
    for deal in Agreement.objects.filter(listing=life.listing, effective_at__isnull=False):
        if deal.effective_at is not None and deal.effective_at >= instant:
            yield "LIC-3: a license took effect after the withdrawal"
        seen = (deal.effective_at, deal.version_id, deal.fee_minor)
        if life.kept.get(deal.pk, seen) != seen:
            yield "LIC-3: an earlier license was altered"


def health(life: Life, deal: Agreement, was: str) -> Iterator[str]:
    """Of a license that has just taken effect: its patent lives (LIC-9)."""
    became = was not in (State.ACTIVE, State.ENDED) and deal.effective_at is not None
    if became and deal.listing.patent.status not in ("in_force", "partly_invalid"):
        yield f"LIC-9: a license on a patent that is {deal.listing.patent.status}"
    if became and deal.effective_at is not None and day_of(deal.effective_at) > today():
        yield "LIC-11: in effect in the future"


def table_is_closed() -> bool:
    """Whether every step named here exists; asked once, so that a renamed step is seen."""
    return {"leave", "end", "terminate", "settle"} <= set(STEPS)
