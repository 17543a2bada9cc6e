"""Forms of a patent's record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from listings.forms.fields import DayField, GroupedForm, ScanField
from listings.models import EncumbranceKind, LegalStatus, Patent
from listings.models.patent import EvaluationConclusion
from marketplace.lib.numbers import (
    BadNumber,
    parse_application_number,
    parse_ipc,
    parse_publication_number,
    patent_number,
)
from marketplace.lib.saying import sentence
from marketplace.lib.terms import today


def _bad(error: BadNumber) -> forms.ValidationError:
    return forms.ValidationError(sentence(error.finding))


class PatentForm(GroupedForm):
    """The facts of the register. The kind is read from the number."""

    application_number = forms.CharField(
        label=gettext_lazy("Application or patent number"),
        max_length=80,
        help_text=gettext_lazy("With or without ZL and dot: ZL 2020 1 0123456.7. Not the publication number (CN…B)."),
    )
    title = forms.CharField(label=pgettext_lazy("patent", "Title"), max_length=300)
    abstract = forms.CharField(label=gettext_lazy("Abstract"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
    patentee = forms.CharField(
        label=gettext_lazy("Patentee"),
        max_length=300,
        help_text=gettext_lazy("As on the register; several are separated by a semicolon."),
    )
    inventors = forms.CharField(label=gettext_lazy("Inventors"), max_length=500, required=False)
    publication_number = forms.CharField(
        label=gettext_lazy("Announcement number"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("CN followed by 7 or 9 digits and B, U or S."),
    )
    ipc_main = forms.CharField(
        label=gettext_lazy("Main class"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("F27D 17/00; designs: 09-03."),
    )
    ipc = forms.CharField(
        label=gettext_lazy("Other classes"), max_length=600, required=False, help_text=gettext_lazy("Split by commas.")
    )
    filed_on = DayField(label=gettext_lazy("Filing date"), required=False)
    granted_on = DayField(label=gettext_lazy("Grant date"), required=False)
    last_day_override = DayField(
        label=gettext_lazy("Last day, if compensated"),
        required=False,
        help_text=gettext_lazy("Only where the patent office extended the term; a moderator has to agree."),
    )
    last_day_reason = forms.CharField(
        label=gettext_lazy("Number and day of that decision"), max_length=300, required=False
    )
    layout = (
        (gettext_lazy("The register"), ("application_number", "title", "patentee", "inventors"), "", False),
        (gettext_lazy("Dates"), ("filed_on", "granted_on"), "", False),
        (gettext_lazy("Content"), ("abstract", "ipc_main", "ipc", "publication_number"), "", False),
        (gettext_lazy("Extended term"), ("last_day_override", "last_day_reason"), "", True),
    )

    def clean_application_number(self) -> str:
        """Digits and check digit (NUM-1); remembers the kind."""
        try:
            number = parse_application_number(self.cleaned_data["application_number"])
        except BadNumber as error:
            raise _bad(error) from error
        self.kind = number.kind
        return number.value

    def clean_publication_number(self) -> str:
        """The normal form, or nothing."""
        text = self.cleaned_data["publication_number"]
        try:
            return parse_publication_number(text) if text.strip() else ""
        except BadNumber as error:
            raise _bad(error) from error

    def clean_ipc_main(self) -> str:
        """The normal form, or nothing (NUM-5)."""
        text = self.cleaned_data["ipc_main"]
        try:
            return parse_ipc(text) if text.strip() else ""
        except BadNumber as error:
            raise _bad(error) from error

    def clean_ipc(self) -> list[str]:
        """The normal forms."""
        parts = self.cleaned_data["ipc"].replace("，", ",").replace("；", ",").replace(";", ",").split(",")
        try:
            return [parse_ipc(part) for part in parts if part.strip()]
        except BadNumber as error:
            raise _bad(error) from error

    def clean(self) -> dict[str, Any]:
        """Dates stand in their order, and an extended term has its reason."""
        told = super().clean() or {}
        filed, granted, extended = told.get("filed_on"), told.get("granted_on"), told.get("last_day_override")
        if filed and filed > today():
            self.add_error("filed_on", _("NUM-3: The filing date lies in the future. Correct it."))
        if filed and granted and granted < filed:
            self.add_error("granted_on", _("NUM-3: The grant cannot come before the filing. Correct one of the dates."))
        if extended and not told.get("last_day_reason"):
            self.add_error("last_day_reason", _("NUM-3: Name the decision that extended the term."))
        return told

    @staticmethod
    def initial_of(patent: Patent) -> dict[str, Any]:
        """The form's values of a stored patent."""
        told = {name: getattr(patent, name) for name in PatentForm.base_fields}
        return told | {
            "application_number": patent_number(patent.application_number),
            "ipc": ", ".join(patent.ipc),
        }

    def facts(self) -> dict[str, Any]:
        """The columns of Patent."""
        return {**self.cleaned_data, "kind": self.kind}


class StatusForm(forms.Form):
    """What was found out about status and fees: by whom, where, when."""

    status = forms.ChoiceField(
        label=gettext_lazy("Legal status"),
        choices=[(key, words) for key, words in LegalStatus.choices if key != LegalStatus.UNKNOWN],
    )
    fees_paid_through = forms.IntegerField(
        label=gettext_lazy("Annual fees paid through patent year"),
        min_value=1,
        max_value=25,
        required=False,
        help_text=gettext_lazy("Patent year 1 begins on the filing date."),
    )
    source = forms.CharField(
        label=gettext_lazy("Where it was looked up"),
        max_length=200,
        help_text=gettext_lazy("E.g. the patent office's business portal, register copy."),
    )
    checked_on = DayField(label=gettext_lazy("On which day"))
    evidence = ScanField(label=gettext_lazy("Screenshot, register copy or receipt"), required=False)

    def clean_checked_on(self) -> Any:
        """Not in the future."""
        day = self.cleaned_data["checked_on"]
        if day > today():
            raise forms.ValidationError(_("LIC-9: This day lies in the future. Correct it."))
        return day


class CoOwnerForm(forms.Form):
    """One more patentee and its consent."""

    name = forms.CharField(label=gettext_lazy("Name as on the register"), max_length=160)
    consent = ScanField(label=gettext_lazy("Signed consent"), required=False)
    consented_on = DayField(label=gettext_lazy("Day of the consent"), required=False)

    def clean(self) -> dict[str, Any]:
        """A consent has its day."""
        told = super().clean() or {}
        if bool(told.get("consent")) != bool(told.get("consented_on")) and not self.errors:
            self.add_error("consented_on", _("GATE-8: A consent has a file and a day. Add what is missing."))
        return told


class EncumbranceForm(forms.Form):
    """A license given outside the platform."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What binds the patent"),
        choices=[
            (kind.value, kind.label)
            for kind in (EncumbranceKind.EXCLUSIVE, EncumbranceKind.SOLE, EncumbranceKind.ORDINARY)
        ],
    )
    holder = forms.CharField(label=gettext_lazy("Licensee"), max_length=160)
    starts_on = DayField(label=gettext_lazy("First day"))
    ends_on = DayField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: until the patent ends.")
    )
    reference = forms.CharField(label=gettext_lazy("Recordal or contract number"), max_length=60, required=False)
    evidence = ScanField(label=gettext_lazy("Evidence"), required=False)

    def clean(self) -> dict[str, Any]:
        """The end is not before the start."""
        told = super().clean() or {}
        first, last = told.get("starts_on"), told.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("TRACK-3: The last day lies before the first. Correct one of them."))
        return told


class EndForm(forms.Form):
    """The day after which something binds no more."""

    ended_on = DayField(label=gettext_lazy("Ended on"))


class PledgeForm(forms.Form):
    """Whether the patent is pledged, and the pledgee's consent."""

    pledged = forms.BooleanField(label=gettext_lazy("The patent is pledged"), required=False)
    pledgee_consent = ScanField(label=gettext_lazy("The pledgee's written consent"), required=False)


class EvaluationForm(forms.Form):
    """The patent office's evaluation report."""

    evaluation_conclusion = forms.ChoiceField(
        label=gettext_lazy("Its conclusion"), choices=[c for c in EvaluationConclusion.choices if c[0]]
    )
    evaluation_on = DayField(label=gettext_lazy("Day of the report"))
    evaluation_report = ScanField(label=gettext_lazy("The report"))
