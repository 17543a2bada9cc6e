"""Forms of the publicity: a guest's address, and the objection itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.forms.fields import GroupedForm
from marketplace.vault.files import BadFile, store

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from listings.models import Listing
    from marketplace.accounts.models import User
    from marketplace.vault.models import VaultFile

MOST_FILES = 5


class SeveralFilesInput(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class SeveralScansField(forms.FileField):
    """Up to five scans for the vault; its value is a list of uploads."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", SeveralFilesInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg", "multiple": True}))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each upload by itself. Raises ValidationError for more than five."""
        uploads = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if len(uploads) > MOST_FILES:
            raise forms.ValidationError(
                _("At most %(count)d files. Put the rest together into one PDF.") % {"count": MOST_FILES}
            )
        if not uploads:
            super().clean(None, initial)
        return [super(SeveralScansField, self).clean(one, initial) for one in uploads]


class AddressForm(forms.Form):
    """Where the link for an objection without an account goes."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=120,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("We send a link that opens the form. Only moderators see the address."),
    )
    website = forms.CharField(required=False, widget=forms.HiddenInput)  # stays empty: filled in only by robots


class ObjectionForm(GroupedForm):
    """What somebody has against a listing in publicity. `address` is the confirmed one, which is not asked again."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    text = forms.CharField(
        label=gettext_lazy("What you object to, and why"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )
    evidence = SeveralScansField(
        label=gettext_lazy("Evidence"),
        required=False,
        help_text=gettext_lazy("Up to five files: PDF, PNG or JPEG, 10 MB each. Only moderators see them."),
    )

    def keep_files(self, listing: Listing, by: User | None) -> list[VaultFile]:
        """The uploads in the vault; errors are put at the field."""
        kept: list[VaultFile] = []
        uploads: list[UploadedFile[Any]] = self.cleaned_data.get("evidence") or []
        for upload in uploads:
            try:
                kept.append(
                    store(upload.read(), kind="objection_evidence", name=upload.name or "", by=by, subject=listing)
                )
            except BadFile as bad:
                self.add_error("evidence", f"{upload.name}: {bad.finding}")
        return kept
