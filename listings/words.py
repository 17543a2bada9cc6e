"""Words that listings keep as keys and show to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ACTS: dict[str, _StrPromise] = {  # PL 11
    "make": _("make"),
    "use": _("use"),
    "offer": _("offer for sale"),
    "sell": _("sell"),
    "import": _("import"),
    "process": _("use the process and what it directly yields"),
}
