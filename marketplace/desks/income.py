"""What inventors get of the license fees that arrived: reckoned from the ledger, never paid here (INST-3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from listings.income import Rate, rate_on
from listings.models import IncomeCost, InventorShare, Patent, ShareRule
from marketplace.accounts.models import Organization
from marketplace.lib import sheets
from marketplace.lib.look import money_text, rate_text
from marketplace.lib.money import from_minor
from marketplace.lib.numbers import patent_number
from marketplace.lib.terms import add_months, day_of
from marketplace.payments.models import Account, LedgerEntry

PAYABLE_MONTHS = 6  # HN 41: where nothing else is agreed
WHOLE = 10_000


@dataclass(slots=True)
class Pot:
    """A patent's income in one currency and what its inventors get together; minor units."""

    patent: Patent
    currency: str
    received: int = 0
    costs: int = 0
    due: int = 0  # ten-thousandths of a minor unit while it is summed up, whole minor units afterwards
    last_on: date | None = None
    rates: set[int] = field(default_factory=set)

    @property
    def net(self) -> int:
        """What came in less what was taken off."""
        return self.received - self.costs

    @property
    def payable_by(self) -> date | None:
        """Six months after the last money arrived."""
        return add_months(self.last_on, PAYABLE_MONTHS) if self.last_on else None


@dataclass(frozen=True, slots=True)
class Due:
    """What one inventor gets from one pot. Without name: the parts are not recorded yet."""

    pot: Pot
    name: str
    department: str
    share_bp: int
    amount: int


@dataclass(frozen=True, slots=True)
class Line:
    """A sum over all patents, for a person or a department, in one currency."""

    name: str
    department: str
    patents: int
    amount: int
    currency: str

    @property
    def words(self) -> str:
        """The amount for people."""
        return money_text(from_minor(self.amount, self.currency))


def pots(organization: Organization, year: int | None = None) -> list[Pot]:
    """What arrived and was taken off per patent, in a calendar year or in all; the newest money first.

    Each arrival, return and cost is reckoned with the rule in force on its day (Asia/Shanghai). A pot never goes below
    nothing: what was paid out is not taken back here.
    """
    rules = list(ShareRule.objects.filter(organization=organization).order_by("-from_day"))
    found: dict[tuple[int, str], Pot] = {}
    for entry in _applied(organization):
        day = day_of(entry.posted_at)
        if year is None or day.year == year:
            patent = entry.obligation.agreement.listing.patent  # type: ignore[union-attr]
            pot = found.setdefault((patent.pk, entry.currency), Pot(patent, entry.currency))
            _add(pot, -entry.amount_minor, day, rate_on(rules, organization, day))
    costs = IncomeCost.objects.filter(patent__organization=organization).select_related("patent")
    for cost in costs:
        if year is None or cost.on.year == year:
            pot = found.setdefault((cost.patent_id, cost.currency), Pot(cost.patent, cost.currency))
            pot.costs += cost.amount_minor
            pot.due -= cost.amount_minor * rate_on(rules, organization, cost.on).share_bp
    for pot in found.values():
        pot.due = max(0, pot.due) // WHOLE
    return sorted(found.values(), key=lambda pot: (pot.last_on or date.min, pot.patent.pk), reverse=True)


def _applied(organization: Organization) -> Iterable[LedgerEntry]:
    """The ledger's postings of money that settled something owed to the organization, and what went back of it."""
    return (
        LedgerEntry.objects.filter(
            account=Account.APPLIED, organization=organization, obligation__agreement__licensor=organization
        )
        .select_related("obligation__agreement__listing__patent")
        .order_by("posted_at", "pk")
    )


def _add(pot: Pot, amount: int, day: date, rate: Rate) -> None:
    pot.received += amount
    pot.due += amount * rate.share_bp
    pot.rates.add(rate.share_bp)
    if amount > 0 and (pot.last_on is None or day > pot.last_on):
        pot.last_on = day


def divide(amount: int, parts: Sequence[int]) -> list[int]:
    """An amount by parts in basis points, to the last minor unit: what division leaves over goes to the largest rests.

    `parts` make 10,000 together; the sum of the answer is the amount.
    """
    shares = [divmod(amount * part, WHOLE) for part in parts]
    given = [whole for whole, _rest in shares]
    order = sorted(range(len(parts)), key=lambda place: (-shares[place][1], place))
    for place in order[: amount - sum(given)]:
        given[place] += 1
    return given


def dues(found: Sequence[Pot]) -> list[Due]:
    """What each inventor gets from each pot; one query."""
    rows: dict[int, list[InventorShare]] = defaultdict(list)
    for share in InventorShare.objects.filter(patent__in=[pot.patent.pk for pot in found]).order_by("pk"):
        rows[share.patent_id].append(share)
    made: list[Due] = []
    for pot in found:
        parts = rows.get(pot.patent.pk, [])
        if not parts:
            made.append(Due(pot, "", "", WHOLE, pot.due))
        amounts = divide(pot.due, [part.share_bp for part in parts]) if parts else []
        made += [
            Due(pot, part.name, part.department, part.share_bp, amount)
            for part, amount in zip(parts, amounts, strict=True)
        ]
    return made


def by_inventor(made: Iterable[Due]) -> list[Line]:
    """Sums per person and department, the largest first; what nobody divided yet last."""
    return _summed((due.name, due.department, due) for due in made)


def by_department(made: Iterable[Due]) -> list[Line]:
    """Sums per department."""
    return _summed(("", due.department if due.name else "", due) for due in made)


def _summed(keyed: Iterable[tuple[str, str, Due]]) -> list[Line]:
    amounts: dict[tuple[str, str, str, bool], int] = defaultdict(int)
    patents: dict[tuple[str, str, str, bool], set[int]] = defaultdict(set)
    for name, department, due in keyed:
        key = (name, department, due.pot.currency, bool(due.name))
        amounts[key] += due.amount
        patents[key].add(due.pot.patent.pk)
    lines = [
        (
            divided,
            Line(
                _label(name, divided), department, len(patents[name, department, currency, divided]), amount, currency
            ),
        )
        for (name, department, currency, divided), amount in amounts.items()
    ]
    return [line for _divided, line in sorted(lines, key=lambda one: (not one[0], -one[1].amount, one[1].name))]


def _label(name: str, divided: bool) -> str:
    return name if divided else _("not divided yet")


def years(organization: Organization) -> list[int]:
    """The calendar years in which money arrived, the newest first."""
    days = {day_of(at).year for at in _applied(organization).values_list("posted_at", flat=True)}  # type: ignore[attr-defined]
    return sorted(days, reverse=True)


def workbook(organization: Organization, year: int | None, view: str) -> bytes:
    """The report by `view` ("inventor" or "department") as xlsx; cells are text (WEB-5)."""
    made = dues(pots(organization, year))
    if view == "department":
        header = [_("Department"), _("Patents"), _("Amount"), _("Currency")]
        rows = [
            [line.department or line.name or "—", line.patents, _plain(line), line.currency]
            for line in by_department(made)
        ]
        return sheets.write_xlsx(_("By department"), header, rows)
    header = [
        _("Inventor"), _("Department"), _("Patent number"), _("Title"), _("Received"), _("Costs"), _("Net income"),
        _("Inventors' share"), _("Inventors together"), _("Part"), _("Amount"), _("Currency"), _("Payable by"),
    ]  # fmt: skip
    return sheets.write_xlsx(_("By inventor"), header, (_cells(due) for due in made))


def _plain(line: Line) -> str:
    return _yuan(line.amount)


def _yuan(minor: int) -> str:
    """Minor units as a plain decimal, as accountants paste it: 123456 → 1234.56."""
    whole, rest = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:02d}"


def _cells(due: Due) -> list[object]:
    pot = due.pot
    return [
        due.name or _("not divided yet"), due.department, patent_number(pot.patent.application_number),
        pot.patent.title, _yuan(pot.received), _yuan(pot.costs), _yuan(pot.net),
        " / ".join(rate_text(rate) for rate in sorted(pot.rates)), _yuan(pot.due), rate_text(due.share_bp),
        _yuan(due.amount), pot.currency, pot.payable_by.isoformat() if pot.payable_by else "",
    ]  # fmt: skip
