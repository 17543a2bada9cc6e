"""What a person fills in to close the account."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class CloseForm(forms.Form):
    """One box, and which list of what stays was on the page."""

    agreed = forms.BooleanField(
        label=_("I have read what stays. Close my account and delete the rest."),
        error_messages={"required": _("Tick the box if you want to close your account.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
