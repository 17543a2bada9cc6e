"""Who is told what when terms are negotiated, a license is changed or ends early, or payments are held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.accounts.models import Role, User
from marketplace.lib.terms import day_of
from marketplace.licensing.letters.step_letters import ACTS
from marketplace.licensing.models import Amendment, Negotiation, Party
from marketplace.notices import kinds, notices

if TYPE_CHECKING:
    from datetime import datetime

    from listings.models import Asking
    from marketplace.licensing.models import Agreement, NegotiationNote, Termination
    from marketplace.licensing.states import Who

_TEXTS = {
    "talk_asked": (
        _("%(licensee)s asks for other terms: %(title)s"),
        _("Take it, look at what is wanted and pass it on to %(licensor)s by %(due)s. Otherwise it goes on by itself."),
        _("See what is wanted"),
    ),
    "talk_turn": (
        _("Other terms, version %(number)s: %(title)s"),
        _("%(other)s proposes version %(number)s. Accept it, answer with another, or break off, by %(due)s."),
        _("Compare and answer"),
    ),
    "talk_due": (
        _("Two days left to answer: %(title)s"),
        _("Version %(number)s waits for your answer until %(due)s; then the negotiation lapses."),
        _("Compare and answer"),
    ),
    "talk_agreed": (
        _("Both sides agree: %(title)s"),
        _("Both sides have accepted version %(number)s. The paper is made; it binds when both have signed."),
        _("See what is agreed"),
    ),
    "talk_over": (
        _("The negotiation is over: %(title)s"),
        _("The negotiation about other terms has ended without an agreement%(reason)s. Nothing is owed by it."),
        _("See the negotiation"),
    ),
    "talk_note": (
        _("A note in your negotiation: %(title)s"),
        _("Somebody added a note. Notes bind nobody; only versions that both accept and sign do."),
        _("Read the note"),
    ),
    "deal_approved_inside": (
        _("Approved inside your institution: %(reference)s"),
        _("Every step approved the contract with %(licensee)s. Your signatory can sign now."),
        _("Read and sign"),
    ),
    "deal_refused_inside": (
        _("Not approved inside your institution: %(reference)s"),
        _("%(who)s refused. The reason: %(reason)s. You can ask again, offer other terms, or decline the request."),
        _("See the request"),
    ),
    "change_approved_inside": (
        _("Amendment approved inside your institution: %(reference)s"),
        _("Every step approved amendment %(number)s of the license of %(licensee)s. Your signatory can sign now."),
        _("Read and sign"),
    ),
    "change_refused_inside": (
        _("Amendment not approved inside your institution: %(reference)s"),
        _("%(who)s refused. The reason: %(reason)s. You can ask again, propose another version, or break off."),
        _("See the negotiation"),
    ),
    "amendment_sign": (
        _("An amendment waits for your signature: %(reference)s"),
        _("Both sides accepted other terms for “%(title)s”. Read the amendment and sign it by %(due)s."),
        _("Read and sign"),
    ),
    "amendment_in_force": (
        _("The amendment is in force: %(reference)s"),
        _("“%(title)s” stands on the amended terms from %(starts)s and runs through %(ends)s."),
        _("See the license"),
    ),
    "end_demand": (
        _("A demand to mend a breach: %(reference)s"),
        _("%(other)s demands that you mend a breach by %(day)s. If you do not, it may end the contract."),
        _("Read the demand"),
    ),
    "end_proposed": (
        _("%(other)s proposes to end the license: %(title)s"),
        _("%(reference)s would end on %(day)s. Nothing happens unless you sign as well, by %(due)s."),
        _("Read and sign"),
    ),
    "end_noticed": (
        _("Notice to end the license: %(title)s"),
        _("%(other)s gave notice: %(reference)s ends on %(day)s. The ground: %(ground)s."),
        _("Read the notice"),
    ),
    "end_ended": (
        _("The license ended on %(day)s: %(title)s"),
        _("%(reference)s has ended. What fell due before stays owed. Have the end recorded at the patent office too."),
        _("See what follows"),
    ),
    "hold_ended": (
        _("Decided about held payments: %(title)s"),
        _("The payments of %(reference)s that were held: %(how)s."),
        _("See the license"),
    ),
}


def register() -> None:
    """Name every kind of letter; called from LicensingConfig.ready()."""
    kinds.register_all(_TEXTS)


def _day(instant: datetime | None) -> str:
    return day_of(instant).isoformat() if instant else ""


# negotiations


def _talk(users: Iterable[User], kind: str, negotiation: Negotiation, *, key: str = "", **more: object) -> None:
    last = negotiation.proposals.order_by("-number").first()
    number = last.number if last else 0
    notices.tell(
        users,
        kind,
        key=f"{kind}:{negotiation.pk}:{key or number}",
        path=negotiation.get_absolute_url(),
        **{
            "title": negotiation.listing.patent.title,
            "licensee": negotiation.licensee.name,
            "licensor": negotiation.licensor.name,
            "number": number,
            "due": _last_day(negotiation.due_at),
            **more,
        },
    )


def _last_day(until: datetime | None) -> str:
    return _day(until - timedelta(microseconds=1)) if until else ""


def asked(negotiation: Negotiation) -> None:
    """Somebody wants other terms: to the coordinators."""
    _talk(people.moderators(), "talk_asked", negotiation)


def your_turn(negotiation: Negotiation) -> None:
    """A version waits for an answer: to the side whose turn it is."""
    mine = negotiation.licensee if negotiation.turn == Party.LICENSEE else negotiation.licensor
    theirs = negotiation.licensor if negotiation.turn == Party.LICENSEE else negotiation.licensee
    _talk(people.members(mine, *ACTS), "talk_turn", negotiation, other=theirs.name)


def due_soon(negotiation: Negotiation) -> None:
    """Two days are left: once more to the side whose turn it is."""
    mine = negotiation.licensee if negotiation.turn == Party.LICENSEE else negotiation.licensor
    _talk(people.members(mine, *ACTS), "talk_due", negotiation)


def agreed(negotiation: Negotiation) -> None:
    """Both accepted the same version: to both sides."""
    for side in (negotiation.licensee, negotiation.licensor):
        _talk(people.members(side, *ACTS), "talk_agreed", negotiation)


def over(negotiation: Negotiation, *, by: Who | None = None) -> None:
    """It ended without an agreement: to whoever did not end it; the licensor only if it ever heard of it."""
    reason = f": {negotiation.close_reason}" if negotiation.close_reason else ""
    sides = {"licensee": negotiation.licensee}
    if negotiation.passed_at is not None:
        sides["licensor"] = negotiation.licensor
    for name, side in sides.items():
        if by is None or name != str(by):
            _talk(people.members(side, *ACTS), "talk_over", negotiation, key="over", reason=reason)


def noted(note: NegotiationNote) -> None:
    """A note: to the others who take part."""
    negotiation = note.negotiation
    for name, side in (("licensee", negotiation.licensee), ("licensor", negotiation.licensor)):
        if name != note.side and (name == "licensee" or negotiation.passed_at is not None):
            _talk(people.members(side, *ACTS), "talk_note", negotiation, key=f"note{note.pk}")
    if note.side != "moderator" and negotiation.coordinator is not None:
        _talk([negotiation.coordinator], "talk_note", negotiation, key=f"note{note.pk}")


# deals


def _deal(users: Iterable[User], kind: str, agreement: Agreement, *, key: str, path: str = "", **more: object) -> None:
    notices.tell(
        users,
        kind,
        key=f"{kind}:{agreement.pk}:{key}",
        path=path or agreement.get_absolute_url(),
        **{
            "reference": agreement.reference,
            "title": agreement.listing.patent.title,
            "licensee": agreement.licensee.name,
            "licensor": agreement.licensor.name,
            **more,
        },
    )


def approved_inside(signed: Agreement | Amendment) -> None:
    """All steps agreed to a contract or an amendment: to the licensor's signatories."""
    agreement, change, _path = _about(signed)
    kind = "change_approved_inside" if change else "deal_approved_inside"
    users = people.members(agreement.licensor, Role.SIGNATORY, Role.OWNER)
    _deal(users, kind, agreement, key=f"ok{change}", number=change)


def refused_inside(signed: Agreement | Amendment, asking: Asking) -> None:
    """A step said no: to the licensor's people, with the reason."""
    agreement, change, path = _about(signed)
    kind = "change_refused_inside" if change else "deal_refused_inside"
    facts = {"who": asking.capacity, "reason": asking.answer_reason.rstrip("。."), "number": change}
    _deal(people.members(agreement.licensor, *ACTS), kind, agreement, key=str(asking.pk), path=path, **facts)


def _about(signed: Agreement | Amendment) -> tuple[Agreement, int | str, str]:
    """The deal, the number of its amendment ('' for the contract), and where it can be answered."""
    if isinstance(signed, Amendment):
        return signed.agreement, signed.number, signed.proposal.negotiation.get_absolute_url()
    return signed, "", ""


def sign_amendment(amendment: Amendment) -> None:
    """The paper is made: to both sides' signatories."""
    agreement = amendment.agreement
    for side in (agreement.licensee, agreement.licensor):
        _deal(
            people.members(side, Role.SIGNATORY),
            "amendment_sign",
            agreement,
            key=str(amendment.number),
            due=_last_day(amendment.acts_until),
        )


def amended(amendment: Amendment) -> None:
    """It took effect: to both sides."""
    agreement = amendment.agreement
    for side in (agreement.licensee, agreement.licensor):
        _deal(
            people.members(side, *ACTS),
            "amendment_in_force",
            agreement,
            key=str(amendment.number),
            starts=amendment.starts_on or "",
            ends=agreement.ends_on or "",
        )


def demanded(agreement: Agreement, *, party: str, day: object, key: str, path: str) -> None:
    """A breach is to be mended: to the side that is told to."""
    told = agreement.licensor if party == Party.LICENSEE else agreement.licensee
    other = agreement.licensee.name if party == Party.LICENSEE else agreement.licensor.name
    _deal(people.members(told, *ACTS), "end_demand", agreement, key=key, path=path, other=other, day=day)


def ending(termination: Termination, kind: str, *, path: str = "") -> None:
    """A proposal or a notice to end a license: to the other side."""
    agreement = termination.agreement
    told = agreement.licensor if termination.party == Party.LICENSEE else agreement.licensee
    other = agreement.licensee.name if termination.party == Party.LICENSEE else agreement.licensor.name
    _deal(
        people.members(told, *ACTS),
        kind,
        agreement,
        key=str(termination.pk),
        path=path,
        other=other,
        day=termination.effective_on,
        due=_last_day(termination.acts_until),
        ground=termination.get_ground_display(),
    )


def ended(termination: Termination) -> None:
    """A license ended before its term: to both sides."""
    agreement = termination.agreement
    for side in (agreement.licensee, agreement.licensor):
        _deal(
            people.members(side, *ACTS), "end_ended", agreement, key=str(termination.pk), day=termination.effective_on
        )


def hold_ended(agreement: Agreement, *, how: object, key: str) -> None:
    """It was decided about what was held: to both sides."""
    for side in (agreement.licensee, agreement.licensor):
        _deal(people.members(side, *ACTS), "hold_ended", agreement, key=key, how=how)
