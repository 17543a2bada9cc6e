"""Who may read the papers of a deal: whoever sees the deal (its parties and the moderators)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketplace.licensing.models import FILING_EVIDENCE, Agreement, Filing, PaperKind
from marketplace.vault import kinds, reading

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from marketplace.accounts.models import User
    from marketplace.vault.models import VaultFile

SCAN = "stamped_copy"  # the kind of file that a scanned paper is
PROOF = "use_proof"  # what shows that a trigger was reached, or how much was used
SECURITY = "security_paper"  # a guarantee, a policy
# printed when asked for and kept nowhere; a stamped power of attorney is evidence of another room
ON_DEMAND = frozenset({PaperKind.SUMMARY, PaperKind.GUIDANCE, PaperKind.WITHDRAWAL, PaperKind.POWER_OF_ATTORNEY})


def may_read_paper(user: User | AnonymousUser, file: VaultFile) -> bool:
    """Live members of either party, and moderators, asked at this moment (IDN-3)."""
    if file.subject_type != Agreement._meta.label_lower or not file.subject_id.isdigit():
        return False
    return Agreement.objects.visible_to(user).filter(pk=int(file.subject_id)).exists()


def may_read_filing(user: User | AnonymousUser, file: VaultFile) -> bool:
    """What an authority wrote about a filing: whoever sees the deal."""
    if file.subject_type != Filing._meta.label_lower or not file.subject_id.isdigit():
        return False
    return Filing.objects.filter(pk=int(file.subject_id), agreement__in=Agreement.objects.visible_to(user)).exists()


def register() -> None:
    """Tell the vault; called from LicensingConfig.ready()."""
    reading.readable(FILING_EVIDENCE, may_read_filing)
    for kind in sorted(set(PaperKind) - ON_DEMAND):
        kinds.register(kind.value, kinds.PAPER)
        reading.readable(kind.value, may_read_paper)
    for scan in (SCAN, PROOF, SECURITY):
        reading.readable(scan, may_read_paper)
