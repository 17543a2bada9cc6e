"""Who gets which part of an institution's income: recorded here, reckoned by the desks, paid elsewhere (INST-3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from listings.models import IncomeCost, InventorShare, Patent, ShareRule
from listings.rules import RULES
from listings.rules.institution import share_floor_bp
from marketplace.accounts.current import roles
from marketplace.accounts.models import Organization, Role, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse

FLOOR_BP = 5_000  # TL 45: at least half of the net income, wherever the institution is
WHOLE_BP = 10_000
KEEPERS = (Role.OWNER, Role.FINANCE)


class Part(NamedTuple):
    """One inventor's part of what the inventors get together, in basis points."""

    name: str
    department: str
    share_bp: int


class Rate(NamedTuple):
    """Which share of the net income goes to the inventors, and by which rule."""

    share_bp: int
    basis: str
    is_default: bool


def require_keeper(user: User, organization: Organization) -> None:
    """Let in owners and finance: amounts of persons are not everybody's business. Raises Refused."""
    if not roles(user, organization) & set(KEEPERS):
        raise refuse("INST-3", _("Income shares are kept by owners and finance. Ask one of them."))


def default_of(organization: Organization) -> Rate:
    """What holds while the institution has recorded no rule: the law's floor, the higher one in Henan."""
    floor = share_floor_bp(organization)
    words = _("national floor: at least 50%") if floor == FLOOR_BP else _("Henan: at least 70%")
    return Rate(floor, words, True)


def rate_on(rules: Sequence[ShareRule], organization: Organization, day: date) -> Rate:
    """The rate in force on a day, among the institution's rules (newest first)."""
    rule = next((one for one in rules if one.from_day <= day), None)
    return Rate(rule.share_bp, rule.basis, False) if rule else default_of(organization)


def set_rule(organization: Organization, *, by: User, from_day: date, share_bp: int, basis: str) -> ShareRule:
    """Record the institution's own rule from a day on. Raises Refused below the law's floor or for a second rule."""
    require_keeper(by, organization)
    citation = RULES["INST-3"].citation
    if share_bp < FLOOR_BP:
        raise refuse(
            "INST-3",
            _("Below 50% of the net income the rule would break the law."),
            _("Record at least 50%, in Henan at least 70%."),
            citation=citation,
            field="share_bp",
        )
    if share_bp > WHOLE_BP:
        raise refuse("INST-3", _("A share cannot exceed 100%."), _("Correct it."), field="share_bp")
    if not basis.strip():
        raise refuse("INST-3", _("The rule's name is missing."), _("Name the institution's document."), field="basis")
    try:
        with transaction.atomic():
            rule = ShareRule.objects.create(
                organization=organization, from_day=from_day, share_bp=share_bp, basis=basis.strip(), set_by=by
            )
            trail.record(Action.INCOME_RECORD, organization, by=by, rule=rule.pk, share_bp=share_bp, from_day=from_day)
    except IntegrityError as error:
        raise refuse(
            "INST-3",
            _("A rule from that day on is on record already."),
            _("Choose another day; rules are never overwritten."),
            field="from_day",
        ) from error
    return rule


def set_shares(patent: Patent, *, by: User, parts: Sequence[Part]) -> list[InventorShare]:
    """Replace who gets which part of a patent's pot; the parts make exactly 100%. Raises Refused."""
    if patent.organization is None:
        raise refuse("INST-3", _("The patent belongs to no organization here."))
    require_keeper(by, patent.organization)
    total = sum(part.share_bp for part in parts)
    names = [part.name.strip() for part in parts]
    if len(set(names)) != len(names) or not all(names):
        raise refuse("INST-3", _("Each inventor stands once, with a name."), _("Correct the names."), field="parts")
    if parts and (total != WHOLE_BP or any(part.share_bp <= 0 for part in parts)):
        raise refuse(
            "INST-3",
            _("The parts make %(total)s%%, not 100%%.") % {"total": f"{total / 100:.2f}".rstrip("0").rstrip(".")},
            _("Correct them so that nothing is left over."),
            field="parts",
        )
    with transaction.atomic():
        patent.inventor_shares.all().delete()
        rows = InventorShare.objects.bulk_create(
            InventorShare(
                patent=patent, name=part.name.strip(), department=part.department.strip(), share_bp=part.share_bp
            )
            for part in parts
        )
        trail.record(Action.INCOME_RECORD, patent, by=by, shares=[part.share_bp for part in parts])
    return rows


def add_cost(patent: Patent, *, by: User, on: date, amount_minor: int, what: str) -> IncomeCost:
    """Record what is taken off a patent's income before it is shared. Raises Refused."""
    if patent.organization is None:
        raise refuse("INST-3", _("The patent belongs to no organization here."))
    require_keeper(by, patent.organization)
    if amount_minor <= 0 or not what.strip():
        raise refuse("INST-3", _("A cost has an amount and says what for."), _("Add what is missing."), field="amount")
    with transaction.atomic():
        cost = IncomeCost.objects.create(
            patent=patent, on=on, amount_minor=amount_minor, what=what.strip(), recorded_by=by
        )
        trail.record(Action.INCOME_RECORD, patent, by=by, cost=cost.pk, amount_minor=amount_minor, on=on)
    return cost
