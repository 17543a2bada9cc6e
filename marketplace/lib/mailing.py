"""What every mail of the site says of itself."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def message_id(identity: str) -> str:
    """The Message-ID of a mail, the same at each sending, so that a second one is seen as such (OUT-5).

    `identity` names the mail among all of this site.
    """
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{identity.replace(':', '.')}@{host}>"


def letter(
    identity: str, to: str, subject: str, text: str, *, html: str = "", stop: str = ""
) -> EmailMultiAlternatives:
    """A mail in plain text and HTML. Without `html` the text is laid out: paragraphs, links, codes on their own line.

    `stop` is the address that ends mail of this kind by one click (RFC 8058).
    """
    subject = " ".join(subject.split())[:200]
    told = headers(identity)
    if stop:
        told |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    mail = EmailMultiAlternatives(subject=subject, body=text, to=[to], headers=told)
    mail.attach_alternative(html or laid_out(subject, text), "text/html")
    return mail


_CODE = re.compile(r"[A-Z0-9]{6}|[A-Z0-9]{4,6}(-[A-Z0-9]{3,6})+")


def laid_out(subject: str, text: str) -> str:
    """The HTML of a plain letter."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    paragraphs = [("code" if _CODE.fullmatch(block) else "text", block) for block in blocks]
    context = {"subject": subject, "paragraphs": paragraphs, "site_url": settings.SITE_URL.rstrip("/")}
    return render_to_string("mail/plain.html", context)


def headers(identity: str) -> dict[str, str]:
    """The Message-ID, and the word that no person waits for an answer."""
    return {"Message-ID": message_id(identity), "Auto-Submitted": "auto-generated"}
