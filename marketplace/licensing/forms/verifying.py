"""What a stranger hands in to have a paper checked: a file, or the code printed on it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.licensing.signing import LIMIT


class FileForm(forms.Form):
    """A PDF to look into. It is read once and not kept."""

    file = forms.FileField(
        label=_("The PDF file"),
        help_text=_("At most 10 MB. We read it once, answer, and keep nothing."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={
            "required": _("Choose the PDF you want to check."),
            "empty": _("The file is empty. Choose it again."),
            "missing": _("Choose the PDF you want to check."),
            "invalid": _("Choose the PDF you want to check."),
        },
    )

    def clean_file(self) -> object:
        """No paper of ours comes near the limit; a larger file is not read at all."""
        file = self.cleaned_data["file"]
        if file.size > LIMIT:
            raise forms.ValidationError(_("The file is larger than 10 MB. No paper of ours is; choose the PDF itself."))
        return file


class CodeForm(forms.Form):
    """The code beneath the QR code."""

    code = forms.CharField(
        label=_("The code on the paper"),
        help_text=_("Twelve letters and digits beneath the QR code, for example K7QF-M2XR-9TPD."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Type the code that stands beneath the QR code.")},
    )
