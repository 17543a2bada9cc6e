"""Forms of a running license: a trigger, an answer, a decision, a report of use, a demand, a security, a consent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.forms.fields import DayField, ScanField, YuanField
from marketplace.licensing.models import ClaimKind, SecurityKind

WORDS = 500


def _text(**options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3, "maxlength": WORDS})
    return forms.CharField(max_length=WORDS, widget=widget, **options)


class TriggerForm(forms.Form):
    """What happened, when, and how it is shown."""

    kind = forms.ChoiceField(label=gettext_lazy("What happened"), widget=forms.RadioSelect)
    happened_on = DayField(label=gettext_lazy("On which day"))
    words = _text(
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy("For example: “first batch sold to a customer, invoice of 3 March”."),
    )
    proof = ScanField(
        label=gettext_lazy("Proof, if you have one"),
        help_text=gettext_lazy("An invoice, a record of acceptance. PDF, PNG or JPEG, up to 10 MB."),
        required=False,
    )

    def __init__(self, *args: Any, kinds: list[ClaimKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.initial.setdefault("kind", kinds[0].value if kinds else "")


class ContestForm(forms.Form):
    """Why the licensee contests."""

    reasons = _text(
        label=gettext_lazy("Why it is not so"),
        help_text=gettext_lazy("The licensor and a moderator read it."),
        error_messages={"required": gettext_lazy("PRESET-2: say why you contest it.")},
    )


class DecideForm(forms.Form):
    """A moderator's decision."""

    upheld = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("yes", gettext_lazy("It was reached: the claim stands")),
            ("no", gettext_lazy("It was not shown: the claim falls")),
        ],
        widget=forms.RadioSelect,
    )
    happened_on = DayField(label=gettext_lazy("The day that counts"), required=False)
    decision = _text(label=gettext_lazy("Why"), help_text=gettext_lazy("Both sides read the reason."))


class UseReportForm(forms.Form):
    """The base of a period, or that there was nothing."""

    nothing = forms.BooleanField(label=gettext_lazy("Nothing to report for this period"), required=False)
    base = YuanField(label=gettext_lazy("Net sales of the licensed products (yuan)"), required=False)
    words = _text(label=gettext_lazy("Remarks"), required=False)
    proof = ScanField(label=gettext_lazy("Proof, if you have one"), required=False)

    def __init__(self, *args: Any, profit: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if profit:
            self.fields["base"].label = _("Profit from the licensed products (yuan)")

    def clean(self) -> dict[str, Any]:
        """Either an amount or nothing, and not both."""
        cleaned = super().clean() or {}
        base = cleaned.get("base")
        if not cleaned.get("nothing") and not base and "base" not in self.errors:
            self.add_error("base", _("CC-846: type the amount, or tick “nothing to report”."))
        if cleaned.get("nothing") and base:
            self.add_error("base", _("CC-846: an amount and “nothing to report” contradict each other."))
        return cleaned

    def base_minor(self) -> int:
        """The base in minor units."""
        return 0 if self.cleaned_data.get("nothing") else int(self.cleaned_data["base"])


class CorrectForm(UseReportForm):
    """The base as it should have been reported, and why it was not."""

    reason = _text(
        label=gettext_lazy("Why it is corrected"),
        help_text=gettext_lazy("The licensor reads it. The first report stays on record as it was given."),
        error_messages={"required": gettext_lazy("CC-846: say why it is corrected.")},
    )
    field_order = ["nothing", "base", "reason", "proof"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["words"]


class ContestCorrectionForm(forms.Form):
    """Why the licensor contests that less was used."""

    reasons = _text(
        label=gettext_lazy("Why it is not so"),
        help_text=gettext_lazy("The licensee and a moderator read it."),
        error_messages={"required": gettext_lazy("CC-846: say why you contest it.")},
    )


class DecideCorrectionForm(forms.Form):
    """A moderator's decision about a contested correction."""

    upheld = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("yes", gettext_lazy("It is so: the correction stands")),
            ("no", gettext_lazy("It was not shown: the correction falls")),
        ],
        widget=forms.RadioSelect,
    )
    decision = _text(label=gettext_lazy("Why"), help_text=gettext_lazy("Both sides read the reason."))


class DemandForm(forms.Form):
    """What is demanded, in words beside the facts."""

    words = _text(label=gettext_lazy("A word to the licensee"), required=False)


class SecurityForm(forms.Form):
    """A guarantee, insurance, trust or deposit for deferred fees."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=SecurityKind.choices)
    provider = forms.CharField(label=gettext_lazy("Bank, insurer or trustee"), max_length=120)
    number = forms.CharField(label=gettext_lazy("Number of the paper"), max_length=60)
    amount = YuanField(label=gettext_lazy("Amount (yuan)"))
    valid_until = DayField(label=gettext_lazy("Valid until"))
    paper = ScanField(label=gettext_lazy("The paper"), required=False)


class ConsentForm(forms.Form):
    """To whom the file of the deal may be shown."""

    recipient = forms.CharField(
        label=gettext_lazy("Name of the bank or insurer"),
        max_length=120,
        error_messages={"required": gettext_lazy("PII-2: name the bank or insurer.")},
    )
