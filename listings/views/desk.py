"""What the owner's pages share: who is asked for, answers to forms, paging."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marketplace.accounts.current import may
from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.look import Crumb

PER_PAGE = 20
EDIT = require_http_methods(["GET", "HEAD", "POST"])


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """One page of a list."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def wrong(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The same page with what was typed, and what is wrong with it."""
    return render(request, template, context, status=422)


def moved_on(request: HttpRequest) -> None:
    """Say that somebody or something was faster."""
    messages.info(request, _("This has changed since you opened the page, so nothing was carried out. Look again."))


def may_list(user: Any, organization: Organization | None) -> bool:
    """Whether the person may change patents and listings of the organization."""
    return isinstance(user, User) and organization is not None and may(user, organization, Role.LISTER)


def sections() -> list[Crumb]:
    """The owner's pages of this room."""
    return [
        Crumb(_("Listings"), reverse("listings:mine")),
        Crumb(_("Patents"), reverse("listings:patents")),
        Crumb(_("Term sheets"), reverse("listings:term_sheets")),
    ]
