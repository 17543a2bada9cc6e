"""What is past its time is deleted at night, and nothing before (KEEP-1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from marketplace.accounts import orphans
from marketplace.accounts.models import LogIn, OneTimeCode, PersonalCopy, Role, SigningAuthority, User
from marketplace.accounts.privacy import copying, retention
from marketplace.audit.verify import verify
from marketplace.lib import personal
from marketplace.licensing.personal import kept_until
from marketplace.notices.models import Message
from marketplace.outbox.models import Effect
from marketplace.outbox.worker import run_pending
from tests.listings.making import firm, member
from tests.personal.conftest import live_a_little

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def lived(alice: User) -> User:
    with time_machine.travel(START, tick=False):
        live_a_little(alice)
        copying.ask(alice)
        run_pending()
    return alice


def after(days: int) -> dict[str, int]:
    with time_machine.travel(START + timedelta(days=days), tick=False):
        return retention.run()


@pytest.mark.parametrize(
    ("model", "last_day"),
    [(LogIn, 184), (OneTimeCode, 1), (Message, 731), (PersonalCopy, 37)],
)
def test_rows_live_until_their_last_day_and_not_longer(lived: User, model: Any, last_day: int) -> None:
    rows = model.objects.count()

    after(last_day)
    assert model.objects.count() == rows
    after(last_day + 1)

    assert model.objects.count() == 0


def test_the_zip_of_a_copy_goes_after_seven_days(lived: User) -> None:
    after(6)
    assert PersonalCopy.objects.get().data is not None

    after(8)

    assert PersonalCopy.objects.get().data is None


def test_effects_keep_their_key_and_lose_what_they_carried(lived: User) -> None:
    keys = set(Effect.objects.values_list("key", flat=True))

    after(40)

    assert set(Effect.objects.values_list("key", flat=True)) == keys
    assert set(map(str, Effect.objects.values_list("payload", flat=True))) == {"{}"}


def test_a_room_that_fails_stops_no_other(lived: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        raise RuntimeError

    monkeypatch.setitem(personal._SWEEPS, "a.broken", broken)

    deleted = after(200)

    assert deleted["a.broken"] == -1
    assert deleted["accounts.log_ins"] == 1


def test_the_command_says_what_it_deleted(lived: User) -> None:
    LogIn.objects.update(at=timezone.now() - timedelta(days=400))
    out = StringIO()

    call_command("retention", stdout=out)

    assert "accounts.log_ins: 1" in out.getvalue()
    verify()


@pytest.mark.parametrize(
    ("ends", "closed", "last"),
    [
        (date(2026, 5, 31), None, date(2029, 5, 31)),
        (None, date(2024, 2, 29), date(2027, 2, 28)),
        (date(2026, 5, 31), date(2027, 1, 1), date(2030, 1, 1)),
        (None, None, None),
    ],
)
def test_papers_of_a_deal_are_kept_three_years_after_its_end(ends: Any, closed: Any, last: Any) -> None:
    assert kept_until(ends, closed) == last


def test_rights_that_outlived_their_membership_are_ended_at_night(alice: User, bob: User) -> None:
    shop = firm()
    for user in (alice, bob):
        member(user, shop, Role.SIGNATORY)
        SigningAuthority.objects.create(
            user=user, organization=shop, basis="legal_representative", state="confirmed", valid_from=date(2026, 1, 1)
        )
    shop.memberships.filter(user=bob).update(ended_at=timezone.now())

    assert orphans.end() == 1

    assert dict(SigningAuthority.objects.values_list("user", "state")) == {alice.pk: "confirmed", bob.pk: "revoked"}
    assert orphans.end() == 0
