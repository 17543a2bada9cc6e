"""Fields and groups that the owner's forms share: amounts in yuan, rates in percent, files for the vault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from listings.marking import Piece, marked
from marketplace.lib.findings import Finding
from marketplace.lib.saying import sentence
from marketplace.vault.files import BadFile, store

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.db import models
    from django.forms import BoundField
    from django.utils.functional import _StrOrPromise as Words

    from marketplace.accounts.models import User
    from marketplace.vault.models import VaultFile

HIGHEST_YUAN = Decimal(10**10)


class YuanField(forms.DecimalField):
    """An amount typed in yuan, with at most two digits after the point; its value is an integer of fen."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=HIGHEST_YUAN, decimal_places=2, max_digits=13, **options)
        self.widget.attrs |= {"inputmode": "decimal", "step": "0.01"}

    def clean(self, value: Any) -> int | None:
        """Fen, None where nothing was typed."""
        amount = super().clean(value)
        return None if amount is None else int(amount * 100)

    def prepare_value(self, value: Any) -> Any:
        """Fen as yuan for people: 3000000 → 30000."""
        if isinstance(value, int):
            yuan = Decimal(value) / 100
            return f"{yuan:.2f}".removesuffix(".00")
        return value


class PercentField(forms.DecimalField):
    """A rate typed in percent, with at most two digits after the point; its value is an integer of basis points."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=5, decimal_places=2, **options)
        self.validators += [MinValueValidator(0), MaxValueValidator(100)]
        self.widget.attrs |= {"inputmode": "decimal", "step": "0.01", "min": "0", "max": "100"}

    def clean(self, value: Any) -> int | None:
        """Basis points, None where nothing was typed."""
        rate = super().clean(value)
        return None if rate is None else int(rate * 100)

    def prepare_value(self, value: Any) -> Any:
        """Basis points as percent: 350 → 3.5."""
        if isinstance(value, int):
            return f"{Decimal(value) / 100:.2f}".rstrip("0").rstrip(".")
        return value


class DayField(forms.DateField):
    """A day, typed or picked."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        options.setdefault("input_formats", ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"])
        super().__init__(**options)


class ScanField(forms.FileField):
    """A scan for the vault: PDF, PNG or JPEG."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("PDF, PNG or JPEG, up to 10 MB."))
        options.setdefault("widget", forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}))
        super().__init__(**options)


@dataclass(frozen=True, slots=True)
class Row:
    """A field with what the rules say about it."""

    field: BoundField
    findings: Sequence[Finding] = ()
    modes: str = ""  # the ways of paying to which the field belongs; empty: to all
    needs: str = ""  # the choice that asks for the field; empty: none
    line: str = ""  # fields of one line share it
    marked: Sequence[Piece] = ()  # the text with the words marked that a rule has something against

    @property
    def shown_anyway(self) -> bool:
        """Whether the field has to be seen whatever is chosen."""
        return bool(self.field.errors or self.findings)


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading. `folded` ones open only where something is in them or wrong with them."""

    legend: Words
    rows: Sequence[Row]
    hint: Words = ""
    folded: bool = False
    modes: str = ""  # as of its rows, where all share them
    look: str = ""  # "prices": a table; "own": steps back for a term sheet

    @property
    def lines(self) -> list[list[Row]]:
        """The rows as lines of the page: neighbors of one line stand side by side."""
        lines: list[list[Row]] = []
        for row in self.rows:
            if row.line and lines and lines[-1][0].line == row.line:
                lines[-1].append(row)
            else:
                lines.append([row])
        return lines

    @property
    def opened(self) -> bool:
        """Whether a folded group has to be seen."""
        return any(row.field.errors or row.findings or _filled(row.field) for row in self.rows)


def _filled(field: BoundField) -> bool:
    value = field.value()
    return bool(value) and str(value) not in ("0", "False", str(field.field.initial))


Layout = Sequence[tuple["Words", Sequence[str], "Words", bool]]  # legend, field names, hint, folded


def choose(form: forms.Form, name: str, choices: Iterable[tuple[str, Any]]) -> None:
    """Give a choice field of one form its choices."""
    cast("forms.ChoiceField", form.fields[name]).choices = list(choices)


class GroupedForm(forms.Form):
    """A form told as groups: a subclass names them in `layout` as (legend, field names, hint, folded)."""

    layout: Layout = ()
    track = ""  # whose rules mark words in the texts
    modes_of: Mapping[str, str] = MappingProxyType({})
    needs_of: Mapping[str, str] = MappingProxyType({})

    def __init__(self, *args: Any, findings: Iterable[Finding] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.findings = list(findings)

    @property
    def groups(self) -> list[Group]:
        """The groups with the findings beside their fields; names the form does not have are passed over."""
        by_field: dict[str, list[Finding]] = {}
        for finding in self.findings:
            by_field.setdefault(finding.field, []).append(finding)
        found = []
        for legend, names, hint, folded in self.layout:
            rows = [self._row(name, by_field.get(name, ())) for name in names if name in self.fields]
            shared = {row.modes for row in rows}
            if rows:
                modes = shared.pop() if len(shared) == 1 else ""
                found.append(Group(legend, rows, hint, folded, modes, self.look_of(rows[0].field.name)))
        return found

    def _row(self, name: str, findings: Sequence[Finding]) -> Row:
        bound = self[name]
        text = bound.value() if isinstance(bound.field, forms.CharField) else ""
        pieces = marked(str(text or ""), name, self.track)
        said = {piece.rule for piece in pieces}  # where the words are marked, that tells it
        return Row(
            bound,
            [finding for finding in findings if finding.rule not in said],
            self.modes_of.get(name, ""),
            self.needs_of.get(name, ""),
            self.line_of(name),
            pieces,
        )

    def line_of(self, name: str) -> str:
        """Which line a field shares with its neighbors; named alike up to "_" and numbered (gain0_…) by default."""
        head = name.split("_")[0]
        return head if head[-1:].isdigit() else ""

    def look_of(self, first: str) -> str:
        """How a group that begins with a field is shown; '' for one field under the other."""
        return ""


def keep(
    form: forms.Form, name: str, *, kind: str, by: User | None, subject: models.Model | None = None
) -> VaultFile | None:
    """The uploaded file of a field in the vault; None where there is none, or with an error at the field."""
    upload: UploadedFile[Any] | None = form.cleaned_data.get(name)
    if not upload:
        return None
    try:
        return store(upload.read(), kind=kind, name=upload.name or "", by=by, subject=subject)
    except BadFile as bad:
        form.add_error(name, sentence(bad.finding))
        return None


def without(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The mapping without some keys."""
    return {key: value for key, value in data.items() if key not in names}
