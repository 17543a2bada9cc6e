"""The moderators' desk for listings, inside the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from listings.desk import urls as desk
from marketplace.accounts.menu import ModeratorsItem


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def urls() -> list[URLPattern | URLResolver]:
    """Addresses under /admin/moderation/listings/."""
    return [path("moderation/listings/", include((desk.urlpatterns, "listings_moderation")))]


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
def menu_item() -> Any:
    """“Listings” in the menu."""
    return ModeratorsItem(_("Listings"), reverse("listings_moderation:listings"), icon_name="list-ul", order=200)
