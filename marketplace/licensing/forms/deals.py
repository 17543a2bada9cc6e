"""Forms of a deal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.models import Track
from listings.offers import canonical_sha256, territory_words
from marketplace.accounts.models import Organization
from marketplace.accounts.privacy.contacts import words_for as contact_words
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.saying import sentence
from marketplace.licensing.contracts.reading import Offer, read

SALT = "licensing.seen"


def seal_seen(snapshot: dict[str, Any]) -> str:
    """What a person is shown, to travel through the form and back: a later difference can then be told exactly."""
    return signing.dumps(snapshot, salt=SALT, compress=True)


def open_seen(text: str) -> dict[str, Any]:
    """The snapshot the person was shown; empty when it was not sealed here."""
    try:
        seen = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return {}
    return seen if isinstance(seen, dict) else {}


class RequestForm(forms.Form):
    """What a request asks beside what the organization's details already say."""

    intended_use = forms.CharField(
        label=gettext_lazy("What you will make with it"),
        help_text=gettext_lazy("One or two sentences, for example: “tail gas of our lead smelter, one line”."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
    )
    territory_ok = forms.BooleanField(required=False)
    field_ok = forms.BooleanField(required=False)
    contact_ok = forms.BooleanField(required=False)
    related = forms.ChoiceField(
        label=gettext_lazy("Are you related to the licensor?"),
        help_text=gettext_lazy(
            "Same legal representative or shareholder, or an inventor of this patent works for or owns part of you. "
            "A yes forbids nothing; the platform looks at the request first (rule LIC-J)."
        ),
        choices=[("no", gettext_lazy("No")), ("yes", gettext_lazy("Yes"))],
        widget=forms.RadioSelect,
    )
    related_detail = forms.CharField(
        label=gettext_lazy("How you are related"),
        help_text=gettext_lazy("Only when you answered yes."),
        max_length=300,
        required=False,
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, snapshot: dict[str, Any], track: str, licensee: Organization | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer = read(snapshot)
        self.initial["seen"] = seal_seen(snapshot)
        if track == Track.OPEN:  # anyone may take it as announced: no field, no territory, no reasons (TRACK-1)
            self.fields["intended_use"].required = False
            del self.fields["territory_ok"], self.fields["field_ok"], self.fields["related"]
            del self.fields["related_detail"], self.fields["contact_ok"]
        else:
            self._statements(offer)
            self._contact(offer, licensee)

    def _statements(self, offer: Offer) -> None:
        place = territory_words(offer.text("territory"))
        territory = self.fields["territory_ok"]
        territory.label = _("We use the license only in: %(place)s") % {"place": place}
        territory.required = True
        territory.error_messages["required"] = _("LIC-E: state this, or ask the licensor for another territory.")
        field = offer.text("field_of_use")
        if not field:
            del self.fields["field_ok"]
            return
        self.fields["field_ok"].label = _("Our use lies within the field: %(field)s") % {"field": field}
        self.fields["field_ok"].required = True
        self.fields["field_ok"].error_messages["required"] = _(
            "LIC-E: state this, or ask the licensor for another field of use."
        )

    def _contact(self, offer: Offer, licensee: Organization | None) -> None:
        """A consent of its own, never ticked beforehand; without it the request goes on all the same (PII-2)."""
        name = str(offer.licensor.get("name", ""))
        box = self.fields["contact_ok"]
        box.label = _("%(licensor)s may read our contact person, phone and e-mail") % {"licensor": name}
        words = contact_words(licensee.name, name) if licensee else ""
        box.help_text = _("Not needed for the request. %(words)s") % {"words": words}

    def clean(self) -> dict[str, Any]:
        """A relation that is declared is also described (LIC-J)."""
        cleaned = super().clean() or {}
        if cleaned.get("related") == "yes" and not cleaned.get("related_detail", "").strip():
            self.add_error("related_detail", _("LIC-J: say in a few words how you are related."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """The answers, as a Wish takes them."""
        answers = self.cleaned_data
        return {
            "intended_use": answers["intended_use"],
            "territory_ok": answers.get("territory_ok", False),
            "field_ok": answers.get("field_ok", False),
            "contact_ok": answers.get("contact_ok", False),
            "related_party": answers.get("related") == "yes",
            "related_detail": answers.get("related_detail", "") if answers.get("related") == "yes" else "",
            "seen_sha256": canonical_sha256(self.shown()),
        }

    def shown(self) -> dict[str, Any]:
        """The snapshot that the person was shown."""
        return open_seen(self.cleaned_data.get("seen", ""))


class ConfirmForm(forms.Form):
    """One highlighted clause, confirmed: its key and the hash of the words that were shown."""

    clause = forms.CharField(max_length=60, widget=forms.HiddenInput)
    text_sha256 = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class SignForm(forms.Form):
    """The code from the mailbox and the hash of the document that was shown."""

    code = forms.CharField(
        label=gettext_lazy("The six digits from your mailbox"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}),
        error_messages={"required": gettext_lazy("SIG-2: type the six digits that were mailed to you.")},
    )
    document_sha256 = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class PasskeyForm(forms.Form):
    """What the person's device answered, and the hash of the document that was shown."""

    credential = forms.CharField(max_length=20_000, widget=forms.HiddenInput)
    document_sha256 = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class CopyForm(forms.Form):
    """The scan of a paper that was printed and stamped, and the hash of the file that was printed."""

    scan = forms.FileField(
        label=gettext_lazy("Scan of the stamped paper"),
        help_text=gettext_lazy("Every page, in order: one PDF, or a PNG or JPEG of a single page; at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
        error_messages={
            "required": gettext_lazy("SIG-2: choose the scan."),
            "empty": gettext_lazy("SIG-2: the file is empty. Choose it again."),
        },
    )
    document_sha256 = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why a request is declined; the licensee reads it."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("One sentence is enough; the licensee reads it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
    )


def show(form: forms.Form, findings: tuple[Finding, ...]) -> list[Finding]:
    """Put findings that name a field of the form beside that field; return the others, to be shown above."""
    rest = []
    for finding in findings:
        if finding.severity is Severity.BLOCK and finding.field in form.fields:
            form.add_error(finding.field, ValidationError(sentence(finding)))
        else:
            rest.append(finding)
    return rest
