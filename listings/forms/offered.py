"""Forms of terms for one listing on its track, and for a term sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy

from listings.forms.fields import DayField, Layout, YuanField
from listings.forms.terms import PRICES, TRIAL_FIELDS, TermsForm
from listings.models import FeeMode, OfferTerms, TermSheet, TermSheetState, Track
from listings.prices import price_for
from marketplace.accounts.models import Organization
from marketplace.lib.terms import today


class SheetField(forms.ModelChoiceField):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """A term sheet, named with its version and price."""

    def label_from_instance(self, sheet: TermSheet) -> str:
        """Name, version, price in one line."""
        return f"{sheet} · {price_for(sheet).words}"


class PresetTermsForm(TermsForm):
    """The terms of a preset listing: a signed term sheet's, or its own."""

    track = Track.PRESET
    sheet = SheetField(
        label=gettext_lazy("Whose terms?"),
        queryset=TermSheet.objects.none(),
        required=False,
        blank=True,  # else radio buttons leave out the own terms
        empty_label=gettext_lazy("Own terms, stated below; a signatory signs each contract"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("With a signed term sheet a firm can have its license without waiting for you."),
    )
    label = forms.CharField(
        label=gettext_lazy("Name of these terms among the variants"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Empty: “Standard”."),
    )
    fee_explanation = forms.CharField(
        label=gettext_lazy("How the fee was reached"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    layout: Layout = (
        (gettext_lazy("Term sheet"), ("sheet", "label"), "", False),
        *TermsForm.layout,
        (gettext_lazy("Explanation"), ("fee_explanation",), "", True),
    )

    def __init__(self, *args: Any, organization: Organization, several: bool = False, **options: Any) -> None:
        super().__init__(*args, home=organization.division, **options)
        if not several and "label" in self.fields:
            del self.fields["label"]
        field = cast("forms.ModelChoiceField[TermSheet]", self.fields["sheet"])
        field.queryset = signed_sheets(organization)
        if kept := self.initial.get("sheet"):  # an older version stays choosable where it stands
            field.queryset = TermSheet.objects.filter(Q(pk__in=field.queryset.values("pk")) | Q(pk=kept.pk))
        if not field.queryset.exists():
            del self.fields["sheet"]
        if self.data.get(self.add_prefix("sheet")):
            for name in ("fee_mode", "acts", "territory", "pay_within_days"):
                self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """With a sheet the fields below do not matter."""
        if self.cleaned_data.get("sheet"):
            for name in set(self.errors) - {"sheet"}:
                del self._errors[name]  # type: ignore[attr-defined]
            return self.cleaned_data
        return super().clean()

    @property
    def chosen_sheet(self) -> TermSheet | None:
        """The chosen sheet."""
        return self.cleaned_data.get("sheet")


class VariantForm(PresetTermsForm):
    """The terms of a further variant, with the name by which licensees choose it."""

    label = forms.CharField(
        label=gettext_lazy("Name of the variant"),
        max_length=60,
        help_text=gettext_lazy("What sets it apart, in a few words: “trial, one year”, “five years”."),
    )
    layout: Layout = (
        (gettext_lazy("Variant"), ("label",), "", False),
        (gettext_lazy("Term sheet"), ("sheet",), "", False),
        *TermsForm.layout,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, several=True, **options)
        del self.fields["fee_explanation"]

    def clean(self) -> dict[str, Any]:
        """With a sheet the fields below do not matter, the name does."""
        unnamed = self.errors.get("label")
        told = super().clean()
        if unnamed:
            self._errors["label"] = unnamed  # type: ignore[attr-defined]
        return told


class OpenTermsForm(TermsForm):
    """The terms of an open license: one price for everybody, no trial, the whole country (TRACK-1)."""

    track = Track.OPEN
    modes = [choice for choice in FeeMode.choices if choice[0] != FeeMode.FREE_THEN_PAID]

    fee_explanation = forms.CharField(
        label=gettext_lazy("How the fee was reached"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "At most 2,000 characters: own income, earlier licenses, industry figures, usual rates, a valuation."
        ),
    )
    royalty_trigger_confirmed = forms.BooleanField(
        label=gettext_lazy("With a royalty alone: the written notice itself counts as payment as announced"),
        required=False,
    )
    layout: Layout = (
        *TermsForm.layout,
        (gettext_lazy("Explanation"), ("fee_explanation", "royalty_trigger_confirmed"), "", False),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in (*TRIAL_FIELDS, *PRICES, "classes_only", "territory", "payment_is_condition"):
            del self.fields[name]

    def terms(self) -> dict[str, Any]:
        """The columns; what the open track does not have is emptied."""
        nothing = {"free_months": 0, "trigger": "", "milestone": "", "later_mode": "", "instalments": 0}
        nothing |= {"nonpayment": "", "classes_only": False, "payment_is_condition": False}
        own = {name: self.cleaned_data[name] for name in ("fee_explanation", "royalty_trigger_confirmed")}
        return nothing | super().terms() | own


def initial_of_offer(terms: OfferTerms) -> dict[str, Any]:
    """The form's values of a listing's terms."""
    told = TermsForm.initial_of(terms)
    sheet = terms.listing.term_sheet if terms.listing else terms.term_sheet
    told |= {"fee_explanation": terms.fee_explanation, "sheet": sheet, "label": terms.label}
    return told | {"royalty_trigger_confirmed": terms.royalty_trigger_confirmed}


def signed_sheets(organization: Organization) -> Any:
    """The term sheets of an organization that stand by their date, newest first; of each the newest signed version."""
    standing = TermSheet.objects.filter(organization=organization, state=TermSheetState.SIGNED)
    later = standing.filter(name=OuterRef("name"), version__gt=OuterRef("version"))
    standing = standing.filter(~Exists(later))
    return standing.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=today())).order_by("-signed_at")


class TermSheetForm(TermsForm):
    """A term sheet: the terms and the limits of the standing offer."""

    track = Track.PRESET
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("As your office calls it, e.g. “Free twelve months, small firms”."),
    )
    max_licenses = forms.IntegerField(
        label=gettext_lazy("At most this many licenses"), min_value=1, max_value=100_000, required=False
    )
    ceiling = YuanField(label=gettext_lazy("At most this amount a contract (yuan)"), required=False)
    expires_on = DayField(label=gettext_lazy("Stands until"), required=False)
    layout: Layout = (
        (gettext_lazy("Name"), ("name",), "", False),
        *TermsForm.layout,
        (
            gettext_lazy("Limits of the standing offer"),
            ("max_licenses", "ceiling", "expires_on"),
            gettext_lazy("Empty: no limit. It can be revoked at any time; licenses given stay."),
            False,
        ),
    )

    @staticmethod
    def initial_of_sheet(sheet: TermSheet) -> dict[str, Any]:
        """The form's values of a stored sheet."""
        told = TermsForm.initial_of(sheet)
        told |= {"name": sheet.name, "max_licenses": sheet.max_licenses, "ceiling": sheet.ceiling_minor}
        return told | {"expires_on": sheet.expires_on}

    def columns(self) -> Mapping[str, Any]:
        """The columns of TermSheet."""
        told = self.cleaned_data
        return self.terms() | {
            "name": told["name"].strip(),
            "class_prices": self.prices(),
            "max_licenses": told["max_licenses"],
            "ceiling_minor": told["ceiling"],
            "expires_on": told["expires_on"],
        }
