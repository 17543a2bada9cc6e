"""Forms of consents and approvals: whom to ask, an institution's steps, the code at the door, the answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from listings.forms.fields import ScanField, YuanField, choose
from listings.models import Asking


class ConsentForm(forms.Form):
    """Which co-owner is asked, and at which address."""

    owner = forms.ChoiceField(label=gettext_lazy("Co-owner"))
    name = forms.CharField(
        label=gettext_lazy("Whom we write to"),
        max_length=80,
        help_text=gettext_lazy("The person who may answer for the co-owner."),
    )
    email = forms.EmailField(
        label=gettext_lazy("His or her e-mail"),
        max_length=254,
        help_text=gettext_lazy("The link opens only with a code sent to this address."),
    )

    def __init__(self, *args: Any, owners: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "owner", [(name, name) for name in owners])


class PledgeeForm(forms.Form):
    """Who holds the pledge, and at which address it is asked."""

    holder = forms.CharField(
        label=gettext_lazy("Pledgee"),
        max_length=80,
        help_text=gettext_lazy("The bank or firm as it stands on the register of pledges."),
    )
    name = forms.CharField(
        label=gettext_lazy("Whom we write to"),
        max_length=80,
        help_text=gettext_lazy("The person who may answer for the pledgee."),
    )
    email = forms.EmailField(
        label=gettext_lazy("His or her e-mail"),
        max_length=254,
        help_text=gettext_lazy("The link opens only with a code sent to this address."),
    )


class StepForm(forms.Form):
    """One step of an institution's approval."""

    capacity = forms.CharField(
        label=gettext_lazy("Office or function"),
        max_length=80,
        help_text=gettext_lazy("As it stands in your rules: technology-transfer office, dean, vice president."),
    )
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=80)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    above = YuanField(
        label=gettext_lazy("For contracts above (yuan)"),
        required=False,
        help_text=gettext_lazy("Empty: from nothing on."),
    )
    up_to = YuanField(
        label=gettext_lazy("Up to (yuan)"),
        required=False,
        help_text=gettext_lazy("Empty: no upper end. Such a step also approves royalties."),
    )

    def clean(self) -> dict[str, Any]:
        """The amounts are in order."""
        told = super().clean() or {}
        above, up_to = told.get("above") or 0, told.get("up_to")
        if up_to is not None and up_to <= above:
            self.add_error("up_to", _("The upper amount must be more than the lower one (rule INST-4)."))
        return told

    def columns(self) -> dict[str, Any]:
        """The columns of ApprovalStep, amounts in minor units."""
        told = self.cleaned_data
        return {
            "capacity": told["capacity"].strip(),
            "name": told["name"].strip(),
            "email": told["email"].strip().lower(),
            "above_minor": told.get("above") or 0,
            "up_to_minor": told.get("up_to"),
        }


class EntryForm(forms.Form):
    """The code that was mailed."""

    code = forms.CharField(
        label=gettext_lazy("Code from the mail"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class AnswerForm(forms.Form):
    """Yes or no, in whose name, and why not."""

    agreed = forms.ChoiceField(label=pgettext_lazy("question", "Your answer"), widget=forms.RadioSelect)
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    capacity = forms.CharField(
        label=gettext_lazy("In which capacity"),
        max_length=80,
        help_text=gettext_lazy("For example: dean; authorized by the co-owner."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason or remark"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Needed where you refuse: say what would have to change."),
    )
    power = ScanField(label=gettext_lazy("Power of attorney"), required=False)
    entitled = forms.BooleanField(label=gettext_lazy("I may give this answer, and I have read what stands above."))
    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, approval: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        words = (_("I approve it"), _("I refuse")) if approval else (_("We agree"), _("We do not agree"))
        choose(self, "agreed", [("yes", words[0]), ("no", words[1])])
        if approval:
            del self.fields["power"]

    def clean(self) -> dict[str, Any]:
        """A refusal has a reason."""
        told = super().clean() or {}
        if told.get("agreed") == "no" and not told.get("reason", "").strip():
            self.add_error("reason", _("Say why you refuse, in a sentence."))
        return told


class LetterForm(forms.Form):
    """One answer for several offers: for all of them, save those that are decided otherwise below."""

    everything = forms.ChoiceField(label=gettext_lazy("For all offers"), widget=forms.RadioSelect)
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    capacity = forms.CharField(label=gettext_lazy("In which capacity"), max_length=80)
    reason = forms.CharField(
        label=gettext_lazy("Reason or remark"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed where you refuse all of them, or one without a reason of its own."),
    )
    entitled = forms.BooleanField(label=gettext_lazy("I may give this answer, and I have read what stands above."))

    def __init__(self, *args: Any, askings: list[Asking], **options: Any) -> None:
        super().__init__(*args, **options)
        self.askings = askings
        choose(
            self,
            "everything",
            [("yes", _("I approve them")), ("no", _("I refuse them")), ("later", _("I decide only the ones I mark"))],
        )
        for asking in askings:
            self.fields[f"answer-{asking.code}"] = forms.ChoiceField(
                label=_("For this one"),
                required=False,
                choices=[
                    ("", _("as for all")),
                    ("yes", _("approve")),
                    ("no", _("refuse")),
                    ("later", pgettext("answer", "later")),
                ],
            )
            self.fields[f"why-{asking.code}"] = forms.CharField(
                label=_("Reason, where you refuse it"), required=False, max_length=2000
            )
            self.fields[f"sha-{asking.code}"] = forms.CharField(widget=forms.HiddenInput, max_length=64)
            self.initial[f"sha-{asking.code}"] = asking.sha256

    def rows(self) -> list[tuple[Asking, Any, Any, Any]]:
        """Each question with its fields: the answer, the reason, the hash of what was on the page."""
        return [
            (one, self[f"answer-{one.code}"], self[f"why-{one.code}"], self[f"sha-{one.code}"]) for one in self.askings
        ]

    def common(self) -> list[Any]:
        """The fields that are asked once."""
        return [self[name] for name in ("everything", "name", "capacity", "reason", "entitled")]

    def clean(self) -> dict[str, Any]:
        """Each refusal has a reason, and something is decided."""
        told = super().clean() or {}
        if not {"everything", "name"} <= set(told):
            return told
        decided = {one.code: told.get(f"answer-{one.code}") or told["everything"] for one in self.askings}
        if set(decided.values()) == {"later"}:
            self.add_error("everything", _("Decide at least one offer."))
        for one in self.askings:
            why = told.get(f"why-{one.code}", "").strip() or told.get("reason", "").strip()
            if decided[one.code] == "no" and not why:
                by_itself = told.get(f"answer-{one.code}") == "no"
                self.add_error(f"why-{one.code}" if by_itself else "reason", _("Say why you refuse, in a sentence."))
                if not by_itself:
                    break
        return told

    def decisions(self) -> list[tuple[Asking, bool, str, str]]:
        """Of a valid form: each decided question, whether it is a yes, the reason, the hash that was on the page."""
        told, made = self.cleaned_data, []
        for one in self.askings:
            word = told.get(f"answer-{one.code}") or told["everything"]
            if word != "later":
                why = told.get(f"why-{one.code}", "").strip() or told["reason"].strip()
                made.append((one, word == "yes", why, told[f"sha-{one.code}"]))
        return made


def step_initial(step: Any) -> dict[str, Any]:
    """The form's values of a stored step, amounts as `YuanField` shows them."""
    return {
        "capacity": step.capacity,
        "name": step.name,
        "email": step.email,
        "above": step.above_minor or None,
        "up_to": step.up_to_minor,
    }
