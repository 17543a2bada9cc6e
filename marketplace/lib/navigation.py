"""Where the site's header and footer point to, and how a room says where a place is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the site: its key, its words, and the URL name it usually has."""

    key: str
    label: _StrPromise
    url_name: str


HEADER = (
    Place("find", _("Find patents"), "listings:find"),
    Place("needs", _("Post a need"), "needs:post"),
    Place("universities", _("For universities"), "cms:universities"),
    Place("guides", _("Policy and guides"), "cms:guides"),
    Place("figures", _("Public figures"), "insights:public"),
    Place("verify", _("Verify a contract"), "licensing:verify"),
)
FOOTER = (
    Place("rules", _("Rules catalog"), "listings:rules"),
    Place("verify", _("Verify a contract"), "licensing:verify"),
    Place("licenses", _("Licenses granted"), "licensing:licenses"),
    Place("glossary", _("Glossary"), "cms:glossary"),
    Place("api", _("Open data"), "api:docs"),
    Place("questions", _("Questions and answers"), "cms:questions"),
    Place("contact", _("Contact and complaints"), "cms:contact"),
    Place("about", _("About"), "cms:about"),
    Place("trading", _("Trading rules"), "cms:trading"),
    Place("terms", _("Terms of use"), "cms:terms"),
    Place("privacy", pgettext_lazy("footer", "Privacy"), "cms:privacy"),
    Place("accessibility", _("Accessibility"), "cms:accessibility"),
)

_finders: dict[str, Callable[[], str]] = {}


def point(key: str, finder: Callable[[], str]) -> None:
    """Let a room answer where a place is, when it is no URL name (an editor's page); '' means it does not exist.

    Call it in AppConfig.ready(). The finder runs for every page: it must be cheap (keep its answer in a cache).
    """
    _finders[key] = finder


def where(key: str) -> str:
    """The address a room gave for a place, or '' when none did."""
    finder = _finders.get(key)
    return finder() if finder else ""


def url_or_empty(name: str, *args: object, **kwargs: object) -> str:
    """The address of a URL name, or '' when no such URL exists in this build."""
    try:
        return reverse(name, args=args or None, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""


def address(place: Place) -> str:
    """Where a place is: what its room says, else its URL name, else ''."""
    finder = _finders.get(place.key)
    return finder() if finder else url_or_empty(place.url_name)


def links(places: tuple[Place, ...]) -> list[tuple[Place, str]]:
    """The places that exist, with their addresses, in order."""
    return [(place, url) for place in places if (url := address(place))]
