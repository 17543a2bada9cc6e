"""A log keeps no secret and cannot be forged."""

from __future__ import annotations

import json
from typing import Any

import pytest
import structlog

from marketplace.settings import logs

CANARIES = [
    ("password", "hunter2-canary"),
    ("one_time_code", "canary-123456"),
    ("sessionid", "canary-session"),
    ("Authorization", "Bearer canary"),
    ("csrf_token", "canary-csrf"),
    ("url", "https://x.example/in?token=canary&next=/"),
    ("note", "key sk_live_canary used"),
    ("body", "whsec_canary"),
]


def line(**event: Any) -> str:
    told = logs.redact(None, "info", {"event": "something", **event})
    return str(structlog.processors.JSONRenderer(ensure_ascii=False)(None, "info", told))


@pytest.mark.parametrize(("key", "value"), CANARIES)
def test_no_canary_passes(key: str, value: str) -> None:
    assert "canary" not in line(**{key: value})


def test_a_canary_passes_where_nothing_redacts() -> None:
    bare = structlog.processors.JSONRenderer()(None, "info", {"event": "something", "password": "canary"})

    assert "canary" in str(bare)


@pytest.mark.parametrize("character", ["\n", "\r", "\x00", "\x1b", "\u2028", "\x7f"])
def test_a_line_cannot_be_broken_in_two(character: str) -> None:
    text = line(path=f"/find/{character}level=error forged")

    assert text.splitlines() == [text]
    assert character not in json.loads(text)["path"]
