"""The door of a letter: one link and one code for all offers that a step of an institution is asked about."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from listings import flow
from listings.asking import body, entry
from listings.flow.answering import still_asked
from listings.forms.asking import EntryForm, LetterForm
from listings.models import Asking, AskingState, Letter
from listings.states import NotNow
from listings.views import keys
from marketplace.accounts.requests import address_of
from marketplace.frame.errors import too_many
from marketplace.lib.findings import Refused
from marketplace.vault import files

ANSWERED = (AskingState.AGREED, AskingState.REFUSED)


def _askings(letter: Letter) -> list[Asking]:
    rows = letter.askings.select_related("patent", "listing", "organization", "asked_by", "paper")
    return list(rows.order_by("patent__title", "pk"))


def _waiting(askings: list[Asking]) -> list[Asking]:
    return [one for one in askings if one.is_open() and still_asked(one, one.listing)]


def _found(request: HttpRequest, token: str) -> tuple[Letter, list[Asking]] | HttpResponse:
    """The letter and the questions that still wait; or the page that says why there are none."""
    if keys.is_busy(request):
        return too_many(request)
    letter = entry.find_letter(token)
    if letter is None:
        return _closed(request, "unknown", status=404)
    askings = _askings(letter)
    waiting = _waiting(askings)
    if waiting:
        return letter, waiting
    answered = any(one.state in ANSWERED for one in askings)
    if request.method != "POST" and answered and keys.is_open(request, letter):
        return render(request, "listings/letter_done.html", _shown(letter, token, askings))
    return _closed(request, _why(letter, askings))


def _why(letter: Letter, askings: list[Asking]) -> str:
    states = {str(one.state) for one in askings}
    if states & {str(state) for state in ANSWERED}:
        return "agreed"
    return "expired" if letter.expires_at <= timezone.now() else "void"


def _closed(request: HttpRequest, state: str, *, status: int = 410) -> HttpResponse:
    return render(request, "listings/consent_closed.html", {"state": state}, status=status)


def _shown(letter: Letter, token: str, askings: list[Asking]) -> dict[str, Any]:
    """What the pages show of a letter: the questions that were answered, in its reader's language."""
    return {"letter": letter, "token": token, "answered": [one for one in askings if one.state in ANSWERED]}


def _door(request: HttpRequest, letter: Letter, token: str, form: EntryForm | None = None) -> HttpResponse:
    code_path, open_path = (reverse(f"listings:letter_{name}", args=[token]) for name in ("code", "open"))
    return keys.ask_for_code(request, letter, code_path=code_path, open_path=open_path, form=form)


@never_cache
@require_safe
def letter(request: HttpRequest, token: str) -> HttpResponse:
    """The door, the offers behind it, or why there are none any more."""
    found = _found(request, token)
    if isinstance(found, HttpResponse):
        return found
    row, waiting = found
    if not keys.is_open(request, row):
        return _door(request, row, token)
    form = LetterForm(askings=waiting, initial={"name": row.name, "capacity": row.capacity})
    return _questions(request, row, token, form)


def _questions(request: HttpRequest, letter: Letter, token: str, form: LetterForm) -> HttpResponse:
    language = get_language() or "zh-hans"
    rows = [(body.read(one.body, language), one, *fields) for one, *fields in form.rows()]
    context = _shown(letter, token, _askings(letter)) | {"form": form, "rows": rows}
    return render(request, "listings/letter.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
def letter_code(request: HttpRequest, token: str) -> HttpResponse:
    """Send a code to the address that was asked."""
    found = _found(request, token)
    if isinstance(found, HttpResponse):
        return found
    keys.send_code(request, found[0])
    return redirect("listings:letter", token)


@never_cache
@require_POST
def letter_open(request: HttpRequest, token: str) -> HttpResponse:
    """Enter the code."""
    found = _found(request, token)
    if isinstance(found, HttpResponse):
        return found
    form = keys.enter(request, found[0])
    return _door(request, found[0], token, form) if form is not None else redirect("listings:letter", token)


@never_cache
@require_POST
def letter_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Answer all of them or some, each once."""
    found = _found(request, token)
    if isinstance(found, HttpResponse):
        return found
    row, waiting = found
    if not keys.is_open(request, row):
        messages.info(request, _("Too much time has passed since you entered the code. Ask for a new one."))
        return redirect("listings:letter", token)
    form = LetterForm(request.POST, askings=waiting)
    if not form.is_valid():
        return _questions(request, row, token, form)
    _answer(request, form)
    return redirect("listings:letter", token)


def _answer(request: HttpRequest, form: LetterForm) -> None:
    """Record each decision by itself: an offer that was called back meanwhile holds up no other."""
    post, done, late = flow.Post(), 0, []
    for asking, agreed, reason, sha256 in form.decisions():
        told = flow.Answer(
            agreed=agreed,
            name=form.cleaned_data["name"],
            capacity=form.cleaned_data["capacity"],
            reason=reason,
            sha256=sha256,
            address=address_of(request) or None,
        )
        try:
            keys.record(asking, told, post=post)
        except (NotNow, Refused):
            late.append(asking.patent.title)
        else:
            done += 1
    post.send()
    if done:
        words = ngettext("%(count)d answer is recorded.", "%(count)d answers are recorded.", done)
        messages.success(request, words % {"count": done})
    for title in late:
        messages.warning(
            request, _("“%(title)s” was changed or called back meanwhile: not recorded.") % {"title": title}
        )


@never_cache
@require_safe
def letter_question(request: HttpRequest, token: str, code: UUID) -> HttpResponse:
    """One question's very bytes, for whoever wants to reckon the hash."""
    asking = _behind(request, token, code)
    response = HttpResponse(asking.body.encode(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="question-{asking.sha256[:8]}.json"'
    return response


@never_cache
@require_safe
def letter_record(request: HttpRequest, token: str, code: UUID) -> HttpResponse:
    """The record of one answer, for whoever gave it."""
    asking = _behind(request, token, code)
    if asking.paper is None:
        raise Http404
    response = HttpResponse(files.read(asking.paper), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="answer-{asking.sha256[:8]}.pdf"'
    return response


def _behind(request: HttpRequest, token: str, code: UUID) -> Asking:
    row = entry.find_letter(token)
    if row is None or not keys.is_open(request, row):
        raise Http404
    return get_object_or_404(row.askings.select_related("paper"), code=code)
