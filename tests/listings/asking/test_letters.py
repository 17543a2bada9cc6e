"""Many offers submitted at once: each approver gets one mail, one link, one page, and answers each offer once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.db import transaction
from django.test import Client

from listings import flow, together
from listings.flow import approvals
from listings.models import Asking, AskingState, Letter, Listing, ListingState
from marketplace.accounts.models import Organization, User
from marketplace.outbox.models import Effect
from tests.listings.asking.doors import code, mails_to
from tests.listings.building import sound_draft, sound_patent
from tests.listings.test_owner_pages import english

Box = list[EmailMessage]
DEAN, VICE = "dean@u.example", "vice@u.example"
LINK = re.compile(r"/consents/([\w-]{43})/")


@pytest.fixture
def chain(university: Organization, alice: User) -> None:
    for what, email in (("院长", DEAN), ("副校长", VICE)):
        approvals.put_step(
            university,
            by=alice,
            columns={"capacity": what, "name": "李某", "email": email, "above_minor": 0, "up_to_minor": None},
        )


@pytest.fixture
def three(university: Organization, alice: User, chain: None) -> list[Listing]:
    """Three offers, submitted in one act."""
    drafts = [sound_draft(sound_patent(university), alice) for _ in range(3)]
    told = together.submit(drafts, by=alice)
    assert told.refused == []
    return told.done


def links(box: Box, address: str) -> list[str]:
    return [found[1] for mail in mails_to(box, address) if (found := LINK.search(str(mail.body)))]


def go_in(box: Box, address: str) -> tuple[Client, str]:
    client, token = english(), links(box, address)[-1]
    client.post(f"/consents/{token}/code/")
    opened: Any = client.post(f"/consents/{token}/open/", {"code": code(box, address)})
    assert opened.status_code == 302
    return client, token


def waiting(address: str) -> list[Asking]:
    return list(Asking.objects.filter(email=address, state=AskingState.WAITING).order_by("pk"))


def fields(address: str, everything: str = "yes", **changes: str) -> dict[str, str]:
    told = {"everything": everything, "name": "李院长", "capacity": "院长", "reason": "", "entitled": "on"}
    return told | {f"sha-{one.code}": one.sha256 for one in waiting(address)} | changes


def states(listings: list[Listing]) -> list[str]:
    return [Listing.objects.get(pk=one.pk).state for one in listings]


def test_one_mail_with_one_link_goes_to_each_step_and_all_are_approved_on_one_page(
    three: list[Listing], mailoutbox: Box
) -> None:
    assert len(mails_to(mailoutbox, DEAN)) == 1
    assert mails_to(mailoutbox, VICE) == []
    client, token = go_in(mailoutbox, DEAN)
    page = client.get(f"/consents/{token}/").content.decode()
    for one in waiting(DEAN):
        assert one.patent.title in page
        assert one.sha256 in page

    client.post(f"/consents/{token}/answer/", fields(DEAN))
    assert states(three) == [ListingState.APPROVAL] * 3
    assert len(links(mailoutbox, VICE)) == 1
    client, token = go_in(mailoutbox, VICE)
    client.post(f"/consents/{token}/answer/", fields(VICE))

    assert states(three) == [ListingState.SUBMITTED] * 3
    answered = Asking.objects.filter(state=AskingState.AGREED)
    assert answered.count() == 6
    assert all(one.paper is not None and one.answer_name == "李院长" for one in answered)
    assert "Your answers are recorded" in client.get(f"/consents/{token}/").content.decode()


def test_each_can_be_decided_by_itself_and_the_rest_later(three: list[Listing], mailoutbox: Box) -> None:
    client, token = go_in(mailoutbox, DEAN)
    yes, no, later = waiting(DEAN)
    told = fields(DEAN, "later") | {
        f"answer-{yes.code}": "yes",
        f"answer-{no.code}": "no",
        f"why-{no.code}": "价格偏低",
    }

    client.post(f"/consents/{token}/answer/", told)

    for one in (yes, no, later):
        one.refresh_from_db()
    assert [one.state for one in (yes, no, later)] == ["agreed", "refused", "waiting"]
    assert states([one.listing for one in (yes, no, later)]) == ["approval", "draft", "approval"]
    assert Listing.objects.get(pk=no.listing_id).state_reason == "价格偏低"
    page = client.get(f"/consents/{token}/")
    assert page.status_code == 200
    assert later.sha256 in page.content.decode()
    client.post(f"/consents/{token}/answer/", fields(DEAN))
    later.refresh_from_db()
    assert later.state == AskingState.AGREED
    yes.refresh_from_db()
    assert yes.answer_reason == ""


def test_a_refusal_needs_a_reason_and_nothing_typed_is_lost(three: list[Listing], mailoutbox: Box) -> None:
    client, token = go_in(mailoutbox, DEAN)
    no = waiting(DEAN)[0]

    for told in (fields(DEAN, "no"), fields(DEAN, "yes", **{f"answer-{no.code}": "no"}), fields(DEAN, "later")):
        page = client.post(f"/consents/{token}/answer/", told | {"name": "李某某"})
        assert page.status_code == 422
        assert "李某某" in page.content.decode()

    assert len(waiting(DEAN)) == 3


def test_a_forwarded_link_opens_nothing_and_an_answer_is_not_given_twice(three: list[Listing], mailoutbox: Box) -> None:
    client, token = go_in(mailoutbox, DEAN)
    told, one = fields(DEAN), waiting(DEAN)[0]
    friend = english()
    assert one.patent.title not in friend.get(f"/consents/{token}/").content.decode()
    assert friend.post(f"/consents/{token}/answer/", told).status_code == 302
    assert friend.get(f"/consents/{token}/{one.code}/question/").status_code == 404
    assert len(waiting(DEAN)) == 3

    client.post(f"/consents/{token}/answer/", told)
    replayed = client.post(f"/consents/{token}/answer/", told | {"everything": "no", "reason": "反悔"})

    assert replayed.status_code == 410
    assert english().get(f"/consents/{token}/").status_code == 410
    assert Asking.objects.filter(state=AskingState.AGREED, email=DEAN).count() == 3
    assert client.get(f"/consents/{token}/{one.code}/record/").content.startswith(b"%PDF")
    bent = ("A" if token[0] != "A" else "B") + token[1:]
    for path in ("", "code/", "open/", "answer/"):
        assert (english().post if path else english().get)(f"/consents/{bent}/{path}").status_code == 404


def test_another_page_than_the_one_that_was_shown_is_not_answered(three: list[Listing], mailoutbox: Box) -> None:
    client, token = go_in(mailoutbox, DEAN)
    first = waiting(DEAN)[0]

    client.post(f"/consents/{token}/answer/", fields(DEAN) | {f"sha-{first.code}": "0" * 64})

    assert waiting(DEAN) == [first]
    assert Asking.objects.filter(state=AskingState.AGREED).count() == 2


def test_an_offer_that_was_called_back_is_left_out_and_holds_up_no_other(
    three: list[Listing], alice: User, mailoutbox: Box
) -> None:
    client, token = go_in(mailoutbox, DEAN)
    told = fields(DEAN)
    flow.call_back(Listing.objects.get(pk=three[0].pk), by=alice)

    client.post(f"/consents/{token}/answer/", told)

    assert states(three) == [ListingState.DRAFT, ListingState.APPROVAL, ListingState.APPROVAL]
    assert Asking.objects.filter(email=DEAN, state=AskingState.AGREED).count() == 2


def test_one_reminder_comes_for_all_and_then_the_days_are_over(three: list[Listing], mailoutbox: Box) -> None:
    token = links(mailoutbox, DEAN)[-1]
    asked = Letter.objects.get().asked_at

    with time_machine.travel(asked + timedelta(days=11, minutes=1), tick=False):
        assert (flow.remind_askings(), flow.remind_askings()) == (1, 0)
        assert links(mailoutbox, DEAN) == [token, token]
    with time_machine.travel(asked + timedelta(days=14, minutes=1), tick=False):
        assert english().get(f"/consents/{token}/").status_code == 410
        assert flow.expire_askings() == 3
    assert waiting(DEAN) == []


def test_the_letter_of_an_act_that_dies_goes_out_all_the_same(
    university: Organization, alice: User, chain: None, mailoutbox: Box
) -> None:
    post = flow.Post()
    flow.submit(sound_draft(sound_patent(university), alice), by=alice, post=post)
    assert mails_to(mailoutbox, DEAN) == []

    with time_machine.travel(Letter.objects.get().asked_at + timedelta(minutes=3), tick=False):
        assert len(links(mailoutbox, DEAN)) == 1


def test_a_question_that_is_rolled_back_leaves_no_letter(university: Organization, alice: User, chain: None) -> None:
    post = flow.Post()
    with transaction.atomic():
        flow.submit(sound_draft(sound_patent(university), alice), by=alice, post=post)
        transaction.set_rollback(True)

    assert not Letter.objects.exists()
    assert not Effect.objects.filter(topic="listings.asking_letter").exists()
    flow.submit(sound_draft(sound_patent(university), alice), by=alice, post=post)
    assert Letter.objects.count() == 1


def test_the_page_asks_a_constant_number_of_queries(
    university: Organization, alice: User, chain: None, mailoutbox: Box, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for many in (2, 6):
        together.submit([sound_draft(sound_patent(university), alice) for _ in range(many)], by=alice)
        client, token = go_in(mailoutbox, DEAN)
        with django_assert_max_num_queries(40) as asked:
            client.get(f"/consents/{token}/")
        counts.append(len(asked.captured_queries))
    assert counts[0] == counts[1]
