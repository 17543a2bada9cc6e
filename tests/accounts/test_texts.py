"""The site's own rules: shown, accepted, and accepted again when they change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from marketplace.accounts import flow, legal
from marketplace.accounts.models import Acceptance, LegalText, User
from marketplace.audit import trail
from tests.accounts.conftest import visitor

KINDS = ["trading_rules", "service_agreement", "privacy_notice"]


@pytest.fixture
def enforced(settings: Any, texts: list[LegalText]) -> list[LegalText]:
    """The texts, with acceptance asked for as on the real site."""
    settings.TEXTS_ENFORCED = True
    return texts


def _next_version(kind: str = "trading_rules", **changes: Any) -> LegalText:
    given: dict[str, Any] = {
        "title_zh": "交易规则",
        "title_en": "Trading rules",
        "body_zh": "## 新",
        "body_en": "## New",
        "in_force_from": timezone.now() - timedelta(minutes=1),
        "sha256": "0" * 64,
    }
    return LegalText.objects.create(kind=kind, version=2, **given | changes)


@pytest.mark.parametrize("kind", KINDS)
def test_each_text_is_there_in_both_languages_and_hashes_to_what_it_says(texts: list[LegalText], kind: str) -> None:
    text = LegalText.objects.filter(kind=kind).latest("version")

    told = "\n".join([text.title_zh, text.body_zh, text.title_en, text.body_en])
    assert text.sha256 == sha256(told.encode()).hexdigest()
    assert text.sha256 == legal.digest(text.title_zh, text.body_zh, text.title_en, text.body_en)
    assert text.body_zh.count("\n## ") == text.body_en.count("\n## ")
    page = Client().get(reverse("accounts:text", args=[kind]))
    assert f"<h1>{text.title_zh}</h1>" in page.content.decode()
    assert text.sha256 in page.content.decode()


def test_a_text_can_be_downloaded(texts: list[LegalText]) -> None:
    answer = visitor().get(reverse("accounts:text", args=["trading_rules"]) + "?download=1")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().startswith("Trading rules\n\n## 1.")


@pytest.mark.parametrize("path", ["/legal/nonsense/", "/legal/trading_rules/99/", "/legal/trading_rules/99999999999/"])
def test_what_is_no_text_is_not_found(texts: list[LegalText], path: str) -> None:
    assert Client().get(path).status_code == 404


def test_a_future_version_is_shown_as_such_and_does_not_bind_yet(texts: list[LegalText]) -> None:
    _next_version(in_force_from=timezone.now() + timedelta(days=7))

    client = visitor()
    assert "Version 1" in client.get("/legal/trading_rules/").content.decode()
    assert "not in force yet" in client.get("/legal/trading_rules/2/").content.decode()
    assert {text.version for text in legal.current() if text.kind == "trading_rules"} == {1}


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("## A\n\nb", "<h2>A</h2>\n<p>b</p>"),
        ("### A\nb", "<h3>A</h3><p>b</p>"),
        ("- a\n- b\n  c", "<ul><li>a</li><li>b c</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("## <script>x</script>", "<h2>&lt;script&gt;x&lt;/script&gt;</h2>"),
        ('- <img src=x onerror="y">', "<ul><li>&lt;img src=x onerror=&quot;y&quot;&gt;</li></ul>"),
    ],
)
def test_rendering_knows_headings_and_lists_and_escapes_the_rest(source: str, html: str) -> None:
    assert legal.render(source) == html


def test_the_language_of_the_reader_decides(texts: list[LegalText]) -> None:
    text = LegalText.objects.filter(kind="privacy_notice").latest("version")

    with translation.override("zh-hans"):
        assert legal.title(text) == "隐私政策"
    with translation.override("en"):
        assert legal.title(text) == "Privacy notice"


def test_acceptance_is_recorded_once_and_on_the_trail(texts: list[LegalText], bob: User) -> None:
    assert len(flow.accept_texts(bob, texts)) == 3
    assert flow.accept_texts(bob, texts) == []

    assert Acceptance.objects.filter(user=bob).count() == 3
    assert [entry.facts["version"] for entry in trail.of(texts[0])] == [1]


def test_a_new_version_is_accepted_before_going_on(
    enforced: list[LegalText], bob: User, log_in: Callable[[User], Client]
) -> None:
    flow.accept_texts(bob, enforced)
    browser = log_in(bob)
    page = reverse("accounts:profile")
    assert browser.get(page).status_code == 200
    new = _next_version()

    answer = browser.get(page + "?x=1")
    assert answer.headers["Location"] == f"{reverse('accounts:texts')}?next=%2Faccount%2F%3Fx%3D1"
    form = browser.get(answer.headers["Location"]).context["form"]
    assert [text.pk for text in form.texts] == [new.pk]
    answer = browser.post(
        reverse("accounts:texts"), {"accept_trading_rules": "on", "seen": str(new.pk), "next": page + "?x=1"}
    )

    assert answer.headers["Location"] == page + "?x=1"
    assert browser.get(page).status_code == 200


def test_without_the_tick_nothing_is_accepted(
    enforced: list[LegalText], bob: User, log_in: Callable[[User], Client]
) -> None:
    answer = log_in(bob).post(reverse("accounts:texts"), {"seen": "", "next": "/"})

    assert answer.status_code == 422
    assert not Acceptance.objects.exists()


def test_what_is_posted_meanwhile_is_not_lost(
    enforced: list[LegalText], bob: User, log_in: Callable[[User], Client]
) -> None:
    browser = log_in(bob)

    browser.post(reverse("accounts:profile"), {"name": "Robert", "phone": "", "language": "en"})

    bob.refresh_from_db()
    assert bob.name == "Robert"


def test_visitors_and_the_texts_themselves_are_left_alone(
    enforced: list[LegalText], bob: User, log_in: Callable[[User], Client]
) -> None:
    assert Client().get("/legal/trading_rules/").status_code == 200
    assert log_in(bob).get("/legal/trading_rules/").status_code == 200
    assert log_in(bob).get("/accounts/email/").status_code == 200


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_acceptance_leads_nowhere_else(
    enforced: list[LegalText], bob: User, log_in: Callable[[User], Client], onward: str
) -> None:
    flow.accept_texts(bob, enforced)

    assert log_in(bob).get(reverse("accounts:texts"), {"next": onward}).headers["Location"] == "/"
