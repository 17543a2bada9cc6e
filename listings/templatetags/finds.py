"""What a page of results shows by the dozen: its lines and the values of its filters, written in Python.

A page has twelve lines and eighty values; templates took two thirds of its time for them. Whatever comes from people is
escaped here, piece by piece.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from listings.models import LegalStatus, Listing, Patent, PatentKind
from listings.views.showing import Option, Row
from marketplace.lib import look, pieces
from marketplace.lib.pieces import safe
from marketplace.lib.terms import today

register = template.Library()
_KINDS, _STATUSES = dict(PatentKind.choices), dict(LegalStatus.choices)
_ANY = UUID(int=0)


@register.simple_tag
def facet_options(name: str, options: Sequence[Option]) -> SafeString:
    """The values of one filter with how many offers each has, as boxes of the form `find`."""
    offers = safe(_("offers:"))
    return SafeString("\n    ".join(_option(safe(name), option, offers) for option in options))


def _option(name: str, option: Option, offers: str) -> str:
    value, checked = safe(option.value), " checked" if option.chosen else ""
    return (
        f'<label><input type="checkbox" form="find" id="{name}={value}" name="{name}" value="{value}"{checked}> '
        f'{safe(option.label)} <span><span class="visually-hidden">{offers} </span>{look.grouped(option.offers)}'
        "</span></label>"
    )


@register.simple_tag
def find_rows(rows: Sequence[Row], aside: Collection[UUID] = (), plain: bool = False) -> SafeString:
    """The lines of results; `aside` are the codes put aside to compare, `plain` leaves the button for that out."""
    address = reverse("listings:listing", args=[_ANY])
    return SafeString(
        "".join(_row(row, address.replace(str(_ANY), str(row.listing.code)), aside, plain) for row in rows)
    )


def _row(row: Row, url: str, aside: Collection[UUID], plain: bool) -> str:
    listing, patent = row.listing, row.listing.patent
    life = ""
    if patent.filed_on and patent.last_day:
        life = pieces.life_bar(patent.filed_on, patent.last_day, today(), listing.track)
    button = "" if plain else compare_button(listing, aside)
    return (
        f'<li class="{safe(listing.track)}">\n  <h3><a href="{safe(url)}">{safe(row.item.title)}</a></h3>\n'
        f'  <div class="says"><p>{safe(row.item.headline)}</p>{_why(row)}</div>\n'
        f'  <div class="row facts-line">{_badge(listing.track)}{_meta(_facts(listing, patent))}</div>\n'
        f'  <div class="row facts-line">{life}\n    {_meta(_status(patent))}</div>\n'
        f'  <div class="side">{pieces.price(row.price.amount, row.price.note)}{button}</div>\n</li>\n'
    )


def _why(row: Row) -> str:
    if row.item.excerpt:
        problem = _("The problem:")
        return f'<p class="why">{safe(problem)} {safe(row.item.excerpt)}</p>'
    return f'<p class="why">{safe(row.item.why)}</p>' if row.item.why else ""


def _badge(track: str) -> str:
    return pieces.badge(_("Open license") if track == "open" else _("Preset license"), str(track))


def _meta(facts: Sequence[object]) -> str:
    return f'<span class="meta">{"".join(f"<span>{safe(fact)}</span>" for fact in facts)}</span>'


def _facts(listing: Listing, patent: Patent) -> list[object]:
    facts: list[object] = [listing.organization.name, _KINDS.get(patent.kind, patent.kind)]
    if listing.maturity:
        facts.append(_("maturity %(level)s of 9") % {"level": listing.maturity})
    if hours := listing.terms.guidance_hours:
        words = ngettext("%(hours)s hour of guidance", "%(hours)s hours of guidance", hours)
        facts.append(words % {"hours": hours})
    if patent.is_demo:
        facts.append(_("demo (示例)"))
    return facts


def _status(patent: Patent) -> list[object]:
    checked: object = _("status not checked yet")
    if patent.status_checked_at:
        on = _("checked on")
        checked = SafeString(f"{safe(on)} {look.when(patent.status_checked_at, 'day')}")
    return [_STATUSES.get(patent.status, patent.status), checked]


@register.simple_tag
def compare_button(listing: Listing, aside: Collection[UUID], oob: bool = False) -> SafeString:
    """Puts an offer aside to compare, or takes it away; with `oob` htmx puts it in the place of the one shown."""
    pressed = "true" if listing.code in aside else "false"
    swap = ' data-hx-swap-oob="true"' if oob else ""
    compare, colon = _("Compare"), pgettext("punctuation", ": ")
    return SafeString(
        f'<button class="aside" id="aside-{listing.code}" form="aside-form" name="listing" value="{listing.code}"'
        f' aria-pressed="{pressed}"{swap}>{safe(compare)}<span class="visually-hidden">'
        f"{safe(colon)}{safe(listing.patent.title)}</span></button>"
    )
