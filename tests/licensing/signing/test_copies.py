"""Signing on paper: a scan counts when the other side says so, and not before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from listings.models import Listing
from marketplace.accounts.models import Organization, SigningAuthority, User
from marketplace.audit import trail
from marketplace.demo import evidence
from marketplace.lib.findings import Refused
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement, Paper, StampedCopy
from marketplace.licensing.signing import copies, which
from marketplace.licensing.signing.doors import Signing
from marketplace.notices.models import Message
from marketplace.vault.files import BadFile
from marketplace.vault.models import VaultFile
from marketplace.vault.reading import may_read
from tests.licensing.conftest import ask, confirm_all, sign
from tests.licensing.signing.papers import further, sign_paper

pytestmark = pytest.mark.django_db
SCAN = evidence.page("盖章扫描件（示例）")


@pytest.fixture
def waiting(listing: Listing, firm: Organization, bob: User) -> Agreement:
    """Both sides sign themselves; Bob has confirmed every clause."""
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    return agreement


def hand_in(agreement: Agreement, by: User, **facts: Any) -> StampedCopy:
    """The scan of the contract's paper."""
    paper = which.own_paper(agreement)
    told = {"document_sha256": paper.sha256, "data": SCAN, "name": "scan.pdf", "address": "192.0.2.9"} | facts
    data, name = told.pop("data"), told.pop("name")
    return copies.hand_in(paper, Signing.now(by, **told), data=data, name=name)


def test_a_scan_alone_is_no_signature(waiting: Agreement, alice: User, bob: User) -> None:
    copy = hand_in(waiting, bob)

    assert copy.state == "waiting"
    assert (copy.sha256, copy.document_sha256) == (hashlib.sha256(SCAN).hexdigest(), waiting.contract_sha256)
    assert not waiting.signatures.exists()
    assert Message.objects.get(kind="copy_look").user == alice


def test_with_the_other_sides_word_it_is_a_signature_called_paper(waiting: Agreement, alice: User, bob: User) -> None:
    copy = hand_in(waiting, bob)
    confirmed = copies.confirm(copy, by=alice)

    signature = waiting.signatures.get()
    kept = signature.evidence["copy"]
    assert (signature.method, signature.party, signature.user) == ("paper", "licensee", bob)
    assert (signature.document_sha256, kept["sha256"]) == (waiting.contract_sha256, copy.sha256)
    assert (kept["confirmed_by"], kept["confirmed_for"]) == ("Alice", waiting.licensor.name)
    assert (confirmed.state, confirmed.answered_by) == ("confirmed", alice)
    told = [entry.action for entry in trail.of(waiting).order_by("number")]
    assert told[-3:] == ["copy.hand_in", "copy.confirm", "agreement.sign"]


def test_both_sides_on_paper_bring_the_license_into_force(
    waiting: Agreement, alice: User, bob: User, any_code: list[str]
) -> None:
    copies.confirm(hand_in(waiting, bob), by=alice)
    copies.confirm(hand_in(waiting, alice), by=bob)

    waiting.refresh_from_db()
    assert waiting.state == "active"
    assert set(waiting.signatures.values_list("method", flat=True)) == {"paper"}
    assert any_code == []  # nobody was asked for a code


def test_a_further_paper_is_signed_on_paper_as_well(active: Agreement, alice: User, bob: User) -> None:
    paper = further(active)
    copy = copies.hand_in(paper, Signing.now(bob, paper.sha256), data=SCAN, name="scan.pdf")
    copies.confirm(copy, by=alice)
    done = sign_paper(paper, alice)

    assert done.completed_at is not None
    assert sorted(paper.signatures.values_list("method", flat=True)) == ["click", "paper"]


@pytest.mark.parametrize("who", ["bob", "mallory", "moderator"])
def test_only_the_other_side_answers(
    waiting: Agreement, bob: User, mallory: User, moderator: User, strangers: Organization, who: str
) -> None:
    copy = hand_in(waiting, bob)
    with pytest.raises(flow.NotYours):
        copies.confirm(copy, by={"bob": bob, "mallory": mallory, "moderator": moderator}[who])
    assert not waiting.signatures.exists()


def test_a_person_of_both_sides_does_not_confirm_his_own_scan(waiting: Agreement, bob: User) -> None:
    from marketplace.accounts.models import Membership

    Membership.objects.create(user=bob, organization=waiting.licensor, role="owner")
    copy = hand_in(waiting, bob)
    with pytest.raises(flow.NotYours):
        copies.confirm(copy, by=bob)


def test_a_refusal_says_why_and_a_new_scan_can_follow(waiting: Agreement, alice: User, bob: User) -> None:
    copy = hand_in(waiting, bob)
    with pytest.raises(Refused):
        copies.decline(copy, by=alice, reason="  ")
    copies.decline(copy, by=alice, reason="第 3 页缺失")
    with pytest.raises(flow.NotNow):
        copies.confirm(copy, by=alice)

    assert not waiting.signatures.exists()
    assert "第 3 页缺失" in Message.objects.get(kind="copy_refused", user=bob).body
    copies.confirm(hand_in(waiting, bob), by=alice)
    assert waiting.signatures.count() == 1


def test_one_scan_waits_at_a_time(waiting: Agreement, bob: User) -> None:
    hand_in(waiting, bob)
    before = VaultFile.objects.count()
    with pytest.raises(flow.NotNow):
        hand_in(waiting, bob)
    assert (StampedCopy.objects.count(), VaultFile.objects.count()) == (1, before)


def test_a_scan_that_was_taken_back_is_not_confirmed(waiting: Agreement, alice: User, bob: User) -> None:
    copy = hand_in(waiting, bob)
    with pytest.raises(flow.NotYours):
        copies.take_back(copy, by=alice)
    copies.take_back(copy, by=bob)
    with pytest.raises(flow.NotNow):
        copies.confirm(copy, by=alice)
    assert not waiting.signatures.exists()


def test_who_signed_meanwhile_in_another_way_needs_no_scan(
    waiting: Agreement, alice: User, bob: User, any_code: list[str]
) -> None:
    copy = hand_in(waiting, bob)
    sign(waiting, bob)

    copy.refresh_from_db()
    assert copy.state == "withdrawn"
    with pytest.raises(flow.AlreadySigned):
        copies.confirm(copy, by=alice)
    assert waiting.signatures.count() == 1


def test_an_authority_revoked_before_the_answer_leaves_no_signature(waiting: Agreement, alice: User, bob: User) -> None:
    copy = hand_in(waiting, bob)
    SigningAuthority.objects.filter(user=bob).update(state="revoked", revoked_at=timezone.now())
    with pytest.raises(Refused):
        copies.confirm(copy, by=alice)

    copy.refresh_from_db()
    assert (copy.state, waiting.signatures.exists()) == ("waiting", False)


def test_other_bytes_than_the_paper_are_not_what_was_printed(waiting: Agreement, bob: User) -> None:
    with pytest.raises(Refused) as refused:
        hand_in(waiting, bob, document_sha256="ab" * 32)
    assert refused.value.findings[0].rule == "LIC-6"
    assert not StampedCopy.objects.exists()


@pytest.mark.parametrize("data", [b"", b"MZ\x90\x00 a program", b"%PDF-1.7" + b"0" * (10 * 2**20)])
def test_what_is_no_scan_is_not_kept(waiting: Agreement, bob: User, data: bytes) -> None:
    with pytest.raises(BadFile):
        hand_in(waiting, bob, data=data)
    assert not StampedCopy.objects.exists()


def test_the_wait_has_an_end_a_reminder_and_time_left_afterwards(waiting: Agreement, alice: User, bob: User) -> None:
    Agreement.objects.filter(pk=waiting.pk).update(acts_until=timezone.now() + timedelta(hours=1))
    copy = hand_in(waiting, bob)
    waiting.refresh_from_db()
    assert waiting.acts_until == copy.answer_until + timedelta(days=3)

    assert copies.due() == 0
    with time_machine.travel(copy.answer_until - timedelta(days=1)):
        assert (copies.due(), copies.due()) == (1, 0)
        assert Message.objects.filter(kind="copy_remind", user=alice).count() == 1
    with time_machine.travel(copy.answer_until + timedelta(seconds=1)):
        with pytest.raises(flow.NotNow):
            copies.confirm(copy, by=alice)
        assert (copies.due(), copies.due()) == (1, 0)
    copy.refresh_from_db()
    assert (copy.state, Message.objects.get(kind="copy_lapsed").user) == ("lapsed", bob)
    assert not waiting.signatures.exists()


def test_the_database_keeps_answers_whole(waiting: Agreement, alice: User, bob: User) -> None:
    copy = hand_in(waiting, bob)
    for fields in ({"state": "refused", "answered_by": alice, "answered_at": timezone.now()}, {"state": "confirmed"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            StampedCopy.objects.filter(pk=copy.pk).update(**fields)


def test_the_parties_read_the_scan_and_nobody_else(
    waiting: Agreement, alice: User, bob: User, mallory: User, strangers: Organization
) -> None:
    copy = hand_in(waiting, bob)
    assert [may_read(user, copy.file) for user in (alice, bob, mallory)] == [True, True, False]


def test_from_the_page_of_one_side_to_the_page_of_the_other(
    waiting: Agreement, alice: User, bob: User, log_in: Callable[[User], Client]
) -> None:
    paper = Paper.objects.get(sha256=waiting.contract_sha256)
    browser = log_in(bob)
    browser.cookies["django_language"] = "en"
    page = browser.get(reverse("licensing:sign", args=[waiting.code])).content.decode()
    path = reverse("licensing:hand_in_copy", args=[waiting.code, paper.pk])
    assert path in page
    bad = browser.post(path, {"document_sha256": paper.sha256, "scan": SimpleUploadedFile("x.pdf", b"MZ")})
    good = browser.post(path, {"document_sha256": paper.sha256, "scan": SimpleUploadedFile("x.pdf", SCAN)})
    assert (bad.status_code, good.status_code) == (422, 302)

    copy = StampedCopy.objects.get()
    place = reverse("licensing:stamped_copy", args=[waiting.code, copy.code])
    assert "Take the scan back" in browser.get(place).content.decode()
    browser = log_in(alice)
    looked = browser.get(place).content.decode()
    assert copy.sha256 in looked
    assert browser.post(place, {"decline": "1", "reason": ""}).status_code == 422
    assert browser.post(place, {"confirm": "1"}).status_code == 302
    assert waiting.signatures.get().method == "paper"


def test_a_stranger_meets_404(
    waiting: Agreement, bob: User, mallory: User, strangers: Organization, log_in: Callable[[User], Client]
) -> None:
    copy = hand_in(waiting, bob)
    path = reverse("licensing:stamped_copy", args=[waiting.code, copy.code])
    assert log_in(mallory).get(path).status_code == 404
