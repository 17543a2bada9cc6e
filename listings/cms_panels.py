"""What listings show on the public pages: what was opened last, and how much is on offer."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.translation import gettext_lazy as _

from cms import figures, panels
from listings.models import Listing, ListingState
from listings.models.listing import PUBLIC
from listings.search import Item
from listings.views.showing import Row, told_price
from marketplace.accounts.models import LICENSOR_KINDS, Organization

NEWEST = 3


def fresh(request: HttpRequest) -> panels.Panel | None:
    """The newest offers; nothing where nothing is on offer. Four queries, however many there are."""
    on_offer = Listing.objects.filter(state__in=PUBLIC)
    newest = (
        on_offer.select_related("patent", "organization", "terms")
        .prefetch_related("terms__class_prices")
        .order_by("-published_at", "-pk")[:NEWEST]
    )
    organization = getattr(request, "organization", None)
    reader = organization if request.user.is_authenticated and organization else None
    rows = [Row(_item(listing), told_price(listing, reader)[0]) for listing in newest]
    if not rows:
        return None
    return panels.Panel("listings/panel_fresh.html", {"rows": rows, "total": on_offer.count()})


def _item(listing: Listing) -> Item:
    title, headline = conditional_escape(listing.patent.title), conditional_escape(listing.headline)
    return Item(listing=listing, title=title, headline=headline, excerpt=conditional_escape(""))


def on_offer() -> int:
    """How many listings can be asked for now."""
    return Listing.objects.filter(state__in=PUBLIC).count()


def in_publicity() -> int:
    """How many listings are shown to the public before they bind."""
    return Listing.objects.filter(state=ListingState.PUBLICITY).count()


def offering() -> int:
    """How many universities and institutes have something on offer."""
    kinds = [kind.value for kind in LICENSOR_KINDS]
    return Organization.objects.filter(kind__in=kinds, listings__state__in=PUBLIC).distinct().count()


def register() -> None:
    """Fill the home page's place for offers and its figures."""
    panels.register("home", "listings.fresh", fresh, order=10)
    figures.register(
        "listings.on_offer", label=_("On offer"), how=_("listings that can be requested now"), count=on_offer, order=10
    )
    figures.register(
        "listings.offering",
        label=_("Universities and institutes"),
        how=_("with at least one listing on offer"),
        count=offering,
        order=20,
    )
    figures.register(
        "listings.publicity",
        label=_("In publicity"),
        how=_("open to objections before they bind"),
        count=in_publicity,
        order=30,
    )
