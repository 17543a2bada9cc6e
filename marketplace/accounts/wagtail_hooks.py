"""The moderators' desk for organizations, inside the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from marketplace.accounts import moderation
from marketplace.accounts.menu import ModeratorsItem


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def urls() -> list[URLPattern | URLResolver]:
    """Addresses under /admin/moderation/organizations/."""
    pages = [
        path("", moderation.organizations, name="organizations"),
        path("<int:pk>/", moderation.organization, name="organization"),
        path("<int:pk>/decide/", moderation.decide, name="decide"),
        path("authorities/<int:pk>/", moderation.decide_authority, name="authority"),
    ]
    return [path("moderation/organizations/", include((pages, "accounts_moderation")))]


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
def menu_item() -> Any:
    """“Organizations” in the menu."""
    return ModeratorsItem(
        _("Organizations"), reverse("accounts_moderation:organizations"), icon_name="group", order=210
    )
