"""Writing to the platform, and its answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from cms import contact
from cms.models import ContactMessage
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.notices.models import Message
from marketplace.outbox import worker

TYPED = {
    "kind": "complaint",
    "name": "李某",
    "email": "li@firm.example",
    "about": "ZL 2019 2 1898050.0",
    "text": "价格和合同里的不一样。",
    "website": "",
}
pytestmark = pytest.mark.usefixtures("pages")


def test_a_message_is_kept_and_its_number_shown(client: Client, moderator: User) -> None:
    response = client.post("/contact/", TYPED, follow=True)

    message = ContactMessage.objects.get()
    assert message.kind == "complaint"
    assert message.language == "zh-hans"
    assert message.reference in response.content.decode()
    assert message.reference not in client.get("/contact/").content.decode()
    told = Message.objects.get(user=moderator)
    assert message.reference in told.subject
    assert told.action_path == f"/admin/moderation/messages/{message.pk}/"
    assert [entry.action for entry in trail.of(message)] == ["contact.receive"]


def test_wrong_input_names_the_field_and_keeps_the_rest(client: Client) -> None:
    response = client.post("/contact/", TYPED | {"email": "no address"})

    assert response.status_code == 422
    body = response.content.decode()
    assert 'href="#id_email"' in body
    assert "价格和合同里的不一样。" in body
    assert not ContactMessage.objects.exists()


def test_a_program_that_fills_everything_is_refused_and_told_why(client: Client) -> None:
    response = client.post("/contact/", TYPED | {"website": "http://spam.example"})

    assert response.status_code == 422
    assert not ContactMessage.objects.exists()


def test_the_sixth_message_in_a_minute_waits(client: Client, settings: Any) -> None:
    settings.RATE_LIMITS = {"contact": "5/minute"}
    for _number in range(5):
        assert client.post("/contact/", TYPED).status_code == 302

    response = client.post("/contact/", TYPED)

    assert response.status_code == 429
    assert "价格和合同里的不一样。" in response.content.decode()
    assert ContactMessage.objects.count() == 5


def test_the_form_knows_the_person_and_what_it_is_about(client: Client, bob: User) -> None:
    client.force_login(bob)

    body = client.get("/contact/?kind=complaint&about=/policies/patent-law/").content.decode()

    assert 'value="bob@example.test"' in body
    assert 'value="/policies/patent-law/"' in body
    assert 'value="complaint" checked' in body.replace('id="id_kind_1" ', "").replace(" required", "")


def test_an_answer_is_recorded_once_and_mailed_in_the_writers_language(client: Client, moderator: User) -> None:
    client.post("/en/contact/", TYPED)
    message = ContactMessage.objects.get()

    contact.answer(message, by=moderator, text="The price has been corrected.")
    with pytest.raises(contact.AlreadyAnswered):
        contact.answer(message, by=moderator, text="Another answer.")
    mail.outbox.clear()
    worker.run_pending(limit=50)

    letters = [letter for letter in mail.outbox if letter.to == ["li@firm.example"]]
    assert [letter.subject for letter in letters] == [f"Your message {message.reference}"]
    assert "The price has been corrected." in letters[0].body
    message.refresh_from_db()
    assert message.answer == "The price has been corrected."


def test_moderators_read_and_answer(client: Client, moderator: User) -> None:
    client.post("/contact/", TYPED)
    message = ContactMessage.objects.get()
    client.force_login(moderator)

    assert message.reference in client.get(reverse("cms_moderation:messages")).content.decode()
    page = reverse("cms_moderation:message", args=[message.pk])
    assert client.post(page, {"text": ""}).status_code == 422
    assert client.post(page, {"text": "已更正。"}).status_code == 302

    message.refresh_from_db()
    assert (message.answer, message.answered_by) == ("已更正。", moderator)


def test_nobody_else_reads_messages(client: Client, mallory: User) -> None:
    client.post("/contact/", TYPED)
    message = ContactMessage.objects.get()
    client.force_login(mallory)

    for address in (reverse("cms_moderation:messages"), reverse("cms_moderation:message", args=[message.pk])):
        response = client.get(address)
        assert response.status_code in {302, 403, 404}
        assert "李某" not in response.content.decode()


def test_a_constant_number_of_queries_lists_the_messages(
    client: Client, moderator: User, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(moderator)

    def asked(count: int) -> int:
        while ContactMessage.objects.count() < count:
            ContactMessage.objects.create(name="李某", email="li@firm.example", text="…")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("cms_moderation:messages"))
        return len(queries)

    asked(1)
    assert asked(2) == asked(12)
