"""The door for people without an account: a mailed link, a code to the same address, the question, one answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from listings import flow
from listings.asking import body, entry
from listings.flow.answering import still_asked
from listings.forms.asking import AnswerForm, EntryForm
from listings.forms.fields import keep
from listings.models import Asking, AskingKind, AskingState
from listings.states import NotNow
from listings.views import keys
from marketplace.accounts.requests import address_of
from marketplace.frame.errors import too_many
from marketplace.lib.findings import Refused
from marketplace.lib.saying import on_form
from marketplace.vault import files

APPROVALS = (AskingKind.APPROVAL, AskingKind.DEAL)  # asked of a step of the institution


@never_cache
@require_safe
def consent(request: HttpRequest, token: str) -> HttpResponse:
    """The door, the question behind it, or why there is none any more."""
    if keys.is_busy(request):
        return too_many(request)
    asking = entry.find(token)
    if asking is None:
        return _closed(request, None, status=404)
    if not _asked(asking):
        if asking.state in (AskingState.AGREED, AskingState.REFUSED) and keys.is_open(request, asking):
            return render(request, "listings/consent_done.html", {"asking": asking, "token": token})
        return _closed(request, asking)
    if not keys.is_open(request, asking):
        return _door(request, asking, token)
    form = AnswerForm(initial=_known(asking), approval=asking.kind in APPROVALS)
    return _question(request, asking, token, form)


def _asked(asking: Asking) -> bool:
    """Whether an answer is still wanted."""
    return asking.is_open() and still_asked(asking, asking.listing)


def _known(asking: Asking) -> dict[str, Any]:
    capacity = asking.capacity if asking.kind in APPROVALS else ""
    return {"name": asking.name, "capacity": capacity, "sha256": asking.sha256}


def _closed(request: HttpRequest, asking: Asking | None, *, status: int = 410) -> HttpResponse:
    """Why a link leads nowhere, without telling anything about the question."""
    state = "unknown" if asking is None else str(asking.state)
    if asking is not None and asking.state == AskingState.WAITING:
        state = "void" if asking.is_open() else "expired"
    return render(request, "listings/consent_closed.html", {"state": state}, status=status)


def _door(request: HttpRequest, asking: Asking, token: str, form: EntryForm | None = None) -> HttpResponse:
    code_path, open_path = (reverse(f"listings:consent_{name}", args=[token]) for name in ("code", "open"))
    return keys.ask_for_code(request, asking, code_path=code_path, open_path=open_path, form=form)


def _question(request: HttpRequest, asking: Asking, token: str, form: AnswerForm) -> HttpResponse:
    context = {
        "asking": asking,
        "token": token,
        "told": body.read(asking.body, get_language() or "zh-hans"),
        "form": form,
    }
    return render(request, "listings/consent.html", context, status=422 if form.errors else 200)


def _waiting(request: HttpRequest, token: str) -> Asking | HttpResponse:
    """The question, if it still waits; else the page that says why not."""
    if keys.is_busy(request):
        return too_many(request)
    asking = entry.find(token)
    if asking is None:
        return _closed(request, None, status=404)
    return asking if _asked(asking) else _closed(request, asking)


@never_cache
@require_POST
def consent_code(request: HttpRequest, token: str) -> HttpResponse:
    """Send a code to the address that was asked."""
    asking = _waiting(request, token)
    if isinstance(asking, HttpResponse):
        return asking
    keys.send_code(request, asking)
    return redirect("listings:consent", token)


@never_cache
@require_POST
def consent_open(request: HttpRequest, token: str) -> HttpResponse:
    """Enter the code."""
    asking = _waiting(request, token)
    if isinstance(asking, HttpResponse):
        return asking
    form = keys.enter(request, asking)
    return _door(request, asking, token, form) if form is not None else redirect("listings:consent", token)


@never_cache
@require_POST
def consent_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Answer, once."""
    asking = _waiting(request, token)
    if isinstance(asking, HttpResponse):
        return asking
    if not keys.is_open(request, asking):
        messages.info(request, _("Too much time has passed since you entered the code. Ask for a new one."))
        return redirect("listings:consent", token)
    form = AnswerForm(request.POST, request.FILES, approval=asking.kind in APPROVALS)
    if form.is_valid():
        try:
            _record(request, asking, form)
        except Refused as refused:
            on_form(form, refused.findings)
        except NotNow:
            return redirect("listings:consent", token)
        if not form.errors:
            return redirect("listings:consent", token)
    return _question(request, asking, token, form)


def _record(request: HttpRequest, asking: Asking, form: AnswerForm) -> None:
    """Keep the power of attorney, the record as a paper, and the answer: all or nothing."""
    told = form.cleaned_data
    with transaction.atomic():
        power = None
        if told.get("power"):
            power = keep(form, "power", kind="consent_power", by=None, subject=asking.patent)
            if form.errors:
                return
        answer = flow.Answer(
            agreed=told["agreed"] == "yes",
            name=told["name"],
            capacity=told["capacity"],
            reason=told["reason"],
            sha256=told["sha256"],
            address=address_of(request) or None,
            power=power,
        )
        keys.record(asking, answer)


@never_cache
@require_safe
def consent_question(request: HttpRequest, token: str) -> HttpResponse:
    """The question's very bytes, for whoever wants to reckon the hash."""
    asking = entry.find(token)
    if asking is None or not keys.is_open(request, asking):
        raise Http404
    response = HttpResponse(asking.body.encode(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="question-{asking.sha256[:8]}.json"'
    return response


@never_cache
@require_safe
def consent_record(request: HttpRequest, token: str) -> HttpResponse:
    """The record of the answer, for whoever gave it."""
    asking = entry.find(token)
    if asking is None or asking.paper is None or not keys.is_open(request, asking):
        raise Http404
    response = HttpResponse(files.read(asking.paper), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="answer-{asking.sha256[:8]}.pdf"'
    return response
