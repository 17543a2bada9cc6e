"""What a deal puts into its parties' calendars, and into nobody else's."""

from __future__ import annotations

import pytest

from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.lib.terms import day_of, recordal_due
from marketplace.licensing import due
from marketplace.licensing.models import Agreement
from tests.licensing.conftest import ask, send_notice

pytestmark = pytest.mark.django_db


def _keys(user: User) -> list[str]:
    return [one.key for one in due.of_deals(user)]


def test_an_offered_contract_has_its_last_day(offered: Agreement, bob: User) -> None:
    (step,) = due.of_deals(bob)

    assert (step.key, step.on) == (f"step-{offered.reference}-offered", offered.last_day_to_act)


def test_a_license_in_force_has_its_payment_and_its_recordal(active: Agreement, bob: User, alice: User) -> None:
    assert active.effective_at is not None
    found = {one.key: one.on for one in due.of_deals(bob)}
    owed = active.obligations.get()

    assert found == {
        f"recordal-{active.reference}": recordal_due(day_of(active.effective_at)),
        f"payment-{owed.code}": owed.due_on,
    }
    assert sorted(_keys(alice)) == sorted(found)


def test_strangers_and_moderators_have_none_of_it(active: Agreement, mallory: User, moderator: User) -> None:
    assert _keys(mallory) == []
    assert _keys(moderator) == []


def test_a_notice_not_sent_is_not_in_the_licensors_calendar(
    open_listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]
) -> None:
    agreement = ask(open_listing, firm, bob)
    assert _keys(alice) == []

    send_notice(agreement, bob)

    assert [key.partition("-")[0] for key in _keys(alice)] == ["step", "payment"]
