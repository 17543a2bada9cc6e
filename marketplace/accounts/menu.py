"""The moderators' desk in the menu of the Wagtail admin: each room adds its item there."""

from __future__ import annotations

from django.http import HttpRequest
from wagtail.admin.menu import MenuItem


class ModeratorsItem(MenuItem):  # type: ignore[misc]  # Wagtail ships no types
    """A menu item that only moderators see."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the person is a moderator."""
        return bool(request.user.is_staff)
