"""The site's own rules: which version is in force, who still has to accept it, and how it is shown."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from marketplace.accounts.models import LegalKind, LegalText

if TYPE_CHECKING:
    from marketplace.accounts.models import User

ORDER = list(LegalKind.values)


def in_force() -> QuerySet[LegalText]:
    """The version of each text that binds now: of those in force the highest."""
    now = timezone.now()
    newer = LegalText.objects.filter(kind=OuterRef("kind"), version__gt=OuterRef("version"), in_force_from__lte=now)
    return LegalText.objects.filter(~Exists(newer), in_force_from__lte=now)


def current() -> list[LegalText]:
    """The texts that bind now, in the order in which they are shown."""
    return sorted(in_force(), key=lambda text: ORDER.index(text.kind))


def missing(user: User) -> list[LegalText]:
    """Those that bind now and that `user` has not accepted; one query."""
    return sorted(in_force().exclude(acceptances__user=user), key=lambda text: ORDER.index(text.kind))


def digest(title_zh: str, body_zh: str, title_en: str, body_en: str) -> str:
    """The SHA-256 of a version: both languages, titles and bodies, joined by newlines."""
    return sha256("\n".join([title_zh, body_zh, title_en, body_en]).encode()).hexdigest()


def title(text: LegalText) -> str:
    """Its title in the reader's language."""
    return text.title_en if get_language() == "en" else text.title_zh


def body(text: LegalText) -> str:
    """Its text in the reader's language, as written."""
    return text.body_en if get_language() == "en" else text.body_zh


_HEADING = re.compile(r"^(##|###) (.+)$")
_BULLET = re.compile(r"^- (.+)$")
_NUMBERED = re.compile(r"^\d+\. (.+)$")


def render(source: str) -> SafeString:
    """Headings (`##`, `###`), lists (`- `, `1. `) and paragraphs as HTML; everything else is escaped."""
    return mark_safe("\n".join(_block(block) for block in re.split(r"\n\s*\n", source.strip())))  # noqa: S308 - escaped below


def _block(block: str) -> str:
    lines = [line.strip() for line in block.splitlines()]
    if heading := _HEADING.match(lines[0]):
        level = len(heading[1])
        rest = _block("\n".join(lines[1:])) if lines[1:] else ""
        return f"<h{level}>{escape(heading[2])}</h{level}>{rest}"
    for pattern, tag in ((_BULLET, "ul"), (_NUMBERED, "ol")):
        if pattern.match(lines[0]):
            return f"<{tag}>{_items(lines, pattern)}</{tag}>"
    return f"<p>{escape(' '.join(lines))}</p>"


def _items(lines: list[str], pattern: re.Pattern[str]) -> str:
    """The entries of a list; a line without its mark continues the entry before."""
    entries: list[str] = []
    for line in lines:
        if found := pattern.match(line):
            entries.append(found[1])
        else:
            entries[-1] = f"{entries[-1]} {line}"
    return "".join(f"<li>{escape(entry)}</li>" for entry in entries)
