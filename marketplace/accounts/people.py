"""Finding the people who must be told, or who may act."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db.models import QuerySet

from marketplace.accounts.models import Organization, Role, User

MODERATORS = "Moderators"  # Wagtail's own group of that name; a migration gives it the right to enter


def members(organization: Organization, *roles: Role | str) -> QuerySet[User]:
    """The people with a live membership there, in one of the roles if any are named, by name."""
    found = organization.memberships.live()
    if roles:
        found = found.filter(role__in=roles)
    return User.objects.filter(pk__in=found.values("user")).order_by("name", "pk")


def make_moderator(user: User) -> None:
    """Let a person check organizations and listings, and edit the public pages as Wagtail's group of that name may."""
    User.objects.filter(pk=user.pk).update(is_staff=True)
    user.is_staff = True
    user.groups.add(Group.objects.get(name=MODERATORS))


def moderators() -> QuerySet[User]:
    """The people who check organizations and listings."""
    return User.objects.filter(is_staff=True, is_active=True).order_by("pk")
