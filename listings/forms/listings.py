"""Forms of a listing: patent and track, the story a factory owner understands, publicity, the last look."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from listings.forms.fields import DayField, GroupedForm, ScanField, choose
from listings.models import Listing, Patent, Track
from marketplace.accounts.models import Organization
from marketplace.lib.industries import INDUSTRIES

GAINS = 3
NO_TEXT = ("revision", "maturity_file")
PARTS = ("what", "today", "new")
TRACK_HINTS = {
    Track.PRESET: gettext_lazy("an ordinary license on your terms: price by class, free trial, places are possible"),
    Track.OPEN: gettext_lazy("the statutory one, announced by the patent office: anyone, one price, no trial"),
}


def own_patents(form: forms.Form, organization: Organization) -> None:
    """Let a form choose among the organization's patents."""
    field = cast("forms.ModelChoiceField[Patent]", form.fields["patent"])
    field.queryset = Patent.objects.filter(organization=organization).order_by("title", "pk")


class NewListingForm(forms.Form):
    """Which patent, on which track."""

    patent = forms.ModelChoiceField(
        label=gettext_lazy("Patent"), queryset=Patent.objects.none(), to_field_name="code", empty_label=None
    )
    track = forms.ChoiceField(label=gettext_lazy("Track"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, organization: Organization, **options: Any) -> None:
        super().__init__(*args, **options)
        own_patents(self, organization)
        hints = TRACK_HINTS.items()
        choose(
            self,
            "track",
            [(key, _("%(mode)s: %(hint)s") % {"mode": Track(key).label, "hint": hint}) for key, hint in hints],
        )


class CopyForm(forms.Form):
    """For which patent a listing is copied."""

    patent = forms.ModelChoiceField(
        label=gettext_lazy("Patent"), queryset=Patent.objects.none(), to_field_name="code", empty_label=None
    )

    def __init__(self, *args: Any, organization: Organization, **options: Any) -> None:
        super().__init__(*args, **options)
        own_patents(self, organization)


def _text(label: Any, rows: int = 4, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": rows}), **options)


class StoryForm(GroupedForm):
    """What a factory owner reads before the law's words."""

    headline = forms.CharField(
        label=gettext_lazy("In one sentence"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("As you would tell a factory owner over the phone: trouble, and what changes."),
    )
    problem = _text(
        gettext_lazy("The problem it solves"),
        help_text=gettext_lazy("In the words of people who have it; firms search with these words."),
    )
    products = forms.CharField(
        label=gettext_lazy("Products it is for"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Names of products and machines, separated by commas."),
    )
    industry = forms.ChoiceField(label=gettext_lazy("Industry"), choices=[("", "—"), *INDUSTRIES], required=False)
    gains_source = forms.CharField(label=gettext_lazy("Where these numbers come from"), max_length=300, required=False)
    adoption = _text(
        gettext_lazy("Cost and time to adopt"),
        3,
        help_text=gettext_lazy("What a workshop pays to start, and how many weeks it takes."),
    )
    also_needed = _text(
        gettext_lazy("What else is needed"),
        3,
        help_text=gettext_lazy("Equipment, know-how, permits; or “nothing”."),
    )
    maturity = forms.TypedChoiceField(
        label=gettext_lazy("Maturity"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", "—"),
            (1, gettext_lazy("1 · principle seen")),
            (2, gettext_lazy("2 · idea of a use")),
            (3, gettext_lazy("3 · shown in the laboratory")),
            (4, gettext_lazy("4 · parts proven in the laboratory")),
            (5, gettext_lazy("5 · proven under real conditions, small")),
            (6, gettext_lazy("6 · pilot plant ran")),
            (7, gettext_lazy("7 · prototype at a user's")),
            (8, gettext_lazy("8 · complete and tested")),
            (9, gettext_lazy("9 · in use in production")),
        ],
    )
    maturity_proof = forms.CharField(
        label=gettext_lazy("Proof of maturity"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("A report with page, a customer, or the address of a page."),
    )
    maturity_file = ScanField(
        label=gettext_lazy("Proof as a file"),
        required=False,
        help_text=gettext_lazy("PDF, PNG or JPEG, up to 10 MB. Everybody who reads the offer can open it."),
    )
    contact_name = forms.CharField(label=gettext_lazy("Contact"), max_length=80, required=False)
    contact_phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=gettext_lazy("Shown masked to the public."),
    )
    contact_email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    layout = (
        (gettext_lazy("What it is good for"), ("headline", "problem", "products", "industry"), "", False),
        (
            gettext_lazy("Gain against today's way"),
            (*(f"gain0_{part}" for part in PARTS), "gains_source"),
            gettext_lazy("Numbers with units: what is measured, today's way, with this patent."),
            False,
        ),
        (
            gettext_lazy("More numbers"),
            tuple(f"gain{i}_{part}" for i in range(1, GAINS) for part in PARTS),
            "",
            True,
        ),
        (
            gettext_lazy("What it takes"),
            ("adoption", "also_needed", "maturity", "maturity_proof", "maturity_file"),
            "",
            False,
        ),
        (gettext_lazy("Whom to ask"), ("contact_name", "contact_phone", "contact_email"), "", False),
    )

    def __init__(self, *args: Any, track: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.track = track
        words = {"what": _("What is measured"), "today": pgettext("comparison", "Today"), "new": _("With this patent")}
        for i in range(GAINS):
            for part, label in words.items():
                self.fields[f"gain{i}_{part}"] = forms.CharField(
                    label=_("%(what)s (%(row)d)") % {"what": label, "row": i + 1}, max_length=80, required=False
                )

    def clean(self) -> dict[str, Any]:
        """A gain is told whole: what is measured and both values."""
        told = super().clean() or {}
        for i in range(GAINS):
            row = self._gain(told, i)
            if any(row) and not all(row):
                self.add_error(
                    f"gain{i}_what", _("Row %(row)d is not complete: three fields belong together.") % {"row": i + 1}
                )
        return told

    @staticmethod
    def _gain(told: dict[str, Any], i: int) -> list[str]:
        return [str(told.get(f"gain{i}_{part}") or "").strip() for part in PARTS]

    @staticmethod
    def initial_of(listing: Listing) -> dict[str, Any]:
        """The form's values of a stored listing."""
        names = [name for name in StoryForm.base_fields if name not in NO_TEXT]
        told = {name: getattr(listing, name) for name in names}
        for i, row in enumerate(listing.gains[:GAINS]):
            for part, value in zip(PARTS, row, strict=False):
                told[f"gain{i}_{part}"] = value
        return told | {"revision": listing.revision}

    def texts(self) -> dict[str, Any]:
        """The columns of Listing."""
        told = self.cleaned_data
        gains = [row for i in range(GAINS) if all(row := self._gain(told, i))]
        names = [name for name in self.base_fields if name not in NO_TEXT]
        return {name: told[name] for name in names} | {"gains": gains}


class PictureForm(forms.Form):
    """A picture, and what it shows."""

    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=gettext_lazy("JPEG, PNG or WebP, up to 10 MB; it is made smaller, place and camera are taken out."),
        widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.webp"}),
    )
    alt = forms.CharField(
        label=gettext_lazy("What the picture shows"),
        max_length=200,
        help_text=gettext_lazy("For people who cannot see it, and for the search."),
    )


class BindingForm(forms.Form):
    """Statements that bind: co-owners and related parties."""

    co_owner_default = forms.BooleanField(
        label=gettext_lazy(
            "Co-owners: no agreement among the owners forbids an ordinary license, and its fee is shared among them"
        ),
        required=False,
        help_text=gettext_lazy("Only where a consent is not on file (Patent Law, article 14)."),
    )
    related_party_mark = forms.BooleanField(
        label=gettext_lazy("Parties related to the institution or the inventors may take this license too"),
        required=False,
        help_text=gettext_lazy("Publicity must say so."),
    )
    related_parties = forms.CharField(
        label=gettext_lazy("Related parties"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Each in a line of its own: name, colon, what connects you (a shared legal representative, shareholder or"
            " inventor). Empty means that there is none; your undertaking covers it."
        ),
    )

    signature_levels = forms.MultipleChoiceField(
        label=gettext_lazy("Ways of signing that you accept"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=(
            ("passkey", gettext_lazy("With a passkey")),
            ("ca", gettext_lazy("With a certificate of a licensed authority")),
            ("click", gettext_lazy("With a code to the mailbox")),
            ("paper", gettext_lazy("On paper, stamped and scanned")),
        ),
        help_text=gettext_lazy("None ticked means that every way will do. It holds for both sides (rule SIG-2)."),
    )

    def __init__(self, *args: Any, track: str, **options: Any) -> None:
        super().__init__(*args, **options)
        if track == Track.OPEN:  # there a signature is evidence, never a hurdle (LIC-A)
            del self.fields["co_owner_default"], self.fields["signature_levels"]

    @staticmethod
    def initial_of(listing: Listing) -> dict[str, Any]:
        """The form's values of a stored listing."""
        return {name: getattr(listing, name) for name in BindingForm.base_fields}

    def clean(self) -> dict[str, Any]:
        """Whoever opens the offer to related parties names them (LIC-J)."""
        told = super().clean() or {}
        if told.get("related_party_mark") and not told.get("related_parties", "").strip():
            self.add_error("related_parties", _("Name each related party in a line of its own (rule LIC-J)."))
        return told


class PublicityForm(forms.Form):
    """A publicity held elsewhere."""

    held_at = forms.CharField(
        label=gettext_lazy("Where it was held"),
        max_length=200,
        help_text=gettext_lazy("Address of the page, or the board."),
    )
    starts_on = DayField(label=gettext_lazy("First day"))
    ends_on = DayField(label=gettext_lazy("Last day for objections"))
    proof = ScanField(label=gettext_lazy("Proof"))


class DeclarationForm(forms.Form):
    """The patent office's announcement of an open license."""

    number = forms.CharField(label=gettext_lazy("Number of the declaration"), max_length=40)
    announced_on = DayField(label=gettext_lazy("Day of the announcement"))
    evidence = ScanField(label=gettext_lazy("Gazette page or notice"))

    def __init__(self, *args: Any, evidence_required: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["evidence"].required = evidence_required
