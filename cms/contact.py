"""Taking messages in and answering them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.models.messages import ContactKind, ContactMessage
from marketplace.accounts import people
from marketplace.accounts.requests import address_of
from marketplace.audit import trail
from marketplace.audit.actions import Action
from marketplace.lib import limits, mailing
from marketplace.notices import kinds, notices
from marketplace.outbox import outbox

if TYPE_CHECKING:
    from marketplace.accounts.models import User

RECEIVED = "cms.contact_received"
ANSWER_TOPIC = "cms.contact_answered"


class AlreadyAnswered(Exception):
    """Somebody else answered the message first."""


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a reader fills in. `website` is a trap that people do not see and programs fill."""

    website = forms.CharField(required=False)

    class Meta:
        model = ContactMessage
        fields = ["kind", "name", "email", "phone", "about", "text"]
        widgets = {
            "kind": forms.RadioSelect,
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        }
        help_texts = {
            "about": gettext_lazy("An address on this site, a patent number or a deal's number, if there is one."),
            "email": gettext_lazy("The answer goes there."),
        }

    def clean_website(self) -> str:
        """Refuse what a program filled in."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave the field “website” empty; it is there to catch programs."))
        return ""


class Taken(NamedTuple):
    """The answer to a sent form: the kept message, or the form with what has to be corrected and the status."""

    form: ContactForm
    message: ContactMessage | None
    status: int = 200


def blank_form(request: HttpRequest) -> ContactForm:
    """The form with what is known: the person, and what page the link came from (`?about=…&kind=complaint`)."""
    initial = {"about": request.GET.get("about", "")[:300], "kind": ContactKind.CONTACT}
    if request.GET.get("kind") in ContactKind.values:
        initial["kind"] = ContactKind(request.GET["kind"])
    if request.user.is_authenticated:
        initial |= {"name": request.user.name, "email": request.user.email, "phone": request.user.phone}
    return ContactForm(initial=initial)


def take(request: HttpRequest) -> Taken:
    """Keep what was sent, or say what has to be corrected: 422, or 429 for too many in a short time."""
    form = ContactForm(request.POST)
    if not form.is_valid():
        return Taken(form, None, 422)
    if not limits.allow("contact", address_of(request)):
        form.add_error(None, _("Too many messages in a short time. Wait a minute, then send it again."))
        return Taken(form, None, 429)
    user = request.user if request.user.is_authenticated else None
    return Taken(form, receive(form.save(commit=False), by=user))


def receive(message: ContactMessage, *, by: User | None) -> ContactMessage:
    """Keep a message and tell the moderators."""
    message.user = by
    message.language = translation.get_language() or settings.LANGUAGE_CODE
    with transaction.atomic():
        message.save()
        trail.record(Action.CONTACT_RECEIVE, message, by=by, kind=message.kind)
        notices.tell(
            people.moderators(),
            RECEIVED,
            key=f"contact:{message.reference}",
            path=reverse("cms_moderation:message", args=[message.pk]),
            reference=message.reference,
            what=ContactKind(message.kind).label,
        )
    return message


def answer(message: ContactMessage, *, by: User, text: str) -> None:
    """Record the answer and mail it. Raises AlreadyAnswered when somebody was faster; then nothing is sent."""
    with transaction.atomic():
        moved = ContactMessage.objects.filter(pk=message.pk, answered_at__isnull=True).update(
            answer=text, answered_by=by, answered_at=timezone.now()
        )
        if not moved:
            raise AlreadyAnswered(message.reference)
        trail.record(Action.CONTACT_ANSWER, message, by=by)
        outbox.add(ANSWER_TOPIC, key=f"contact:{message.pk}", message=message.pk)


def mail_answer(key: str, payload: dict[str, Any]) -> None:
    """Mail a recorded answer to its writer, in the language the message was written in."""
    message = ContactMessage.objects.filter(pk=payload["message"], answered_at__isnull=False).first()
    if message is None:
        return
    with translation.override(message.language):
        body = render_to_string("cms/answer.txt", {"message": message, "site_url": settings.SITE_URL})
        subject = _("Your message %(reference)s") % {"reference": message.reference}
    mailing.letter(key, message.email, subject, body).send()


def waiting() -> int:
    """How many messages wait for an answer."""
    return ContactMessage.objects.filter(answered_at__isnull=True).count()


def register() -> None:
    """Give the messages to moderators their words and carry answers out."""
    kinds.register(
        RECEIVED,
        subject=gettext_lazy("Message %(reference)s: %(what)s"),
        body=gettext_lazy("Somebody wrote through the contact page. Messages are answered within three working days."),
        action=gettext_lazy("Read and answer"),
    )
    outbox.handles(ANSWER_TOPIC, "mail")(mail_answer)
