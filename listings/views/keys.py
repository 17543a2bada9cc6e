"""What the doors without an account share: which browser came in, and how an answer is put on file."""

from __future__ import annotations

import hmac
import time

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from listings import flow
from listings.asking import body, entry, paper
from listings.asking.mail import language_of
from listings.forms.asking import EntryForm
from listings.models import Asking, AskingKind, Letter
from marketplace.accounts.requests import address_of
from marketplace.lib import limits
from marketplace.lib.findings import Refused
from marketplace.lib.saying import aloud, on_form
from marketplace.vault import files

SESSION = "askings"  # {code of a question or letter: [what it is known by, until when]}
OPEN_SECONDS = 3_600
PAPERS = {
    AskingKind.CONSENT: "co_owner_consent",
    AskingKind.PLEDGE: "pledgee_consent",
    AskingKind.APPROVAL: "approval_record",
    AskingKind.DEAL: "approval_record",
}


def is_open(request: HttpRequest, door: Asking | Letter) -> bool:
    """Whether this browser entered the right code for this door within the last hour."""
    mark, until = request.session.get(SESSION, {}).get(str(door.code), ("", 0))
    return bool(mark) and hmac.compare_digest(mark, entry.mark(door)) and until > time.time()


def let_in(request: HttpRequest, door: Asking | Letter) -> None:
    """Remember for an hour that this browser entered the right code."""
    if not request.user.is_authenticated:
        request.session.cycle_key()  # a session that somebody planted here before opens nothing
    known = request.session.get(SESSION, {})
    request.session[SESSION] = known | {str(door.code): [entry.mark(door), int(time.time()) + OPEN_SECONDS]}


def is_busy(request: HttpRequest) -> bool:
    """Whether too many doors were tried from this address."""
    return not limits.allow("consent", address_of(request))


def ask_for_code(
    request: HttpRequest, door: Asking | Letter, *, code_path: str, open_path: str, form: EntryForm | None = None
) -> HttpResponse:
    """The closed door: a code goes to the address that was asked, and is typed here."""
    context = {
        "asking": door,
        "address": entry.masked(door.email),
        "form": form or EntryForm(),
        "sent": door.entry_expires_at is not None and door.entry_expires_at > timezone.now(),
        "code_path": code_path,
        "open_path": open_path,
    }
    return render(request, "listings/consent_door.html", context, status=422 if form is not None else 200)


def send_code(request: HttpRequest, door: Asking | Letter) -> None:
    """Mail a code to the address that was asked, and say so; or say why none was sent."""
    try:
        entry.send_code(door)
    except Refused as refused:
        aloud(request, refused.findings)
    else:
        messages.success(request, _("A code is on its way to %(address)s.") % {"address": entry.masked(door.email)})


def enter(request: HttpRequest, door: Asking | Letter) -> EntryForm | None:
    """Open the door to this browser by the code it sent; the form with what is wrong otherwise."""
    form = EntryForm(request.POST)
    if form.is_valid():
        try:
            entry.use_code(door, form.cleaned_data["code"])
        except Refused as refused:
            on_form(form, refused.findings, otherwise="code")
        else:
            let_in(request, door)
            return None
    return form


def record(asking: Asking, answer: flow.Answer, *, post: flow.Post | None = None) -> Asking:
    """Keep the record of an answer as a paper, and the answer: both or nothing. Raises NotNow, Refused."""
    now, language = timezone.now(), language_of(asking)
    with transaction.atomic():
        data = paper.render(asking, answer, at=now, language=language)
        name = f"{body.read(asking.body, language).title}.pdf"
        kept = files.store(data, kind=PAPERS[AskingKind(asking.kind)], name=name, by=None, subject=asking.patent)
        return flow.answer(asking, answer, paper=kept, at=now, post=post)
