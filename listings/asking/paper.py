"""The record of an answer as a paper: what was asked, with its hash, and who said what, when, from where."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from listings.asking import body
from listings.models import Asking
from marketplace.lib import papers
from marketplace.lib.terms import SHANGHAI, day_of

if TYPE_CHECKING:
    from listings.flow.answering import Answer


@cache
def _template() -> str:
    return Path(__file__).with_name("answer.typ").read_text(encoding="utf-8")


def render(asking: Asking, told: Answer, *, at: datetime, language: str) -> bytes:
    """The record in a language ("zh-hans" or "en") as PDF/A-2a. Raises lib.papers.CannotPrint."""
    with translation.override(language):
        data = _page(asking, told, at, language)
    return papers.compile(_template(), {"data": papers.printable(json.dumps(data, ensure_ascii=False))})


def _page(asking: Asking, told: Answer, at: datetime, language: str) -> dict[str, Any]:
    question = body.read(asking.body, language)
    day = day_of(at)
    return {
        "language": language,
        "title": question.title,
        "question": question.question,
        "lines": [list(line) for line in question.lines],
        "answer": [[label, value] for label, value in _answer_lines(asking, told, at) if value],
        "brand": _("Kaixu (开许)"),
        "mark": "示例 · TEST" if settings.DEMO else "",
        "fingerprint": f"SHA-256 {asking.sha256}",
        "date": [day.year, day.month, day.day],
        "words": {
            "asked": _("What was asked"),
            "answer": _("The answer"),
            "note": _(
                "Given on the platform behind a link that was mailed to the address above and a one-time code sent to"
                " the same address. The platform keeps the question's bytes, this record and the trail of both."
            ),
        },
    }


def _grouped(sha256: str) -> str:
    """A hash in groups of eight, so that it breaks within the page."""
    return " ".join(sha256[i : i + 8] for i in range(0, len(sha256), 8))


def _answer_lines(asking: Asking, told: Answer, at: datetime) -> list[tuple[str, str]]:
    power = _("on file, SHA-256 %(hash)s") % {"hash": _grouped(told.power.sha256)} if told.power else ""
    return [
        (_("Answer"), _("Agreed") if told.agreed else _("Refused")),
        (pgettext("answer", "On behalf of"), asking.owner_name or asking.organization.name),
        (pgettext("person", "Name"), told.name.strip()),
        (_("Capacity"), told.capacity.strip()),
        (_("Reason"), told.reason.strip()),
        (_("Time (Beijing)"), f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"),
        (_("E-mail address"), asking.email),
        (_("Network address"), told.address or ""),
        (_("Power of attorney"), power),
        (_("SHA-256 of the question"), _grouped(asking.sha256)),
    ]
