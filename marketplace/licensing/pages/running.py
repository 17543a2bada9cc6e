"""A license in force as one person sees it: whose turn it is, and how trial, reports, demands and securities stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from listings import offers
from listings.prices import later_words
from marketplace.lib import terms
from marketplace.lib.look import Fact
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.flow import correcting, demanding, securing
from marketplace.licensing.models import (
    LIVE_DEMANDS,
    Claim,
    ClaimState,
    CorrectionState,
    Disclosure,
    Obligation,
    PaymentDemand,
    ReportState,
    Security,
    State,
    Trial,
    UseReport,
)
from marketplace.licensing.pages.looking import Deed, Turn, View, deed, pay, ways_out
from marketplace.licensing.states import STEPS, Who
from marketplace.licensing.terms import trials
from marketplace.licensing.terms.trials import FreePeriod


def turn(view: View) -> Turn:
    """Whose turn it is while a license is in force, in the words of the person who looks."""
    for find in (_answer, _decide, _correction, _pay, _report, _run_out):
        found = find(view)
        if found is not None:
            return found
    after = deed(view, "after", _("See what happens now"))
    ends = view.agreement.ends_on.isoformat() if view.agreement.ends_on else ""
    text = _("In force through %(day)s. Have it recorded at the patent office in time.") % {"day": ends}
    period = trials.free_period(view.agreement) if view.agreement.trial == Trial.RUNNING else None
    if period is not None and not period.over:
        text = _("Free through %(day)s at the latest. To leave at no cost, leave by then; otherwise it goes on.") % {
            "day": period.last_day.isoformat()
        }
        return Turn(_("The license is in force, free for now"), text, after, ways_out(view))
    return Turn(_("The license is in force"), text, after, ways_out(view))


def _url(view: View, name: str, *more: object) -> str:
    return reverse(f"licensing:{name}", args=[view.agreement.code, *more])


def _others(view: View) -> tuple[Deed, ...]:
    return (deed(view, "after", _("See what happens now")), *ways_out(view))


def _answer(view: View) -> Turn | None:
    claim = view.agreement.claims.filter(state=ClaimState.ASSERTED).first()
    if claim is None or not view.can("agree_trigger") or claim.answer_until is None:
        return None
    text = _("%(name)s says: %(kind)s on %(day)s. Agree or contest by %(last)s; silence counts as agreement.") % {
        "name": view.agreement.licensor.name,
        "kind": claim.get_kind_display(),
        "day": claim.happened_on.isoformat(),
        "last": claim.last_day.isoformat() if claim.last_day else "",
    }
    main = Deed(_("Agree or contest"), _url(view, "claim", claim.pk))
    return Turn(_("Your turn: has the free period ended?"), text, main, _others(view), mine=True)


def _decide(view: View) -> Turn | None:
    claim = view.agreement.claims.filter(state=ClaimState.CONTESTED).first()
    if claim is None or not view.can("decide_trigger") or claim.answer_until is None:
        return None
    text = _("Both sides have said what they think. Decide by %(last)s; without a decision the claim falls.") % {
        "last": claim.last_day.isoformat() if claim.last_day else ""
    }
    main = Deed(_("See both sides"), _url(view, "claim", claim.pk))
    return Turn(_("Your turn: decide a contested claim"), text, main, mine=True)


def _correction(view: View) -> Turn | None:
    """A correction of a report that waits for this person: the licensor's answer, or a moderator's decision."""
    row = correcting.waiting(view.agreement)
    if row is None or row.last_day is None:
        return None
    asked = row.state == CorrectionState.ASKED
    if not view.can("agree_correction" if asked else "decide_correction"):
        return None
    url, day = _url(view, "correct_report", row.report.number), {"last": row.last_day.isoformat()}
    if asked:
        text = _(
            "The licensee corrects a report: less was used. Agree or contest by %(last)s; silence counts as agreement."
        )
        return Turn(_("Your turn: is the correction right?"), text % day, Deed(_("Agree or contest"), url), mine=True)
    text = _("Both sides have said what they think. Decide by %(last)s; without a decision the correction falls.")
    return Turn(_("Your turn: decide a contested correction"), text % day, Deed(_("See both sides"), url), mine=True)


def _pay(view: View) -> Turn | None:
    if Who.LICENSEE not in view.sides or not view.due or not (main := pay(view)):
        return None
    late = view.due[0].due_on is not None and view.due[0].due_on < terms.today()
    if late:
        text = _("This payment is overdue. Pay now, or talk to the licensor before it demands the money in writing.")
    else:
        text = _("The license is in force. This payment is due to the licensor.")
    return Turn(_("Your turn: pay"), text, main, _others(view), mine=True)


def _report(view: View) -> Turn | None:
    report = view.agreement.use_reports.filter(state=ReportState.EXPECTED).order_by("number").first()
    if report is None or not view.can("report_use"):
        return None
    text = _("Report %(from)s to %(to)s by %(due)s. “Nothing to report” is an answer too.") % {
        "from": report.starts_on.isoformat(),
        "to": report.ends_on.isoformat(),
        "due": report.due_on.isoformat(),
    }
    main = Deed(str(STEPS["report_use"].label), _url(view, "use_report", report.number))
    return Turn(_("Your turn: report the use"), text, main, _others(view), mine=True)


def _run_out(view: View) -> Turn | None:
    demand = demanding.ripe(view.agreement)
    if demand is None or not view.can("keep"):
        return None
    text = _(
        "The period of your written demand is over. You may end the contract for breach, or keep it until %(day)s."
    )
    main = Deed(_("Decide"), _url(view, "demand"))
    text = text % {"day": demand.last_day.isoformat()}
    return Turn(_("Your turn: end the contract or keep it"), text, main, _others(view), mine=True)


# the panel


@dataclass(frozen=True, slots=True)
class Panel:
    """What runs beside the license itself, ready to show."""

    period: FreePeriod | None = None
    facts: list[Fact] = field(default_factory=list)
    use: list[str] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    reports: list[UseReport] = field(default_factory=list)
    demands: list[PaymentDemand] = field(default_factory=list)
    securities: list[Security] = field(default_factory=list)
    consent: Disclosure | None = None
    deeds: tuple[Deed, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.period or self.reports or self.demands or self.securities or self.deeds)


def panel(view: View) -> Panel:
    """Everything that runs beside a license that took effect; empty before that."""
    agreement = view.agreement
    if agreement.effective_at is None:
        return Panel()
    offer, period = read(agreement.version.snapshot), trials.free_period(agreement)
    return Panel(
        period=period,
        facts=_facts(view, period) if period else [],
        use=trials.use_words(offer) if period else [],
        claims=list(agreement.claims.select_related("proof").order_by("pk")),
        reports=list(agreement.use_reports.select_related("proof", "obligation").order_by("number")),
        demands=list(agreement.payment_demands.select_related("obligation", "report").order_by("pk")),
        securities=list(agreement.securities.select_related("paper").order_by("pk")),
        consent=securing.standing_consent(agreement) if period else None,
        deeds=_deeds(view, period),
    )


def _facts(view: View, period: FreePeriod) -> list[Fact]:
    agreement = view.agreement
    price = offers.price_for(agreement.version.snapshot, agreement.licensee_class)
    rows = [
        Fact(_("Free"), f"{period.starts_on.isoformat()} – {period.last_day.isoformat()}", _free_note(period)),
        Fact(_("Then"), later_words(price)),
    ]
    if coming := _next(view):
        rows.append(Fact(_("Next date"), coming[0].isoformat(), coming[1]))
    if agreement.trial and agreement.trial_ended_on:
        rows.append(
            Fact(_("How the trial came out"), Trial(agreement.trial).label, agreement.trial_ended_on.isoformat())
        )
    return rows


def _free_note(period: FreePeriod) -> str:
    if period.claim is not None:
        return _("ended by: %(kind)s") % {"kind": period.claim.get_kind_display()}
    if period.over:
        return _("over")
    left = (period.last_day - terms.today()).days
    return _("%(count)d days left at most") % {"count": left}


def _next(view: View) -> tuple[date, str] | None:
    """The next day on which something falls due, and what."""
    rows = view.agreement.obligations.filter(state__in=["future", "due"], due_on__isnull=False).order_by("due_on", "pk")
    first: Obligation | None = rows.first()
    if first is None or first.due_on is None or view.agreement.state != State.ACTIVE:
        return None
    return first.due_on, _("last day to pay: %(what)s") % {"what": first.get_kind_display()}


def _deeds(view: View, period: FreePeriod | None) -> tuple[Deed, ...]:
    """The quiet buttons of the panel, where the table and the facts allow them."""
    found = []
    if trials.claimable(view.agreement):
        names = [name for name in ("report_trigger", "assert_trigger") if view.can(name)]
        found += [Deed(str(STEPS[name].label), _url(view, "trigger")) for name in names]
    if view.can("demand") and overdue(view):
        found.append(Deed(str(STEPS["demand"].label), _url(view, "demand")))
    if period is not None and (view.can("record_security") or view.can("confirm_security")):
        found.append(Deed(_("Guarantee or insurance"), _url(view, "security")))
        found.append(Deed(_("File for a bank or insurer"), _url(view, "bank_file")))
    return tuple(found)


def overdue(view: View) -> list[Obligation | UseReport]:
    """What is overdue and not demanded yet."""
    live = view.agreement.payment_demands.filter(state__in=LIVE_DEMANDS)
    said = {(row.obligation_id, row.report_id) for row in live}
    payments = [row for row in demanding.overdue_payments(view.agreement) if (row.pk, None) not in said]
    return [*payments, *(row for row in demanding.overdue_reports(view.agreement) if (None, row.pk) not in said)]
