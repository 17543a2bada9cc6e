"""Forms of a filing: handed in, what the authority answered, left out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.lib.terms import today
from marketplace.licensing.models import FilingState

DAY = {"type": "date"}


def _day(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, help_text=help_text, required=required, widget=forms.DateInput(attrs=DAY))


class EvidenceForm(forms.Form):
    """A day, and what the authority gave for it."""

    evidence = forms.FileField(
        label=_("Receipt or notice (PDF or picture)"),
        help_text=_("Both sides of the deal can read it."),
        required=False,
    )

    def paper(self) -> tuple[str, bytes] | None:
        """The uploaded file's name and bytes; None where there is none."""
        upload = self.cleaned_data.get("evidence")
        return (upload.name, upload.read()) if upload else None


class HandInForm(EvidenceForm):
    """It went to the authority."""

    on = _day(_("Handed in on"))
    field_order = ("on", "evidence")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", today().isoformat())


class AnswerForm(EvidenceForm):
    """What the authority said: accepted with a number, a correction by a day, or refused with a reason."""

    outcome = forms.ChoiceField(
        label=_("What did the authority say?"),
        choices=[
            (FilingState.ACCEPTED, _("Accepted")),
            (FilingState.CORRECTION, _("A correction is needed")),
            (FilingState.REFUSED, _("Refused")),
        ],
        widget=forms.RadioSelect,
    )
    on = _day(_("Date of the answer"))
    number = forms.CharField(
        label=_("Number given by the authority"), help_text=_("Only when accepted."), max_length=60, required=False
    )
    said = forms.CharField(
        label=_("What is to be corrected, or why it was refused"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
    )
    answer_by = _day(_("Correct by"), _("Only when a correction is needed."), required=False)
    field_order = ("outcome", "on", "number", "said", "answer_by", "evidence")

    def clean(self) -> dict[str, Any]:
        """Each answer has its own field that must not be empty."""
        told = super().clean() or {}
        needed = {
            FilingState.ACCEPTED: ("number",),
            FilingState.CORRECTION: ("said", "answer_by"),
            FilingState.REFUSED: ("said",),
        }
        outcome = told.get("outcome")
        for name in needed[FilingState(outcome)] if outcome else ():
            if not told.get(name) and name not in self.errors:
                self.add_error(name, _("REC-1: with this answer, fill this in as well."))
        return told


class SkipForm(forms.Form):
    """Why a registration is left out."""

    said = forms.CharField(label=_("Why it is not registered"), max_length=500)
