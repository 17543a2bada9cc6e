"""Who is told what while a license runs: triggers, reports of use, demands, securities; and who must act on them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.accounts.models import Organization
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.licensing.letters.step_letters import ACTS, tell
from marketplace.licensing.models import (
    Agreement,
    Claim,
    ClaimKind,
    ClaimState,
    Party,
    PaymentDemand,
    Security,
    SecurityKind,
    UseReport,
)
from marketplace.licensing.states import REPORTS
from marketplace.notices import kinds

_TEXTS = {
    "trial_reported": (
        _("The free period has ended: %(title)s"),
        _("%(licensee)s reports for %(reference)s: %(event)s on %(day)s. “%(words)s” Payment now falls due as agreed."),
        _("See the license"),
    ),
    "trial_asserted": (
        _("Please answer: has the free period ended? %(title)s"),
        _(
            "%(licensor)s says of %(reference)s: %(event)s on %(day)s. “%(words)s” Agree, or contest it with reasons,"
            " by %(answer)s. If you do not answer, it counts as agreed and payment falls due."
        ),
        _("Agree or contest"),
    ),
    "trial_stands": (
        _("The free period has ended: %(title)s"),
        _("%(reference)s: %(event)s on %(day)s now counts. Payment falls due as agreed."),
        _("See the license"),
    ),
    "trial_contested": (
        _("Contested: %(title)s"),
        _(
            "%(licensee)s contests that the free period of %(reference)s ended on %(day)s: “%(reasons)s” A moderator"
            " decides by %(answer)s; without a decision the claim falls."
        ),
        _("See both sides"),
    ),
    "trial_decided": (
        _("Decided: %(title)s"),
        _("The claim about %(reference)s (%(event)s on %(day)s): %(outcome)s. “%(decision)s”"),
        _("See the decision"),
    ),
    "trial_converted": (
        _("The trial is now a paid license: %(title)s"),
        _("%(reference)s: the first payment after the free period has arrived. The license goes on as agreed."),
        _("See the license"),
    ),
    "use_report_expected": (
        _("Report your use: %(title)s"),
        _(
            "Please report %(from)s to %(to)s for %(reference)s by %(due)s. It takes five minutes; “nothing to report”"
            " is an answer too."
        ),
        _("Report now"),
    ),
    "use_report_given": (
        _("Use reported: %(title)s"),
        _("%(licensee)s has reported %(from)s to %(to)s for %(reference)s: base %(base)s, royalty %(royalty)s."),
        _("See the report"),
    ),
    "pay_demand": (
        _("Written demand: %(what)s for %(reference)s"),
        _(
            "%(licensor)s demands %(what)s for “%(title)s”. Do it by %(until)s. After that day the licensor may end the"
            " contract for breach (Civil Code, article 563). %(words)s"
        ),
        _("See what to do"),
    ),
    "pay_demand_met": (
        _("Done: what you demanded for %(reference)s"),
        _("%(licensee)s has done what you demanded for “%(title)s”: %(what)s."),
        _("See the license"),
    ),
    "pay_demand_run_out": (
        _("Your demand ran out: %(reference)s"),
        _(
            "%(licensee)s has not done it: %(what)s, for “%(title)s”. You may end the contract for breach, or keep it;"
            " the debt stays either way. The right to end it lapses on %(until)s."
        ),
        _("Decide"),
    ),
    "security_recorded": (
        _("Please confirm the security: %(title)s"),
        _("%(security)s of %(amount)s by %(provider)s was recorded for %(reference)s. Look at it and confirm it."),
        _("See the security"),
    ),
    "security_confirmed": (
        _("The security is confirmed: %(title)s"),
        _("%(security)s of %(amount)s by %(provider)s for %(reference)s is confirmed, valid until %(until)s."),
        _("See the license"),
    ),
}


def register() -> None:
    """Name every kind of letter here; called from LicensingConfig.ready()."""
    kinds.register_all(_TEXTS)


def _both(agreement: Agreement) -> list[Organization]:
    return [agreement.licensee, agreement.licensor]


def _of_claim(claim: Claim) -> dict[str, object]:
    return {
        "event": ClaimKind(claim.kind).label,
        "day": claim.happened_on.isoformat(),
        "words": claim.words,
        "reasons": claim.reasons,
        "decision": claim.decision,
        "outcome": ClaimState(claim.state).label,
        "answer": claim.last_day.isoformat() if claim.last_day else "",
    }


def _tell_claim(claim: Claim, kind: str, *sides: Organization, path: str = "") -> None:
    for side in sides:
        users = people.members(side, *ACTS)
        tell(users, kind, claim.agreement, key=str(claim.pk), path=path, **_of_claim(claim))


def claim_reported(claim: Claim) -> None:
    """The licensor hears that the licensee reported a trigger."""
    _tell_claim(claim, "trial_reported", claim.agreement.licensor)


def claim_asserted(claim: Claim) -> None:
    """The licensee is asked to answer."""
    path = reverse("licensing:claim", args=[claim.agreement.code, claim.pk])
    _tell_claim(claim, "trial_asserted", claim.agreement.licensee, path=path)


def claim_stands(claim: Claim) -> None:
    """Both hear that the claim counts."""
    _tell_claim(claim, "trial_stands", *_both(claim.agreement))


def claim_contested(claim: Claim) -> None:
    """The moderators are asked to decide; the licensor hears the reasons."""
    path = reverse("licensing:claim", args=[claim.agreement.code, claim.pk])
    facts = _of_claim(claim)
    tell(people.moderators(), "trial_contested", claim.agreement, key=str(claim.pk), path=path, **facts)
    _tell_claim(claim, "trial_contested", claim.agreement.licensor, path=path)


def claim_decided(claim: Claim) -> None:
    """Both hear the decision and its reason."""
    _tell_claim(claim, "trial_decided", *_both(claim.agreement))


def converted(agreement: Agreement) -> None:
    """Both hear that the trial became a paid license."""
    for side in _both(agreement):
        tell(people.members(side, *ACTS), "trial_converted", agreement)


def _of_report(report: UseReport) -> dict[str, object]:
    currency = report.agreement.currency
    return {
        "from": report.starts_on.isoformat(),
        "to": report.ends_on.isoformat(),
        "due": report.due_on.isoformat(),
        "base": money_text(from_minor(report.base_minor or 0, currency)),
        "royalty": money_text(from_minor(report.royalty_minor or 0, currency)),
    }


def report_expected(report: UseReport) -> None:
    """The licensee is asked for a report."""
    path = reverse("licensing:use_report", args=[report.agreement.code, report.number])
    users = people.members(report.agreement.licensee, *REPORTS)
    tell(users, "use_report_expected", report.agreement, key=str(report.pk), path=path, **_of_report(report))


def report_given(report: UseReport) -> None:
    """The licensor hears what was reported."""
    users = people.members(report.agreement.licensor, *REPORTS)
    tell(users, "use_report_given", report.agreement, key=str(report.pk), path="", **_of_report(report))


def what_is_demanded(demand: PaymentDemand) -> str:
    """What a demand is for, in the active language."""
    if demand.obligation is not None:
        amount = money_text(from_minor(demand.obligation.amount_minor, demand.obligation.currency))
        return str(_("payment of %(amount)s")) % {"amount": amount}
    assert demand.report is not None  # noqa: S101  the database holds one of the two
    period = {"from": demand.report.starts_on.isoformat(), "to": demand.report.ends_on.isoformat()}
    return str(_("the report of use %(from)s to %(to)s")) % period


def _tell_demand(demand: PaymentDemand, kind: str, side: Organization) -> None:
    facts = {"what": lazy(what_is_demanded, str)(demand), "until": demand.last_day.isoformat()}
    tell(people.members(side, *REPORTS), kind, demand.agreement, key=str(demand.pk), words=demand.words, **facts)


def demanded(demand: PaymentDemand) -> None:
    """Service of the written demand: to everybody who answers for money at the licensee's (CC 563)."""
    _tell_demand(demand, "pay_demand", demand.agreement.licensee)


def demand_met(demand: PaymentDemand) -> None:
    """The licensor hears that it was done."""
    _tell_demand(demand, "pay_demand_met", demand.agreement.licensor)


def demand_ran_out(demand: PaymentDemand) -> None:
    """The licensor decides."""
    _tell_demand(demand, "pay_demand_run_out", demand.agreement.licensor)


def _of_security(security: Security) -> dict[str, object]:
    return {
        "security": SecurityKind(security.kind).label,
        "provider": security.provider,
        "amount": money_text(from_minor(security.amount_minor, security.currency)),
        "until": security.valid_until.isoformat(),
    }


def security_recorded(security: Security) -> None:
    """The other side is asked to confirm."""
    agreement = security.agreement
    other = agreement.licensor if security.party == Party.LICENSEE else agreement.licensee
    path = reverse("licensing:security", args=[agreement.code])
    users = people.members(other, *REPORTS)
    tell(users, "security_recorded", agreement, key=str(security.pk), path=path, **_of_security(security))


def security_confirmed(security: Security) -> None:
    """Both hear of it."""
    for side in _both(security.agreement):
        users = people.members(side, *REPORTS)
        tell(users, "security_confirmed", security.agreement, key=str(security.pk), path="", **_of_security(security))
