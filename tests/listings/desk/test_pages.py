"""The moderators' desk: the first of two wins, reasons are needed, strangers find no page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from listings import flow
from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.lib.terms import today
from marketplace.notices.models import Message
from tests.listings.building import sound_draft, sound_patent
from tests.listings.test_owner_pages import as_


def url(name: str, *args: object) -> str:
    return reverse(f"listings_moderation:{name}", args=args)


def test_what_waits_is_listed_and_shown_with_its_evidence(waiting: Listing, mo: User) -> None:
    client = as_(mo)

    page = client.get(url("listings")).content.decode()
    assert waiting.patent.title in page
    one = client.get(url("listing", waiting.code)).content.decode()

    assert "登记簿副本" in one
    assert "¥30,000" in one
    assert "revision" in one


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ("state=submitted", True),
        ("state=draft", False),
        ("track=preset", True),
        ("track=open", False),
        ("q=烟气", True),
        ("q=不存在", False),
        ("state=submitted&due=late", False),
        ("state=submitted&who=nobody", True),
        ("state=submitted&who=mine", False),
        ("state=submitted&seen=new", True),
        ("state=submitted&seen=again", False),
        ("state=submitted&gates=green", False),  # nobody has asked the gates yet
        ("state=submitted&flags=none", True),
        ("state=submitted&flags=up", False),
    ],
)
def test_the_list_is_filtered(waiting: Listing, mo: User, query: str, there: bool) -> None:
    page = as_(mo).get(f"{url('listings')}?{query}").content.decode()

    assert (str(waiting.code) in page) is there


def test_approving_puts_it_on_offer_and_tells_the_submitter(waiting: Listing, mo: User, alice: User) -> None:
    as_(mo).post(url("decide", waiting.code), {"decision": "approve", "revision": "1"})

    waiting.refresh_from_db()
    assert waiting.state == "published"
    assert Message.objects.filter(user=alice, kind="listing.published").count() == 1


def test_the_second_moderator_is_told_and_changes_nothing(waiting: Listing, mo: User, second: User) -> None:
    as_(mo).post(url("decide", waiting.code), {"decision": "return", "revision": "1", "reason": "请补充数据来源"})

    told = {"decision": "approve", "revision": "1", "reason": "我看没有问题"}
    answer = as_(second).post(url("decide", waiting.code), told)

    waiting.refresh_from_db()
    page = answer.content.decode()
    assert (waiting.state, answer.status_code, waiting.reviews.count()) == ("draft", 409, 1)
    assert [word in page for word in ("Morris", "请补充数据来源", "我看没有问题")] == [True, True, True]


def test_a_refusal_without_reason_is_not_a_refusal(waiting: Listing, mo: User) -> None:
    answer = as_(mo).post(url("decide", waiting.code), {"decision": "return", "revision": "1", "reason": " "})

    assert answer.status_code == 422
    waiting.refresh_from_db()
    assert waiting.state == "submitted"


def test_suspend_resume_override_and_declare(waiting: Listing, mo: User, university: Organization, alice: User) -> None:
    client = as_(mo)
    client.post(url("decide", waiting.code), {"decision": "approve", "revision": "1"})
    client.post(url("decide", waiting.code), {"decision": "suspend", "revision": "1", "reason": "权属待核实"})
    assert Listing.objects.get(pk=waiting.pk).state == "suspended"
    client.post(url("decide", waiting.code), {"decision": "resume", "revision": "1"})
    assert Listing.objects.get(pk=waiting.pk).state == "published"

    opened = flow.submit(
        sound_draft(sound_patent(university), alice, track="open", fee_minor=2_000_000_001),  # type: ignore[arg-type]
        by=alice,
    )
    answer = client.post(url("decide", opened.code), {"decision": "approve", "revision": "1"})
    assert (answer.status_code, "DECL-4" in answer.content.decode()) == (422, True)
    client.post(url("decide", opened.code), {"decision": "override", "rule": "DECL-4", "reason": "评估报告"})
    client.post(url("declare", opened.code), {"number": "KX2026000077", "announced_on": today().isoformat()})
    client.post(url("decide", opened.code), {"decision": "approve", "revision": "1"})
    opened = Listing.objects.get(pk=opened.pk)
    assert (opened.state, opened.declaration.number) == ("published", "KX2026000077")


def test_an_objection_is_decided_once(waiting: Listing, mo: User, university: Organization) -> None:
    university.state_established = True
    university.save()
    client = as_(mo)
    client.post(url("decide", waiting.code), {"decision": "approve", "revision": "1"})
    objection = flow.object_to(waiting, name="李某", contact="li@x.test", text="价格过低")
    assert client.post(url("objection", objection.code), {"decision": "upheld", "reason": ""}).status_code == 422

    client.post(url("objection", objection.code), {"decision": "upheld", "reason": "请说明价格"})
    client.post(url("objection", objection.code), {"decision": "dismissed", "reason": "改主意"})

    objection.refresh_from_db()
    assert (objection.upheld, objection.decision) == (True, "请说明价格")
    assert Listing.objects.get(pk=waiting.pk).state == "draft"


def test_to_others_the_desk_does_not_exist(waiting: Listing, alice: User, mallory: User) -> None:
    for user in (alice, mallory):
        client = as_(user)
        for page in (url("listings"), url("listing", waiting.code)):
            assert client.get(page).status_code in (302, 404)
        assert client.post(url("decide", waiting.code), {"decision": "approve", "revision": "1"}).status_code in (
            302,
            404,
        )
    waiting.refresh_from_db()
    assert waiting.state == "submitted"


def test_the_list_asks_the_same_number_of_queries(mo: User, university: Organization, alice: User) -> None:
    client = as_(mo)

    def add(count: int) -> None:
        for _ in range(count):
            flow.submit(sound_draft(sound_patent(university), alice), by=alice)

    add(2)
    client.get(url("listings"))
    with CaptureQueriesContext(connection) as two:
        client.get(url("listings"))
    add(10)
    with CaptureQueriesContext(connection) as twelve:
        client.get(url("listings"))
    assert len(two) == len(twelve)
