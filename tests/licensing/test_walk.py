"""A long walk of chance acts by chance people: whatever happens, the agreement stays a true one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listings.models import Listing, Patent
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.licensing import flow, states
from marketplace.licensing.models import Agreement, ObligationState, State
from tests.licensing.conftest import ask, confirm_all, send_notice, sign

Act = Callable[[Agreement, User], Any]


def _pay(agreement: Agreement, _by: User) -> None:
    for owed in agreement.obligations.all():
        flow.settle(owed, proof={"kind": "bank"})


def _late(agreement: Agreement, _by: User) -> None:
    Agreement.objects.filter(pk=agreement.pk, acts_until__isnull=False).update(
        acts_until=timezone.now() - timedelta(seconds=1)
    )
    flow.lapse_due()


def _over(agreement: Agreement, _by: User) -> None:
    Agreement.objects.filter(pk=agreement.pk, ends_on__isnull=False).update(ends_on=timezone.localdate() - timedelta(9))
    flow.end_due()


def _dies(agreement: Agreement, _by: User) -> None:
    Patent.objects.filter(pk=agreement.listing.patent_id).update(status="lapsed")


ACTS: dict[str, Act] = {
    "confirm": lambda agreement, by: confirm_all(agreement, by),
    "sign": lambda agreement, by: sign(agreement, by),
    "send": lambda agreement, by: send_notice(agreement, by),
    "pay": _pay,
    "cancel": lambda agreement, by: flow.cancel(agreement, by=by),
    "decline": lambda agreement, by: flow.decline(agreement, by=by, reason="不符合"),
    "leave": lambda agreement, by: flow.leave(agreement, by=by),
    "late": _late,
    "over": _over,
    "dies": _dies,
}
STEPS = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(["alice", "bob"])), min_size=3, max_size=9)


def _true(agreement: Agreement) -> None:
    """What holds of every agreement at any time."""
    signed = set(agreement.signatures.values_list("party", flat=True))
    burdens = agreement.listing.patent.encumbrances.filter(reference=agreement.reference).count()
    effective = agreement.effective_at is not None
    assert effective == (agreement.state in ("active", "ended"))
    assert burdens == (1 if effective else 0)
    if agreement.track == "preset" and (effective or agreement.state == "signed"):
        assert signed == {"licensor", "licensee"}
    if agreement.track == "open" and effective:
        assert signed == {"licensee"}
        assert not agreement.obligations.exclude(state=ObligationState.SETTLED).exists()
    if agreement.state in ("cancelled", "declined", "lapsed"):
        assert not agreement.obligations.filter(state__in=["due", "future"]).exists()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, track=st.sampled_from(["preset", "open"]))
def test_no_walk_leads_out_of_the_table(
    steps: list[tuple[str, str]],
    track: str,
    university: Organization,
    firm: Organization,
    alice: User,
    bob: User,
    any_code: list[str],
) -> None:
    from tests.licensing.conftest import make_listing

    with transaction.atomic():
        listing: Listing = make_listing(university, alice, track=track, payment_is_condition=True)
        agreement = ask(listing, firm, bob)
        for name, who in steps:
            was = agreement.state
            try:
                ACTS[name](agreement, {"alice": alice, "bob": bob}[who])
            except (Refused, flow.NotNow, flow.NotPayable, flow.TermsChanged):
                assert Agreement.objects.get(pk=agreement.pk).state == was or name == "pay"
            agreement = Agreement.objects.get(pk=agreement.pk)
            assert agreement.state == was or _reachable(track, was, agreement.state)
            _true(agreement)
        transaction.set_rollback(True)


def _reachable(track: str, old: str, new: str) -> bool:
    """One listed move, or two: a payment may complete what a signature left waiting, in one act of the walk."""
    moves = states.moves()
    return (track, old, new) in moves or any(
        (track, old, between) in moves and (track, between, new) in moves for between in State
    )
