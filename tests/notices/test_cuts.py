"""A mail server whose answer is lost gets the mail again under the same Message-ID; none is lost (OUT-5)."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.notices import digests, kinds, notices, paces
from marketplace.notices.models import Message, Pace
from marketplace.outbox import worker
from marketplace.outbox.models import Effect, EffectState

pytestmark = pytest.mark.django_db
MESSAGES = 120
DELIVERED: list[str] = []
CUTS: list[str] = []
DICE = random.Random(7)  # noqa: S311


class Cut(EmailBackend):
    """Takes the mail; one answer in three is lost on the way back, and one call in six does not get through."""

    def send_messages(self, messages: Any) -> int:
        if DICE.random() < 1 / 6:
            raise ConnectionRefusedError
        DELIVERED.extend(mail.extra_headers["Message-ID"] for mail in messages)
        if DICE.random() < 1 / 3:
            CUTS.extend(mail.extra_headers["Message-ID"] for mail in messages)
            raise ConnectionResetError
        return len(messages)


@pytest.fixture(autouse=True)
def _cut(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_BACKEND = "tests.notices.test_cuts.Cut"
    monkeypatch.setattr(kinds, "_KINDS", {})
    kinds.register("deal_paid", subject="%(what)s", body="b", action="Open")
    DELIVERED.clear()
    CUTS.clear()


def carry_out() -> None:
    """Until nothing is left to do, without waiting for the next try."""
    for _turn in range(40):
        Effect.objects.filter(state=EffectState.PENDING).update(next_at=timezone.now(), attempts=0)
        worker.run_pending()


@pytest.mark.parametrize("pace", [Pace.NOW, Pace.DAILY])
def test_none_is_lost_and_a_second_one_is_seen_as_such(alice: User, bob: User, pace: Pace) -> None:
    for user in (alice, bob):
        paces.choose(user, "deals", pace)
    for number in range(MESSAGES // 2):
        with transaction.atomic():
            notices.tell([alice, bob], "deal_paid", key=f"k{number}", path=f"/deals/{number}/", what=str(number))
    Message.objects.filter(mail_at__isnull=False).update(mail_at=timezone.now())
    digests.leave_due()

    carry_out()

    mails = MESSAGES if pace == Pace.NOW else 2
    assert not Message.objects.filter(mailed_at=None).exists()
    assert len(set(DELIVERED)) == mails
    again = {name: times - 1 for name, times in Counter(DELIVERED).items() if times > 1}
    assert again == dict(Counter(CUTS)) or sum(again.values()) <= len(CUTS)
    if pace == Pace.NOW:
        assert CUTS
