"""The form by which either side says which terms it wants otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from listings import negotiated
from listings.forms.fields import Layout
from listings.forms.terms import PRICES, TermsForm
from listings.models import OfferTerms, Track
from listings.prices import TERM_FIELDS
from marketplace.lib.findings import Finding
from marketplace.lib.saying import sentence

FIELD_OF = {"fee_minor": "fee", "royalty_bp": "royalty", "extra_hour_minor": "extra_hour"}


class OtherTermsForm(TermsForm):
    """All terms as they stand, to be changed where something else is wanted, with the reason in one's own words."""

    track = Track.PRESET
    reason = forms.CharField(
        label=_("What you want otherwise, and why"),
        help_text=_("The other side reads it. Say here as well what no field below has a place for."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    layout: Layout = (
        (_("Your reason"), ("reason", "intended_use"), "", False),
        *(group for group in TermsForm.layout if "price_micro" not in group[1]),
        (_("Relation to the licensor"), ("related", "related_detail"), "", False),
    )

    def __init__(self, *args: Any, terms: Mapping[str, Any], **options: Any) -> None:
        row = OfferTerms(**{name: terms[name] for name in TERM_FIELDS})
        options["initial"] = self.initial_of(row) | dict(options.get("initial") or {})
        super().__init__(*args, **options)
        self.before = terms
        for name in (*PRICES, "classes_only"):
            self.fields.pop(name, None)

    def wanted(self) -> dict[str, Any]:
        """The full terms as the form has them; what it does not ask stays as it was."""
        return negotiated.normal({**self.before, **self.terms()})

    def show(self, findings: tuple[Finding, ...]) -> list[Finding]:
        """Put findings beside their fields; return the others, to be shown above."""
        rest = []
        for finding in findings:
            name = FIELD_OF.get(finding.field, finding.field)
            if name in self.fields:
                self.add_error(name, sentence(finding))
            else:
                rest.append(finding)
        return rest


class FirstTermsForm(OtherTermsForm):
    """The same for a firm that has no license yet: what it is for, and whether it is related (LIC-J)."""

    intended_use = forms.CharField(
        label=_("What you will make with it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 500}),
    )
    related = forms.ChoiceField(
        label=_("Are you related to the licensor?"),
        help_text=_(
            "Same legal representative or shareholder, or an inventor of this patent works for or owns part of you. "
            "A yes forbids nothing; the platform looks at the request first (rule LIC-J)."
        ),
        choices=[("no", _("No")), ("yes", _("Yes"))],
        widget=forms.RadioSelect,
    )
    related_detail = forms.CharField(
        label=_("How you are related"), help_text=_("Only when you answered yes."), max_length=300, required=False
    )

    def clean(self) -> dict[str, Any]:
        """A relation that is declared is also described (LIC-J)."""
        cleaned = super().clean()
        if cleaned.get("related") == "yes" and not str(cleaned.get("related_detail") or "").strip():
            self.add_error("related_detail", _("LIC-J: say in a few words how you are related."))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What negotiating.OtherTerms takes beside the terms."""
        told = self.cleaned_data
        related = told.get("related") == "yes"
        return {
            "reason": told["reason"],
            "intended_use": told["intended_use"],
            "related_party": related,
            "related_detail": told["related_detail"] if related else "",
        }


class NoteForm(forms.Form):
    """A note beside the versions."""

    text = forms.CharField(
        label=_("A note"),
        help_text=_("It binds nobody. What should bind goes into a version."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 2000}),
    )


class BreakOffForm(forms.Form):
    """Why a negotiation is broken off."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Optional; the other side reads it."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 500}),
    )
