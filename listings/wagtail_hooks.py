"""The moderators' desk for listings, inside the Wagtail admin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.permission_policies.base import BasePermissionPolicy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from listings.desk import urls as desk
from listings.models import SynonymGroup
from marketplace.accounts import people
from marketplace.accounts.menu import ModeratorsItem


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def urls() -> list[URLPattern | URLResolver]:
    """Addresses under /admin/moderation/listings/."""
    return [path("moderation/listings/", include((desk.urlpatterns, "listings_moderation")))]


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
def menu_item() -> Any:
    """“Listings” in the menu."""
    return ModeratorsItem(_("Listings"), reverse("listings_moderation:listings"), icon_name="list-ul", order=200)


class ModeratorsPolicy(BasePermissionPolicy):  # type: ignore[misc]
    """Every moderator may do everything with it, nobody else anything."""

    def user_has_permission(self, user: AbstractBaseUser | AnonymousUser, action: str) -> bool:
        """Whether the person is a moderator."""
        return bool(user.is_active and getattr(user, "is_staff", False))

    def user_has_any_permission(self, user: AbstractBaseUser | AnonymousUser, actions: Iterable[str]) -> bool:
        """The same for any of several actions."""
        return self.user_has_permission(user, "")

    def users_with_any_permission(self, actions: Iterable[str]) -> Any:
        """The moderators."""
        return people.moderators()


class SynonymViewSet(SnippetViewSet):  # type: ignore[misc]
    """“Synonyms” in the menu: what is saved there is in force with the next search."""

    model = SynonymGroup
    icon = "openquote"
    menu_label = _("Synonyms")
    menu_order = 230
    add_to_admin_menu = True
    list_display = ["expressions", "active", "changed_at"]
    list_filter = ["active"]
    search_fields = ["expressions", "note"]
    panels = [FieldPanel("expressions"), FieldPanel("active"), FieldPanel("note")]

    @property
    def permission_policy(self) -> ModeratorsPolicy:
        """Moderators, and no right in the database that could be given to others."""
        return ModeratorsPolicy(self.model)


register_snippet(SynonymViewSet)
