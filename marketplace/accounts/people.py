"""Finding the people who must be told, or who may act."""

from __future__ import annotations

from django.db.models import QuerySet

from marketplace.accounts.models import Organization, Role, User


def members(organization: Organization, *roles: Role | str) -> QuerySet[User]:
    """The people with a live membership there, in one of the roles if any are named, by name."""
    found = organization.memberships.live()
    if roles:
        found = found.filter(role__in=roles)
    return User.objects.filter(pk__in=found.values("user")).order_by("name", "pk")


def moderators() -> QuerySet[User]:
    """The people who check organizations and listings."""
    return User.objects.filter(is_staff=True, is_active=True).order_by("pk")
