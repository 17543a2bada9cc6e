"""Forms of the health watch: a file of legal status, an event, how it ended."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.forms.fields import DayField, GroupedForm, ScanField
from listings.models import HealthKind
from marketplace.lib import sheets
from marketplace.lib.terms import today


class StatusFileForm(GroupedForm):
    """A file of legal status, who says it, and when it was looked up."""

    file = forms.FileField(
        label=gettext_lazy("File of legal status"),
        allow_empty_file=True,  # the reader of sheets says better what is wrong with it
        help_text=gettext_lazy("Excel, ODS or CSV with a column of numbers, and status, day, event or paid fees."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.tsv"}),
    )
    source = forms.CharField(
        label=gettext_lazy("Who says it"),
        max_length=200,
        help_text=gettext_lazy("Shown to readers beside every status, e.g. the register, your agent, a service."),
    )
    as_of = DayField(
        label=gettext_lazy("Looked up on"),
        required=False,
        help_text=gettext_lazy("Empty: the day in each row counts."),
    )

    def clean_file(self) -> UploadedFile[Any]:
        """Refuse what is too large before anybody reads it."""
        upload: UploadedFile[Any] = self.cleaned_data["file"]
        if (upload.size or 0) > sheets.LARGEST:
            raise forms.ValidationError(
                _("The file is larger than %(size)d MB (IMP-3). Delete pictures and sheets that are not needed.")
                % {"size": sheets.LARGEST // 2**20}
            )
        return upload

    def clean_as_of(self) -> Any:
        """Not in the future."""
        day = self.cleaned_data["as_of"]
        if day and day > today():
            raise forms.ValidationError(_("LIC-9: This day lies in the future. Correct it."))
        return day


class EventForm(GroupedForm):
    """Something happened to the patent."""

    kind = forms.ChoiceField(label=gettext_lazy("What happened"), choices=HealthKind.choices)
    happened_on = DayField(label=gettext_lazy("On which day"))
    source = forms.CharField(label=gettext_lazy("Who says it"), max_length=200)
    detail = forms.CharField(label=gettext_lazy("In a few words"), max_length=300, required=False)
    evidence = ScanField(label=gettext_lazy("Evidence"), required=False)


class SettleForm(forms.Form):
    """How an event ended."""

    how = forms.CharField(label=gettext_lazy("How it ended"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
