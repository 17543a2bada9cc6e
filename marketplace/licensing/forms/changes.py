"""Forms by which a license is ended early, a breach is demanded to be mended, held payments are decided."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from listings.forms.fields import DayField
from marketplace.lib.terms import today


def _area(rows: int, most: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": most})


class ProposeEndForm(forms.Form):
    """To end a license together: the last day, and why."""

    last_day = DayField(label=_("Last day of the license"), help_text=_("Today at the earliest."))
    reason = forms.CharField(label=_("Why"), max_length=1000, required=False, widget=_area(3, 1000))

    def __init__(self, *args: Any, ends_on: date | None, **options: Any) -> None:
        options.setdefault("initial", {"last_day": today()})
        super().__init__(*args, **options)
        attrs = self.fields["last_day"].widget.attrs
        attrs["min"] = today().isoformat()
        if ends_on is not None:
            attrs["max"] = ends_on.isoformat()


class NoticeForm(forms.Form):
    """A notice on a ground: the words that stand in the paper."""

    reason = forms.CharField(
        label=_("What you want to say beside the ground"),
        help_text=_("It stands in the notice. The ground itself is stated there with its law."),
        max_length=1000,
        required=False,
        widget=_area(3, 1000),
    )


class DemandForm(forms.Form):
    """What the other side has not done."""

    text = forms.CharField(
        label=_("What was not done, and what is to be done"),
        help_text=_("For money and reports that are overdue use the demand beside the payment."),
        max_length=2000,
        widget=_area(4, 2000),
    )


class HoldForm(forms.Form):
    """What is decided about held payments."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Both sides read it."),
        max_length=500,
        required=False,
        widget=_area(2, 500),
    )
