"""Which organization a person is acting for, and what he or she may do there."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from marketplace.accounts.models import Organization, Role, User

SESSION_KEY = "organization"


def organization_of(request: HttpRequest) -> Organization | None:
    """The organization chosen since the log-in if the membership is still live, else the person's first one, else None.

    Lazy: pages that do not ask cost no query.
    """
    return SimpleLazyObject(lambda: find_organization(request))  # type: ignore[return-value]


def find_organization(request: HttpRequest) -> Organization | None:
    """The same, asked of the database now."""
    if not request.user.is_authenticated:
        return None
    chosen = request.session.get(SESSION_KEY)
    found = Organization.objects.of(request.user).filter(pk=chosen).first() if chosen else None
    if found is None:
        live = request.user.memberships.live().select_related("organization")
        first = live.order_by("started_at", "organization_id").first()
        found = first.organization if first else None
    return found


def roles(user: User, organization: Organization) -> set[str]:
    """The live roles of `user` in `organization`, asked of the database at this moment (IDN-3)."""
    if not user.is_active:
        return set()
    return set(organization.memberships.filter(user=user, ended_at__isnull=True).values_list("role", flat=True))


def may(user: User, organization: Organization, *wanted: Role) -> bool:
    """Whether `user` holds one of the wanted roles there; an owner may do everything except sign."""
    held = roles(user, organization)
    if Role.SIGNATORY in wanted:
        return Role.SIGNATORY in held
    return Role.OWNER in held or bool(held & set(wanted))
