"""Every kind that a room tells belongs to a group, and those with deadlines or notices served are needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils import translation

from marketplace.accounts.models import User
from marketplace.notices import groups, kinds, letters
from marketplace.notices.models import Message

KINDS = kinds.names()
NOTHING_TO_DO = {"catalog.collected", "payment.disputed", "payment.returned", "seals_late"}  # they only tell


class Facts(dict[str, str]):
    """Something for every fact."""

    def __missing__(self, key: str) -> str:
        return f"<{key}>"


@contextmanager
def sample(kind: str, language: str) -> Iterator[Message]:
    """A message of a kind as a reader of that language gets it."""
    words = kinds.kind_of(kind)
    with translation.override(language):
        reader: Any = User(pk=7, email="reader@example.test", name="读者", language=language)
        yield Message(
            user=reader, key=kind, kind=kind, subject=str(words.subject) % Facts(), body=str(words.body) % Facts(),
            action_label=str(words.action), action_path="/inbox/",
        )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_group(kind: str) -> None:
    assert groups.of(kind) in groups.GROUPS


@pytest.mark.parametrize(
    "kind",
    ["accounts.account_changed", "accounts.security_changed", "deal_notice", "deal_pay", "deal_sign",
     "deal_sign_licensor", "deal_withdrawal", "listing.frozen", "payment.reminder"],
)  # fmt: skip
def test_what_counts_days_or_guards_an_account_is_needed(kind: str) -> None:
    assert groups.needed(kind) is not None


@pytest.mark.parametrize("kind", ["deal_paid", "deal_in_force", "listing.published", "need.contact", "need.new"])
def test_news_is_not_needed(kind: str) -> None:
    assert groups.needed(kind) is None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_reads_as_one_thing_and_one_next_step(kind: str, language: str) -> None:
    with sample(kind, language) as message:
        letter = letters.one(message)
        html = str(letter.alternatives[0][0])

    assert letter.subject
    assert "\n" not in letter.subject
    assert html.count('class="button"') == (1 if message.action_path else 0)
    assert message.action_label or kind in NOTHING_TO_DO
    assert "src=" not in html
    assert "http-equiv" not in html
    assert 'lang="en"' in html if language == "en" else 'lang="zh-Hans"' in html
    assert ("List-Unsubscribe" in letter.extra_headers) == (groups.needed(kind) is None)
    assert re.search(r"%\(\w+\)", html) is None


def test_an_unknown_kind_is_mailed_at_once_until_somebody_decides() -> None:
    assert groups.of("nobody.knows") == groups.OTHER
    assert groups.needed("nobody.knows") is not None


def test_a_room_may_place_a_kind_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "_OWN", {})
    groups.place("nobody.knows", "money")

    assert (groups.of("nobody.knows"), groups.needed("nobody.knows")) == ("money", None)
    with pytest.raises(KeyError):
        groups.place("x", "nowhere")


def test_facts_cannot_bring_markup_into_a_mail() -> None:
    reader: Any = User(pk=7, email="reader@example.test", name="<b>x</b>", language="en")
    message = Message(
        user=reader, key="k", kind="deal_paid", subject="<script>1</script>", body="<img src=x>", action_label="Go",
        action_path="/x/",
    )  # fmt: skip

    html = str(letters.one(message).alternatives[0][0])

    for hostile in ("<script>1", "<img", "<b>x"):
        assert hostile not in html
