"""Forms of terms: what a license costs, covers and comes with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.forms.fields import GroupedForm, Layout, PercentField, YuanField, choose
from listings.forms.territory import TerritoryField
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

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from listings.forms.territory import TerritoryWidget

MODE_HINTS: dict[str, _StrPromise] = {
    FeeMode.FIXED: gettext_lazy("one amount, once or by the year"),
    FeeMode.ENTRY_ROYALTY: gettext_lazy("a smaller amount at the start, then a share"),
    FeeMode.ROYALTY: gettext_lazy("a share only; nothing at the start"),
    FeeMode.FREE: gettext_lazy("nothing, for the whole term"),
    FeeMode.FREE_THEN_PAID: gettext_lazy("try it first at no cost; the price is fixed today"),
}
FEE_HINTS: dict[str, _StrPromise] = {
    FeeMode.FIXED: gettext_lazy("Once, or by the year."),
    FeeMode.ENTRY_ROYALTY: gettext_lazy("The entry fee, due at the start."),
    FeeMode.FREE_THEN_PAID: gettext_lazy("What is paid when the free period is over."),
}
TRIAL_FIELDS = ("free_months", "trigger", "milestone", "later_mode", "instalments")
USUAL_DAYS, USUAL_ANSWER = 15, 5
PRICES = {f"price_{name}": name for name in LicenseeClass.values}
GUIDANCE = ("guidance", "guidance_hours", "response_days", "guidance_persons", "travel", "extra_hour")
FIXED_PART = f"{FeeMode.FIXED} {FeeMode.ENTRY_ROYALTY} {FeeMode.FREE_THEN_PAID}"
SHARE = f"{FeeMode.ROYALTY} {FeeMode.ENTRY_ROYALTY} {FeeMode.FREE_THEN_PAID}"
AT_START = f"{FeeMode.FIXED} {FeeMode.ENTRY_ROYALTY}"
PAID = f"{FIXED_PART} {FeeMode.ROYALTY}"
# To which ways of paying a field belongs. The page shows the fields of the chosen one, and only these count.
MODES_OF: dict[str, str] = {
    "fee": FIXED_PART,
    "fee_per_year": FIXED_PART,
    "royalty": SHARE,
    "royalty_base": SHARE,
    "pay_within_days": PAID,
    "payment_is_condition": AT_START,
    "nonpayment": PAID,
    "royalty_trigger_confirmed": FeeMode.ROYALTY.value,
    **dict.fromkeys(TRIAL_FIELDS, FeeMode.FREE_THEN_PAID.value),
    **dict.fromkeys((*PRICES, "classes_only"), FIXED_PART),
}
LINES = {"answer": ("guidance_hours", "response_days", "extra_hour"), "limits": ("max_licenses", "ceiling")}
# Which choice asks for a field.
NEEDS_OF = {"milestone": "milestone", "instalments": "instalments", **dict.fromkeys(GUIDANCE, "guidance")}


class TermsForm(GroupedForm):
    """Every column of terms for people: yuan, percent, months."""

    modes: Sequence[tuple[str, Any]] = FeeMode.choices
    modes_of = MODES_OF
    needs_of = NEEDS_OF
    fee_mode = forms.ChoiceField(label=gettext_lazy("How is it paid?"), widget=forms.RadioSelect)
    fee = YuanField(
        label=gettext_lazy("Fee (yuan)"),
        required=False,
    )
    fee_per_year = forms.BooleanField(label=gettext_lazy("This amount falls due every license year"), required=False)
    royalty = PercentField(label=gettext_lazy("Royalty or share (percent)"), required=False)
    royalty_base = forms.ChoiceField(
        label=gettext_lazy("Share of"),
        choices=RoyaltyBase.choices,
        initial=RoyaltyBase.NET_SALES,
        required=False,
        widget=forms.RadioSelect,
    )
    pay_within_days = forms.IntegerField(
        label=gettext_lazy("Pay within (days)"), min_value=1, max_value=180, initial=USUAL_DAYS
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
        label=gettext_lazy("The free period ends when"),
        choices=Trigger.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    milestone = forms.CharField(
        label=gettext_lazy("Milestone"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("So that both sides can see it, e.g. 500 t produced."),
    )
    later_mode = forms.ChoiceField(
        label=gettext_lazy("Afterwards it is paid"),
        choices=[choice for choice in LaterMode.choices if choice[0]],
        required=False,
        widget=forms.RadioSelect,
    )
    instalments = forms.IntegerField(
        label=gettext_lazy("Number of yearly instalments"), min_value=0, max_value=20, required=False
    )
    nonpayment = forms.CharField(
        label=gettext_lazy("If the fee is not paid"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("E.g. use stops, drawings go back."),
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
    territory = TerritoryField(label=gettext_lazy("Where it may be used"))
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
        label=gettext_lazy("Answer within (working days)"),
        min_value=1,
        max_value=60,
        initial=USUAL_ANSWER,
        required=False,
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
            gettext_lazy("How it is paid"),
            ("fee_mode",),
            gettext_lazy("Choose first; then only its fields show."),
            False,
        ),
        (
            gettext_lazy("Free first, paid later"),
            TRIAL_FIELDS,
            gettext_lazy(
                "The price is fixed today. Whoever stops while it is free owes nothing: every contract says so."
            ),
            False,
        ),
        (
            gettext_lazy("Price"),
            (
                "fee",
                "fee_per_year",
                "royalty",
                "royalty_base",
                "pay_within_days",
                "payment_is_condition",
                "nonpayment",
            ),
            "",
            False,
        ),
        (
            gettext_lazy("Prices by class of licensee"),
            (*PRICES, "classes_only"),
            gettext_lazy(
                "Only where a class pays another fee than the one above. A firm states its size with figures and their"
                " year, under an undertaking; the class follows from the official table (rule NUM-6)."
            ),
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
            ("guidance_none", *GUIDANCE),
            gettext_lazy("What help comes with the license. Firms ask for this first."),
            False,
        ),
    )

    def __init__(self, *args: Any, home: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.home = home  # where the licensor sits: its province stands first among the cities
        self.left_out: list[str] = []  # what was typed under another way of paying
        choose(
            self,
            "fee_mode",
            [(key, _("%(mode)s: %(hint)s") % {"mode": words, "hint": MODE_HINTS[key]}) for key, words in self.modes],
        )
        self.fields["fee"].help_text = format_html_join(
            "", '<span data-modes="{}">{} </span>', [row for row in FEE_HINTS.items() if row[0] in dict(self.modes)]
        )
        if "territory" in self.fields:
            cast("TerritoryWidget", self.fields["territory"].widget).home = self.home
        if self.data.get(self.add_prefix("fee_mode")) == FeeMode.FREE:
            self.fields["pay_within_days"].required = False

    def look_of(self, first: str) -> str:
        """Prices by class stand in a table."""
        if first in PRICES:
            return "own prices"
        return "" if first in ("sheet", "name", "label", "max_licenses", "fee_explanation") else "own"

    def line_of(self, name: str) -> str:
        """Short numbers that belong together."""
        return next((line for line, names in LINES.items() if name in names), "")

    def clean(self) -> dict[str, Any]:
        """Leave out what belongs to another way of paying: its fields are not on the page, and would not bind."""
        told = super().clean() or {}
        mode = told.get("fee_mode")
        if mode:
            for name, modes in self.modes_of.items():
                if name in self.fields and mode not in modes.split():
                    self._leave_out(name, told)
        if told.get("guidance_none"):
            for name in GUIDANCE:
                self._leave_out(name, told)
        return told

    def _leave_out(self, name: str, told: dict[str, Any]) -> None:
        if name in self.errors:
            del self._errors[name]  # type: ignore[attr-defined]
        if told.get(name) and told[name] not in (self.fields[name].initial, self.initial.get(name)):
            self.left_out.append(str(self.fields[name].label))
        match self.fields[name]:
            case forms.BooleanField():
                told[name] = False
            case forms.CharField() | forms.ChoiceField():
                told[name] = ""
            case _:
                told[name] = None

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
        told["royalty_base"] = terms.royalty_base or RoyaltyBase.NET_SALES
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
        found["pay_within_days"] = told.get("pay_within_days") or USUAL_DAYS
        if found["guidance_none"]:
            found["response_days"] = USUAL_ANSWER
        territory = told.get("territory") or ["CN"]
        found["territory"] = "CN" if "CN" in territory else ",".join(sorted(territory))
        if not found["royalty_bp"]:
            found["royalty_base"] = ""
        return found | {"months": told["months"], "acts": sorted(told["acts"])}

    def prices(self) -> dict[str, int]:
        """Prices by class, {LicenseeClass: fen}."""
        told = self.cleaned_data
        return {name: told[field] for field, name in PRICES.items() if told.get(field) is not None}
