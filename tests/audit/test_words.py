"""The trail is told in the reader's language."""

from __future__ import annotations

from django.utils import translation

from marketplace.audit.actions import Action
from marketplace.audit.words import WORDS, words


def test_every_action_has_its_words_in_both_languages() -> None:
    assert set(WORDS) == set(Action)
    with translation.override("zh-hans"):
        assert [str(action) for action in Action if words(action).isascii()] == []
    with translation.override("en"):
        assert [str(action) for action in Action if not words(action).isascii()] == []


def test_an_entry_of_an_unknown_kind_keeps_its_name() -> None:
    assert words("comet.pass") == "comet.pass"
