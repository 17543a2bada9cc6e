"""Who is told what at each step: one sentence and the next action, to the one who must act (and no one else)."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.accounts.models import Role, User
from marketplace.lib import navigation
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.models import Agreement, Obligation, Paper, Party, State
from marketplace.licensing.states import PAYS, Step
from marketplace.notices import kinds, notices
from marketplace.notices.models import Message

ACTS = (Role.SIGNATORY, Role.LISTER, Role.OWNER)


def register() -> None:
    """Name every kind of letter of this room; called from LicensingConfig.ready()."""
    kinds.register_all(_TEXTS)


_TEXTS = {
    "deal_look": (
        _("%(reference)s waits for your look"),
        _("%(licensee)s asks for a license on “%(title)s”. These rules want a person to look first: %(rules)s."),
        _("Look at the request"),
    ),
    "deal_asked": (
        _("%(licensee)s asks for a license: %(title)s"),
        _("The request %(reference)s came in. The platform looks at it first; you need do nothing yet."),
        _("See the request"),
    ),
    "deal_sign": (
        _("Your contract is ready: %(title)s"),
        _("Read the contract %(reference)s, confirm the highlighted clauses and sign by %(until)s."),
        _("Confirm and sign"),
    ),
    "deal_sign_licensor": (
        _("%(licensee)s asks for a license: please sign"),
        _("The contract %(reference)s on “%(title)s” is on your preset terms. Sign it by %(until)s."),
        _("Read and sign"),
    ),
    "deal_other_signed": (
        _("Signed by the other side: %(title)s"),
        _("The other side has signed %(reference)s; only your signature is missing. Sign by %(until)s."),
        _("Read and sign"),
    ),
    "deal_sign_paper": (
        _("Signed by the other side: %(paper)s of %(reference)s"),
        _("The other side has signed a paper of the deal on “%(title)s”. Only your signature is missing."),
        _("Read and sign"),
    ),
    "deal_notice": (
        _("Written notice of an open license: %(title)s"),
        _(
            "%(licensee)s gives notice that it takes the open license on “%(title)s” as announced (%(reference)s). "
            "The license takes effect with the payment as announced; you need not agree to anything."
        ),
        _("Read the notice"),
    ),
    "deal_pay": (
        _("%(amount)s to pay for %(reference)s"),
        _("Please pay %(amount)s by %(due)s to the licensor for “%(title)s”."),
        _("Pay"),
    ),
    "deal_paid": (
        _("Payment booked: %(amount)s for %(reference)s"),
        _("The licensor has received %(amount)s for “%(title)s”."),
        _("See the license"),
    ),
    "deal_in_force": (
        _("The license is in force: %(title)s"),
        _("%(reference)s is in force through %(ends)s. Your sealed papers follow; have the license recorded in time."),
        _("See what happens now"),
    ),
    "deal_declined": (
        _("Your request was declined: %(title)s"),
        _("%(reference)s was declined: %(reason)s. Nothing is owed."),
        _("See the request"),
    ),
    "deal_cancelled": (
        _("The request was cancelled: %(title)s"),
        _("%(licensee)s has cancelled %(reference)s. You need do nothing."),
        _("See the request"),
    ),
    "deal_lapsed": (
        _("The request has lapsed: %(title)s"),
        _("The time to act on %(reference)s ran out. Nothing is owed; a new request is possible at any time."),
        _("See the request"),
    ),
    "deal_ended": (
        _("The license has ended: %(title)s"),
        _("%(reference)s has ended. What was made before may be sold; new use needs a new license."),
        _("See the license"),
    ),
}


def _facts(agreement: Agreement) -> dict[str, object]:
    return {
        "reference": agreement.reference,
        "title": read(agreement.version.snapshot).patents[0].title,
        "licensee": agreement.licensee.name,
        "licensor": agreement.licensor.name,
        "until": agreement.last_day_to_act.isoformat() if agreement.last_day_to_act else "",
        "ends": agreement.ends_on.isoformat() if agreement.ends_on else "",
        "reason": agreement.state_reason,
        "rules": agreement.needs_person,
    }


def tell(
    users: Iterable[User], kind: str, agreement: Agreement, *, path: str = "", key: str = "", **more: object
) -> list[Message]:
    """A letter about a deal, in the surrounding transaction; `key` names what it is about within the deal."""
    return notices.tell(
        users,
        kind,
        key=f"{kind}:{agreement.pk}:{key}",
        path=path or agreement.get_absolute_url(),
        **{**_facts(agreement), **more},
    )


def moderators_look(agreement: Agreement) -> None:
    """A rule wants a person to look first; the licensor hears of it."""
    tell(people.moderators(), "deal_look", agreement)
    tell(people.members(agreement.licensor, *ACTS), "deal_asked", agreement)


def contract_ready(agreement: Agreement) -> None:
    """The contract waits for signatures: the licensee's, and the licensor's where no term sheet signs for it."""
    tell(people.members(agreement.licensee, *ACTS), "deal_sign", agreement)
    if not agreement.own_signatures.filter(party=Party.LICENSOR).exists():
        tell(people.members(agreement.licensor, Role.SIGNATORY), "deal_sign_licensor", agreement)


def other_party_signs(agreement: Agreement) -> None:
    """One side has signed; the other side's signatories are asked."""
    signed = agreement.own_signatures.values_list("party", flat=True)
    waiting = agreement.licensor if Party.LICENSEE in signed else agreement.licensee
    tell(people.members(waiting, Role.SIGNATORY), "deal_other_signed", agreement)


def other_signs_paper(agreement: Agreement, paper: Paper, *, signed: Party) -> None:
    """One side has signed a further paper; the other side's signatories are asked."""
    waiting = agreement.licensor if signed == Party.LICENSEE else agreement.licensee
    path = reverse("licensing:sign_paper", args=[agreement.code, paper.pk])
    told = people.members(waiting, Role.SIGNATORY)
    tell(told, "deal_sign_paper", agreement, path=path, key=str(paper.pk), paper=paper.get_kind_display())


def notice_served(agreement: Agreement) -> None:
    """Service of the written notice: to everybody who acts for the licensor (LIC-A)."""
    tell(people.members(agreement.licensor), "deal_notice", agreement)


def to_pay(obligation: Obligation) -> None:
    """Something fell due: to those who pay."""
    agreement = obligation.agreement
    path = navigation.url_or_empty("payments:pay", obligation.code)
    tell(
        people.members(agreement.licensee, *PAYS),
        "deal_pay",
        agreement,
        path=path,
        key=str(obligation.pk),
        amount=money_text(from_minor(obligation.amount_minor, obligation.currency)),
        due=obligation.due_on.isoformat() if obligation.due_on else "",
    )


def paid(obligation: Obligation) -> None:
    """A payment was booked: to both sides' finance."""
    agreement = obligation.agreement
    amount = money_text(from_minor(obligation.amount_minor, obligation.currency))
    for side in (agreement.licensee, agreement.licensor):
        tell(people.members(side, *PAYS), "deal_paid", agreement, key=str(obligation.pk), amount=amount)


def in_force(agreement: Agreement) -> None:
    """The license is in force: to both sides."""
    path = reverse("licensing:after", args=[agreement.code])
    for side in (agreement.licensee, agreement.licensor):
        tell(people.members(side), "deal_in_force", agreement, path=path)


def closed(agreement: Agreement, step: Step, *, was: str) -> None:
    """An agreement came to its end; the licensor hears nothing of a notice that was never sent."""
    kinds_of = {
        "cancel": ("deal_cancelled", [agreement.licensor]),
        "decline": ("deal_declined", [agreement.licensee]),
        "lapse": ("deal_lapsed", [agreement.licensee, agreement.licensor]),
        "leave": ("deal_ended", [agreement.licensor, agreement.licensee]),
        "end": ("deal_ended", [agreement.licensor, agreement.licensee]),
    }
    kind, sides = kinds_of[step.name]
    for side in sides:
        if side == agreement.licensor and was == State.PREPARED:
            continue
        tell(people.members(side, *ACTS), kind, agreement)
