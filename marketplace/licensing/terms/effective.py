"""The terms a license stands on at a day: its contract's, or those of the last amendment in force (LIC-10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marketplace.lib.terms import today
from marketplace.licensing.models import Agreement, Amendment, AmendmentState, OfferVersion


def chain(agreement: Agreement) -> list[Amendment]:
    """The amendments in force, oldest first: the links of the chain after the contract."""
    rows = agreement.amendments.filter(state=AmendmentState.IN_FORCE).select_related("version", "before")
    return list(rows.order_by("in_force_at", "number"))


def version_of(agreement: Agreement, *, on: date | None = None) -> OfferVersion:
    """The version whose terms count on a day (Asia/Shanghai; today by default)."""
    day = on or today()
    begun = [one for one in chain(agreement) if one.starts_on is not None and one.starts_on <= day]
    return begun[-1].version if begun else agreement.version


def royalty_since(agreement: Agreement) -> date | None:
    """The first day of the first amendment that brought a royalty; None where none did."""
    return next((one.starts_on for one in chain(agreement) if one.version.snapshot["terms"]["royalty_bp"]), None)


def snapshot_of(agreement: Agreement, *, on: date | None = None) -> Mapping[str, Any]:
    """The frozen offer whose terms count on a day."""
    return version_of(agreement, on=on).snapshot  # type: ignore[no-any-return]
