"""Security for deferred fees, and the file that a bank or insurer is given only with the licensee's consent."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.audit.models import Entry
from marketplace.lib import sheets
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.licensing import due, flow
from marketplace.licensing.models import Agreement, Security
from tests.licensing.test_trials import begin, days_later, told


@pytest.fixture
def trial(listing: Listing, firm: Organization, bob: User, alice: User, any_code: list[str]) -> Agreement:
    """Free until the first revenue."""
    return begin(listing, firm, bob, alice)


def recorded(trial: Agreement, by: User, **facts: Any) -> Security:
    said: dict[str, Any] = {
        "kind": "guarantee",
        "provider": "示范银行（示例）",
        "number": "BH-2026-001",
        "amount_minor": 800_000,
        "valid_until": today() + timedelta(days=400),
    }
    return flow.record_security(trial, by=by, **(said | facts))


def test_what_one_side_records_the_other_confirms(trial: Agreement, bob: User, alice: User) -> None:
    security = recorded(trial, bob)
    assert (security.state, told(alice, "security_recorded"), told(bob, "security_recorded")) == ("recorded", 1, 0)
    with pytest.raises(flow.NotYours):
        flow.confirm_security(security, by=bob)

    security = flow.confirm_security(security, by=alice)

    assert (security.state, security.confirmed_by) == ("confirmed", alice)


@pytest.mark.parametrize(
    ("facts", "field"), [({"amount_minor": 0}, "amount"), ({"valid_until": today()}, "valid_until")]
)
def test_a_security_of_nothing_or_of_yesterday_is_refused(
    trial: Agreement, bob: User, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        recorded(trial, bob, **facts)

    assert refused.value.findings[0].field == field
    assert not Security.objects.exists()


def test_the_same_paper_is_recorded_once(trial: Agreement, bob: User, alice: User) -> None:
    recorded(trial, bob)
    with pytest.raises(Refused):
        recorded(trial, alice)

    assert Security.objects.count() == 1


def test_a_security_is_released_by_the_licensor_alone_and_expires_by_itself(
    trial: Agreement, bob: User, alice: User
) -> None:
    security = recorded(trial, bob)
    with pytest.raises(flow.NotYours):
        flow.end_security(security, by=bob)
    assert flow.end_security(security, by=alice).state == "ended"

    recorded(trial, bob, number="BH-2", valid_until=today() + timedelta(days=5))
    with days_later(5):
        assert flow.expire() == 0
    with days_later(6):
        assert flow.expire() == 1
    assert set(Security.objects.values_list("state", flat=True)) == {"ended"}


def test_its_last_day_is_in_both_calendars(trial: Agreement, bob: User, alice: User) -> None:
    security = recorded(trial, bob)

    for person in (bob, alice):
        assert {one.key: one.on for one in due.of_deals(person)}[f"security-{security.pk}"] == security.valid_until


def test_without_the_licensees_consent_nobody_gets_the_file(trial: Agreement, bob: User, alice: User) -> None:
    for person in (bob, alice):
        with pytest.raises(Refused):
            flow.hand_out(trial, by=person)
    with pytest.raises(flow.NotYours):
        flow.disclose(trial, by=alice, recipient="示范银行")

    assert not Entry.objects.filter(facts__step="hand_out").exists()


def test_with_consent_both_sides_get_it_and_each_time_is_recorded(trial: Agreement, bob: User, alice: User) -> None:
    flow.disclose(trial, by=bob, recipient="=示范银行")
    recorded(trial, bob, provider="=HYPERLINK(1)")

    data = flow.hand_out(trial, by=alice)

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = sorted(name.split("/")[1] for name in archive.namelist())
        folder = trial.reference
        rows = sheets.read(archive.read(f"{folder}/payments.xlsx"), "payments.xlsx").rows
        securities = sheets.read(archive.read(f"{folder}/securities.xlsx"), "securities.xlsx").rows
        status = json.loads(archive.read(f"{folder}/status.json"))
        contract = archive.read(f"{folder}/contract-zh-hans.pdf")
    assert {"README.txt", "payments.xlsx", "securities.xlsx", "status.json", "contract-zh-hans.pdf"} <= set(names)
    assert rows[1][2] == "¥8,000"
    assert securities[1][1] == "=HYPERLINK(1)"  # text, not a formula
    assert status["contract_sha256"] == hashlib.sha256(contract).hexdigest()
    entry = Entry.objects.get(facts__step="hand_out")
    assert (entry.by, entry.facts["sha256"]) == (alice, hashlib.sha256(data).hexdigest())


def test_a_consent_ends_after_ninety_days_or_when_it_is_taken_back(trial: Agreement, bob: User, alice: User) -> None:
    consent = flow.disclose(trial, by=bob, recipient="示范银行")
    with pytest.raises(flow.NotNow):
        flow.disclose(trial, by=bob, recipient="另一家")
    flow.withdraw_disclosure(consent, by=bob)
    with pytest.raises(Refused):
        flow.hand_out(trial, by=bob)

    flow.disclose(trial, by=bob, recipient="示范银行")
    with days_later(91):
        with pytest.raises(Refused):
            flow.hand_out(trial, by=bob)
        assert flow.expire() == 1
