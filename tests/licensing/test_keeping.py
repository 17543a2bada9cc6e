"""A deal past its time is emptied by the clock: people go, hashes, money and the trail stay (KEEP-1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.audit import trail, verify
from marketplace.licensing.flow import keeping
from marketplace.licensing.models import Agreement, LegalHold
from marketplace.vault import upkeep
from marketplace.vault.models import VaultFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(active: Agreement) -> Agreement:
    """Ended and paid."""
    active.obligations.update(state="waived")
    now = timezone.now()
    Agreement.objects.filter(pk=active.pk).update(state="ended", closed_at=now, ends_on=now.date())
    active.refresh_from_db()
    return active


def after(deal: Agreement, days: int) -> time_machine.travel:
    """So many days after the last day of keeping."""
    last = keeping.last_day(deal)
    assert last is not None
    return time_machine.travel(timezone.now() + (last - timezone.localdate()) + timedelta(days=days), tick=False)


def test_on_the_last_day_all_is_there_and_two_days_later_people_are_gone(over: Agreement, alice: User) -> None:
    hashes = list(over.papers.order_by("pk").values_list("sha256", flat=True))
    with after(over, 0):
        assert keeping.empty_due() == 0
    assert over.signatures.count() == 2
    with after(over, 2):
        assert (keeping.empty_due(), keeping.empty_due()) == (1, 0)

    over.refresh_from_db()
    assert (over.signatures.count(), over.confirmations.count(), over.intended_use) == (0, 0, "")
    assert list(over.papers.order_by("pk").values_list("sha256", flat=True)) == hashes
    assert over.obligations.exists()
    kept = VaultFile.objects.filter(subject_type="licensing.agreement", subject_id=str(over.pk))
    assert not kept.filter(deleted_at__isnull=True).exists()
    assert list(upkeep.damaged()) == []
    assert not Agreement.objects.visible_to(alice).filter(pk=over.pk).exists()
    verify.verify()  # raises where the chain is broken
    told = trail.of(over).latest("number")
    assert (told.action, told.facts["deleted"]["signatures"]) == ("agreement.empty", 2)


def test_a_legal_hold_keeps_all_of_it_until_it_is_lifted(over: Agreement, alice: User) -> None:
    hold = LegalHold.objects.create(agreement=over, reason="诉讼", by=alice)
    with after(over, 2):
        held = keeping.empty_due()
        signatures = over.signatures.count()
        LegalHold.objects.filter(pk=hold.pk).update(lifted_at=timezone.now(), lifted_by=alice)
        lifted = keeping.empty_due()

    assert (held, signatures, lifted) == (0, 2, 1)


def test_who_still_owes_is_not_forgotten(over: Agreement) -> None:
    over.obligations.update(state="due")
    with after(over, 2):
        assert keeping.empty_due() == 0
    assert over.signatures.count() == 2


def test_the_database_lets_no_signature_go_before(over: Agreement) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        over.signatures.all().delete()

    assert over.signatures.count() == 2
