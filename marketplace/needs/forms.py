"""What a firm fills in to post a need, and what moderators decide."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.models import Organization
from marketplace.lib import divisions
from marketplace.lib.industries import Industry
from marketplace.lib.terms import today
from marketplace.needs.models import Ending, Need, PassReason

LEAST, MOST = 10, 1_000  # characters of a problem
_CALLABLE = re.compile(r"1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]?\d{7,8}|[\w.+-]+@[\w-]+\.\w+")


def places() -> list[tuple[str, Any]]:
    """Provinces as groups of their cities, the province itself first."""
    groups: list[tuple[str, Any]] = [("", gettext_lazy("I would rather not say"))]
    for code, name in divisions.provinces():
        groups.append((name, [(code, name), *divisions.cities(code)]))
    return groups


class NeedForm(forms.ModelForm[Need]):
    """A need in the firm's own words. Only the problem has to be told."""

    consent = forms.BooleanField(
        label=gettext_lazy("Universities may ask for my contact; I say yes or no to each of them"),
        required=False,
        help_text=gettext_lazy("Nobody reads it before your yes to that university. You can take it back."),
    )

    class Meta:
        model = Need
        fields = (
            "problem", "product", "industry", "budget", "division", "wanted_by", "matching", "contact_name",
            "contact_phone", "contact_email",
        )  # fmt: skip
        widgets = {
            "problem": forms.Textarea(attrs={"rows": 5}),
            "wanted_by": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "contact_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "contact_phone": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
            "contact_email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }
        labels = {"problem": gettext_lazy("What trouble do you want to get rid of?")}
        help_texts = {
            "problem": gettext_lazy(
                "As you would tell a colleague: what happens, how often, what it costs you. No names and numbers."
            ),
            "product": gettext_lazy("For example: lead-acid batteries, frozen noodles"),
            "matching": gettext_lazy("You also get a mail when something new fits, at most one a day."),
        }

    def __init__(self, *args: Any, organization: Organization | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        self.fields["industry"].choices = [("", _("Choose…")), *Industry.choices]  # type: ignore[attr-defined]
        self.fields["division"] = forms.ChoiceField(label=self.fields["division"].label, choices=places, required=False)
        if self.instance.pk:
            self.fields["consent"].initial = self.instance.contact_consent_at is not None

    def clean_problem(self) -> str:
        """Told in enough words, and without what would name the firm to everybody (PII-2)."""
        problem = str(self.cleaned_data["problem"]).strip()
        if len(problem) < LEAST:
            raise forms.ValidationError(_("Tell a little more: at least %(least)d characters.") % {"least": LEAST})
        if len(problem) > MOST:
            raise forms.ValidationError(_("Please shorten it to %(most)d characters.") % {"most": MOST})
        name = self.organization.name if self.organization else ""
        if _CALLABLE.search(problem) or (name and name in problem):
            raise forms.ValidationError(
                _("NEED-2: universities read this text without your name. Take names, telephone and e-mail out of it;"
                  " there are fields for them below.")
            )  # fmt: skip
        return problem

    def clean_wanted_by(self) -> Any:
        """Not in the past."""
        day = self.cleaned_data["wanted_by"]
        if day and day < today() and day != self.instance.wanted_by:
            raise forms.ValidationError(_("This day is over. Choose a later one, or leave it empty."))
        return day

    def clean(self) -> dict[str, Any]:
        """With consent somebody can be reached."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("consent") and not (told.get("contact_phone") or told.get("contact_email")):
            self.add_error("contact_phone", _("Give a telephone or an e-mail address, or take the consent back."))
        if told.get("consent") and not told.get("contact_name"):
            self.add_error("contact_name", _("Whom may they ask for?"))
        return told


class CloseForm(forms.Form):
    """How it ended."""

    ending = forms.ChoiceField(label=gettext_lazy("How did it end?"), choices=Ending.choices, widget=forms.RadioSelect)


class PassForm(forms.Form):
    """Why an offer does not suit."""

    listing = forms.UUIDField()
    reason = forms.ChoiceField(choices=PassReason.choices)


class HideForm(forms.Form):
    """Why a moderator hides it."""

    reason = forms.CharField(label=gettext_lazy("Reason, which its owner reads"), max_length=300)
