"""Who asks: the address that limits and signatures go by is the one our own proxies vouch for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from marketplace.accounts.requests import address_of


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "10.0.0.1"),
        (0, "198.51.100.7", "10.0.0.1"),  # anybody may send the header where no proxy stands in front
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.66, 198.51.100.7", "198.51.100.7"),  # what the visitor put before it is not believed
        (2, "198.51.100.7, 192.0.2.1", "198.51.100.7"),
    ],
)
def test_the_address_is_the_one_that_our_proxies_vouch_for(
    settings: Any, rf: RequestFactory, proxies: int, forwarded: str, address: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert address_of(rf.get("/", headers=headers, REMOTE_ADDR="10.0.0.1")) == address
