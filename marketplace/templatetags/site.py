"""The page components as template tags and filters; they are built in, no template has to load them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import Field
from django.template.loader import render_to_string
from django.urls import reverse, translate_url
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from moneyed import Money

from marketplace.lib import citations, look, navigation, pieces
from marketplace.lib.money import from_minor
from marketplace.lib.terms import day_of, today

if TYPE_CHECKING:
    from django.core.paginator import Page
    from django.forms import BaseForm, BoundField
    from django.template import Context

register = template.Library()


# addresses


@register.simple_tag
def url_or_empty(name: str, *args: object, **kwargs: object) -> str:
    """`{% url_or_empty 'listings:find' as find_url %}`: the address, or '' when that URL does not exist."""
    return navigation.url_or_empty(name, *args, **kwargs)


@register.simple_tag
def place_url(key: str) -> str:
    """The address of a place that a room points to: `{% place_url "contact" as contact %}`; '' when there is none."""
    return navigation.where(key)


@register.simple_tag
def safe_static(path: str) -> str:
    """Like `static`, but a missing manifest entry gives the plain address: error pages must not fail."""
    try:
        return staticfiles_storage.url(path)
    except ValueError:
        return f"{settings.STATIC_URL}{path}"


@register.simple_tag(takes_context=True)
def page_in(context: Context, language: str) -> str:
    """The address of this very page in another language, query included.

    A view whose page has another path there puts `language_urls = {"en": "/en/…"}` into its context.
    """
    known: Mapping[str, str] = context.get("language_urls") or {}
    request = context.get("request")
    return known.get(language) or (translate_url(request.get_full_path(), language) if request else "")


@register.simple_tag
def header_links() -> list[tuple[navigation.Place, str]]:
    """The header's places that exist, with their addresses."""
    return navigation.links(navigation.HEADER)


@register.simple_tag
def footer_links() -> list[tuple[navigation.Place, str]]:
    """The footer's places that exist, with their addresses."""
    return navigation.links(navigation.FOOTER)


@register.simple_tag(takes_context=True)
def login_url(context: Context) -> str:
    """The log-in page, which afterwards comes back to the page at hand."""
    address = reverse("account_login")
    request = context.get("request")
    if request is None or request.method != "GET" or request.path in {"/", "/en/"}:
        return address
    if request.path.startswith(reverse("account_login").removesuffix("login/")):
        return address
    return f"{address}?{urlencode({'next': request.get_full_path()})}"


@register.simple_tag
def demo() -> bool:
    """Whether organizations and patents on this site are invented (setting DEMO)."""
    return bool(getattr(settings, "DEMO", False))


# numbers and words


@register.filter
def money(value: Money | int | None, currency: str = "CNY") -> str:
    """Money, or minor units of a currency, for people: `{{ price|money }}`, `{{ fee_minor|money:"CNY" }}`. None: ''."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return look.money_text(value)
    return look.money_text(from_minor(value, currency))


@register.filter
def number(value: int | None) -> str:
    """A count in groups of three: 3,412. None: ''."""
    return "" if value is None else look.grouped(value)


@register.filter
def rate(basis_points: int | None) -> str:
    """Basis points as a percentage: 350 → 3.5%. None: ''."""
    return "" if basis_points is None else look.rate_text(basis_points)


@register.filter
def slug_of(value: str) -> str:
    """A heading as an id that an address can name; Chinese characters stay."""
    return slugify(value, allow_unicode=True) or "part"


@register.filter
def masked_phone(value: str | None) -> str:
    """138 **** 5678. None: ''."""
    return look.masked_phone(value) if value else ""


@register.filter
def fingerprint(value: str | None) -> str:
    """A hash shortened for eyes; the whole value stays in the title and for screen readers. None: ''."""
    if not value:
        return ""
    return format_html(
        '<code class="fingerprint" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span></code>',
        value,
        look.short_fingerprint(value),
        value,
    )


register.filter("when", look.when)
register.filter("cited", citations.cited)


# pieces


@register.inclusion_tag("components/process_line.html")
def process_line(steps: Sequence[look.Step], label: str = "", upright: bool = False) -> dict[str, Any]:
    """Where a deal stands: `{% process_line steps %}`; `upright=True` keeps it vertical on wide screens."""
    return {"steps": steps, "label": label or _("Progress"), "upright": upright}


@register.simple_tag
def badge(text: object, tone: look.Tone = "plain", mark: str = "") -> SafeString:
    """A state in words: `{% badge _("Paid") "good" mark="✓" %}`. Tones: plain open preset good warn stop now."""
    return pieces.badge(text, tone, mark)


@register.simple_tag
def track_badge(track: str) -> SafeString:
    """The badge of a track: `{% track_badge listing.track %}` for "open" and "preset"."""
    words = {"open": _("Open license"), "preset": _("Preset license")}
    return pieces.badge(words[str(track)], str(track))


@register.simple_tag
def life_bar(filed_on: date, last_day: date, tone: look.Tone = "open") -> SafeString:
    """How much of a patent's life is used up, and "7 years 4 months left"."""
    return pieces.life_bar(filed_on, last_day, today(), tone)


@register.inclusion_tag("components/facts.html")
def facts(rows: Iterable[Sequence[object]], wide: bool = False) -> dict[str, Any]:
    """A definition list of `look.Fact` or (label, value) pairs; `wide=True` sets labels beside long values."""
    return {"rows": [look.Fact(*row) for row in rows], "wide": wide}  # type: ignore[arg-type]


@register.simple_tag
def price(amount: object, note: object = "", lead: object = "") -> SafeString:
    """The price in the reader's terms: `{% price offer.fee|money note=_("One payment") lead=_("You pay") %}`."""
    return pieces.price(amount, note, lead)


@register.inclusion_tag("components/countdown.html")
def countdown(deadline: date | datetime, label: object = "", soon: int = 14) -> dict[str, Any]:
    """Days left until a deadline, in words and as a date; warns `soon` days before."""
    day = day_of(deadline) if isinstance(deadline, datetime) else deadline
    return {"left": look.remaining(day, today(), soon), "deadline": day, "label": label}


@register.inclusion_tag("components/finding_list.html")
def finding_list(findings: Iterable[object]) -> dict[str, Any]:
    """Findings (`rule`, `severity`, `message`, `remedy`, `citation`) with what each means for the reader."""
    return {"findings": list(findings)}


@register.inclusion_tag("components/chart.html")
def chart(bars: Sequence[look.Bar], title: str, kind: str = "bars", source: object = "") -> dict[str, Any]:
    """Bars (`kind="columns"` for a course of time) with the same numbers as a table beneath."""
    return {"bars": look.draw(bars), "title": title, "kind": kind, "source": source}


@register.inclusion_tag("components/empty_state.html")
def empty_state(title: object, text: object = "", url: str = "", label: object = "") -> dict[str, Any]:
    """What to say where nothing is: `{% empty_state _("No requests yet") _("…") url label %}`."""
    return {"title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], parameter: str = "page") -> dict[str, Any]:
    """Links to the pages around this one; the other GET parameters stay."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    request = context.get("request")
    query = request.GET.copy() if request else None
    links = []
    for number_ in numbers:
        if query is not None:
            query[parameter] = str(number_)
        links.append((number_, f"?{query.urlencode()}" if query is not None else f"?{parameter}={number_}"))
    by_number = dict(links)
    return {
        "page": page,
        "links": links,
        "gap": page.paginator.ELLIPSIS,
        "previous": by_number.get(page.number - 1, ""),
        "next": by_number.get(page.number + 1, ""),
    }


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs(*crumbs: Sequence[str]) -> dict[str, Any]:
    """The path to this page: (label, url) pairs or `look.Crumb`; the last one without url is the page itself."""
    return {"crumbs": [look.Crumb(*crumb) for crumb in crumbs]}


@register.inclusion_tag("components/breadcrumbs.html")
def breadcrumbs_of(crumbs: Iterable[Sequence[str]]) -> dict[str, Any]:
    """The same for a path made by the view: `{% breadcrumbs_of crumbs %}`."""
    return {"crumbs": [look.Crumb(*crumb) for crumb in crumbs]}


@register.inclusion_tag("components/section_nav.html", takes_context=True)
def section_nav(context: Context, items: Iterable[Sequence[str]], label: str) -> dict[str, Any]:
    """The pages of one section as a row of links; the current one is marked."""
    request = context.get("request")
    return {"items": [look.Crumb(*item) for item in items], "label": label, "path": request.path if request else ""}


# forms


@register.filter
def anchor(field: BoundField) -> str:
    """The id that a link to a form field must name: the first choice of a group, else the input."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def errors_of(field: BoundField) -> list[str]:
    """What is wrong with a form field; one that was left empty is named, for "this field" helps nobody."""
    empty = Field.default_error_messages["required"]
    told = zip(field.errors.as_data(), field.errors, strict=True)
    return [_empty(field) if error.code == "required" and error.message == empty else str(text) for error, text in told]


def _empty(field: BoundField) -> str:
    label = {"label": strip_tags(str(field.label))}
    match field.widget_type:
        case "checkbox":
            return _("Please tick: %(label)s") % label
        case "select" | "radioselect" | "checkboxselectmultiple" | "selectmultiple":
            return _("Please choose: %(label)s") % label
        case "file" | "clearablefile":
            return _("Please attach: %(label)s") % label
    return _("Please fill in: %(label)s") % label


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """Everything that has to be corrected, with links to the fields; nothing when all is well."""
    return {"forms": forms, "wrong": sum(len(errors) for form in forms for errors in form.errors.values())}


@register.simple_block_tag
def fieldset(content: str, legend: object, hint: object = "") -> SafeString:
    """`{% fieldset _("Company") hint=_("…") %}{{ form.name.as_field_group }}{% endfieldset %}`."""
    return render_to_string("components/fieldset.html", {"content": content, "legend": legend, "hint": hint})


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: object = "") -> SafeString:
    """`{% notice "warn" _("The price changed") %}…{% endnotice %}`. Tones: info good warn stop."""
    return render_to_string("components/notice.html", {"content": content, "tone": tone, "title": title})


@register.simple_block_tag
def scroll(content: str, label: object) -> SafeString:
    """A wide table scrolls inside its own region: `{% scroll _("Payments") %}<table>…</table>{% endscroll %}`."""
    return render_to_string("components/scroll.html", {"content": content, "label": label})
