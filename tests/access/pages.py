"""Reading forms out of pages and filling them in, as a browser without scripts does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

Fields = dict[str, str | list[str]]


@dataclass
class Form:
    """A form of a page: where it goes, and what it would send untouched."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    has_button: bool = False

    def filled(self, changes: Mapping[str, str | list[str]]) -> Fields:
        """What it sends with some fields changed."""
        sent: Fields = {name: values for name, values in self.fields.items() if name != "csrfmiddlewaretoken"}
        return {**sent, **changes}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.open: Form | None = None
        self.select = ""
        self.area = ""
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(told.get("action", ""), told.get("method", "get").lower())
            self.forms.append(self.open)
        elif self.open is not None:
            button = tag == "button" and told.get("type", "submit") == "submit"
            self.open.has_button |= button or (tag == "input" and told.get("type") == "submit")
            self._field(tag, told)

    def _field(self, tag: str, told: dict[str, str]) -> None:
        name = told.get("name", "")
        if tag == "select":
            self.select = name
        elif tag == "option" and "selected" in told:
            self._add(self.select, told.get("value", ""))
        elif tag == "textarea":
            self.area, self.words = name, ""
        elif tag == "input" and told.get("type") in {"checkbox", "radio"}:
            if "checked" in told:
                self._add(name, told.get("value", "on"))
        elif tag == "input" and told.get("type") not in {"submit", "file", "button", "image"}:
            self._add(name, told.get("value", ""))

    def _add(self, name: str, value: str) -> None:
        if self.open is not None and name:
            self.open.fields.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._add(self.area, self.words.removeprefix("\n"))
            self.area = ""
        elif tag == "select":
            self.select = ""
        elif tag == "form":
            self.open = None


def forms(html: str) -> list[Form]:
    """Every form of a page, in its order."""
    reader = _Reader()
    reader.feed(html)
    return reader.forms


def form_to(html: str, path: str) -> Form:
    """The form of a page that is posted to `path`. Raises LookupError where there is none."""
    for form in forms(html):
        if form.method == "post" and form.action in {path, ""}:
            return form
    raise LookupError(f"no form is posted to {path}")
