"""Bibliographic data of the European Patent Office's Open Patent Services (exchange documents, after WIPO ST.36)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from listings.importing.readers.xml import Office, application_number, by_language, day, first, named, text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_FORMATS = ("original", "docdb", "epodoc", "")  # what a number or name is preferred in


def facts(record: Element) -> dict[str, str]:
    """What one exchange-document says, by field of the import."""
    published = _reference(record, "publication-reference")
    applied = _reference(record, "application-reference")
    country = record.get("country") or published.get("country", "")
    number, kind = record.get("doc-number") or published.get("number", ""), record.get("kind") or published["kind"]
    return {
        "title": text(by_language(list(named(record, "invention-title")))),
        "number": application_number(applied.get("country") or country, applied["number"]),
        "publication": f"{country}{number.removeprefix(country)}{kind}" if number else "",
        "published_on": day(published["date"]),
        "filed_on": day(applied["date"]),
        "patentee": ";".join(_people(record, "applicant")),
        "inventors": ";".join(_people(record, "inventor")),
        "ipc": ";".join(_classes(record)),
        "abstract": text(by_language(list(named(record, "abstract")))),
    }


def _reference(record: Element, name: str) -> dict[str, str]:
    """A document reference: its parts from the form that states them, the original one first; the day from any."""
    reference = next(named(record, name), None)
    told = {"country": "", "number": "", "kind": "", "date": ""}
    if reference is None:
        return told
    ids = {one.get("document-id-type", ""): one for one in named(reference, "document-id")}
    ranked = [ids[form] for form in _FORMATS if form in ids]
    for one in ranked:
        for key, element in (("country", "country"), ("number", "doc-number"), ("kind", "kind"), ("date", "date")):
            told[key] = told[key] or first(one, element)
    return told


def _people(record: Element, name: str) -> list[str]:
    """Names of applicants or inventors, from the form in which the applicant wrote them."""
    found: dict[str, list[str]] = {}
    for one in named(record, name):
        told = first(one, "name", "orgname", "last-name").rstrip(",，; ")
        if told:
            found.setdefault(one.get("data-format", ""), []).append(told.partition(" [")[0])
    return next((list(dict.fromkeys(found[form])) for form in _FORMATS if form in found), [])


def _classes(record: Element) -> list[str]:
    """IPC symbols: "H01M 10/0562 20100101AFI20220525BHEP", or part by part."""
    found = []
    for one in named(record, "classification-ipcr", "classification-ipc"):
        parts = [first(one, name) for name in ("section", "class", "subclass", "main-group", "subgroup")]
        if all(parts):
            found.append(f"{parts[0]}{parts[1]}{parts[2]} {parts[3]}/{parts[4]}")
        else:
            found += [_symbol(text(part)) for part in ([*named(one, "text", "main-classification")] or [one])]
    return list(dict.fromkeys(symbol for symbol in found if symbol))


def _symbol(written: str) -> str:
    section, slash, rest = written.partition("/")
    return f"{section.replace(' ', '')}/{rest.split()[0]}" if slash and rest.split() else written


OFFICE = Office(
    roots=frozenset({"world-patent-data", "exchange-documents", "exchange-document"}),
    record=frozenset({"exchange-document"}),
    facts=facts,
)
