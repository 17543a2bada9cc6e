"""Posting, changing and closing a need."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from listings.models import SavedSearch
from marketplace.accounts.models import Organization, Role, User
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.lib.terms import today
from marketplace.needs import flow
from marketplace.needs.models import Need, NeedState
from tests.listings.making import member
from tests.needs.conftest import CALL, TOLD

pytestmark = pytest.mark.django_db
POST, MINE = reverse("needs:post"), reverse("needs:mine")
SENT = {"problem": TOLD["problem"], "budget": "unsure", "matching": "on"}


def english(client: Client) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_firm_posts_in_its_own_words(client: Client, smelter: Organization, bob: User, moderator: User) -> None:
    client.force_login(bob)

    answer = client.post(POST, SENT | {"product": "锅炉", "division": "410300", "industry": "equipment"})

    row = Need.objects.get()
    assert answer["Location"] == reverse("needs:need", args=[row.code])
    assert (row.problem, row.product, row.organization, row.state) == (TOLD["problem"], "锅炉", smelter, "new")
    assert Entry.objects.get(action="need.post").by_id == bob.pk
    assert moderator.messages.get().kind == "need.new"


def test_a_person_without_an_organization_may_post_too(client: Client, mallory: User) -> None:
    client.force_login(mallory)
    client.post(POST, SENT)

    assert Need.objects.get().organization is None
    assert Need.objects.visible_to(mallory).count() == 1


def test_what_a_stranger_typed_waits_behind_the_log_in(client: Client) -> None:
    answer = client.post(f"{POST}?q=x", SENT)

    assert answer["Location"].startswith("/accounts/login/")
    assert ["problem", TOLD["problem"]] in client.session["kept_form"]["fields"]
    assert not Need.objects.exists()


def test_a_mere_reader_of_the_organization_posts_nothing(client: Client, smelter: Organization, mallory: User) -> None:
    member(mallory, smelter, Role.VIEWER)
    client.force_login(mallory)

    assert client.post(POST, SENT).status_code == 403
    assert not Need.objects.exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"problem": ""}, "Please fill in"),
        ({"problem": "太短"}, "at least 10 characters"),
        ({"problem": "长" * 1_001}, "shorten it to 1000 characters"),
        ({"problem": "水垢太厚，打电话 138 0013 5678 找我"}, "NEED-2"),
        ({"problem": "水垢太厚，写信到 zhao@example.test 找我"}, "NEED-2"),
        ({"problem": "我们示范冶炼厂的管子里水垢太厚"}, "NEED-2"),
        ({"consent": "on"}, "Give a telephone or an e-mail address"),
        ({"consent": "on", "contact_phone": "138"}, "Whom may they ask for?"),
        ({"wanted_by": "2020-01-01"}, "This day is over"),
        ({"wanted_by": "x"}, "Enter a valid date"),
        ({"budget": "evil"}, "Select a valid choice"),
        ({"division": "999999"}, "Select a valid choice"),
        ({"industry": "x"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    client: Client, smelter: Organization, bob: User, changes: dict[str, str], told: str
) -> None:
    client.force_login(bob)

    answer = english(client).post(POST, SENT | {"product": "保留的产品"} | changes)

    assert answer.status_code == 422
    assert told in text_of(answer)
    assert 'value="保留的产品"' in text_of(answer)
    assert not Need.objects.exists()


def test_contact_data_are_kept_only_with_a_consent_of_their_own(
    client: Client, smelter: Organization, bob: User
) -> None:
    client.force_login(bob)
    client.post(POST, SENT | {"contact_name": "赵师傅", "contact_phone": "13800135678"})

    assert Need.objects.values_list("contact_name", "contact_phone", "contact_consent_at").get() == ("", "", None)


def test_the_database_keeps_no_contact_without_consent(need: Need) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(contact_phone="13800135678")

    Need.objects.filter(pk=need.pk).update(contact_phone="13800135678", contact_consent_at=timezone.now())
    assert Need.objects.get().contact_phone == "13800135678"


def test_changing_it_asks_the_moderators_again(client: Client, need: Need, bob: User, moderator: User) -> None:
    flow.check(need, by=moderator)
    client.force_login(bob)

    client.post(reverse("needs:edit", args=[need.code]), SENT | {"problem": "水垢仍然太厚，换了药剂也没有用"})

    row = Need.objects.get()
    assert (row.state, row.problem) == (NeedState.NEW, "水垢仍然太厚，换了药剂也没有用")
    assert moderator.messages.filter(kind="need.new").count() == 1


def test_closing_it_says_how_and_forgets_whom_to_call(client: Client, smelter: Organization, bob: User) -> None:
    row = flow.post(TOLD | CALL, by=bob, organization=smelter)
    client.force_login(bob)
    address = reverse("needs:close", args=[row.code])

    client.post(address, {"ending": "evil"})
    assert Need.objects.get().state == NeedState.NEW
    client.post(address, {"ending": "found_here"})

    row.refresh_from_db()
    assert (row.state, row.ending, row.contact_phone, row.contact_consent_at) == ("closed", "found_here", "", None)
    with pytest.raises(flow.NotNow):
        flow.close(row, by=bob, ending="elsewhere")
    assert Need.objects.get().ending == "found_here"


def test_nobody_else_reads_changes_or_closes_it(
    client: Client, need: Need, mallory: User, school: Organization
) -> None:
    client.force_login(mallory)

    for name in ("need", "edit"):
        assert client.get(reverse(f"needs:{name}", args=[need.code])).status_code == 404
    for name in ("edit", "close", "pass_on"):
        assert client.post(reverse(f"needs:{name}", args=[need.code]), {"ending": "elsewhere"}).status_code == 404
    assert "水垢" not in client.get(MINE).content.decode()
    assert Need.objects.get().state == NeedState.NEW


def test_new_offers_that_fit_are_told_while_it_is_open_and_wanted(need: Need, bob: User) -> None:
    assert SavedSearch.objects.get().user == bob
    flow.change(need, TOLD | {"matching": False}, by=bob)
    assert not SavedSearch.objects.exists()
    flow.change(need, TOLD | {"problem": "水管里的泥沙总是堵住阀门"}, by=bob)
    assert "%E6%B3%A5" in SavedSearch.objects.get().query
    flow.close(need, by=bob, ending="no_longer")
    assert not SavedSearch.objects.exists()


def test_there_is_an_end_to_open_needs(smelter: Organization, bob: User) -> None:
    for _ in range(flow.MOST_LIVE):
        flow.post(TOLD, by=bob, organization=smelter)

    with pytest.raises(Refused, match="NEED-1"):
        flow.post(TOLD, by=bob, organization=smelter)
    assert Need.objects.count() == flow.MOST_LIVE


@override_settings(RATE_LIMITS={"need": "2/hour"})
def test_posting_by_machine_is_slowed_down(client: Client, smelter: Organization, bob: User) -> None:
    client.force_login(bob)

    assert [client.post(POST, SENT).status_code for _ in range(3)] == [302, 302, 429]
    assert Need.objects.count() == 2


def test_the_list_asks_as_many_questions_for_two_as_for_twelve(
    client: Client, smelter: Organization, bob: User
) -> None:
    client.force_login(bob)
    for _ in range(2):
        flow.post(TOLD, by=bob, organization=smelter)
    client.get(MINE)
    with CaptureQueriesContext(connection) as two:
        client.get(MINE)
    for _ in range(10):
        flow.post(TOLD, by=bob, organization=smelter)
    with CaptureQueriesContext(connection) as twelve:
        client.get(MINE)

    assert len(twelve) == len(two)


@pytest.mark.parametrize(
    "q", ["<script>alert(1)</script>", "=1+1", "a" * 9_000, "\ud83d", "'; DROP TABLE--", "</textarea>"]
)
def test_a_hostile_question_only_fills_the_box(client: Client, q: str) -> None:
    text = client.get(POST, {"q": q.encode("utf-8", "surrogatepass")}).content.decode()

    assert "<script>alert(1)" not in text
    assert "</textarea></textarea>" not in text
    assert not Need.objects.exists()


def test_a_day_ahead_is_kept(client: Client, smelter: Organization, bob: User) -> None:
    client.force_login(bob)
    client.post(POST, SENT | {"wanted_by": (today() + timedelta(days=9)).isoformat()})

    assert Need.objects.get().wanted_by == today() + timedelta(days=9)
