"""Small pieces of pages that are shown by the dozen, written in Python: a template takes ten times as long for them."""

from __future__ import annotations

from datetime import date
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from marketplace.lib import look


def safe(value: object) -> str:
    """Words as HTML, markup as it is; a quicker `conditional_escape`."""
    text = str(value)
    return text if isinstance(text, SafeString) else escape(text)


def badge(text: object, tone: str = "plain", mark: str = "") -> SafeString:
    """A state in words, in one of the tones of `look.Tone`."""
    sign = f'<span aria-hidden="true">{safe(mark)}</span>' if mark else ""
    return SafeString(f'<span class="badge {safe(tone)}">{sign}{safe(text)}</span>')


def life_bar(filed_on: date, last_day: date, today: date, tone: str = "open") -> SafeString:
    """How much of a patent's life is used up, and "7 years 4 months left"."""
    life = look.life(filed_on, last_day, today)
    words = safe(life.words)
    if not life.over:
        through = safe(_("(in force through %(day)s)") % {"day": last_day.isoformat()})
        words += f'<span class="visually-hidden">{through}</span>'
    used = f'<rect class="used" width="{life.used}%" height="6"/>'
    left = f'<rect class="left" x="{life.used}%" width="{life.rest}%" height="6"/>'
    return SafeString(
        f'<div class="life {safe(tone)}{" over" if life.over else ""}">\n'
        f'  <svg width="100%" height="6" aria-hidden="true" focusable="false">{used}{left}</svg>\n'
        f"  <span>{words}</span>\n</div>"
    )


def price(amount: object, note: object = "", lead: object = "") -> SafeString:
    """A price: the figure that stands large, `lead` before and `note` after it in small letters."""
    figure = safe(amount)
    parts = [f'<span class="lead">{safe(lead)}</span>' if lead else ""]
    parts.append(f'<span class="amount{" long" if len(str(amount)) > 11 else ""}">{figure}</span>')
    parts.append(f'<span class="note">{safe(note)}</span>' if note else "")
    return SafeString('<div class="price-block">' + "".join(parts) + "</div>")
