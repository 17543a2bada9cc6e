"""Forms about papers and people of an organization: evidence, invitations, signing authority."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from moneyed import Money

from marketplace.accounts import people
from marketplace.accounts.flow.authorities import SELF_KINDS
from marketplace.accounts.models import AuthorityBasis, Organization, OrganizationKind, Role, User
from marketplace.lib.money import to_minor
from marketplace.lib.terms import today

ACCEPT = ".pdf,.png,.jpg,.jpeg"
MOST_FILES = 5


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class ManyFilesField(forms.FileField):
    """Several uploaded files, each checked as one."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        """The files as a list. Raises ValidationError for none (if required), and for too many."""
        given = [each for each in (data if isinstance(data, list | tuple) else [data]) if each]
        if not given:
            super().clean(None, initial)
        if len(given) > MOST_FILES:
            raise forms.ValidationError(_("At most %(count)d files at once.") % {"count": MOST_FILES})
        return [super(ManyFilesField, self).clean(each, initial) for each in given]


class VerificationForm(forms.Form):
    """Evidence of who an organization is."""

    evidence = ManyFilesField(
        label=gettext_lazy("Scans or photos"), widget=ManyFiles(attrs={"accept": ACCEPT, "multiple": True})
    )
    note = forms.CharField(
        label=gettext_lazy("Note for the moderator"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evidence"].help_text = {
            OrganizationKind.FIRM: _("The business license. PDF, PNG or JPEG, each up to 10 MB, up to five files."),
            OrganizationKind.SOLE_TRADER: _(
                "The business license. PDF, PNG or JPEG, each up to 10 MB, up to five files."
            ),
            OrganizationKind.INDIVIDUAL: _(
                "A paper that shows your name and address, for example a lease or an invoice. Cover identity numbers "
                "and account numbers: we do not need them. PDF, PNG or JPEG, each up to 10 MB, up to five files."
            ),
        }.get(
            OrganizationKind(kind),
            _("The legal-person certificate of the institution. PDF, PNG or JPEG, each up to 10 MB, up to five files."),
        )

    def uploads(self) -> list[UploadedFile[bytes]]:
        """The files of a valid form."""
        given: list[UploadedFile[bytes]] = self.cleaned_data["evidence"]
        return given


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices, initial=Role.LISTER)


class RoleForm(forms.Form):
    """One more role for a member."""

    user = forms.IntegerField(widget=forms.HiddenInput)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)


class AuthorityForm(forms.Form):
    """A request for signing authority."""

    user = forms.ModelChoiceField(label=gettext_lazy("Signatory"), queryset=User.objects.none(), empty_label=None)
    basis = forms.ChoiceField(label=gettext_lazy("Why this person may sign"), widget=forms.RadioSelect)
    scope_contracts = forms.BooleanField(label=gettext_lazy("License contracts"), required=False, initial=True)
    scope_term_sheets = forms.BooleanField(
        label=gettext_lazy("Term sheets (standing offers)"), required=False, initial=True
    )
    ceiling = forms.DecimalField(
        label=gettext_lazy("Up to this amount a contract (yuan)"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=14,
        decimal_places=2,
        help_text=gettext_lazy("Empty: no limit."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    valid_from = forms.DateField(
        label=gettext_lazy("Valid from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=gettext_lazy("Valid until, that day included"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: until it is revoked."),
    )
    document = forms.FileField(
        label=gettext_lazy("Power of attorney"),
        required=False,
        help_text=gettext_lazy("Signed by the legal representative and stamped. PDF, PNG or JPEG, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )

    def __init__(self, *args: Any, organization: Organization, by: User, owner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        signatories = people.members(organization, Role.SIGNATORY)
        user = self.fields["user"]
        assert isinstance(user, forms.ModelChoiceField)  # noqa: S101 - declared above
        user.queryset = signatories if owner else signatories.filter(pk=by.pk)
        basis = self.fields["basis"]
        assert isinstance(basis, forms.ChoiceField)  # noqa: S101 - declared above
        itself = organization.kind in SELF_KINDS
        basis.choices = [
            choice
            for choice in AuthorityBasis.choices
            if (choice[0] == AuthorityBasis.SELF) == (organization.kind == OrganizationKind.INDIVIDUAL)
            or (itself and choice[0] == AuthorityBasis.SELF)
        ]
        self.fields["valid_from"].initial = today()

    def clean(self) -> dict[str, Any]:
        """At least one kind of paper."""
        data = super().clean() or self.cleaned_data
        if not data.get("scope_contracts") and not data.get("scope_term_sheets"):
            self.add_error("scope_contracts", _("Choose at least one kind of paper."))
        return data

    def ceiling_minor(self) -> int | None:
        """The ceiling in fen, None without limit."""
        ceiling: Decimal | None = self.cleaned_data["ceiling"]
        return None if ceiling is None else to_minor(Money(ceiling, "CNY"))
