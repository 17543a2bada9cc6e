"""The moderators' desk for needs, inside the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from marketplace.accounts.menu import ModeratorsItem
from marketplace.needs import moderation


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def urls() -> list[URLPattern | URLResolver]:
    """Addresses under /admin/moderation/needs/."""
    pages = [
        path("", moderation.needs, name="needs"),
        path("<uuid:code>/decide/", moderation.decide, name="decide"),
    ]
    return [path("moderation/needs/", include((pages, "needs_moderation")))]


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
def menu_item() -> Any:
    """“Needs” in the menu."""
    return ModeratorsItem(_("Needs of firms"), reverse("needs_moderation:needs"), icon_name="help", order=220)
