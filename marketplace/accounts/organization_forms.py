"""Forms of organizations: details by kind, evidence, members, signing authority."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts import flow
from marketplace.accounts.flow.authorities import SELF_KINDS
from marketplace.accounts.models import Organization, OrganizationKind
from marketplace.lib import divisions, sizes
from marketplace.lib.numbers import BadNumber, check_credit_code
from marketplace.lib.saying import on_form
from marketplace.lib.terms import today

if TYPE_CHECKING:
    from django.forms import BoundField
    from django.utils.functional import _StrOrPromise as Words

K = OrganizationKind
COUNTRIES: list[tuple[str, Words]] = [
    ("CN", gettext_lazy("Mainland China")),
    ("HK", gettext_lazy("Hong Kong, China")),
    ("MO", gettext_lazy("Macao, China")),
    ("TW", gettext_lazy("Taiwan, China")),
    ("DE", gettext_lazy("Germany")),
    ("FR", gettext_lazy("France")),
    ("GB", gettext_lazy("United Kingdom")),
    ("JP", gettext_lazy("Japan")),
    ("KR", gettext_lazy("Republic of Korea")),
    ("SG", gettext_lazy("Singapore")),
    ("US", gettext_lazy("United States")),
    ("ZZ", gettext_lazy("Another country")),
]


@dataclass(frozen=True, slots=True)
class Section:
    """A group of fields under one heading."""

    legend: Words
    fields: list[BoundField]
    hint: Words = ""

    @property
    def is_spare(self) -> bool:
        """Nothing here is required, filled in or wrong: it may stay folded."""
        return not any(field.field.required or field.value() or field.errors for field in self.fields)


_IDENTITY = ("name", "name_en", "credit_code", "credit_code_override", "state_established", "legal_representative",
             "is_legal_representative", "shareholders", "founded_on")  # fmt: skip
_PLACE = ("country", "division", "county", "address")
_SIZE = ("industry", "people", "revenue_wan", "assets_wan", "size_year", "undertaking")
_CONTACT = ("contact_name", "contact_phone", "contact_email")
_MONEY = ("bank_name", "bank_account_name", "bank_account", "invoice_title", "invoice_address")

# What a kind does not have: nobody is asked what does not concern him.
_ABSENT: dict[str, tuple[str, ...]] = {
    K.UNIVERSITY: (*_SIZE, "founded_on", "shareholders"),
    K.INSTITUTE: (*_SIZE, "founded_on", "shareholders"),
    K.FIRM: ("state_established",),
    K.SOLE_TRADER: ("state_established", "name_en", "is_legal_representative", "shareholders"),
    K.INDIVIDUAL: (
        *_SIZE, "state_established", "credit_code", "credit_code_override", "legal_representative",
        "is_legal_representative", "shareholders", "founded_on", "contact_name",
    ),
}  # fmt: skip


def _places() -> list[tuple[str, Any]]:
    """Provinces as groups of their cities, the province itself first."""
    groups: list[tuple[str, Any]] = [("", gettext_lazy("Choose…"))]
    for code, name in divisions.provinces():
        groups.append((name, [(code, name), *divisions.cities(code)]))
    return groups


class OrganizationForm(forms.ModelForm[Organization]):
    """The details of one kind of organization; `kind` decides which fields there are."""

    is_legal_representative = forms.BooleanField(
        label=gettext_lazy("I am the legal representative myself"),
        required=False,
        help_text=gettext_lazy("Then you can sign as soon as a moderator has confirmed it."),
    )
    county = forms.ChoiceField(label=gettext_lazy("District or county"), required=False)
    undertaking = forms.BooleanField(
        label=gettext_lazy("I state that these figures are true; a wrong statement ends a price for small firms"),
        required=False,
    )

    class Meta:
        model = Organization
        fields = (
            "name", "name_en", "credit_code", "credit_code_override", "state_established", "legal_representative",
            "shareholders", "founded_on", "country", "division", "address", "industry", "people", "revenue_wan",
            "assets_wan", "size_year", "contact_name", "contact_phone", "contact_email", "bank_name",
            "bank_account_name", "bank_account", "invoice_title", "invoice_address",
        )  # fmt: skip
        widgets = {
            "founded_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "contact_phone": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
            "contact_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "contact_email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "bank_account": forms.TextInput(attrs={"inputmode": "numeric"}),
            "credit_code": forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
        }

    def __init__(self, *args: Any, kind: str, registering: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = OrganizationKind(kind)
        self._words()
        self._places()
        self.fields["industry"] = forms.ChoiceField(
            label=_("Industry"), choices=[("", _("Choose…")), *sizes.INDUSTRIES], required=False
        )
        this_year = today().year
        self.fields["size_year"] = forms.TypedChoiceField(
            label=_("Year of these figures"),
            choices=[("", _("Choose…")), *((year, str(year)) for year in range(this_year, this_year - 4, -1))],
            coerce=int,
            empty_value=None,
            required=False,
        )
        absent = set(_ABSENT[self.kind]) | (set() if registering else {"is_legal_representative"})
        for name in absent:
            del self.fields[name]
        self._required(registering)

    def _words(self) -> None:
        """Labels and hints as the kind would say them."""
        labels: dict[str, Words] = {
            "name": {
                K.INDIVIDUAL: _("Your name as on your identity card"),
                K.SOLE_TRADER: _("Name on the business license"),
            }.get(self.kind, _("Full name as on the license")),
            "legal_representative": _("Operator") if self.kind == K.SOLE_TRADER else _("Legal representative"),
            "state_established": _("Established by the state (public university or institute)"),
            "credit_code_override": _("Why this code is right although its check character is not"),
            "country": _("Country or region"),
            "division": _("Province and city"),
        }
        for name, words in labels.items():
            self.fields[name].label = words
        hints: dict[str, Words] = {
            "credit_code": _("18 characters, from the license."),
            "shareholders": _("Persons and firms that hold a tenth or more, parted by ；. It shows related parties."),
            "bank_account": _("License fees go straight to this account; the platform never holds them.")
            if self.kind in {K.UNIVERSITY, K.INSTITUTE}
            else _("Only needed for refunds."),
            "credit_code_override": _("For example: it is printed so on the license; photo attached at verification."),
            "revenue_wan": _("In units of 10,000 yuan, last full year."),
            "assets_wan": _("In units of 10,000 yuan, last full year."),
            "people": _("Average of the last full year."),
        }
        for name, words in hints.items():
            self.fields[name].help_text = words

    def _places(self) -> None:
        """A city is chosen from groups of provinces; the districts offered are those of the chosen city."""
        self.fields["country"] = forms.ChoiceField(label=self.fields["country"].label, choices=COUNTRIES, initial="CN")
        kept = self.instance.division
        city = f"{kept[:4]}00" if kept and any(code == f"{kept[:4]}00" for code, _name in divisions.choices()) else kept
        self.fields["division"] = forms.ChoiceField(
            label=self.fields["division"].label, choices=_places, required=self._country() == "CN"
        )
        self.initial["division"] = city
        self.initial["county"] = kept if kept != city else ""
        chosen = str(self.data.get(self.add_prefix("division"), city) if self.is_bound else city)
        counties = divisions.counties(chosen) if len(chosen) == 6 and not chosen.endswith("0000") else []
        county = self.fields["county"]
        assert isinstance(county, forms.ChoiceField)  # noqa: S101 - declared above
        county.choices = [("", _("Whole city")), *counties]
        county.widget.attrs["data-empty"] = "" if counties else "yes"
        self.counties_known = bool(counties)

    def _country(self) -> str:
        given = self.data.get(self.add_prefix("country")) if self.is_bound else self.instance.country
        return str(given or "CN")

    def _required(self, registering: bool) -> None:
        wanted = {"name", "contact_phone", "credit_code", "legal_representative", "contact_name", "address"}
        for name in wanted & set(self.fields):
            self.fields[name].required = True
        if self.kind == K.SOLE_TRADER:
            self.fields["contact_name"].required = False
        if "undertaking" in self.fields and not registering and self.instance.size:
            self.initial["undertaking"] = True

    @property
    def needs_override(self) -> bool:
        """Whether the credit code was found wanting, so that its reason is asked for."""
        if "credit_code_override" not in self.fields:
            return False
        wanting = self.is_bound and ("credit_code" in self.errors or bool(self.data.get("credit_code_override")))
        return bool(self.instance.credit_code_override) or wanting

    @property
    def sections(self) -> list[Section]:
        """The fields under their headings, without those that do not concern this kind."""
        hide = set() if self.needs_override else {"credit_code_override"}
        if self.needs_override:
            self.fields["credit_code_override"].required = True  # where it is shown, it is not optional
        if not self.counties_known:
            hide.add("county")
        groups: list[tuple[Words, tuple[str, ...], Words]] = [
            (_("Who you are"), _IDENTITY, ""),
            (_("Place and address"), _PLACE, ""),
            (
                _("Size"),
                _SIZE,
                _("Small and micro firms often pay less. The national table decides (rule NUM-6)."),
            ),
            (_("Contact"), _CONTACT, _("Not shown in public; passed on only with your consent in each case.")),
            (_("Bank and invoice"), _MONEY, ""),
        ]
        made = []
        for legend, names, hint in groups:
            fields = [self[name] for name in names if name in self.fields and name not in hide]
            if fields:
                made.append(Section(legend, fields, hint))
        return made

    def clean(self) -> dict[str, Any]:
        """Rules over several fields: NUM-2, NUM-6, the place."""
        data = super().clean() or self.cleaned_data
        self._clean_place(data)
        if "credit_code" in self.fields:
            self._clean_code(data)
        if "industry" in self.fields:
            self._clean_size(data)
        return data

    def _clean_place(self, data: dict[str, Any]) -> None:
        county = data.pop("county", "") or ""
        city = data.get("division") or ""
        if county and divisions.within(county, city):
            data["division"] = county

    def _clean_code(self, data: dict[str, Any]) -> None:
        if not data.get("credit_code"):
            return
        if data.get("country") == "CN":  # elsewhere: whatever number the register there gives
            self._check_code(data)
        taken = Organization.objects.filter(credit_code=data.get("credit_code") or "-").exclude(pk=self.instance.pk)
        if taken.exists():
            on_form(self, flow.code_taken().findings)

    def _check_code(self, data: dict[str, Any]) -> None:
        try:
            data["credit_code"], warning = check_credit_code(data["credit_code"])
        except BadNumber as bad:
            on_form(self, [replace(bad.finding, field="credit_code")])
            return
        if warning is None:
            data["credit_code_override"] = ""
        elif not (data.get("credit_code_override") or "").strip():
            on_form(self, [replace(warning, field="credit_code")])

    def _clean_size(self, data: dict[str, Any]) -> None:
        industry = data.get("industry")
        data["size"] = ""
        if not industry:
            return
        try:
            data["size"] = sizes.size_of(
                industry, data.get("people"), data.get("revenue_wan"), data.get("assets_wan")
            ).value
        except sizes.MissingFigures as missing:
            on_form(self, [missing.finding])
            return
        if not data.get("size_year"):
            self.add_error("size_year", _("Say which year the figures are of (rule NUM-6)."))
        if not data.get("undertaking"):
            self.add_error("undertaking", _("A size counts only with this statement (rule NUM-6)."))

    def details(self) -> dict[str, Any]:
        """What the flow stores: the model's fields of this kind, with the size worked out."""
        names = {*self._meta.fields, "size"} & set(self.cleaned_data)  # type: ignore[misc]
        details = {name: self.cleaned_data[name] for name in names}
        if self.kind in SELF_KINDS and not details.get("contact_name"):
            details["contact_name"] = details.get("legal_representative") or details["name"]
        return details
