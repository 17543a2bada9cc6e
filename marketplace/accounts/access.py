"""Who may open a page: decorators for views."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required as _login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from marketplace.accounts.current import find_organization, may
from marketplace.accounts.models import Role
from marketplace.accounts.requests import MemberRequest

View = Callable[..., HttpResponseBase]


def login_required(view: View) -> View:
    """Send people who are not logged in to the log-in page and back again."""
    return _login_required(view)


def organization_required(*roles: Role) -> Callable[[View], View]:
    """Let in members of the current organization, with one of the roles if any are named.

    Sets `request.organization` to the row itself. A person without an organization is sent to register one; a member
    without the role meets 403 and is told which role it takes.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            organization = find_organization(request)
            if organization is None:
                return redirect("accounts:organization_new")
            request.organization = organization
            if roles and not may(request.user, organization, *roles):
                raise PermissionDenied(
                    _("This page needs one of these roles in %(organization)s: %(roles)s. Ask an owner for it.")
                    % {"organization": organization.name, "roles": _(", ").join(Role(role).word for role in roles)}
                )
            return view(request, *args, **kwargs)

        return login_required(guarded)

    return decorate


def moderator_required(view: View) -> View:
    """Let in moderators; to everybody else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(guarded)


def fresh_login_required(view: View) -> View:
    """Ask for the password or passkey again when that is more than ACCOUNT_REAUTHENTICATION_TIMEOUT seconds ago.

    A form that was posted meanwhile is kept and carried out afterwards, except for its uploaded files.
    """
    return login_required(reauthentication_required(view))
