"""Why a file is not taken as a table, and what to do about it (IMP-3): every refusal of the readers in one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from marketplace.lib.findings import Finding, Severity, Unfit

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


class BadSheet(Unfit):
    """A file that cannot be read as a table; `finding` (IMP-3) says why and what to do."""


def bad(message: Words, remedy: Words) -> BadSheet:
    """Any other reason, in words."""
    return BadSheet(Finding("IMP-3", Severity.BLOCK, message, remedy))


def not_a_sheet() -> BadSheet:
    """None of the kinds of file that are read, or a damaged one."""
    return bad(
        _("This is not a spreadsheet that can be read."),
        _("Open it in your spreadsheet program and save it as .xlsx, .ods or .csv."),
    )


def nothing_in_it() -> BadSheet:
    """No byte, or no filled cell."""
    return bad(_("There is no filled sheet in the file."), _("Put the table on the first sheet."))


def empty_file() -> BadSheet:
    """No byte that says anything."""
    return bad(_("The file is empty."), _("Choose the file again."))


def too_large(megabytes: int) -> BadSheet:
    """The file itself is over the limit."""
    return bad(
        _("The file is larger than %(size)s MB.") % {"size": megabytes},
        _("Delete pictures and sheets that are not needed, or split the file."),
    )


def too_big(rows: int, columns: int) -> BadSheet:
    """Its table is over the limits."""
    return bad(
        _("The table has more than %(rows)s rows or %(columns)s columns, or too much text.")
        % {"rows": f"{rows:,}", "columns": columns},
        _("Delete what is not needed, also empty formatted rows and columns, or split the file."),
    )


def unpacks_too_far() -> BadSheet:
    """A zip bomb, on purpose or not."""
    return bad(
        _("The file unpacks to far more than a table needs."), _("Copy the table into a new file and save that.")
    )


def macros() -> BadSheet:
    """A workbook with a program in it."""
    return bad(_("The file contains macros."), _("Save it as .xlsx without macros."))


def external_links() -> BadSheet:
    """A workbook that reads from other files when it is opened."""
    return bad(
        _("The workbook takes values from other files."),
        _("Break the links in your spreadsheet program (under “Data”), or paste the values into a new file."),
    )


def nested() -> BadSheet:
    """A file inside the file."""
    return bad(
        _("Other files are packed into this file."),
        _("Take embedded objects and archives out, or copy the table into a new file and save that."),
    )


def protected() -> BadSheet:
    """Encrypted."""
    return bad(_("The file is protected by a password."), _("Save it without a password."))


def disguised_page() -> BadSheet:
    """What many old systems hand out as .xls: a web page under a false name."""
    return bad(
        _("This file is a web page, whatever its name says."),
        _("Open it in your spreadsheet program and save it as .xlsx."),
    )


def wrong_ending() -> BadSheet:
    """A table of one kind under the name of another."""
    return bad(
        _("The file's content is of another kind than the ending of its name says."),
        _("Save it again in your spreadsheet program as .xlsx or .csv, and leave the ending as it is."),
    )


def unknown_text() -> BadSheet:
    """Bytes of no encoding that is read."""
    return bad(
        _("The characters of the file can be read neither as UTF-8 nor as GB18030."),
        _("Save it as .xlsx, or as CSV in UTF-8."),
    )


def mixed_text(line: int) -> BadSheet:
    """Lines of two encodings in one file."""
    return bad(
        _("The file mixes two encodings: line %(line)s is written in UTF-8, other lines are not.") % {"line": line},
        _("Put the parts together in your spreadsheet program and save the whole as .xlsx, or as CSV in UTF-8."),
    )


def control_characters(line: int) -> BadSheet:
    """NUL bytes and the like in a text table."""
    return bad(
        _("Line %(line)s holds characters that no table contains (NUL or control characters).") % {"line": line},
        _("Save the table again in your spreadsheet program as .xlsx, or as CSV in UTF-8."),
    )


def broken_line(line: int) -> BadSheet:
    """Quotation marks that do not match."""
    return bad(
        _("Line %(line)s cannot be read as part of a table.") % {"line": line},
        _("Check the quotation marks in that line, or save the table as .xlsx."),
    )


def long_cell(row: int, most: int) -> BadSheet:
    """A cell no spreadsheet program could hold."""
    return bad(
        _("A cell in row %(row)s is longer than %(length)s characters.") % {"row": row, "length": f"{most:,}"},
        _("Shorten it."),
    )


def hostile_xml() -> BadSheet:
    """XML with a document type or entities, which no patent office's record needs."""
    return bad(
        _("The XML file defines entities or a document type; such files are not opened."),
        _("Export the records again from the patent office's service, without changing the file."),
    )


def unknown_xml() -> BadSheet:
    """XML that is neither ST.96 nor OPS, or broken."""
    return bad(
        _("This XML file holds no patent records that can be read, or is cut off."),
        _("Export WIPO ST.96 or the EPO's OPS bibliographic data, or bring a spreadsheet."),
    )


__all__ = [
    "BadSheet", "bad", "broken_line", "control_characters", "disguised_page", "empty_file", "external_links",
    "hostile_xml", "long_cell", "macros", "mixed_text", "nested", "not_a_sheet", "nothing_in_it", "protected",
    "too_big", "too_large", "unknown_text", "unknown_xml", "unpacks_too_far", "wrong_ending",
]  # fmt: skip
