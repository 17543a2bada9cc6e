"""Who brings files in: an office for its own patents, moderators for everybody's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseBase

from listings.importing import flow
from marketplace.accounts.access import View, login_required, organization_required
from marketplace.accounts.models import Role

if TYPE_CHECKING:
    from marketplace.accounts.requests import MemberRequest, PersonRequest

Given = Callable[..., HttpResponseBase]


def for_offices(view: Given) -> View:
    """Let in owners and listers of a licensor, with `organization` theirs, and moderators, with `organization` None."""

    @login_required
    @wraps(view)
    def guarded(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_staff:
            return view(request, *args, organization=None, **kwargs)
        return for_members(request, *args, **kwargs)

    @organization_required(Role.LISTER)
    def for_members(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        flow.require_importer(request.user, request.organization)
        return view(request, *args, organization=request.organization, **kwargs)

    return guarded
