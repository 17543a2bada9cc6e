"""The pages that header, footer and mail name by fixed addresses, so that naming them asks no database.

`manage.py seed_site` makes them; editors may rewrite them, but neither move nor take them away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation

from marketplace.lib import navigation

if TYPE_CHECKING:
    from wagtail.models import Page

# place → path below the home page of each language
PATHS = {
    "home": "",
    "universities": "universities/",
    "guides": "guides/",
    "policies": "policies/",
    "questions": "questions/",
    "about": "about/",
    "accessibility": "accessibility/",
    "contact": "contact/",
}


def path_of(place: str, language: str = "") -> str:
    """The address of a place in a language, the active one by default."""
    language = language or translation.get_language() or settings.LANGUAGE_CODE
    prefix = "/" if language == settings.LANGUAGE_CODE else f"/{language}/"
    return prefix + PATHS[place]


def is_fixed(page: Page) -> bool:
    """Whether the page stands, or stood before it was edited, at the address of a place."""
    stored = type(page).objects.filter(pk=page.pk).values_list("slug", "depth").first() if page.pk else None
    slug, depth = stored or (page.slug, page.depth)
    return depth == 2 or (depth == 3 and f"{slug}/" in PATHS.values())


def keeps_address(page: Page) -> bool:
    """Whether its slug is still the one that is stored."""
    return bool(type(page).objects.filter(pk=page.pk, slug=page.slug).exists())


def register() -> None:
    """Tell the frame where these places are."""
    for place in PATHS:
        navigation.point(place, lambda place=place: path_of(place))  # type: ignore[misc]
    navigation.point("trading", lambda: navigation.url_or_empty("accounts:text", "trading_rules"))
