"""A person's inbox shows what is his or hers, and takes him or her to the next step."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.notices import context, notices
from marketplace.notices.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site_in_english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def message(user: User, number: int = 1, **fields: Any) -> Message:
    return Message.objects.create(
        **{
            "user": user,
            "key": f"k{number}",
            "kind": "license.active",
            "subject": f"Message {number}",
            "body": "One sentence.",
            "action_label": "See the license",
            "action_path": "/deals/1/",
        }
        | fields
    )


@pytest.fixture
def client_of() -> Any:
    def make(user: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client

    return make


def test_a_person_sees_her_own_messages_newest_first_and_nobody_elses(alice: User, bob: User, client_of: Any) -> None:
    message(alice, 1)
    message(alice, 2)
    message(bob, 3)

    page = client_of(alice).get(reverse("notices:inbox"))

    text = page.content.decode()
    assert page.status_code == 200
    assert text.index("Message 2") < text.index("Message 1")
    assert "Message 3" not in text
    assert "no-store" in page["Cache-Control"]


def test_without_log_in_the_way_leads_to_log_in_and_back() -> None:
    answer = Client().get(reverse("notices:inbox"))

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next=/inbox/"


def test_following_a_message_leads_to_its_next_step_and_marks_it_read(alice: User, client_of: Any) -> None:
    own = message(alice)

    answer = client_of(alice).get(reverse("notices:follow", args=[own.pk]))

    own.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, "/deals/1/")
    assert own.read_at is not None


def test_a_message_without_a_next_step_leads_back_to_the_inbox(alice: User, client_of: Any) -> None:
    own = message(alice, action_path="", action_label="")

    assert client_of(alice).get(reverse("notices:follow", args=[own.pk]))["Location"] == "/inbox/"


def test_reading_again_does_not_change_when_it_was_read(alice: User, client_of: Any) -> None:
    own = message(alice)
    client_of(alice).get(reverse("notices:follow", args=[own.pk]))
    own.refresh_from_db()
    first = own.read_at

    client_of(alice).get(reverse("notices:follow", args=[own.pk]))

    own.refresh_from_db()
    assert own.read_at == first


def test_a_stranger_meets_404_and_marks_nothing(alice: User, mallory: User, client_of: Any) -> None:
    own = message(alice)
    stranger = client_of(mallory)

    answers = [
        stranger.get(reverse("notices:follow", args=[own.pk])),
        stranger.post(reverse("notices:read", args=[own.pk])),
    ]
    stranger.post(reverse("notices:read_all"))

    own.refresh_from_db()
    assert [answer.status_code for answer in answers] == [404, 404]
    assert own.read_at is None


def test_one_message_or_all_can_be_marked_as_read(alice: User, client_of: Any) -> None:
    first, second, third = message(alice, 1), message(alice, 2), message(alice, 3)
    client = client_of(alice)

    client.post(reverse("notices:read", args=[second.pk]))
    after_one = notices.unread(alice)
    client.post(reverse("notices:read_all"))

    second.refresh_from_db()
    assert (after_one, notices.unread(alice)) == (2, 0)
    assert second.read_at is not None
    assert {first.pk, third.pk} <= set(Message.objects.exclude(read_at=None).values_list("pk", flat=True))


@pytest.mark.parametrize("name", ["read_all", "read"])
def test_marking_is_never_done_by_a_link(alice: User, client_of: Any, name: str) -> None:
    own = message(alice)
    address = reverse(f"notices:{name}", args=[own.pk] if name == "read" else [])

    assert client_of(alice).get(address).status_code == 405
    own.refresh_from_db()
    assert own.read_at is None


def test_the_inbox_can_be_narrowed_to_what_is_unread(alice: User, client_of: Any) -> None:
    message(alice, 1)
    seen = message(alice, 2)
    client = client_of(alice)
    client.get(reverse("notices:follow", args=[seen.pk]))

    text = client.get(reverse("notices:inbox"), {"show": "unread"}).content.decode()

    assert "Message 1" in text
    assert "Message 2" not in text
    assert "Unread (1)" in text


def test_an_empty_inbox_says_so(alice: User, client_of: Any) -> None:
    client = client_of(alice)

    assert "No messages yet" in client.get(reverse("notices:inbox")).content.decode()
    assert "Nothing unread" in client.get(reverse("notices:inbox"), {"show": "unread"}).content.decode()


@pytest.mark.parametrize("wanted", ["1", "2", "99", "0", "-1", "x", "", "9" * 30])
def test_a_long_inbox_has_pages_and_any_page_number_is_answered(alice: User, client_of: Any, wanted: str) -> None:
    for number in range(45):
        message(alice, number)

    answer = client_of(alice).get(reverse("notices:inbox"), {"page": wanted})

    assert answer.status_code == 200
    assert answer.content.decode().count('id="message-') in {20, 5}


def test_the_inbox_asks_the_same_number_of_questions_with_2_messages_and_with_12(alice: User, client_of: Any) -> None:
    client = client_of(alice)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("notices:inbox"))
        return len(captured)

    queries()  # the first request of a session writes more
    for number in range(2):
        message(alice, number)
    few = queries()
    for number in range(2, 12):
        message(alice, number)

    assert queries() == few


def test_a_message_runs_nothing_that_it_brought(alice: User, client_of: Any) -> None:
    message(alice, subject="<script>alert(1)</script>", body="<img src=x onerror=alert(1)>", action_label='"><script>')

    text = client_of(alice).get(reverse("notices:inbox")).content.decode()

    assert "<script>alert(1)" not in text
    assert "<img src=x" not in text


def test_the_headers_count_costs_nothing_until_it_is_shown(alice: User) -> None:
    message(alice)
    request = RequestFactory().get("/")
    request.user = alice

    with CaptureQueriesContext(connection) as captured:
        values = context.inbox(request)
        asked_before = len(captured)
        shown = [str(values["unread_notices"]), str(values["unread_notices"])]

    assert (asked_before, len(captured), shown) == (0, 1, ["1", "1"])


def test_somebody_without_log_in_has_nothing_unread(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()

    assert context.inbox(request)["unread_notices"] == 0
    assert context.inbox(rf.get("/"))["unread_notices"] == 0
