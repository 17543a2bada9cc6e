"""The moderators' desk for listings, inside the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from listings import moderation


class ModeratorsItem(MenuItem):  # type: ignore[misc]
    """A menu item that only moderators see."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the person is a moderator."""
        return bool(request.user.is_staff)


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def urls() -> list[URLPattern | URLResolver]:
    """Addresses under /admin/moderation/listings/."""
    pages = [
        path("", moderation.listings, name="listings"),
        path("<uuid:code>/", moderation.listing, name="listing"),
        path("<uuid:code>/decide/", moderation.decide, name="decide"),
        path("<uuid:code>/declaration/", moderation.declare, name="declare"),
        path("objections/<uuid:code>/", moderation.decide_objection, name="objection"),
    ]
    return [path("moderation/listings/", include((pages, "listings_moderation")))]


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
def menu_item() -> Any:
    """“Listings” in the menu."""
    return ModeratorsItem(_("Listings"), reverse("listings_moderation:listings"), icon_name="list-ul", order=200)
