"""What the vault keeps of people: files they uploaded, under the names they gave them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.lib import personal
from marketplace.lib.personal import CONTRACT, Basis, Ending


def register() -> None:
    """Enter this room's fields into the inventory; called from VaultConfig.ready()."""
    personal.keep(
        "vault.VaultFile", "name",
        what=_("Files you uploaded: evidence, powers of attorney, papers of a deal"),
        purpose=_("Check who you are and keep the papers of a deal"),
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
