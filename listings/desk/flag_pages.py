"""The integrity flags: the list, and one flag with its evidence and what a moderator makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from listings import reasons
from listings.desk.differences import marked
from listings.desk.queue import ALL
from listings.desk.views import PER_PAGE, page_query
from listings.integrity import deciding, words
from listings.models import FlagKind, FlagState, IntegrityFlag, Listing, ReasonUse
from listings.states import NotNow
from marketplace.accounts.access import moderator_required
from marketplace.lib import posted
from marketplace.lib.findings import Refused

if TYPE_CHECKING:
    from marketplace.accounts.requests import MemberRequest


class FilterForm(forms.Form):
    """What the list shows."""

    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=[ALL, *FlagState.choices])
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, choices=[ALL, *FlagKind.choices])


_WITH = ("patent", "other_patent", "listing__patent", "organization", "other_organization", "decided_by")


@moderator_required
@require_safe
def flag_list(request: HttpRequest) -> HttpResponse:
    """All flags, without filters those to be looked at, the strongest first."""
    told = (
        request.GET if "state" in request.GET else {"state": FlagState.OPEN.value, "kind": request.GET.get("kind", "")}
    )
    form = FilterForm(told)
    found = IntegrityFlag.objects.select_related(*_WITH)
    if form.is_valid():
        found = found.filter(**{name: value for name, value in form.cleaned_data.items() if value})
    page = Paginator(found.order_by("-score", "-found_at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": [(flag, words.summary(flag)) for flag in page]}
    return render(request, "listings/moderation/flags.html", context | {"query": page_query(request)})


@moderator_required
@require_http_methods(["GET", "POST"])
def flag(request: MemberRequest, pk: int) -> HttpResponse:
    """One flag: what was found, the evidence side by side, and the moderator's answer."""
    found = get_object_or_404(IntegrityFlag.objects.select_related(*_WITH), pk=pk)
    more: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        try:
            _answer(request, found)
        except Refused as refused:
            ticked = request.POST.getlist("reasons")
            more, status = {"refused": refused.findings, "typed": request.POST, "ticked": ticked}, 422
        except NotNow:
            found.refresh_from_db()
            more, status = {"overtaken": True, "typed": request.POST}, 409
        else:
            messages.success(request, _("Recorded."))
            return redirect("listings_moderation:flag", pk)
    return render(request, "listings/moderation/flag.html", _context(found) | more, status=status)


def _answer(request: MemberRequest, found: IntegrityFlag) -> None:
    said = reasons.say(
        posted.text(request.POST, "reason", 2000),
        reasons.chosen(ReasonUse.FLAG, request.POST.getlist("reasons")),
    )
    if request.POST.get("decision") == "acted":
        deciding.act(found, by=request.user, reason=str(said))
    else:
        deciding.dismiss(found, by=request.user, reason=str(said))


def _context(found: IntegrityFlag) -> dict[str, Any]:
    left, right = (found.patent, found.other_patent)
    pair = None
    if left is not None and right is not None:
        pair = {
            "titles": marked(left.title, right.title),
            "abstracts": marked(left.abstract, right.abstract),
            "patents": (left, right),
        }
    subjects = [each for each in (left, right) if each is not None]
    return {
        "flag": found,
        "summary": words.summary(found),
        "facts": words.facts(found),
        "pair": pair,
        "single": left if pair is None else None,
        "shared": found.evidence.get("sentences", []),
        "listings": Listing.objects.filter(patent__in=subjects).select_related("patent", "organization"),
        "reasons": reasons.offered(ReasonUse.FLAG),
    }
