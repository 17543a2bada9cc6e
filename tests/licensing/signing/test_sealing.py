"""Sealing from the outbox: once, however often it comes, and never without a time stamp."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.licensing.models import Agreement, Paper, State
from marketplace.licensing.signing import seal, sealing
from marketplace.licensing.signing.seal import SealUnavailable
from marketplace.notices.models import Message
from marketplace.outbox import worker
from marketplace.outbox.models import Effect
from marketplace.vault import files
from marketplace.vault.models import VaultFile
from tests.licensing.conftest import ask, send_notice

pytestmark = pytest.mark.django_db
NOBODY = "http://127.0.0.1:9/"


def test_a_complete_contract_is_sealed_from_the_outbox(active: Agreement) -> None:
    worker.run_pending()
    papers = list(active.papers.order_by("pk"))

    assert len(papers) == 4
    for paper in papers:
        assert paper.sealed_file is not None
        sealed, shown = files.read(paper.sealed_file), files.read(paper.file)
        assert sealed.startswith(shown)
        assert hashlib.sha256(sealed).hexdigest() == paper.sealed_sha256
        assert hashlib.sha256(shown).hexdigest() == paper.sha256
    assert trail.of(active).filter(action="paper.seal").count() == 4


def test_a_notice_is_sealed_when_it_was_served_whatever_becomes_of_the_payment(
    open_listing: Listing, firm: Organization, bob: User, any_code: list[str]
) -> None:
    agreement = ask(open_listing, firm, bob)
    worker.run_pending()
    assert not agreement.papers.filter(sealed_at__isnull=False).exists()

    send_notice(agreement, bob)
    worker.run_pending()

    agreement.refresh_from_db()
    assert agreement.state == State.NOTICED
    assert {paper.kind: bool(paper.sealed_sha256) for paper in agreement.papers.all()} == {"notice": True}


def test_both_sides_hear_of_it_once(active: Agreement, alice: Any, bob: Any) -> None:
    worker.run_pending()

    told = Message.objects.filter(kind="papers_sealed").values_list("user", flat=True)
    assert sorted(told) == sorted([alice.pk, bob.pk])


def test_five_deliveries_make_one_seal(active: Agreement) -> None:
    paper = active.papers.first()
    assert paper is not None
    for _ in range(5):
        sealing.seal_paper(f"seal:{paper.pk}", {"paper": paper.pk})

    assert VaultFile.objects.filter(name__endswith="-sealed.pdf").count() == 1
    assert trail.of(active).filter(action="paper.seal").count() == 1


def test_the_second_of_two_workers_leaves_the_first_ones_seal(
    active: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = active.papers.first()
    assert paper is not None
    real = seal.seal_pdf

    def meanwhile(pdf: bytes, *, name: str) -> bytes:
        monkeypatch.setattr(seal, "seal_pdf", real)
        sealing.seal_paper("first", {"paper": paper.pk})
        return real(pdf, name=name)

    monkeypatch.setattr(seal, "seal_pdf", meanwhile)
    sealing.seal_paper("second", {"paper": paper.pk})

    paper.refresh_from_db()
    assert paper.sealed_file is not None
    assert hashlib.sha256(files.read(paper.sealed_file)).hexdigest() == paper.sealed_sha256
    assert VaultFile.objects.filter(name__endswith="-sealed.pdf").count() == 1
    assert trail.of(active).filter(action="paper.seal").count() == 1


def test_with_the_authority_down_the_contract_waits_and_is_sealed_later(active: Agreement, settings: Any) -> None:
    settings.TIMESTAMP_URLS = [NOBODY]
    worker.run_pending()
    waiting = Effect.objects.filter(topic="paper.seal", state="pending")

    assert waiting.count() == 4
    assert "NoTimeStamp" in waiting.first().last_error  # type: ignore[union-attr]
    assert active.papers.filter(sealed_sha256="", sealed_at=None, sealed_file=None).count() == 4  # DOC-3
    assert active.state == "active"

    settings.TIMESTAMP_URLS = []
    waiting.update(next_at=timezone.now())
    worker.run_pending()
    assert active.papers.exclude(sealed_sha256="").count() == 4


def test_bytes_that_changed_in_the_vault_are_not_sealed(active: Agreement, settings: Any) -> None:
    paper = active.papers.first()
    assert paper is not None
    (Path(settings.VAULT_ROOT) / paper.file.stored_as).write_bytes(b"%PDF-1.7 something else\n%%EOF\n")

    with pytest.raises(files.Damaged):
        sealing.seal_paper("x", {"paper": paper.pk})
    assert Paper.objects.get(pk=paper.pk).sealed_sha256 == ""


def test_another_file_put_in_its_place_is_not_sealed(active: Agreement) -> None:
    one, other = active.papers.order_by("pk")[:2]
    Paper.objects.filter(pk=one.pk).update(file=other.file)

    with pytest.raises(sealing.ChangedBeforeSeal):
        sealing.seal_paper("x", {"paper": one.pk})
    assert Paper.objects.get(pk=one.pk).sealed_sha256 == ""


def test_moderators_hear_of_seals_that_are_late(active: Agreement, moderator: Any, settings: Any) -> None:
    settings.TIMESTAMP_URLS = [NOBODY]
    sealing.watch()
    assert not Message.objects.filter(kind="seals_late").exists()

    Effect.objects.filter(topic="paper.seal").update(created_at=timezone.now() - timedelta(minutes=16))
    sealing.watch()
    sealing.watch()
    assert [m.user for m in Message.objects.filter(kind="seals_late")] == [moderator]


def test_no_seal_reaches_the_vault_when_it_cannot_be_made(active: Agreement, settings: Any) -> None:
    settings.TIMESTAMP_URLS = [NOBODY]
    paper = active.papers.first()
    assert paper is not None

    with pytest.raises(SealUnavailable):
        sealing.seal_paper("x", {"paper": paper.pk})
    assert not VaultFile.objects.filter(name__endswith="-sealed.pdf").exists()
