"""A license in force on other terms: only signed by both, only from then on, what was paid stays paid (LIC-10)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from listings import negotiated
from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused
from marketplace.lib.terms import add_months, today
from marketplace.licensing import flow
from marketplace.licensing.flow import changing, talk_clock
from marketplace.licensing.models import Agreement, Amendment, Negotiation, Paper, Party
from marketplace.licensing.pages import signing_now
from marketplace.licensing.signing import acts
from marketplace.licensing.signing.doors import Signing
from marketplace.licensing.terms import effective
from tests.licensing.changes.conftest import accept, confirm_change, counter, live, run_outbox
from tests.licensing.conftest import CODE, ask, confirm_all, make_listing, send_notice, sign, sign_term_sheet

pytestmark = pytest.mark.django_db


def change(agreement: Agreement, by: User, **changes: Any) -> Negotiation:
    before = negotiated.starting(effective.snapshot_of(agreement), agreement.licensee_class)
    return changing.change(agreement, by=by, terms=before | changes, reason="产量下降")


def put_name(amendment: Amendment, by: User) -> Paper:
    assert amendment.paper is not None
    if amendment.agreement.party_of(by) == Party.LICENSEE:
        confirm_change(amendment, by)
    return acts.sign_paper(amendment.paper, Signing.now(by, amendment.paper.sha256, code=CODE))


def amendment_of(negotiation: Negotiation) -> Amendment:
    return Amendment.objects.get(proposal=live(negotiation))


def amended(agreement: Agreement, bob: User, alice: User, **changes: Any) -> Amendment:
    """Bob asks, Alice accepts, both sign, the clock has seen it."""
    made = amendment_of(accept(change(agreement, bob, **changes), alice))
    put_name(made, bob)
    put_name(made, alice)
    run_outbox()
    made.refresh_from_db()
    return made


@pytest.fixture
def yearly(university: Organization, firm: Organization, alice: User, bob: User, any_code: list[str]) -> Agreement:
    """¥30,000 every year for five years, in force, the first year paid."""
    listing = make_listing(university, alice, fee_per_year=True)
    sign_term_sheet(listing, alice)
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    agreement = sign(agreement, bob)
    flow.settle(agreement.obligations.get(number=1), proof={"kind": "bank"})
    return agreement


def test_an_amendment_that_one_side_signed_changes_nothing(yearly: Agreement, alice: User, bob: User) -> None:
    before = list(yearly.obligations.order_by("number").values_list("amount_minor", "state"))
    made = amendment_of(accept(change(yearly, bob, fee_minor=2_000_000), alice))

    put_name(made, bob)
    run_outbox()

    made.refresh_from_db()
    assert made.state == "signing"
    assert effective.version_of(yearly) == yearly.version
    assert list(yearly.obligations.order_by("number").values_list("amount_minor", "state")) == before


def test_signed_by_both_the_new_price_is_owed_from_then_on_and_the_paid_year_stays(
    yearly: Agreement, alice: User, bob: User
) -> None:
    made = amended(yearly, bob, alice, fee_minor=2_000_000)

    rows = list(yearly.obligations.order_by("number").values_list("number", "amount_minor", "state"))
    assert rows[0] == (1, 3_000_000, "settled")
    assert rows[1:] == [(n, 2_000_000, "future") for n in range(2, 6)]
    assert (made.state, made.before, made.starts_on) == ("in_force", yearly.version, today())
    assert effective.snapshot_of(yearly)["terms"]["fee_minor"] == 2_000_000
    yearly.refresh_from_db()
    assert yearly.version.snapshot["terms"]["fee_minor"] == 3_000_000


def test_a_longer_term_moves_the_last_day_the_debts_and_the_encumbrance(
    yearly: Agreement, alice: User, bob: User
) -> None:
    amended(yearly, bob, alice, months=72)

    yearly.refresh_from_db()
    assert yearly.ends_on == add_months(today(), 72) - timedelta(days=1)
    assert yearly.obligations.count() == 6
    row = yearly.listing.patent.encumbrances.get(reference=yearly.reference)
    assert row.ends_at is not None
    assert timezone.localtime(row.ends_at).date() == add_months(today(), 72)


def test_a_shorter_term_drops_the_years_that_never_come(yearly: Agreement, alice: User, bob: User) -> None:
    amended(yearly, bob, alice, months=24)

    states = list(yearly.obligations.order_by("number").values_list("state", flat=True))
    assert states == ["settled", "future", "waived", "waived", "waived"]


def test_a_term_that_has_passed_is_refused(yearly: Agreement, alice: User, bob: User) -> None:
    Agreement.objects.filter(pk=yearly.pk).update(effective_at=timezone.now() - timedelta(days=800))

    with pytest.raises(Refused) as refused:
        accept(change(yearly, bob, months=12), alice)

    assert refused.value.findings[0].rule == "CC-562"
    assert not Amendment.objects.exists()


def test_the_chain_of_versions_has_a_link_for_each_amendment(yearly: Agreement, alice: User, bob: User) -> None:
    first = amended(yearly, bob, alice, fee_minor=2_000_000)
    second = amended(yearly, alice, bob, fee_minor=2_500_000)

    assert [one.number for one in effective.chain(yearly)] == [1, 2]
    assert second.before == first.version
    assert effective.snapshot_of(yearly)["terms"]["fee_minor"] == 2_500_000
    assert yearly.papers.filter(kind="amendment", language="zh-hans").count() == 2


def test_a_counter_voids_an_amendment_that_waits_for_its_second_signature(
    yearly: Agreement, alice: User, bob: User
) -> None:
    negotiation = accept(change(yearly, bob, fee_minor=2_000_000), alice)
    made = amendment_of(negotiation)
    put_name(made, alice)
    address = reverse("licensing:sign_paper", args=[yearly.code, made.paper_id])
    assert address in [one.url for one in signing_now.of(yearly, bob)]

    counter(negotiation, bob, fee_minor=1_500_000)

    with pytest.raises(flow.NotNow):
        put_name(made, bob)
    run_outbox()
    made.refresh_from_db()
    assert made.state == "void"
    assert address not in [one.url for one in signing_now.of(yearly, bob)]
    assert made.paper is not None
    assert made.paper.completed_at is None
    assert set(yearly.obligations.filter(state="future").values_list("amount_minor", flat=True)) == {3_000_000}


def test_an_open_license_is_never_amended(
    open_listing: Listing, firm: Organization, bob: User, any_code: list[str]
) -> None:
    agreement = send_notice(ask(open_listing, firm, bob), bob)
    flow.settle(agreement.obligations.get(), proof={"kind": "bank"})
    agreement.refresh_from_db()

    with pytest.raises(Refused) as refused:
        change(agreement, bob, fee_minor=1)

    assert refused.value.findings[0].rule == "TRACK-1"
    assert not Negotiation.objects.exists()


def test_a_payment_of_the_old_amount_after_the_amendment_is_not_taken(
    university: Organization, firm: Organization, alice: User, bob: User, any_code: list[str]
) -> None:
    listing = make_listing(university, alice)
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    sign(agreement, bob)
    agreement = sign(agreement, alice)
    owed = agreement.obligations.get()
    amended(agreement, bob, alice, fee_minor=2_000_000)

    with pytest.raises(flow.NotPayable):
        flow.settle(owed, proof={"kind": "bank", "amount_minor": 3_000_000, "currency": "CNY"})

    owed.refresh_from_db()
    assert (owed.state, owed.amount_minor) == ("due", 2_000_000)


def test_an_amendment_nobody_signs_lapses_and_the_license_goes_on(yearly: Agreement, alice: User, bob: User) -> None:
    negotiation = accept(change(yearly, bob, fee_minor=2_000_000), alice)
    Negotiation.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    talk_clock.talks_due()

    negotiation.refresh_from_db()
    yearly.refresh_from_db()
    assert negotiation.state == "lapsed"
    assert Amendment.objects.get().state == "void"
    assert yearly.state == "active"


def test_a_renewal_on_todays_terms_adds_a_term_and_its_debts(yearly: Agreement, alice: User, bob: User) -> None:
    old_end = yearly.ends_on
    assert old_end is not None
    negotiation = changing.renew(yearly, by=bob)
    made = amendment_of(negotiation)
    put_name(made, bob)
    put_name(made, alice)
    run_outbox()

    yearly.refresh_from_db()
    made.refresh_from_db()
    begins = old_end + timedelta(days=1)
    assert (made.renews, made.starts_on) == (True, begins)
    assert yearly.ends_on == add_months(begins, 60) - timedelta(days=1)
    assert yearly.obligations.count() == 10
    assert yearly.obligations.filter(number=6).get().state == "future"
    assert effective.version_of(yearly) == yearly.version
    assert effective.version_of(yearly, on=begins) == made.version


def test_a_renewal_has_no_second_free_period(
    university: Organization, firm: Organization, alice: User, bob: User, any_code: list[str]
) -> None:
    trial: dict[str, Any] = {
        "fee_mode": "free_then_paid",
        "free_months": 12,
        "trigger": "date",
        "later_mode": "deferred",
    }
    listing = make_listing(university, alice, nonpayment="停止使用", **trial)
    sign_term_sheet(listing, alice)
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    agreement = sign(agreement, bob)

    told = live(changing.renew(agreement, by=bob)).terms

    assert (told["fee_mode"], told["free_months"], told["fee_minor"]) == ("fixed", 0, 3_000_000)


def test_a_free_period_is_neither_put_in_nor_taken_out(yearly: Agreement, bob: User) -> None:
    trial = {"fee_mode": "free_then_paid", "free_months": 6, "trigger": "date", "later_mode": "deferred"}

    with pytest.raises(Refused) as refused:
        change(yearly, bob, nonpayment="停止使用", **trial)

    assert refused.value.findings[0].rule == "PRESET-2"
    assert not Negotiation.objects.exists()
