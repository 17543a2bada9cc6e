"""Reminders before what waits runs out and after what is late: by the table of waits, each once, by the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from marketplace.accounts import people
from marketplace.accounts.models import Organization, User
from marketplace.lib import navigation, terms
from marketplace.lib.terms import last_day_before
from marketplace.licensing.letters import correction_letters, repay_letters, step_letters
from marketplace.licensing.models import (
    LIVE_DEMANDS,
    OPEN_CLAIMS,
    OPEN_CORRECTIONS,
    OPEN_REPAYMENTS,
    OPEN_STATES,
    Agreement,
    BreachDemand,
    Claim,
    ClaimState,
    CorrectionState,
    Disclosure,
    Negotiation,
    NegotiationState,
    Obligation,
    ObligationState,
    Party,
    PayDemandState,
    PaymentDemand,
    Repayment,
    RepayState,
    ReportCorrection,
    ReportState,
    Security,
    SecurityState,
    State,
    Termination,
    TerminationState,
    Trial,
    UseReport,
)
from marketplace.licensing.states import PAYS, REPORTS, Who
from marketplace.licensing.steps.waiting import WAITS, Wait
from marketplace.licensing.terms import renewing, trials
from marketplace.licensing.terms.grounds import RIGHT_LASTS
from marketplace.notices import kinds

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

Row = TypeVar(
    "Row",
    BreachDemand, Claim, Disclosure, Negotiation, Obligation,
    PaymentDemand, Repayment, Security, Termination, UseReport,
)  # fmt: skip
STALE = 30  # days after the last reminder in which a late worker still sends it


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that waits: of which deal, named how, until which last day, who is reminded, and where to act."""

    wait: Wait
    agreement: Agreement
    key: str
    last: date
    users: Iterable[User]
    path: str = ""


def register() -> None:
    """Name the letters: one before and one after, with the words of each wait; called from LicensingConfig.ready()."""
    kinds.register(
        "deal_reminder",
        subject=_("%(left)s: %(what)s, %(title)s"),
        body=_("%(reference)s: %(what)s. Last day: %(day)s. If nobody acts: %(silence)s"),
        action=_("See what to do"),
    )
    kinds.register(
        "deal_overdue",
        subject=_("%(left)s: %(what)s, %(title)s"),
        body=_("%(reference)s: %(what)s. The last day was %(day)s. %(silence)s"),
        action=_("See what to do"),
    )


def remind_due() -> int:
    """Send the reminders whose day has come; returns how many people were told. Called every hour."""
    return sum(_remind(case) for find in FINDERS.values() for case in find(terms.today()))


def rung(wait: Wait, left: int) -> int | None:
    """Which reminder of the ladder is due with `left` days to go: 7 for seven days before, -7 for seven after."""
    if left >= 0:
        reached = [days for days in wait.before if left <= days]
        return min(reached) if reached else None
    late = [days for days in wait.after if -left >= days]
    return -max(late) if late and -left <= max(wait.after) + STALE else None


def _remind(case: Case) -> int:
    left = (case.last - terms.today()).days
    step = rung(case.wait, left)
    if step is None:
        return 0
    with transaction.atomic():
        return len(
            step_letters.tell(
                case.users,
                "deal_reminder" if left >= 0 else "deal_overdue",
                case.agreement,
                key=f"{case.key}:{case.last.isoformat()}:{step}",
                path=case.path,
                what=case.wait.what,
                silence=case.wait.silence,
                day=case.last.isoformat(),
                left=_left(left),
            )
        )


def _left(left: int) -> Words:
    if left < 0:
        return ngettext_lazy("%(count)d day overdue", "%(count)d days overdue", -left) % {"count": -left}
    if left == 0:
        return _("Last day is today")
    return ngettext_lazy("%(count)d day left", "%(count)d days left", left) % {"count": left}


def _window(wait: Wait, today: date) -> tuple[date, date]:
    """The last days that any reminder of the wait can be about today."""
    late = max(wait.after) + STALE if wait.after else 0
    return today - timedelta(days=late), today + timedelta(days=max(wait.before, default=0))


def _instants(wait: Wait, today: date) -> tuple[datetime, datetime]:
    first, last = _window(wait, today)
    return terms.start_of(first + timedelta(days=1)), terms.start_of(last + timedelta(days=1))


def _sides(agreement: Agreement, who: Iterable[Who], *roles: str) -> list[User]:
    parties = {Who.LICENSEE: agreement.licensee, Who.LICENSOR: agreement.licensor}
    found: list[User] = []
    for one in who:
        found += (
            people.moderators() if one is Who.MODERATOR else people.members(parties[one], *(roles or step_letters.ACTS))
        )
    return found


def _requests(state: State) -> Callable[[date], Iterator[Case]]:
    wait = WAITS[state.value]

    def find(today: date) -> Iterator[Case]:
        rows = Agreement.objects.filter(state=state, acts_until__range=_instants(wait, today))
        for row in rows.select_related("licensee", "licensor", "version").order_by("pk"):
            assert row.acts_until is not None  # noqa: S101  the query asked for it
            roles = PAYS if state in (State.SIGNED, State.NOTICED) else ()
            users = _sides(row, _who_acts(row), *roles)
            yield Case(wait, row, f"{state.value}:{row.pk}", last_day_before(row.acts_until), users)

    return find


def _who_acts(row: Agreement) -> list[Who]:
    """Who still has to act on a request: of two signatures the one that is missing."""
    if row.state != State.OFFERED:
        return list(WAITS[row.state].owner)
    signed = set(row.own_signatures.values_list("party", flat=True))
    return [Who(party.value) for party in Party if party.value not in signed]


def _terms_that_end(today: date) -> Iterator[Case]:
    wait = WAITS["active"]
    rows = Agreement.objects.filter(state=State.ACTIVE, ends_on__range=_window(wait, today))
    for row in rows.select_related("licensee", "licensor", "version", "listing__patent").order_by("pk"):
        assert row.ends_on is not None  # noqa: S101  the query asked for it
        yield Case(wait, row, f"active:{row.pk}", row.ends_on, _sides(row, wait.owner), renewing.path_of(row))


def _free_periods(today: date) -> Iterator[Case]:
    wait = WAITS["free_period"]
    first, last = _window(wait, today)
    rows = Agreement.objects.filter(state=State.ACTIVE, trial=Trial.RUNNING)
    for row in rows.select_related("licensee", "licensor", "version").order_by("pk").iterator():
        period = trials.free_period(row)
        if period is not None and first <= period.last_day <= last:
            yield Case(wait, row, f"free:{row.pk}", period.last_day, _sides(row, wait.owner, *REPORTS))


def _claims(state: ClaimState) -> Callable[[date], Iterator[Case]]:
    wait = WAITS[state.value]

    def find(today: date) -> Iterator[Case]:
        for row in _joined(Claim.objects.filter(state=state, answer_until__range=_instants(wait, today))):
            assert row.answer_until is not None  # noqa: S101  the query asked for it
            path = reverse("licensing:claim", args=[row.agreement.code, row.pk])
            users = _sides(row.agreement, wait.owner)
            yield Case(
                wait, row.agreement, f"claim:{row.pk}:{state.value}", last_day_before(row.answer_until), users, path
            )

    return find


def _joined(rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows.select_related("agreement__licensee", "agreement__licensor", "agreement__version").order_by("pk")


def _payments(today: date) -> Iterator[Case]:
    wait = WAITS["due"]
    rows = Obligation.objects.filter(state=ObligationState.DUE, due_on__range=_window(wait, today))
    for row in _joined(rows.filter(Q(agreement__state=State.ACTIVE) | Q(agreement__state=State.ENDED))):
        assert row.due_on is not None  # noqa: S101  the query asked for it
        path = navigation.url_or_empty("payments:pay", row.code)
        users = _sides(row.agreement, wait.owner, *PAYS)
        yield Case(wait, row.agreement, f"due:{row.pk}", row.due_on, users, path)


def _reports(today: date) -> Iterator[Case]:
    wait = WAITS["expected"]
    for row in _joined(UseReport.objects.filter(state=ReportState.EXPECTED, due_on__range=_window(wait, today))):
        path = reverse("licensing:use_report", args=[row.agreement.code, row.number])
        users = _sides(row.agreement, wait.owner, *REPORTS)
        yield Case(wait, row.agreement, f"report:{row.pk}", row.due_on, users, path)


def _demands(state: PayDemandState) -> Callable[[date], Iterator[Case]]:
    wait = WAITS[state.value]

    def find(today: date) -> Iterator[Case]:
        for row in _joined(PaymentDemand.objects.filter(state=state, until__range=_instants(wait, today))):
            users = _sides(row.agreement, wait.owner, *REPORTS)
            yield Case(wait, row.agreement, f"demand:{row.pk}:{state.value}", row.last_day, users)

    return find


def _breaches(name: str, *, over: bool) -> Callable[[date], Iterator[Case]]:
    """Demands to mend a breach: the other side while they run, then whoever demanded, while its right lasts."""
    wait = WAITS[name]
    shift = RIGHT_LASTS if over else timedelta(0)

    def find(today: date) -> Iterator[Case]:
        first, last = _window(wait, today)
        rows = BreachDemand.objects.filter(mended_at__isnull=True, agreement__state=State.ACTIVE)
        for row in _joined(rows.filter(mend_by__range=(first - shift, last - shift))):
            deal = row.agreement
            licensee = (row.party == Party.LICENSEE) == over
            path = reverse("licensing:ending", args=[deal.code])
            users = people.members(deal.licensee if licensee else deal.licensor, *step_letters.ACTS)
            yield Case(wait, deal, f"{name}:{row.pk}", row.mend_by + shift, users, path)

    return find


def _corrections(state: CorrectionState) -> Callable[[date], Iterator[Case]]:
    wait = WAITS[f"correction_{state.value}"]

    def find(today: date) -> Iterator[Case]:
        rows = ReportCorrection.objects.filter(state=state, answer_until__range=_instants(wait, today))
        sides = ("report__agreement__licensee", "report__agreement__licensor", "report__agreement__version")
        for row in rows.select_related(*sides).order_by("pk"):
            assert row.last_day is not None  # noqa: S101  the query asked for it
            deal = row.report.agreement
            users, path = _sides(deal, wait.owner, *REPORTS), correction_letters.path_of(row)
            yield Case(wait, deal, f"{wait.name}:{row.pk}", row.last_day, users, path)

    return find


def _repayments(state: RepayState) -> Callable[[date], Iterator[Case]]:
    wait = WAITS[state.value]

    def find(today: date) -> Iterator[Case]:
        for row in _joined(Repayment.objects.filter(state=state, due_on__range=_window(wait, today))):
            users = _sides(row.agreement, wait.owner, *repay_letters.CASHIERS)
            yield Case(wait, row.agreement, f"repay:{row.pk}", row.due_on, users, repay_letters.page_of(row))

    return find


def _securities(today: date) -> Iterator[Case]:
    wait = WAITS["confirmed"]
    live = Security.objects.exclude(state=SecurityState.ENDED).filter(valid_until__range=_window(wait, today))
    for row in _joined(live):
        path = reverse("licensing:security", args=[row.agreement.code])
        users = _sides(row.agreement, wait.owner, *REPORTS)
        yield Case(wait, row.agreement, f"security:{row.pk}", row.valid_until, users, path)


def _unconfirmed(today: date) -> Iterator[Case]:
    wait = WAITS["recorded"]
    for row in _joined(Security.objects.filter(state=SecurityState.RECORDED, agreement__state=State.ACTIVE)):
        last = terms.day_of(row.recorded_at) + timedelta(days=10)
        other: Organization = row.agreement.licensor if row.party == Party.LICENSEE else row.agreement.licensee
        path = reverse("licensing:security", args=[row.agreement.code])
        if last >= today:
            yield Case(wait, row.agreement, f"confirm:{row.pk}", last, people.members(other, *REPORTS), path)


def _consents(today: date) -> Iterator[Case]:
    wait = WAITS["disclosed"]
    for row in _joined(Disclosure.objects.filter(withdrawn_at__isnull=True, until__range=_instants(wait, today))):
        path = reverse("licensing:bank_file", args=[row.agreement.code])
        yield Case(wait, row.agreement, f"consent:{row.pk}", row.last_day, _sides(row.agreement, wait.owner), path)


def _talks(state: NegotiationState) -> Callable[[date], Iterator[Case]]:
    wait = WAITS[f"talk_{state.value}"]

    def find(today: date) -> Iterator[Case]:
        rows = Negotiation.objects.filter(state=state, agreement__isnull=False, due_at__range=_instants(wait, today))
        for row in _joined(rows):
            assert row.due_at is not None and row.agreement is not None  # noqa: S101, PT018  the query asked for both
            users = _sides(row.agreement, wait.owner)
            key = f"{wait.name}:{row.pk}"
            yield Case(wait, row.agreement, key, last_day_before(row.due_at), users, row.get_absolute_url())

    return find


def _proposed_ends(today: date) -> Iterator[Case]:
    wait = WAITS["end_proposed"]
    rows = Termination.objects.filter(state=TerminationState.PROPOSED, acts_until__range=_instants(wait, today))
    for row in _joined(rows):
        assert row.acts_until is not None  # noqa: S101  the query asked for it
        users = _sides(row.agreement, wait.owner)
        yield Case(wait, row.agreement, f"end:{row.pk}", last_day_before(row.acts_until), users)


FINDERS: dict[str, Callable[[date], Iterator[Case]]] = {
    **{state.value: _requests(state) for state in OPEN_STATES},
    "active": _terms_that_end,
    "free_period": _free_periods,
    **{state.value: _claims(state) for state in OPEN_CLAIMS},
    "due": _payments,
    "expected": _reports,
    **{state.value: _demands(state) for state in LIVE_DEMANDS},
    **{f"correction_{state.value}": _corrections(state) for state in OPEN_CORRECTIONS},
    **{state.value: _repayments(state) for state in OPEN_REPAYMENTS},
    "confirmed": _securities,
    "recorded": _unconfirmed,
    "disclosed": _consents,
    "talk_asked": _talks(NegotiationState.ASKED),
    "talk_agreed": _talks(NegotiationState.AGREED),
    "mending": _breaches("mending", over=False),
    "not_mended": _breaches("not_mended", over=True),
    "end_proposed": _proposed_ends,
}
