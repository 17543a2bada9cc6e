"""Forms of terms: what a license costs, covers and comes with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.forms.fields import GroupedForm, Layout, PercentField, YuanField, choose
from listings.models import (
    FeeMode,
    LaterMode,
    LicenseeClass,
    RoyaltyBase,
    Trigger,
)
from listings.models.offer_terms import Terms
from listings.prices import class_prices_of
from listings.words import ACTS
from marketplace.lib import divisions

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MODE_HINTS: dict[str, _StrPromise] = {
    FeeMode.FIXED: gettext_lazy("one amount, once or by the year"),
    FeeMode.ENTRY_ROYALTY: gettext_lazy("a smaller amount at the start, then a share"),
    FeeMode.ROYALTY: gettext_lazy("a share only; nothing at the start"),
    FeeMode.FREE: gettext_lazy("nothing, for the whole term"),
    FeeMode.FREE_THEN_PAID: gettext_lazy("try it first at no cost; the price is fixed today"),
}
EMPTY: list[tuple[str, str]] = [("", "—")]
TRIAL_FIELDS = ("free_months", "trigger", "milestone", "later_mode", "instalments", "nonpayment")
PRICES = {f"price_{name}": name for name in LicenseeClass.values}


def territories() -> list[tuple[str, Any]]:
    """The whole country, then every province and city."""
    return [("CN", gettext_lazy("The whole country (mainland)")), *divisions.choices()]


class TermsForm(GroupedForm):
    """Every column of terms for people: yuan, percent, months."""

    modes: Sequence[tuple[str, Any]] = FeeMode.choices
    fee_mode = forms.ChoiceField(label=gettext_lazy("How is it paid?"), widget=forms.RadioSelect)
    fee = YuanField(
        label=gettext_lazy("Fee (yuan)"),
        required=False,
        help_text=gettext_lazy("The fixed part: fee, entry fee, or what is paid after the free period."),
    )
    fee_per_year = forms.BooleanField(label=gettext_lazy("This amount falls due every license year"), required=False)
    royalty = PercentField(label=gettext_lazy("Royalty or share (percent)"), required=False)
    royalty_base = forms.ChoiceField(
        label=gettext_lazy("Share of"), choices=[*EMPTY, *RoyaltyBase.choices], required=False
    )
    pay_within_days = forms.IntegerField(
        label=gettext_lazy("Pay within (days)"), min_value=1, max_value=180, initial=15
    )
    payment_is_condition = forms.BooleanField(
        label=gettext_lazy("The license takes effect only when the first payment has arrived"), required=False
    )
    free_months = forms.IntegerField(
        label=gettext_lazy("Free months"),
        min_value=0,
        max_value=60,
        required=False,
        help_text=gettext_lazy("1 to 60; twelve are usual."),
    )
    trigger = forms.ChoiceField(
        label=gettext_lazy("The free period ends when"), choices=[*EMPTY, *Trigger.choices], required=False
    )
    milestone = forms.CharField(
        label=gettext_lazy("Milestone"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("So that both sides can see it, e.g. 500 t produced."),
    )
    later_mode = forms.ChoiceField(
        label=gettext_lazy("Afterwards it is paid"),
        choices=[*EMPTY, *[choice for choice in LaterMode.choices if choice[0]]],
        required=False,
    )
    instalments = forms.IntegerField(
        label=gettext_lazy("Number of yearly instalments"), min_value=0, max_value=20, required=False
    )
    nonpayment = forms.CharField(
        label=gettext_lazy("If the fee is not paid"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("E.g. use stops, drawings go back. Leaving while it is free costs nothing."),
    )
    price_micro = YuanField(label=LicenseeClass.MICRO.label, required=False)
    price_small = YuanField(label=LicenseeClass.SMALL.label, required=False)
    price_medium = YuanField(label=LicenseeClass.MEDIUM.label, required=False)
    price_startup = YuanField(label=LicenseeClass.STARTUP.label, required=False)
    price_academic = YuanField(label=LicenseeClass.ACADEMIC.label, required=False)
    classes_only = forms.BooleanField(label=gettext_lazy("Only these classes may take the license"), required=False)
    months = forms.IntegerField(
        label=gettext_lazy("License term (months)"),
        min_value=1,
        max_value=240,
        required=False,
        help_text=gettext_lazy("Empty: to the patent's last day. 60 months or more help a seller's income tax."),
    )
    territory = forms.MultipleChoiceField(
        label=gettext_lazy("Where it may be used"), choices=territories, initial=["CN"]
    )
    field_of_use = forms.CharField(
        label=gettext_lazy("What it may be used for"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Empty: no limit to a field."),
    )
    acts = forms.MultipleChoiceField(
        label=gettext_lazy("A licensee may"), choices=list(ACTS.items()), widget=forms.CheckboxSelectMultiple
    )
    guidance_none = forms.BooleanField(
        label=gettext_lazy("No guidance: the license comes without help"), required=False
    )
    guidance = forms.CharField(
        label=gettext_lazy("What the guidance covers"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    guidance_hours = forms.IntegerField(
        label=gettext_lazy("Hours included"), min_value=0, max_value=2000, required=False
    )
    response_days = forms.IntegerField(
        label=gettext_lazy("Answer within (working days)"), min_value=1, max_value=60, initial=5, required=False
    )
    guidance_persons = forms.CharField(label=gettext_lazy("Who guides"), max_length=200, required=False)
    travel = forms.CharField(
        label=gettext_lazy("Travel cost"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("E.g. the licensee pays, by receipt."),
    )
    extra_hour = YuanField(label=gettext_lazy("A further hour costs (yuan)"), required=False)

    layout: Layout = (
        (
            gettext_lazy("Price"),
            ("fee_mode", "fee", "fee_per_year", "royalty", "royalty_base", "pay_within_days", "payment_is_condition"),
            "",
            False,
        ),
        (
            gettext_lazy("Free first, paid later"),
            TRIAL_FIELDS,
            gettext_lazy("Only for that way of paying. The price above is what is paid afterwards."),
            True,
        ),
        (
            gettext_lazy("Prices by class of licensee (yuan)"),
            (*PRICES, "classes_only"),
            gettext_lazy("Leave empty where the price above applies. Classes are self-declared with figures."),
            True,
        ),
        (
            gettext_lazy("Term and scope"),
            ("months", "territory", "field_of_use", "acts"),
            gettext_lazy("An ordinary license; a licensee may never license others."),
            False,
        ),
        (
            gettext_lazy("Guidance"),
            (
                "guidance_none",
                "guidance",
                "guidance_hours",
                "response_days",
                "guidance_persons",
                "travel",
                "extra_hour",
            ),
            gettext_lazy("What help comes with the license. Firms ask for this first."),
            False,
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choose(
            self,
            "fee_mode",
            [(key, _("%(mode)s: %(hint)s") % {"mode": words, "hint": MODE_HINTS[key]}) for key, words in self.modes],
        )

    def clean(self) -> dict[str, Any]:
        """Name what does not fit the chosen way of paying instead of dropping it silently."""
        told = super().clean() or {}
        mode = told.get("fee_mode")
        if mode == FeeMode.FREE:
            self._stray("fee", _("“Free” has no fee. Empty this field, or choose another way of paying."))
        if mode == FeeMode.ROYALTY:
            self._stray("fee", _("“Royalty” has no fee at the start. Choose “Entry fee and royalty” for both."))
        if mode in (FeeMode.FREE, FeeMode.FIXED):
            self._stray("royalty", _("This way of paying has no royalty. Choose “Entry fee and royalty” for both."))
        if mode and mode != FeeMode.FREE_THEN_PAID:
            for name in ("free_months", "trigger", "later_mode", "instalments"):
                self._stray(name, _("This belongs to “Free first, paid later”. Empty it, or choose that way."))
        if told.get("payment_is_condition") and mode not in (FeeMode.FIXED, FeeMode.ENTRY_ROYALTY):
            self.add_error(
                "payment_is_condition", _("With this way of paying nothing is due at the start. Remove the tick.")
            )
        return told

    def _stray(self, name: str, message: str) -> None:
        if name in self.fields and self.cleaned_data.get(name):
            self.add_error(name, message)

    @staticmethod
    def initial_of(terms: Terms) -> dict[str, Any]:
        """The form's values of stored terms."""
        same = (
            "fee_mode",
            "fee_per_year",
            "royalty_base",
            "pay_within_days",
            "payment_is_condition",
            "free_months",
            "trigger",
            "milestone",
            "later_mode",
            "instalments",
            "nonpayment",
            "classes_only",
            "months",
            "field_of_use",
            "acts",
            "guidance_none",
            "guidance",
            "guidance_hours",
            "response_days",
            "guidance_persons",
            "travel",
        )
        told = {name: getattr(terms, name) or None for name in same}
        told |= {"fee": terms.fee_minor or None, "royalty": terms.royalty_bp or None}
        told |= {"extra_hour": terms.extra_hour_minor or None, "territory": terms.territory.split(",")}
        return told | {f"price_{name}": fee for name, fee in class_prices_of(terms).items()}

    def terms(self) -> dict[str, Any]:
        """The columns of Terms."""
        told = self.cleaned_data
        plain = (
            "fee_mode",
            "fee_per_year",
            "royalty_base",
            "pay_within_days",
            "payment_is_condition",
            "milestone",
            "trigger",
            "later_mode",
            "nonpayment",
            "classes_only",
            "field_of_use",
            "guidance_none",
            "guidance",
            "guidance_persons",
            "travel",
        )
        found = {name: told[name] for name in plain if name in told}
        numbers = {
            "fee": "fee_minor",
            "royalty": "royalty_bp",
            "free_months": "free_months",
            "instalments": "instalments",
            "guidance_hours": "guidance_hours",
            "response_days": "response_days",
            "extra_hour": "extra_hour_minor",
        }
        found |= {column: told[name] or 0 for name, column in numbers.items() if name in told}
        territory = told.get("territory") or ["CN"]
        found["territory"] = "CN" if "CN" in territory else ",".join(sorted(territory))
        if not found["royalty_bp"]:
            found["royalty_base"] = ""
        return found | {"months": told["months"], "acts": sorted(told["acts"])}

    def prices(self) -> dict[str, int]:
        """Prices by class, {LicenseeClass: fen}."""
        told = self.cleaned_data
        return {name: told[field] for field, name in PRICES.items() if told.get(field) is not None}
