"""The moderators' desk for organizations, inside the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.accounts import moderation


class ModeratorsItem(MenuItem):  # type: ignore[misc]
    """A menu item that only moderators see."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the person is a moderator."""
        return bool(request.user.is_staff)


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
