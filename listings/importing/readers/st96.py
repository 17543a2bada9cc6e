"""Patent records after WIPO ST.96, as the Chinese and other offices hand them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from listings.importing.readers.xml import Office, application_number, by_language, day, first, local, named, text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_GRANT = ("PatentGrantIdentification", "GrantIdentification")
_PUBLICATION = ("PatentPublicationIdentification", "PublicationIdentification", "PatentDocumentIdentification")
_NAMES = (
    "OrganizationStandardName",
    "OrganizationName",
    "PersonFullName",
    "EntityName",
    "PersonStructuredName",
    "Name",
)


def facts(record: Element) -> dict[str, str]:
    """What one publication says, by field of the import."""
    applied = next(named(record, "ApplicationIdentification"), None)
    granted, published = next(named(record, *_GRANT), None), next(named(record, *_PUBLICATION), None)
    document = granted if granted is not None else published
    return {
        "title": text(by_language(list(named(record, "InventionTitle")))),
        "number": application_number(
            first(applied, "IPOfficeCode"), first(applied, "ApplicationNumberText", "ApplicationNumber")
        ),
        "publication": _document(document),
        "published_on": day(first(document, "PublicationDate", "PatentPublicationDate")),
        "filed_on": day(first(applied, "FilingDate") or first(record, "FilingDate")),
        "granted_on": day(first(granted, "GrantDate") or first(record, "GrantDate")),
        "patentee": ";".join(_people(record, "PatentGrantee", "Patentee", "Assignee") or _people(record, "Applicant")),
        "inventors": ";".join(_people(record, "Inventor")),
        "ipc": ";".join(_classes(record)),
        "abstract": text(by_language(list(named(record, "Abstract")))),
    }


def _document(element: Element | None) -> str:
    number = first(element, "PublicationNumber", "PatentNumber", "DocumentNumber")
    office = first(element, "IPOfficeCode")
    kind = first(element, "PatentDocumentKindCode", "DocumentKindCode")
    return f"{office}{number.removeprefix(office)}{kind if not number.endswith(kind) else ''}" if number else ""


def _people(record: Element, *names: str) -> list[str]:
    found = [first(one, *_NAMES) for one in named(record, *names)]
    return list(dict.fromkeys(name for name in found if name))


def _classes(record: Element) -> list[str]:
    found = []
    for one in named(record, "IPCRClassification", "IPCClassification", "MainClassification", "FurtherClassification"):
        if any(local(part) in ("IPCRClassification", "IPCClassification") for part in list(one)):
            continue
        parts = [first(one, name) for name in ("Section", "Class", "Subclass", "MainGroup", "Subgroup")]
        if all(parts):
            found.append(f"{parts[0]}{parts[1]}{parts[2]} {parts[3]}/{parts[4]}")
        else:
            found.append(first(one, "PatentClassificationText") or text(one))
    return list(dict.fromkeys(symbol for symbol in found if symbol))


OFFICE = Office(
    roots=frozenset(
        {
            "PatentPublication", "PatentGrant", "ApplicationBody", "PatentRecord", "PatentPublicationBag",
            "PatentGrantBag", "PatentRecordBag", "PatentData", "Transaction", "PatentDataBag",
        }
    ),
    record=frozenset({"PatentPublication", "PatentGrant", "PatentRecord", "PatentData"}),
    facts=facts,
)  # fmt: skip
