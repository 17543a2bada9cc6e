"""Forms of the desks: the institution's rule for inventors, who gets which part, what is taken off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings.forms.fields import DayField, GroupedForm, PercentField, YuanField
from listings.income import Part
from listings.models import InventorShare, Patent

MORE = 2  # empty lines for names that the register does not have


class RuleForm(GroupedForm):
    """The institution's own rule."""

    from_day = DayField(label=gettext_lazy("Holds from"))
    share_bp = PercentField(
        label=gettext_lazy("Inventors' share of the net income (%)"),
        help_text=gettext_lazy("At least 50%, in Henan at least 70%."),
    )
    basis = forms.CharField(
        label=gettext_lazy("By which document"),
        max_length=300,
        help_text=gettext_lazy("Name and date of the institution's rule or of the agreement with the inventors."),
    )


class CostForm(GroupedForm):
    """A cost taken off a patent's income."""

    on = DayField(label=gettext_lazy("Day"))
    amount = YuanField(label=gettext_lazy("Amount (yuan)"))
    what = forms.CharField(label=gettext_lazy("What for"), max_length=200)


class SharesForm(GroupedForm):
    """One line for each inventor: name, department, part in percent."""

    def __init__(self, *args: Any, patent: Patent, shares: Sequence[InventorShare] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        told = [(row.name, row.department, row.share_bp) for row in shares] or _equal(patent)
        self.count = len(told) + MORE
        for place in range(self.count):
            name, department, part = told[place] if place < len(told) else ("", "", None)
            number = {"number": place + 1}
            self.fields[f"name{place}"] = forms.CharField(
                label=_("Inventor %(number)d") % number, max_length=80, required=False, initial=name
            )
            self.fields[f"department{place}"] = forms.CharField(
                label=_("Department %(number)d") % number, max_length=120, required=False, initial=department
            )
            self.fields[f"share{place}"] = PercentField(
                label=_("Part %(number)d (%%)") % number, required=False, initial=part
            )

    @property
    def lines(self) -> list[list[Any]]:
        """The fields, three to a line."""
        return [[self[f"{name}{place}"] for name in ("name", "department", "share")] for place in range(self.count)]

    def parts(self) -> list[Part]:
        """The lines that name somebody or give a part."""
        told = self.cleaned_data
        made = [
            Part(told.get(f"name{n}") or "", told.get(f"department{n}") or "", told.get(f"share{n}") or 0)
            for n in range(self.count)
        ]
        return [part for part in made if part.name or part.share_bp]


def _equal(patent: Patent) -> list[tuple[str, str, int]]:
    """A proposal: the register's inventors with equal parts, the first gets what is left over."""
    names = [name.strip() for name in patent.inventors.replace("；", ";").split(";") if name.strip()]
    if not names:
        return []
    each, rest = divmod(10_000, len(names))
    return [(name, "", each + (rest if place == 0 else 0)) for place, name in enumerate(names)]
