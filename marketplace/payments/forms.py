"""What people type about money."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from moneyed import Money

from marketplace.lib.money import NotWholeUnits, to_minor
from marketplace.lib.terms import today
from marketplace.payments.bank_transfer import Arrival

OLDEST = timedelta(days=400)


def _day_field(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def _past(day: date) -> date:
    """A day of the last four hundred, at most today (Asia/Shanghai)."""
    if day > today():
        raise forms.ValidationError(_("This day lies in the future. Write the day on which it happened."))
    if day < today() - OLDEST:
        raise forms.ValidationError(_("This day is more than a year ago. Check the year."))
    return day


class DeclareForm(forms.Form):
    """The payer says what was sent."""

    payer = forms.CharField(
        label=_("Name of the account that paid"), max_length=120, help_text=_("As your bank writes it.")
    )
    paid_on = _day_field(_("Day of the transfer"))
    serial = forms.CharField(
        label=_("Bank serial number"),
        max_length=60,
        required=False,
        help_text=_("On the bank's receipt. It helps the licensor to find the money."),
    )
    receipt = forms.FileField(
        label=_("Bank receipt"), required=False, help_text=_("PDF or photo, at most 10 MB. Only both sides can see it.")
    )

    def clean_paid_on(self) -> date:
        """Not in the future, not years ago."""
        return _past(self.cleaned_data["paid_on"])


class ArrivalForm(forms.Form):
    """One line of the university's bank statement."""

    amount = forms.DecimalField(label=_("Amount that arrived"), max_digits=14, decimal_places=2)
    received_on = _day_field(_("Day of arrival"))
    bank_reference = forms.CharField(
        label=_("Serial number on your bank statement"),
        max_length=60,
        help_text=_("Each line of the statement is booked once; the serial number makes sure of it."),
    )

    def __init__(self, *args: Any, currency: str = "CNY", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["amount"].help_text = _("In %(currency)s, as on the statement.") % {"currency": currency}

    def clean_amount(self) -> Decimal:
        """More than nothing, and no finer than the currency."""
        amount: Decimal = self.cleaned_data["amount"]
        if amount <= 0:
            raise forms.ValidationError(_("The amount must be more than zero."))
        try:
            to_minor(Money(amount, self.currency))
        except NotWholeUnits:
            raise forms.ValidationError(_("This is finer than the currency allows.")) from None
        return amount

    def clean_received_on(self) -> date:
        """Not in the future, not years ago."""
        return _past(self.cleaned_data["received_on"])

    def clean_bank_reference(self) -> str:
        """Blanks inside a serial number are for eyes only: without them the same line is the same line."""
        return "".join(self.cleaned_data["bank_reference"].split())

    def arrival(self) -> Arrival:
        """The line, checked."""
        facts = self.cleaned_data
        return Arrival(facts["bank_reference"], facts["received_on"], to_minor(Money(facts["amount"], self.currency)))


class RecordForm(ArrivalForm):
    """A line of the statement that nobody declared."""

    field_order = ["reference", "payer", "amount", "received_on", "bank_reference"]
    reference = forms.CharField(
        label=_("Reference that the payer wrote"),
        max_length=60,
        help_text=_("For example KX-2026-00417-1. If it names nothing that is owed, the moderators look at it."),
    )
    payer = forms.CharField(label=_("Payer"), max_length=120)


class PaidBackForm(forms.Form):
    """One line of the licensor's bank statement by which money went back."""

    paid_on = _day_field(_("Day of the transfer"))
    bank_reference = forms.CharField(
        label=_("Serial number on your bank statement"),
        max_length=60,
        help_text=_("Each line of the statement pays one thing back; the serial number makes sure of it."),
    )

    def clean_paid_on(self) -> date:
        """Not in the future, not years ago."""
        return _past(self.cleaned_data["paid_on"])

    def clean_bank_reference(self) -> str:
        """Blanks inside a serial number are for eyes only."""
        return "".join(self.cleaned_data["bank_reference"].split())


class ReasonForm(forms.Form):
    """Why something was not found, for the other side to read."""

    reason = forms.CharField(
        label=_("What you looked for and where"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The payer reads this."),
    )
