"""What moderators find of this room in the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from marketplace.accounts.menu import ModeratorsItem
from marketplace.payments import moderation


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
