"""Numbers that name a patent, an organization or a technical class: read, checked and written one way (NUM-1, 2, 5)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from marketplace.lib import terms
from marketplace.lib.findings import Finding, Severity, Unfit

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

LONGEST = 80  # characters; more is not a number, and must not cost time

_KINDS = {"1": "invention", "2": "utility_model", "3": "design", "8": "invention", "9": "utility_model"}
_NOISE = re.compile(r"[\s.,·。、\-‐‑‒–—_/()\[\]​‌‍⁠­]+")
_LABEL = re.compile(r"^(?:专利申请号|申请号|专利号|PATENTNO|NO)[::]?")
_NEW = re.compile(r"(20[0-9]{2})([12389])([0-9]{7})")
_OLD = re.compile(r"(8[5-9]|9[0-9]|0[0-3])([12389])([0-9]{5})")
_PUBLICATION = re.compile(
    r"(?:8[5-9]|9[0-2])[1-3][0-9]{5}A|(?:[0-9]{7}|[1-3][0-9]{8})(?:A|B|C[1-7]?|U|Y[1-7]?|S[1-7]?|D)"
)
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


class BadNumber(Unfit):
    """A text is not the number it should be; `finding` says why and what to type instead."""


@dataclass(frozen=True, slots=True)
class ApplicationNumber:
    """A Chinese application number, which is the patent's number too.

    `value` holds the digits and the check digit without dot ("2019218980500"); `kind` is "invention",
    "utility_model" or "design"; `year` is the year of filing.
    """

    value: str
    kind: str
    year: int

    def __str__(self) -> str:
        return f"{self.value[:-1]}.{self.value[-1]}"


def _bad(rule: str, message: Words, remedy: Words, citation: str = "") -> BadNumber:
    return BadNumber(Finding(rule, Severity.BLOCK, message, remedy, citation))


def _plain(text: str) -> str:
    """The text in half-width capitals without blanks, dots and dashes."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).upper())


def application_check_digit(digits: str) -> str:
    """The check digit of 8 (old form) or 12 digits: weights 2-9 then 2-5, sum modulo 11, 10 is X."""
    rest = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False)) % 11
    return "X" if rest == 10 else str(rest)


def parse_application_number(text: str) -> ApplicationNumber:
    """Read an application or patent number in any usual spelling (NUM-1).

    Full-width digits, ZL, CN, blanks and the dot make no difference. Numbers of 1985 to 1988 were printed without a
    check digit and get theirs; any other number must carry it. Raises BadNumber, also for a publication number.
    """
    if len(text) > LONGEST:
        raise _not_an_application_number()
    return _parsed(text, terms.today().year)


@lru_cache(maxsize=4_096)
def _parsed(text: str, this_year: int) -> ApplicationNumber:
    """The same number is read again by every rule that looks at it; what is none raises, and is not kept."""
    plain = _LABEL.sub("", _plain(text))
    number = plain.removeprefix("ZL").removeprefix("CN").removeprefix("ZL")
    if _PUBLICATION.fullmatch(number) or (re.fullmatch(r"[1-3][0-9]{8}", number) and not _OLD.fullmatch(number[:-1])):
        raise _publication_number_instead(number)
    for form in (_NEW, _OLD):
        whole = form.fullmatch(number)
        found = whole or form.fullmatch(number[:-1])
        if found:
            return _checked(found, "" if whole else number[-1], this_year)
    raise _not_an_application_number()


def _checked(found: re.Match[str], check: str, this_year: int) -> ApplicationNumber:
    digits, kind, year = found[0], _KINDS[found[2]], _year(found[1])
    right = application_check_digit(digits)
    if not 1985 <= year <= this_year or (len(digits) == 12 and year < 2003):
        raise _bad(
            "NUM-1",
            _("No Chinese patent application can have been filed in %(year)s under this number.") % {"year": year},
            _("Copy the number from the certificate or the patent office's register."),
        )
    if not check and year > 1988:
        raise _bad(
            "NUM-1",
            _("The check digit after the dot is missing."),
            _("If the other digits are right, the number is %(number)s.") % {"number": f"{digits}.{right}"},
        )
    if check and check != right:
        raise _bad(
            "NUM-1",
            _("The check digit %(check)s does not fit the other digits: one of them is mistyped.") % {"check": check},
            _("Compare digit by digit with the certificate. For these digits it would be %(number)s.")
            % {"number": f"{digits}.{right}"},
        )
    return ApplicationNumber(digits + right, kind, year)


def _year(written: str) -> int:
    if len(written) == 4:
        return int(written)
    return int(written) + (1900 if int(written) >= 85 else 2000)


def _publication_number_instead(number: str) -> BadNumber:
    return _bad(
        "NUM-1",
        _("%(number)s is a publication number, not an application or patent number.") % {"number": f"CN{number}"},
        _("The application number stands beside it on the front page, under (21); it has 12 digits and a check digit."),
    )


def _not_an_application_number() -> BadNumber:
    return _bad(
        "NUM-1",
        _("This is not a Chinese application or patent number."),
        _("Type it as on the certificate, for example ZL 2019 2 1898050.0."),
    )


def patent_number(value: str) -> str:
    """The stored application number as a patent number for people: "2019218980500" → "ZL 2019 2 1898050.0".

    Any other value is given back as it is: showing a page must not fail.
    """
    for form in (_NEW, _OLD):
        if found := form.fullmatch(value[:-1]):
            return f"ZL {found[1]} {found[2]} {found[3]}.{value[-1]}"
    return value


def parse_publication_number(text: str) -> str:
    """A publication or announcement number as "CN112345678B". Raises BadNumber when it is none."""
    number = _plain(text).removeprefix("CN") if len(text) <= LONGEST else ""
    if not _PUBLICATION.fullmatch(number):
        raise _bad(
            "NUM-1",
            _("This is not a Chinese publication number."),
            _("It begins with CN and ends with a letter for the kind of document, for example CN112345678B."),
        )
    return f"CN{number}"


_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE = re.compile(rf"[{_CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{_CREDIT_ALPHABET}]{{10}}")


def credit_check_character(body: str) -> str:
    """The 18th character of a unified social credit code from its first 17 (GB 32100-2015)."""
    total = sum(_CREDIT_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def check_credit_code(text: str) -> tuple[str, Finding | None]:
    """A unified social credit code, normalized, with a warning when its check character fails (NUM-2).

    Codes in real use fail the check, so it never blocks. Raises BadNumber when the text is not 18 characters of the
    code's alphabet (no I, O, S, V, Z) with six digits for the region.
    """
    code = _plain(text) if len(text) <= LONGEST else ""
    if not _CREDIT_CODE.fullmatch(code):
        raise _bad(
            "NUM-2",
            _("A unified social credit code has 18 characters: digits and capitals without I, O, S, V and Z."),
            _("Copy it from the business license; check 0 against O and 1 against I."),
            "GB 32100-2015",
        )
    expected = credit_check_character(code[:17])
    if code[17] == expected:
        return code, None
    return code, Finding(
        "NUM-2",
        Severity.WARN,
        _("The last character of the code should be %(expected)s by the standard.") % {"expected": expected},
        _("Compare it with the business license. If it is printed so, keep it and say why."),
        "GB 32100-2015",
    )


_IPC = re.compile(r"([A-H][0-9]{2}[A-Z])\s*([0-9]{1,4})\s*/\s*([0-9]{2,6})")
_LOCARNO = re.compile(r"([0-9]{2})\s*-\s*([0-9]{2})")
_EDITION = re.compile(r"\s*\((?:19|20)[0-9]{2}[.0-9]*\)\s*[INC]?\s*$|\s*\([0-9]{1,2}\)\s*$")


def parse_ipc(text: str) -> str:
    """A class as "F27D 17/00" (IPC) or "09-03" (Locarno), an edition such as "(2006.01)I" taken off (NUM-5).

    Raises BadNumber for anything else.
    """
    plain = unicodedata.normalize("NFKC", text).upper().strip() if len(text) <= LONGEST else ""
    plain = re.sub(r"^(?:INT\.?\s*CL\.?|LOC)\s*(?:\([0-9]+\))?\s*(?:CL\.?)?\s*:?\s*", "", plain)
    plain = _EDITION.sub("", plain)
    if found := _IPC.fullmatch(plain):
        return f"{found[1]} {found[2]}/{found[3]}"
    if found := _LOCARNO.fullmatch(plain):
        return f"{found[1]}-{found[2]}"
    raise _bad(
        "NUM-5",
        _("This is not a class of the International Patent Classification or of the Locarno Classification."),
        _("Write it like F27D 17/00 for inventions and utility models, like 09-03 for designs."),
    )
