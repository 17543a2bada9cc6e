"""Rows that belong to an organization and are its own people's business."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import models

from marketplace.accounts.models import Organization

_Row = TypeVar("_Row", bound=models.Model)


class OwnedQuerySet(models.QuerySet[_Row]):
    """Who may see which row, by its `organization`."""

    def owned_by(self, user: Any) -> Self:
        """Those of the user's organizations; all for moderators, none for strangers."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.filter(organization__in=Organization.objects.of(user))

    def visible_to(self, user: Any) -> Self:
        """The same: nobody else has business with them."""
        return self.owned_by(user)
