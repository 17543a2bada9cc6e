"""A co-owner's consent by link: bound to its address and its terms, given once, on file at once."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone

from listings import flow, rules
from listings.asking import entry
from listings.models import Asking, AskingState, Listing, Patent
from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.lib.findings import Refused, blocking
from marketplace.outbox.models import Effect
from marketplace.vault import files
from tests.listings.asking.doors import code, fields, go_in, link, mails_to, newest
from tests.listings.test_owner_pages import as_, english
from tests.vault.making import pdf

OWNER, ADDRESS = "示范设计院", "zhao@design.example"
Box = list[EmailMessage]


@pytest.fixture
def owned(open_draft: Listing, patent: Patent) -> Listing:
    """A draft on the open track that still lacks a co-owner's consent."""
    patent.patentee = f"{patent.patentee};{OWNER}"
    patent.save()
    return open_draft


@pytest.fixture
def asked(owned: Listing, alice: User) -> Asking:
    return flow.ask_consent(owned, owner=OWNER, name="赵主任", email=ADDRESS, by=alice)


def blocks(listing: Listing) -> list[str]:
    return [finding.rule for finding in blocking(rules.check(Listing.objects.get(pk=listing.pk)))]


def test_the_answer_is_put_on_file_and_opens_the_gate(owned: Listing, asked: Asking, mailoutbox: Box) -> None:
    assert blocks(owned) == ["GATE-8"]
    client, token = go_in(mailoutbox, ADDRESS)
    page = client.get(f"/consent/{token}/").content.decode()
    assert asked.sha256 in page
    assert owned.patent.title in page
    assert "¥30,000" in page

    answer = client.post(f"/consent/{token}/answer/", fields(asked), REMOTE_ADDR="192.0.2.7")

    assert answer.status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.answer_name, asked.answer_capacity) == ("agreed", "李院长", "院长")
    assert asked.answer_address == "192.0.2.7"
    row = owned.patent.co_owners.get(name=OWNER)
    assert row.consent is not None
    assert row.consent.kind == "co_owner_consent"
    assert files.read(row.consent).startswith(b"%PDF")
    assert blocks(owned) == []
    assert "asking.answer" in [one.action for one in trail.of(owned)]


def test_what_is_asked_is_frozen_byte_for_byte(owned: Listing, asked: Asking, alice: User, mailoutbox: Box) -> None:
    client, token = go_in(mailoutbox, ADDRESS)
    data = client.get(f"/consent/{token}/question/").content
    assert hashlib.sha256(data).hexdigest() == asked.sha256
    told = json.loads(data)
    assert len(told["zh-hans"]["lines"]) == len(told["en"]["lines"])
    assert ["Patentee", f"{owned.organization.name};{OWNER}"] in told["en"]["lines"]

    flow.edit(owned, by=alice, draft=flow.Draft(terms={"fee_minor": 9_900_000}))

    page = client.get(f"/consent/{token}/").content.decode()
    assert "¥30,000" in page
    assert "¥99,000" not in page
    with pytest.raises(IntegrityError), transaction.atomic():
        Asking.objects.filter(pk=asked.pk).update(body="{}")


def test_a_consent_to_other_terms_counts_no_more(owned: Listing, asked: Asking, alice: User, mailoutbox: Box) -> None:
    client, token = go_in(mailoutbox, ADDRESS)
    client.post(f"/consent/{token}/answer/", fields(asked))
    assert blocks(owned) == []

    flow.edit(owned, by=alice, draft=flow.Draft(terms={"fee_minor": 2_900_000}))
    assert blocks(owned) == ["GATE-8"]

    flow.edit(owned, by=alice, draft=flow.Draft(terms={"fee_minor": 3_000_000}))
    assert blocks(owned) == []


def test_a_refusal_needs_a_reason_and_reaches_the_lister(asked: Asking, alice: User, mailoutbox: Box) -> None:
    client, token = go_in(mailoutbox, ADDRESS)
    page = client.post(f"/consent/{token}/answer/", fields(asked, agreed="no"))
    assert page.status_code == 422
    assert "Say why you refuse" in page.content.decode()
    assert "李院长" in page.content.decode()
    asked.refresh_from_db()
    assert asked.state == AskingState.WAITING

    client.post(f"/consent/{token}/answer/", fields(asked, agreed="no", reason="许可费太低"))

    asked.refresh_from_db()
    assert asked.state == AskingState.REFUSED
    assert not asked.patent.co_owners.filter(consent__isnull=False).exists()
    assert any("许可费太低" in str(mail.body) for mail in mails_to(mailoutbox, alice.email))


def test_a_forwarded_link_alone_opens_nothing(asked: Asking, mailoutbox: Box) -> None:
    token = link(mailoutbox, ADDRESS)
    friend = english()

    door = friend.get(f"/consent/{token}/").content.decode()
    answered = friend.post(f"/consent/{token}/answer/", fields(asked))
    guessed = friend.post(f"/consent/{token}/open/", {"code": "000000"})

    assert asked.patent.title not in door
    assert ADDRESS not in door
    assert "z***@d***.example" in door
    assert answered.status_code == 302
    assert guessed.status_code == 422
    assert friend.get(f"/consent/{token}/question/").status_code == 404
    asked.refresh_from_db()
    assert asked.state == AskingState.WAITING


def test_the_code_is_used_up_and_tried_five_times_at_most(asked: Asking, mailoutbox: Box) -> None:
    token, client = link(mailoutbox, ADDRESS), english()
    client.post(f"/consent/{token}/code/")
    right = code(mailoutbox, ADDRESS)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"

    for _ in range(5):
        assert client.post(f"/consent/{token}/open/", {"code": wrong}).status_code == 422
    assert client.post(f"/consent/{token}/open/", {"code": right}).status_code == 422

    client.post(f"/consent/{token}/code/")
    fresh = code(mailoutbox, ADDRESS)
    assert client.post(f"/consent/{token}/open/", {"code": fresh}).status_code == 302
    assert english().post(f"/consent/{token}/open/", {"code": fresh}).status_code == 422


def test_an_answer_is_given_once(asked: Asking, mailoutbox: Box) -> None:
    client, token = go_in(mailoutbox, ADDRESS)
    client.post(f"/consent/{token}/answer/", fields(asked))

    again = client.post(f"/consent/{token}/answer/", fields(asked, agreed="no", reason="反悔"))
    stranger = english().get(f"/consent/{token}/")

    assert again.status_code == 410
    assert stranger.status_code == 410
    assert "answered already" in stranger.content.decode()
    asked.refresh_from_db()
    assert (asked.state, asked.answer_reason) == (AskingState.AGREED, "")
    assert "Your answer is recorded" in client.get(f"/consent/{token}/").content.decode()
    assert client.get(f"/consent/{token}/record/").content.startswith(b"%PDF")
    with pytest.raises(IntegrityError), transaction.atomic():
        Asking.objects.filter(pk=asked.pk).update(state="refused", answer_reason="改写")
    with pytest.raises(IntegrityError), transaction.atomic():
        Asking.objects.filter(pk=asked.pk).delete()


def test_a_tampered_link_is_told_apart_and_tells_nothing(asked: Asking, mailoutbox: Box) -> None:
    token = link(mailoutbox, ADDRESS)
    bent = ("A" if token[0] != "A" else "B") + token[1:]

    for path in ("", "code/", "open/", "answer/"):
        method = english().post if path else english().get
        page = method(f"/consent/{bent}/{path}")
        assert page.status_code == 404
        assert asked.organization.name not in page.content.decode()


def test_asking_again_makes_the_older_link_void(asked: Asking, alice: User, mailoutbox: Box) -> None:
    old = link(mailoutbox, ADDRESS)

    flow.ask_again(asked, by=alice)

    new = link(mailoutbox, ADDRESS)
    assert new != old
    assert "newer one" in english().get(f"/consent/{old}/").content.decode()
    assert english().get(f"/consent/{new}/").status_code == 200
    assert Asking.objects.filter(state=AskingState.WAITING).count() == 1


def test_a_reminder_comes_once_and_then_the_days_are_over(asked: Asking, alice: User, mailoutbox: Box) -> None:
    token = link(mailoutbox, ADDRESS)
    assert flow.remind_askings() == 0

    with time_machine.travel(asked.asked_at + timedelta(days=11, minutes=1), tick=False):
        assert flow.remind_askings() == 1
        assert flow.remind_askings() == 0
        assert link(mailoutbox, ADDRESS) == token
        assert english().get(f"/consent/{token}/").status_code == 200
    with time_machine.travel(asked.asked_at + timedelta(days=14), tick=False):
        assert english().get(f"/consent/{token}/").status_code == 410
        assert flow.expire_askings() == 1
        assert flow.expire_askings() == 0
        assert any("请重新询问" in str(mail.body) for mail in mails_to(mailoutbox, alice.email))

    asked.refresh_from_db()
    assert asked.state == AskingState.EXPIRED


def test_neither_link_nor_code_stands_in_the_database(asked: Asking, mailoutbox: Box) -> None:
    client, token = go_in(mailoutbox, ADDRESS)
    digits = code(mailoutbox, ADDRESS)

    rows = json.dumps([list(Asking.objects.values()), list(Effect.objects.values())], default=str)

    assert token not in rows
    assert digits not in rows
    assert client.session.get("askings")


def test_the_answer_names_the_question_it_belongs_to(asked: Asking, mailoutbox: Box) -> None:
    client, token = go_in(mailoutbox, ADDRESS)

    client.post(f"/consent/{token}/answer/", fields(asked, sha256="0" * 64))

    asked.refresh_from_db()
    assert asked.state == AskingState.WAITING


def test_a_power_of_attorney_is_kept_and_a_bad_file_loses_nothing(asked: Asking, mailoutbox: Box) -> None:
    client, token = go_in(mailoutbox, ADDRESS)
    bad = SimpleUploadedFile("权.pdf", b"no pdf", content_type="application/pdf")
    page = client.post(f"/consent/{token}/answer/", fields(asked, power=bad))
    assert page.status_code == 422
    asked.refresh_from_db()
    assert asked.state == AskingState.WAITING

    client.post(f"/consent/{token}/answer/", fields(asked, power=SimpleUploadedFile("授权书.pdf", pdf())))

    asked.refresh_from_db()
    assert asked.power is not None
    assert asked.power.kind == "consent_power"


def test_only_a_lister_asks_and_only_a_co_owner_is_asked(
    owned: Listing, alice: User, bob: User, mallory: User, other_university: Organization
) -> None:
    for who in (bob, mallory):
        with pytest.raises(PermissionDenied):
            flow.ask_consent(owned, owner=OWNER, name="赵", email=ADDRESS, by=who)
    with pytest.raises(Refused) as refused:
        flow.ask_consent(owned, owner="别人", name="赵", email=ADDRESS, by=alice)
    assert refused.value.finding.rule == "GATE-8"
    assert not Asking.objects.exists()
    assert not Effect.objects.filter(topic="listings.asking").exists()


def test_the_lister_asks_on_the_page_and_sees_what_was_answered(
    owned: Listing, alice: User, mallory: User, other_university: Organization, mailoutbox: Box
) -> None:
    client, path = as_(alice), f"/desk/listings/{owned.code}/consents/"
    assert as_(mallory).get(path).status_code == 404

    wrong = client.post(path, {"owner": OWNER, "name": "赵主任", "email": "no address"})
    assert wrong.status_code == 422
    assert "赵主任" in wrong.content.decode()
    client.post(path, {"owner": OWNER, "name": "赵主任", "email": ADDRESS})

    assert newest().email == ADDRESS
    assert ADDRESS in client.get(path).content.decode()
    door, token = go_in(mailoutbox, ADDRESS)
    door.post(f"/consent/{token}/answer/", fields(newest(), name="赵主任"))
    page = client.get(path).content.decode()
    assert "赵主任" in page
    assert "No consent is missing" in page
    assert as_(mallory).post(f"/desk/askings/{newest().code}/again/").status_code == 404


def test_an_opened_question_closes_after_an_hour(asked: Asking, mailoutbox: Box) -> None:
    client, token = go_in(mailoutbox, ADDRESS)

    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        answer: Any = client.post(f"/consent/{token}/answer/", fields(asked))
        assert asked.patent.title not in client.get(f"/consent/{token}/").content.decode()

    assert answer.status_code == 302
    asked.refresh_from_db()
    assert asked.state == AskingState.WAITING


def test_no_more_than_a_dozen_codes_are_mailed_for_a_question(asked: Asking) -> None:
    for _ in range(entry.CODES):
        entry.send_code(asked)

    with pytest.raises(entry.WrongEntry):
        entry.send_code(asked)

    assert Effect.objects.filter(topic=entry.CODE_TOPIC).count() == entry.CODES
