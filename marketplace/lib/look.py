"""The values that the page components are made of, with their words for people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from marketplace.lib.terms import SHANGHAI, add_months

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words
    from moneyed import Money

Tone = Literal["plain", "open", "preset", "good", "warn", "stop", "now"]
SIGNS = {"CNY": "¥"}


@dataclass(frozen=True, slots=True)
class Step:
    """One station of a process line: what, a note (when, or whose turn), and whether it is behind us."""

    label: Words
    note: Words = ""
    state: Literal["done", "now", "todo"] = "todo"


class Fact(NamedTuple):
    """A label and its value, with an optional note (source, condition) in small letters."""

    label: Words
    value: object
    note: Words = ""


class Crumb(NamedTuple):
    """A link of a path or of a section's navigation; an empty url is the page itself."""

    label: Words
    url: str = ""


class Bar(NamedTuple):
    """One bar of a chart: its label, its value (a count, or minor units shown by `text`) and the value in words."""

    label: Words
    value: int
    text: Words = ""


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """A bar with its length as a percentage of the longest, ready to draw."""

    label: Words
    text: Words
    percent: str
    rest: str


@dataclass(frozen=True, slots=True)
class Life:
    """How much of a term is used up: `used` in percent (0 to 100, one decimal), and what is left in words."""

    used: str
    rest: str
    words: str
    over: bool


@dataclass(frozen=True, slots=True)
class Remaining:
    """Whole days until a deadline (negative: past), the same in words, and how loud to say it."""

    days: int
    words: str
    tone: Tone


def grouped(value: int) -> str:
    """A whole number in groups of three, as prices and counts are printed here: 12,345.

    Django's own format for Chinese groups by four, which no invoice does.
    """
    return f"{value:,}"


def money_text(money: Money) -> str:
    """An amount for people: ¥30,000, ¥1,234.50, USD 12. Fractions only when there are any."""
    sub_unit = money.currency.sub_unit
    minor = int((money.amount * sub_unit).to_integral_value())
    whole, fraction = divmod(abs(minor), sub_unit)
    text = grouped(whole)
    if fraction:
        text += f".{fraction:0{len(str(sub_unit)) - 1}d}"
    sign = "−" if minor < 0 else ""
    code = money.currency.code
    return f"{sign}{SIGNS[code]}{text}" if code in SIGNS else f"{sign}{code} {text}"


def rate_text(basis_points: int) -> str:
    """A rate kept in basis points as a percentage: 350 → 3.5%."""
    whole, rest = divmod(abs(basis_points), 100)
    fraction = f".{rest:02d}".rstrip("0") if rest else ""
    return f"{'−' if basis_points < 0 else ''}{whole}{fraction}%"


def short_fingerprint(value: str) -> str:
    """The head and the tail of a hash, in groups of four: 9f3c 41d0 … 7ab2. Short values are shown whole."""
    if len(value) <= 16:
        return value
    return f"{value[:4]} {value[4:8]} … {value[-4:]}"


def masked_phone(value: str) -> str:
    """A phone number of which only the first three and the last four digits are shown: 138 **** 5678."""
    digits = re.sub(r"\D", "", value)
    if len(digits) < 8:
        return "****"
    country = f"+{digits[:-11]} " if len(digits) > 11 else ""
    local = digits[-11:]
    return f"{country}{local[:3]} **** {local[-4:]}"


def _months_between(start: date, end: date) -> tuple[int, int]:
    """Whole months from start to end (both not before each other), and the days that remain."""
    months = (end.year - start.year) * 12 + end.month - start.month
    anchor = add_months(start, months)
    if anchor > end:
        months -= 1
        anchor = add_months(start, months)
    return months, (end - anchor).days


def span_words(start: date, end: date) -> str:
    """The time between two days in at most two units: 7 years 4 months, 5 months, 12 days."""
    months, days = _months_between(start, end)
    years, months = divmod(months, 12)
    parts = []
    if years:
        parts.append(ngettext("%(count)d year", "%(count)d years", years) % {"count": years})
    if months:
        parts.append(ngettext("%(count)d month", "%(count)d months", months) % {"count": months})
    if not parts:
        parts.append(ngettext("%(count)d day", "%(count)d days", days) % {"count": days})
    return " ".join(parts)


def _percent(part: int, whole: int) -> tuple[str, str]:
    """Part of whole in percent with one decimal, and what is missing to 100; integers all the way."""
    permille = max(0, min(1000, part * 1000 // whole)) if whole > 0 else 0
    return tuple(f"{value // 10}.{value % 10}" for value in (permille, 1000 - permille))  # type: ignore[return-value]


def life(filed_on: date, last_day: date, today: date) -> Life:
    """The life of a patent from its filing date through its last day in force (included)."""
    end = last_day + timedelta(days=1)
    used, rest = _percent((today - filed_on).days, (end - filed_on).days)
    if today > last_day:
        return Life("100.0", "0.0", _("Expired on %(day)s") % {"day": last_day.isoformat()}, over=True)
    return Life(used, rest, _("%(time)s left") % {"time": span_words(today, end)}, over=False)


def remaining(deadline: date, today: date, soon: int = 14) -> Remaining:
    """What is left until a deadline (the last day on which one may act); `soon` days before it, it warns."""
    days = (deadline - today).days
    if days < 0:
        late = -days
        words = ngettext("%(count)d day overdue", "%(count)d days overdue", late) % {"count": late}
        return Remaining(days, words, "stop")
    if days == 0:
        return Remaining(0, _("Last day is today"), "stop")
    words = ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}
    return Remaining(days, words, "warn" if days <= soon else "plain")


def draw(bars: Sequence[Bar]) -> list[DrawnBar]:
    """Lengths relative to the longest bar; zero stays zero, and a small value is still seen (at least 0.5 %)."""
    longest = max((bar.value for bar in bars), default=0)
    drawn = []
    for bar in bars:
        permille = max(5, bar.value * 1000 // longest) if longest > 0 and bar.value > 0 else 0
        percent, rest = _percent(permille, 1000)
        drawn.append(DrawnBar(bar.label, bar.text or grouped(bar.value), percent, rest))
    return drawn


def sentence(words: str, **told: object) -> SafeString:
    """A translated sentence with its `%(name)s` filled in: values that are markup stay so, all else is escaped."""
    escaped = {
        name: conditional_escape(value if isinstance(value, SafeString) else str(value)) for name, value in told.items()
    }
    return mark_safe(conditional_escape(words) % escaped)  # noqa: S308  every part is escaped


def when(value: datetime | date | None, form: str = "minute") -> str:
    """A `<time>` in Shanghai's time. `form` for instants: "day", "minute" (default) or "second". None: ''."""
    if value is None:
        return ""
    # Translators: formats of Django's `date` filter
    day_format = pgettext("date format", "j M Y")
    if not isinstance(value, datetime):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), date_format(value, day_format))
    local = timezone.localtime(value, SHANGHAI)
    text = date_format(local, day_format)
    if form != "day":
        text += local.strftime(" %H:%M:%S" if form == "second" else " %H:%M")
    return format_html(
        '<time datetime="{}" title="{} UTC+8">{}</time>',
        local.isoformat(timespec="seconds"),
        local.strftime("%Y-%m-%d %H:%M:%S"),
        text,
    )
