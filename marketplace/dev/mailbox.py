"""Reading the mail that the file backend has written, for developers."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

_BETWEEN = b"\n" + b"-" * 79 + b"\n"  # what Django's console and file backends write after each message


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it would arrive; `sent` is when its file was last written where the mail has no date."""

    subject: str
    sender: str
    to: str
    sent: datetime
    text: str
    has_html: bool


def mails(folder: Path, most: int = 100) -> list[Mail]:
    """The newest mails of a folder, newest first; none when the folder does not exist."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True) if folder.is_dir() else []
    found: list[Mail] = []
    for file in files:
        found.extend(_of_file(file))
        if len(found) >= most * 2:
            break
    return sorted(found, key=lambda mail: mail.sent, reverse=True)[:most]


def _of_file(file: Path) -> Iterator[Mail]:
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    # A file holds the mails of one connection, oldest first.
    for raw in reversed(file.read_bytes().split(_BETWEEN)):
        if raw.strip():
            yield _mail(email.message_from_bytes(raw.lstrip(b"\n"), policy=email.policy.default), written)


def _mail(message: EmailMessage, written: datetime) -> Mail:
    body = message.get_body(("plain", "html"))
    date = message["date"].datetime if message["date"] else None
    return Mail(
        subject=str(message["subject"] or ""),
        sender=str(message["from"] or ""),
        to=str(message["to"] or ""),
        sent=date.astimezone(UTC) if date and date.tzinfo else written,
        text=str(body.get_content()) if body else "",
        has_html=message.get_body(("html",)) is not None,
    )
