"""What moderators and editors find in the Wagtail admin beside the pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.models import Page

from cms import moderation, places, queues
from marketplace.accounts.menu import ModeratorsItem


class QueuesPanel(Component):  # type: ignore[misc]
    """What waits, on the first page of the admin."""

    name = "queues"
    template_name = "cms/admin/queues.html"
    order = 10

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """With the queues counted now."""
        return {"queues": queues.queues()}


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def urls() -> list[URLPattern | URLResolver]:
    """Addresses under /admin/moderation/messages/."""
    pages = [
        path("", moderation.message_list, name="messages"),
        path("<int:pk>/", moderation.message, name="message"),
    ]
    return [path("moderation/messages/", include((pages, "cms_moderation")))]


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
def menu_item() -> Any:
    """“Messages” in the menu."""
    return ModeratorsItem(gettext_lazy("Messages"), reverse("cms_moderation:messages"), icon_name="mail", order=220)


@hooks.register("construct_homepage_panels")  # type: ignore[untyped-decorator]
def home_panels(request: HttpRequest, panels: list[Any]) -> None:
    """Put the queues first."""
    if request.user.is_staff:
        panels.insert(0, QueuesPanel())


def _refuse(request: HttpRequest, page: Page) -> HttpResponse | None:
    if not places.is_fixed(page.specific):
        return None
    messages.error(
        request, _("“%(title)s” is named by the header or the footer; it cannot be taken away.") % {"title": page.title}
    )
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_delete_page")  # type: ignore[untyped-decorator]
def keep_from_deletion(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Pages the frame names stay."""
    return _refuse(request, page)


@hooks.register("before_unpublish_page")  # type: ignore[untyped-decorator]
def keep_from_unpublishing(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Pages the frame names stay public."""
    return _refuse(request, page)


@hooks.register("before_move_page")  # type: ignore[untyped-decorator]
def keep_from_moving(request: HttpRequest, page: Page, _target: Page) -> HttpResponse | None:
    """Pages the frame names stay where they are."""
    return _refuse(request, page)
