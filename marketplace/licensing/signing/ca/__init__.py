"""Signing with the certificate of a licensed authority: the protocol that an adapter fulfills, and which are set up.

An adapter gets the PDF as it stands, leads the person to the authority and brings back the same PDF with one PAdES
signature appended. Whatever comes back is examined before it counts (signing.ca.visits): an adapter is not believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from marketplace.lib import pki

if TYPE_CHECKING:
    from asn1crypto import x509
    from django.utils.functional import _StrOrPromise as Words


class AuthorityUnavailable(Exception):
    """The authority cannot be reached now, or did not answer properly. Nothing was signed; try again later."""


class NotSigned(Exception):
    """The person did not sign at the authority: gave up, took too long, typed a wrong secret. `words` say it to him."""

    def __init__(self, words: Words) -> None:
        super().__init__(str(words))
        self.words = words


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs, for whom, in which field of the PDF (ASCII)."""

    name: str
    organization: str
    email: str
    reference: str
    field: str


@dataclass(frozen=True, slots=True)
class Visit:
    """The way to the authority. `url` '' means that the person answers on our own page; `state` finds the way back."""

    url: str
    state: dict[str, Any]


class Authority(Protocol):
    """A licensed certificate authority behind words of our own."""

    name: str  # at most 40 characters, stands in addresses
    is_test: bool
    asks: str  # the name of the one field that the person fills in on our own page, '' where there is none

    @property
    def title(self) -> Words:
        """How people know it."""

    def begin(self, pdf: bytes, signatory: Signatory, return_url: str) -> Visit:
        """Hand the PDF over. Raises AuthorityUnavailable."""

    def finish(self, pdf: bytes, signatory: Signatory, state: Mapping[str, Any], answer: Mapping[str, str]) -> bytes:
        """The PDF with one more signature as an incremental update. Raises NotSigned, AuthorityUnavailable."""

    def anchors(self) -> list[x509.Certificate]:
        """The root certificates its signatures are checked against. Raises pki.BadKeyFile."""


def authorities() -> dict[str, Authority]:
    """The authorities that settings.SIGNING_AUTHORITIES names (dotted classes), by name."""
    made: list[Authority] = [import_string(path)() for path in settings.SIGNING_AUTHORITIES]
    return {authority.name: authority for authority in made}


def anchors() -> list[x509.Certificate]:
    """What parties' signatures are checked against: the roots of every authority set up, and earlier ones on file.

    Raises pki.BadKeyFile.
    """
    found = [root for authority in authorities().values() for root in authority.anchors()]
    if settings.SIGNING_TRUST_FILE:
        found += pki.certificates(settings.SIGNING_TRUST_FILE)
    return found
