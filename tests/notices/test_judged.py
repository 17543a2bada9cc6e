"""Every kind as a real mail server received it, judged by its checker of HTML; where a server is named (mailpit)."""

from __future__ import annotations

import json
import os
import urllib.request
from typing import Any

import pytest

from marketplace.notices import kinds, letters
from tests.notices.test_groups import sample

LANGUAGES = ("zh-hans", "en")
LEAST = 90.0  # per cent of the programs that draw a feature, over all features of a mail


@pytest.fixture
def api(settings: Any) -> str:
    if "MAIL_API" not in os.environ:
        pytest.skip("a foreign judge: MAIL_HOST, MAIL_PORT and MAIL_API name a mailpit")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = os.environ["MAIL_HOST"], int(os.environ["MAIL_PORT"])
    settings.EMAIL_USE_TLS = False
    return os.environ["MAIL_API"]


def ask(url: str, method: str = "GET") -> Any:
    request = urllib.request.Request(url, method=method)  # noqa: S310  the address is the test's own
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        body = answer.read()
    return json.loads(body) if body.startswith((b"{", b"[")) else body


@pytest.mark.enable_socket
def test_every_kind_arrives_in_both_languages_and_is_drawn_by_common_programs(api: str) -> None:
    ask(f"{api}/messages", "DELETE")
    for kind in kinds.names():
        for language in LANGUAGES:
            with sample(kind, language) as message:
                letters.one(message).send()

    arrived = ask(f"{api}/messages?limit=1000")["messages"]
    assert len(arrived) == len(kinds.names()) * len(LANGUAGES)
    poor = []
    for one in arrived:
        told, judged = ask(f"{api}/message/{one['ID']}"), ask(f"{api}/message/{one['ID']}/html-check")
        assert told["Text"], one["Subject"]
        assert told["HTML"], one["Subject"]
        score = judged["Total"]["Supported"] + judged["Total"]["Partial"]
        if score < LEAST:
            poor.append((one["Subject"], score))
    assert poor == []
