"""Going in as somebody without an account does: from the mail to the answer."""

from __future__ import annotations

import re
from typing import Any

from django.core.mail import EmailMessage
from django.test import Client

from listings.models import Asking
from marketplace.outbox.worker import run_pending
from tests.listings.test_owner_pages import english

LINK = re.compile(r"/consent/([\w-]{43})/")


def mails_to(box: list[EmailMessage], address: str) -> list[EmailMessage]:
    """What was mailed to an address so far."""
    run_pending()
    return [mail for mail in box if mail.to == [address]]


def link(box: list[EmailMessage], address: str) -> str:
    """The token of the newest link that was mailed to an address."""
    found = [match[1] for mail in mails_to(box, address) if (match := LINK.search(str(mail.body)))]
    return found[-1]


def code(box: list[EmailMessage], address: str) -> str:
    """The newest code that was mailed to an address."""
    return [match[0] for mail in mails_to(box, address) if (match := re.search(r"\b\d{6}\b", str(mail.body)))][-1]


def go_in(box: list[EmailMessage], address: str, client: Client | None = None) -> tuple[Client, str]:
    """Open the newest question mailed to an address: the browser and the link's token."""
    client, token = client or english(), link(box, address)
    client.post(f"/consent/{token}/code/")
    response: Any = client.post(f"/consent/{token}/open/", {"code": code(box, address)})
    assert response.status_code == 302
    return client, token


def fields(token_or_asking: str | Asking, **changes: Any) -> dict[str, Any]:
    """What the form sends for a yes."""
    asking = token_or_asking if isinstance(token_or_asking, Asking) else newest()
    told = {
        "agreed": "yes",
        "name": "李院长",
        "capacity": "院长",
        "reason": "",
        "entitled": "on",
        "sha256": asking.sha256,
    }
    return told | changes


def newest() -> Asking:
    """The last question that was put."""
    return Asking.objects.latest("pk")
