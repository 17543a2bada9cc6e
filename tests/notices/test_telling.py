"""Each person is told once, in his or her language, in the transaction of what happened (OUT-5)."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import User
from marketplace.lib import mailing
from marketplace.lib.transactions import NotInTransaction
from marketplace.notices import kinds, notices
from marketplace.notices.mail import identity
from marketplace.notices.models import Message
from marketplace.outbox import worker
from marketplace.outbox.models import Effect, EffectState

pytestmark = pytest.mark.django_db


class InBoth:
    """Words in two languages, chosen when they are read, as a lazy translation chooses."""

    def __init__(self, en: str, zh: str) -> None:
        self.en, self.zh = en, zh

    def __str__(self) -> str:
        return self.zh if (translation.get_language() or "").startswith("zh") else self.en


@pytest.fixture(autouse=True)
def _license_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_KINDS", {})
    kinds.register(
        "license.active",
        subject=InBoth("%(patent)s: your license is active", "%(patent)s：许可已生效"),  # type: ignore[arg-type]
        body=InBoth("Pay %(fee)s by %(day)s.", "请在%(day)s前支付%(fee)s。"),  # type: ignore[arg-type]
        action=InBoth("See the license", "查看许可"),  # type: ignore[arg-type]
    )


FACTS = {"patent": "ZL 2019 2 1898050.0", "fee": "¥30,000", "day": "2026-12-01"}


def tell(*users: User, **arguments: Any) -> list[Message]:
    with transaction.atomic():
        return notices.tell(users, "license.active", **({"key": "k1", "path": "/deals/1/"} | FACTS | arguments))


def test_each_person_is_told_in_his_or_her_language(alice: User, bob: User) -> None:
    bob.language = "en"
    bob.save()

    tell(alice, bob)

    assert Message.objects.count() == 2
    zh, en = alice.messages.get(), bob.messages.get()
    assert (zh.subject, zh.body, zh.action_label) == (
        "ZL 2019 2 1898050.0：许可已生效", "请在2026-12-01前支付¥30,000。", "查看许可",
    )  # fmt: skip
    assert (en.subject, en.body, en.action_label) == (
        "ZL 2019 2 1898050.0: your license is active", "Pay ¥30,000 by 2026-12-01.", "See the license",
    )  # fmt: skip
    assert zh.action_path == en.action_path == "/deals/1/"


def test_facts_that_are_lazy_words_follow_the_reader_too(alice: User, bob: User) -> None:
    bob.language = "en"
    bob.save()

    tell(alice, bob, fee=InBoth("nothing", "零元"))

    assert "零元" in alice.messages.get().body
    assert "nothing" in bob.messages.get().body


def test_an_unknown_language_falls_back_to_the_sites(alice: User) -> None:
    alice.language = "xx"
    alice.save()

    tell(alice)

    assert alice.messages.get().action_label == "查看许可"


def test_the_same_key_tells_a_person_once(alice: User, bob: User) -> None:
    first, second, third = tell(alice, alice), tell(alice, bob), tell(alice, bob)

    assert [[message.user_id for message in told] for told in (first, second, third)] == [[alice.pk], [bob.pk], []]
    assert worker.run_pending() == 2
    assert sorted(mailed.to[0] for mailed in mail.outbox) == ["alice@example.test", "bob@example.test"]


def test_what_is_undone_tells_nobody(alice: User) -> None:
    with transaction.atomic():
        notices.tell([alice], "license.active", key="k1", **FACTS)
        transaction.set_rollback(True)

    assert Message.objects.count() == 0
    assert worker.run_pending() == 0
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_telling_outside_a_transaction_is_refused(alice: User) -> None:
    with pytest.raises(NotInTransaction):
        notices.tell([alice], "license.active", key="k1", **FACTS)

    assert Message.objects.count() == 0


def test_a_person_whose_account_was_closed_is_not_told(alice: User, bob: User) -> None:
    alice.is_active = False

    tell(alice, bob)

    assert list(Message.objects.values_list("user", flat=True)) == [bob.pk]


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example/", "/\\evil.example", "deals/1/", "javascript:alert(1)"]
)
def test_a_next_step_off_the_site_is_refused(alice: User, path: str) -> None:
    with pytest.raises(ValueError, match="on this site"):
        tell(alice, path=path)

    assert Message.objects.count() == 0


def test_an_unknown_kind_or_a_missing_fact_is_an_error_at_once(alice: User) -> None:
    with pytest.raises(KeyError), transaction.atomic():
        notices.tell([alice], "no.such.kind", key="k1")
    with pytest.raises(KeyError), transaction.atomic():
        notices.tell([alice], "license.active", key="k1", patent="x")

    assert Message.objects.count() == 0


def test_a_subject_is_one_line_that_cannot_add_headers_to_the_mail(alice: User) -> None:
    tell(alice, patent="x\r\nBcc: mallory@example.test\r\n\r\nbody")
    worker.run_pending()

    (mailed,) = mail.outbox
    assert "\n" not in mailed.subject
    assert mailed.recipients() == ["alice@example.test"]


# the mail


def test_the_mail_has_the_sentence_and_the_next_step_as_text_and_as_html(alice: User, settings: Any) -> None:
    settings.SITE_URL = "https://kaixu.example"
    alice.language = "en"
    alice.save()

    tell(alice)
    worker.run_pending()

    (mailed,) = mail.outbox
    html, kind = mailed.alternatives[0]  # type: ignore[union-attr]
    assert kind == "text/html"
    assert mailed.subject == "ZL 2019 2 1898050.0: your license is active"
    assert str(mailed.body).startswith("Dear Alice,\n\nPay ¥30,000 by 2026-12-01.\n")
    assert "See the license\nhttps://kaixu.example/deals/1/" in str(mailed.body)
    assert 'href="https://kaixu.example/deals/1/"' in str(html)
    assert "<b>See the license</b>" in str(html)
    assert '<html lang="en">' in str(html)
    assert mailed.extra_headers["Auto-Submitted"] == "auto-generated"
    assert alice.messages.get().mailed_at is not None


def test_the_html_of_a_mail_runs_nothing_that_a_fact_brought(alice: User) -> None:
    alice.name = "<script>alert(1)</script>"
    alice.save()

    tell(alice, fee="<img src=x onerror=alert(1)>")
    worker.run_pending()

    html = str(mail.outbox[0].alternatives[0][0])  # type: ignore[union-attr]
    assert "<script>" not in html
    assert "<img" not in html
    assert "&lt;img src=x" in html
    assert "<img src=x onerror=alert(1)>" in str(mail.outbox[0].body)


def test_the_message_id_comes_from_the_person_and_the_key(alice: User, bob: User) -> None:
    tell(alice, bob)
    worker.run_pending()

    first, second = alice.messages.get(), bob.messages.get()
    assert identity(first) != identity(second)
    assert {mailed.extra_headers["Message-ID"] for mailed in mail.outbox} == {
        mailing.message_id(identity(one)) for one in (first, second)
    }
    assert identity(Message.objects.get(pk=first.pk)) == identity(first)


def test_a_mail_goes_out_once_however_often_its_effect_is_carried_out(alice: User) -> None:
    tell(alice)
    worker.run_pending()
    Effect.objects.update(state=EffectState.PENDING, next_at=timezone.now())

    worker.run_pending()

    assert len(mail.outbox) == 1


class LosesTheAnswer(EmailBackend):
    """Takes every mail, and loses the answer of the first: the sender cannot know."""

    lost = False

    def send_messages(self, messages: Any) -> int:
        sent: int = super().send_messages(messages)
        if not LosesTheAnswer.lost:
            LosesTheAnswer.lost = True
            raise smtplib.SMTPServerDisconnected("connection lost")
        return sent


@pytest.fixture
def _answer_lost(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.LosesTheAnswer"
    LosesTheAnswer.lost = False


@pytest.mark.usefixtures("_answer_lost")
def test_a_mail_whose_answer_is_lost_comes_again_with_the_same_message_id(alice: User) -> None:
    tell(alice)

    first = worker.run_pending()
    assert alice.messages.get().mailed_at is None
    Effect.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    second = worker.run_pending()

    assert (first, second) == (0, 1)
    assert len(mail.outbox) == 2
    assert len({mailed.extra_headers["Message-ID"] for mailed in mail.outbox}) == 1
    assert alice.messages.get().mailed_at is not None


def test_a_person_who_left_in_between_gets_no_mail(alice: User) -> None:
    tell(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert worker.run_pending() == 1
    assert mail.outbox == []


def test_every_registered_kind_of_the_site_names_its_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind whose words cannot be filled would fail when somebody waits for it."""
    monkeypatch.undo()

    for name in kinds.names():
        words = kinds.kind_of(name)
        for language in ("en", "zh-hans"):
            with translation.override(language):
                for text in (words.subject, words.body):
                    assert str(text) % AnyFact()


class AnyFact(dict[str, str]):
    """Has every fact."""

    def __missing__(self, key: str) -> str:
        return "1"


def test_a_lazy_translation_is_a_kind_of_words() -> None:
    kinds.register("x", subject=gettext_lazy("Inbox"), body=gettext_lazy("Inbox"))

    assert kinds.kind_of("x").action == ""
    with pytest.raises(ValueError, match="60"):
        kinds.register("x" * 61, subject="", body="")
