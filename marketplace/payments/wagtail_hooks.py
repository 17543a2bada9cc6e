"""What moderators find of this room in the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from marketplace.payments import moderation


class ModeratorsItem(MenuItem):  # type: ignore[misc]
    """A menu item that only moderators see."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the person is a moderator."""
        return bool(request.user.is_staff)


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def urls() -> list[URLPattern | URLResolver]:
    """Addresses under /admin/moderation/suspense/."""
    pages = [
        path("", moderation.suspense_list, name="suspense_list"),
        path("<int:pk>/", moderation.suspense, name="suspense"),
    ]
    return [path("moderation/suspense/", include((pages, "payments_moderation")))]


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
def menu_item() -> Any:
    """“Suspense” in the menu."""
    return ModeratorsItem(_("Suspense"), reverse("payments_moderation:suspense_list"), icon_name="warning", order=230)
