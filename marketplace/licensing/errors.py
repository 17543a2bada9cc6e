"""What can stand in the way of a step, named for what happened. Nothing was changed when one of these is raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marketplace.lib.findings import Refused

if TYPE_CHECKING:
    from marketplace.licensing.models import Agreement, Negotiation


class NotNow(Exception):
    """The agreement has moved on: the step does not start from the state it is in."""


class AlreadySigned(NotNow):
    """This party has signed before; the second click changes nothing (LIC-2)."""


class NotYours(Refused):
    """The person may not take this step: other side, or not the role that the table asks for."""


class TermsChanged(Exception):
    """What is on offer differs from what the person saw (LIC-D, LIC-5). Carries both, for the page with the difference.

    `old` is empty when what was seen is not known here any more; `sha256` belongs to `new`.
    """

    def __init__(self, *, old: dict[str, Any], new: dict[str, Any], sha256: str) -> None:
        super().__init__("the offer changed between view and acceptance")
        self.old = old
        self.new = new
        self.sha256 = sha256


class AlreadyAsked(Exception):
    """The organization has a live agreement on this listing; one is the limit (LIC-2)."""

    def __init__(self, agreement: Agreement) -> None:
        super().__init__(agreement.reference)
        self.agreement = agreement


class AlreadyTalking(Exception):
    """The organization negotiates about this offer already; one at a time (LIC-10)."""

    def __init__(self, negotiation: Negotiation) -> None:
        super().__init__(str(negotiation.code))
        self.negotiation = negotiation


class NotPayable(Exception):
    """Money came for something that cannot take it; the payment belongs into suspense (PAY-8)."""


class AlreadySettled(NotPayable):
    """The obligation was settled before; a second payment for it belongs into suspense."""
