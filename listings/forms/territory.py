"""Where a license may be used, chosen in one of three ways: the whole country, provinces, or cities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.lib import divisions

if TYPE_CHECKING:
    from django.utils.datastructures import MultiValueDict
    from django.utils.functional import _StrPromise

COUNTRY, PROVINCES, CITIES = "country", "provinces", "cities"
WHOLE = "CN"
MOST = 28  # places that the column holds; whoever wants more means the country
KINDS: list[tuple[str, _StrPromise]] = [
    (COUNTRY, gettext_lazy("The whole country (mainland)")),
    (PROVINCES, gettext_lazy("Some provinces")),
    (CITIES, gettext_lazy("Some cities")),
]
REGIONS: list[tuple[_StrPromise, str]] = [  # by the first digit of the codes, the middle one divided
    (gettext_lazy("North"), "11 12 13 14 15"),
    (gettext_lazy("Northeast"), "21 22 23"),
    (gettext_lazy("East"), "31 32 33 34 35 36 37"),
    (gettext_lazy("Central"), "41 42 43"),
    (gettext_lazy("South"), "44 45 46"),
    (gettext_lazy("Southwest"), "50 51 52 53 54"),
    (gettext_lazy("Northwest"), "61 62 63 64 65"),
]
MAINLAND = frozenset(" ".join(codes for _name, codes in REGIONS).split())


class Place(NamedTuple):
    """One box to tick."""

    code: str
    name: str
    ticked: bool


class Places(NamedTuple):
    """Boxes under one heading; `opened` where one is ticked or the reader is at home there."""

    name: str
    places: list[Place]
    opened: bool = False


def territories() -> list[tuple[str, Any]]:
    """Everything that can be chosen: the whole country, then every province and city of the mainland."""
    return [(WHOLE, KINDS[0][1]), *(row for row in divisions.choices() if row[0][:2] in MAINLAND)]


def kind_of(codes: list[str]) -> str:
    """In which of the three ways some codes were chosen."""
    if not codes or WHOLE in codes:
        return COUNTRY
    return PROVINCES if all(code.endswith("0000") for code in codes) else CITIES


class TerritoryWidget(forms.Widget):
    """Three ways to choose; the page shows the boxes of the chosen one. Works without a script."""

    template_name = "listings/widgets/territory.html"
    use_fieldset = True
    home = ""  # a place whose province stands first among the cities
    asked = ""  # the way that was sent, kept where nothing was ticked under it

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str) -> list[str]:
        """The codes that count: those ticked under the chosen way; all, where no way was named."""
        getter = getattr(data, "getlist", None)
        told = getter(name) if getter else data.get(name) or []
        codes = [told] if isinstance(told, str) else list(told)
        self.asked = str(data.get(f"{name}_kind") or "")
        match self.asked:
            case "country":
                return [WHOLE]
            case "provinces":
                return [code for code in codes if code.endswith("0000")]
            case "cities":
                return [code for code in codes if code != WHOLE and not code.endswith("0000")]
            case _:
                return codes

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Unticked boxes are never sent."""
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The boxes, with those ticked that belong to the value."""
        context = super().get_context(name, value, attrs)
        codes = [str(code) for code in value or []]
        context["widget"] |= {
            "kinds": [(key, label, key == (self.asked or kind_of(codes))) for key, label in KINDS],
            "regions": [
                Places(str(region), [_place(f"{code}0000", codes) for code in short.split()])
                for region, short in REGIONS
            ],
            "provinces": _cities(codes, self.home[:2]),
        }
        return context


def _place(code: str, codes: list[str]) -> Place:
    return Place(code, divisions.name_of(code), code in codes)


def _cities(codes: list[str], home: str) -> list[Places]:
    found = []
    for province, name in divisions.provinces():
        if province[:2] not in MAINLAND:
            continue
        places = [Place(code, own, code in codes) for code, own in divisions.cities(province)]
        if places:
            opened = province[:2] == home or any(place.ticked for place in places)
            found.append((province[:2] != home, Places(name, places, opened)))
    return [places for _away, places in sorted(found, key=lambda row: row[0])]


class TerritoryField(forms.MultipleChoiceField):
    """GB/T 2260 codes of places, or "CN" for the whole country."""

    widget = TerritoryWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=territories, initial=[WHOLE], **options)

    def validate(self, value: list[str]) -> None:
        """At least one place, at most as many as a contract names."""
        super().validate(value)
        if len(value) > MOST:
            raise ValidationError(_("At most %(count)d places; or choose the whole country.") % {"count": MOST})
