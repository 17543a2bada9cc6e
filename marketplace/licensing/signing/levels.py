"""The levels of a signature under their honest names, and what each of them meets of the law's four conditions.

SIG-1 (《电子签名法》第13条): the data are the signer's alone; they were under his control alone when he signed; a later
change of the signature can be found; a later change of the content can be found. Only what meets all four is called
reliable. A scan of a stamped paper is no electronic signature at all: its original is the proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from listings.models import Track
from marketplace.lib.findings import refuse
from marketplace.licensing.models import Agreement, Method

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


@dataclass(frozen=True, slots=True)
class Level:
    """One way of signing: its name, what it takes, what it shows, and the four conditions one by one."""

    method: Method
    title: Words
    needs: Words
    shows: Words
    exclusive: bool
    controlled: bool
    signature_fixed: bool
    content_fixed: bool

    @property
    def reliable(self) -> bool:
        """Whether all four conditions of SIG-1 are met."""
        return self.exclusive and self.controlled and self.signature_fixed and self.content_fixed


LEVELS: dict[Method, Level] = {
    level.method: level
    for level in (
        Level(
            Method.PASSKEY,
            _("With your passkey"),
            _("A phone or computer on which you have set up a passkey. Takes a minute."),
            _("Your own device signs the fingerprint of the document, after your finger, face or PIN."),
            exclusive=True,
            controlled=True,
            signature_fixed=True,
            content_fixed=True,
        ),
        Level(
            Method.CA,
            _("With a certificate"),
            _("A signing certificate of a licensed authority. You are led to its page and back."),
            _("The signature stands inside the PDF; any PDF program can check it and names the signer."),
            exclusive=True,
            controlled=True,
            signature_fixed=True,
            content_fixed=True,
        ),
        Level(
            Method.CLICK,
            _("With a code to your mailbox"),
            _("Your log-in and six digits that we mail you. Takes two minutes."),
            _("Who was logged in, who could read the mailbox, and which document was shown. No key of your own signs."),
            exclusive=False,
            controlled=False,
            signature_fixed=True,
            content_fixed=True,
        ),
        Level(
            Method.PAPER,
            _("On paper, with your seal"),
            _("A printer, your seal, a scanner. The other side then confirms the scan; allow some days."),
            _("The stamped original that you keep. The scan and the other side's confirmation are recorded here."),
            exclusive=False,
            controlled=False,
            signature_fixed=False,
            content_fixed=False,
        ),
    )
}


def accepted(agreement: Agreement) -> list[Method]:
    """The levels that this deal takes: those its terms name, all of them where they name none.

    On the open track a platform signature is evidence and never an extra hurdle (LIC-A): there every level is good.
    """
    named = agreement.version.snapshot.get("signature_levels") or []
    if not named or agreement.track == Track.OPEN:
        return list(LEVELS)
    return [method for method in LEVELS if method.value in named]


def require_accepted(agreement: Agreement, method: Method) -> None:
    """Refuse a level that the terms do not take. Raises Refused (SIG-2)."""
    taken = accepted(agreement)
    if method in taken:
        return
    names = str(_(", ")).join(str(LEVELS[one].title) for one in taken)
    raise refuse(
        "SIG-2",
        _("The licensor's terms do not take this way of signing."),
        _("Choose one of these: %(ways)s.") % {"ways": names},
        citation="《电子签名法》第3条",
    )
