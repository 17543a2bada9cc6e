"""Messages of the libraries speak to the reader as the site does."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation

from marketplace.frame import borrowed


def test_borrowed_messages_are_worded_in_chinese_and_say_ni() -> None:
    with translation.override("zh-hans"):
        told = [translation.gettext(message) for message in borrowed.MESSAGES]

    assert [words for words in told if words.isascii() or "您" in words] == []


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        (forms.IntegerField(min_value=1), "0", "不能小于 1。"),
        (forms.IntegerField(), "x", "请填写整数。"),
        (forms.CharField(max_length=3), "abcde", "最多 3 个字，现在有 5 个。"),
        (forms.DecimalField(decimal_places=2, max_digits=9), "1.234", "小数点后最多 2 位。"),
        (forms.EmailField(), "x", "请填写邮箱，例如 name@example.com。"),
    ],
)
def test_a_field_says_plainly_what_is_wrong(field: forms.Field, typed: str, words: str) -> None:
    with translation.override("zh-hans"), pytest.raises(ValidationError) as refused:
        field.clean(typed)

    assert refused.value.messages == [words]


def test_a_short_password_is_refused_in_chinese() -> None:
    with translation.override("zh-hans"), pytest.raises(ValidationError) as refused:
        MinimumLengthValidator(10).validate("short")

    assert refused.value.messages == ["密码太短，至少要 10 个字符。"]


@pytest.mark.django_db
def test_a_wrong_password_is_told_in_the_words_of_the_site(client: Client) -> None:
    page = client.post("/accounts/login/", {"login": "nobody@example.com", "password": "wrong"}).content.decode()

    assert "邮箱或密码不对。" in page
    assert "您" not in page
