"""What every mail of the site says of itself."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings


def message_id(identity: str) -> str:
    """The Message-ID of a mail, the same at each sending, so that a second one is seen as such (OUT-5).

    `identity` names the mail among all of this site.
    """
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{identity.replace(':', '.')}@{host}>"


def headers(identity: str) -> dict[str, str]:
    """The Message-ID, and the word that no person waits for an answer."""
    return {"Message-ID": message_id(identity), "Auto-Submitted": "auto-generated"}
