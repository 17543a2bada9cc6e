"""Forms of a withdrawal in two steps (DECL-7): what the law asks of the request, then the announcement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.forms.fields import DayField, GroupedForm, ScanField, keep

if TYPE_CHECKING:
    from listings.models import Listing
    from marketplace.accounts.models import User
    from marketplace.vault.models import VaultFile


class WithdrawalRequestForm(GroupedForm):
    """Why, that it is unconditional, and one consent for each other owner."""

    reason = forms.CharField(
        label=gettext_lazy("Legitimate reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("E.g. the patent is to be assigned, or an exclusive license is to be given."),
    )
    unconditional = forms.BooleanField(
        label=gettext_lazy("The withdrawal is tied to no condition"),
        required=False,  # the flow refuses in the law's words
    )
    paper = ScanField(label=gettext_lazy("What was handed in at the patent office"), required=False)

    def __init__(self, *args: Any, owners: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.owners = list(owners)
        for place, name in enumerate(self.owners):
            label = _("Written consent of %(name)s") % {"name": name}
            self.fields[f"consent{place}"] = ScanField(label=label, required=False)

    def keep_consents(self, listing: Listing, by: User) -> dict[str, VaultFile]:
        """The consents in the vault by owner; errors are put at their fields."""
        kept = {
            name: keep(self, f"consent{place}", kind="withdrawal_evidence", by=by, subject=listing)
            for place, name in enumerate(self.owners)
        }
        return {name: file for name, file in kept.items() if file is not None}

    def keep_paper(self, listing: Listing, by: User) -> VaultFile | None:
        """What was handed in, in the vault."""
        return keep(self, "paper", kind="withdrawal_evidence", by=by, subject=listing)


class WithdrawForm(GroupedForm):
    """The day on which the patent office announces a withdrawal, and the page that says so."""

    announced_on = DayField(label=gettext_lazy("Day of the announcement of the withdrawal"))
    evidence = ScanField(label=gettext_lazy("Gazette page or notice"), required=False)
