"""What a deal looks like to one person: where it stands, whose turn it is, and the one thing to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from listings.models import Track
from listings.offers import price_for
from marketplace.accounts.models import Role, User
from marketplace.lib.look import Step as Station
from marketplace.lib.look import money_text, when
from marketplace.lib.money import from_minor
from marketplace.lib.navigation import url_or_empty
from marketplace.licensing import clauses
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.flow.closing import may_decline, may_leave
from marketplace.licensing.flow.moving import holds
from marketplace.licensing.models import OPEN_STATES, Agreement, Obligation, ObligationState, Party, State
from marketplace.licensing.states import PAYS, STEPS, Who, turn_of

CLOSED = (State.DECLINED, State.CANCELLED, State.LAPSED, State.ENDED)


@dataclass(frozen=True, slots=True)
class Deed:
    """A button: its words, its address, and what stands under it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, said in a heading and a sentence; the main thing this person can do, and what else."""

    title: str
    text: str
    main: Deed | None = None
    others: tuple[Deed, ...] = ()
    mine: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One person looking at one deal, with everything that the answers below need, asked of the database once."""

    agreement: Agreement
    user: User
    sides: frozenset[Who]
    signed: frozenset[str]
    unconfirmed: int
    due: tuple[Obligation, ...]

    def can(self, name: str) -> bool:
        """Whether the table lets this person take the step now."""
        step, agreement = STEPS[name], self.agreement
        return any(
            step.allows(side, agreement.track, agreement.state) and self._holds(side, step.roles) for side in self.sides
        )

    def _holds(self, side: Who, roles: frozenset[Role]) -> bool:
        if side is Who.MODERATOR:
            return True
        organization = self.agreement.licensee if side is Who.LICENSEE else self.agreement.licensor
        return holds(self.user, organization, roles)


def look(agreement: Agreement, user: User) -> View:
    """Gather what is needed to say whose turn it is."""
    side = agreement.party_of(user)
    sides = {Who(side.value)} if side else set()
    if user.is_staff:
        sides.add(Who.MODERATOR)
    offered = agreement.state == State.OFFERED
    return View(
        agreement=agreement,
        user=user,
        sides=frozenset(sides),
        signed=frozenset(agreement.own_signatures.values_list("party", flat=True)),
        unconfirmed=len(clauses.open_ones(agreement)) if offered else 0,
        due=tuple(agreement.obligations.filter(state=ObligationState.DUE).order_by("due_on", "pk")),
    )


def turn(view: View) -> Turn:
    """Whose turn it is and what to do, in the words of the person who looks."""
    agreement = view.agreement
    match State(agreement.state):
        case State.REQUESTED:
            found = _requested(view)
        case State.OFFERED:
            found = _offered(view)
        case State.PREPARED:
            found = _prepared(view)
        case State.SIGNED | State.NOTICED:
            found = _waits_for_money(view)
        case State.ACTIVE:
            found = _active(view)
        case _:
            found = _closed(view)
    return found


def _url(view: View, name: str) -> str:
    return reverse(f"licensing:{name}", args=[view.agreement.code])


def _deed(view: View, name: str, label: str = "") -> Deed:
    return Deed(label or str(STEPS[name].label), _url(view, name))


def _ways_out(view: View) -> tuple[Deed, ...]:
    """The quiet buttons: cancel, decline, leave, where the table and the facts allow them."""
    found = []
    if view.can("cancel"):
        found.append(_deed(view, "cancel"))
    if view.can("decline") and any(may_decline(view.agreement, side) for side in view.sides):
        found.append(_deed(view, "decline"))
    if view.can("leave") and may_leave(view.agreement):
        found.append(_deed(view, "leave"))
    return tuple(found)


def _requested(view: View) -> Turn:
    if view.can("offer"):
        text = _("The rules want a person to look first. Let the request pass or decline it with a reason.")
        return Turn(_("Your turn: look at the request"), text, _deed(view, "offer"), _ways_out(view), mine=True)
    text = _("The platform looks at this request first and answers within a few working days. You will get a message.")
    return Turn(_("The platform looks at the request"), text, None, _ways_out(view))


def _offered(view: View) -> Turn:
    out = _ways_out(view)
    if Who.LICENSEE in view.sides and Party.LICENSEE not in view.signed:
        return _licensee_signs(view, out)
    if Who.LICENSOR in view.sides and Party.LICENSOR not in view.signed:
        if view.can("sign"):
            text = _("The contract is on your preset terms. Read it and sign; what you see is what you sign.")
            return Turn(_("Your turn: sign the contract"), text, _deed(view, "sign"), out, mine=True)
        return Turn(_("A signatory of yours must sign"), _not_signatory(), None, out)
    waiting = view.agreement.licensee if Party.LICENSEE not in view.signed else view.agreement.licensor
    return Turn(
        _("Waiting for %(name)s to sign") % {"name": waiting.name},
        _("You need do nothing now. You will get a message."),
        None,
        out,
    )


def _licensee_signs(view: View, out: tuple[Deed, ...]) -> Turn:
    if view.unconfirmed:
        text = _("Some clauses limit liability or bear on what matters to you. Read and confirm each on its own.")
        main = _deed(view, "confirm") if view.can("confirm") else None
        return Turn(_("Your turn: confirm the highlighted clauses"), text, main, out, mine=main is not None)
    return _signature(view, "sign", _("Your turn: sign the contract"), _why_now(view), out)


def _why_now(view: View) -> str:
    if Party.LICENSOR in view.signed:
        return _(
            "%(name)s has signed on the terms it agreed to beforehand. You sign exactly what you see; "
            "not a byte of it will change."
        ) % {"name": view.agreement.licensor.name}
    return _("You sign exactly what you see; not a byte of it will change. The licensor signs as well.")


def _signature(view: View, name: str, title: str, text: str, out: tuple[Deed, ...]) -> Turn:
    """The step of a signature: for a signatory of a verified organization; others are told what is missing."""
    licensee = view.agreement.licensee
    if not licensee.is_verified:
        words = _("Everything is prepared. Signing waits until the platform has verified who your organization is.")
        url = url_or_empty("accounts:verification")
        return Turn(_("Verify your organization to sign"), words, Deed(_("Go to verification"), url), out, mine=True)
    if not view.can(name):
        return Turn(_("A signatory of yours must sign"), _not_signatory(), None, out)
    return Turn(title, text, _deed(view, "sign", str(STEPS[name].label)), out, mine=True)


def _not_signatory() -> str:
    return _("You may read and prepare; the signature needs a member with the role “signatory” and signing authority.")


def _prepared(view: View) -> Turn:
    text = _(
        "The patent office has announced this open license: anyone may take it by written notice and payment, "
        "without approval. Read the notice, then sign and send it."
    )
    return _signature(view, "send_notice", _("Your turn: sign and send the notice"), text, _ways_out(view))


def _waits_for_money(view: View) -> Turn:
    out = _ways_out(view)
    until = view.due[0].due_on if view.due else None
    if Who.LICENSEE in view.sides and view.due:
        text = _("The license takes effect when the payment has arrived.")
        return Turn(_("Your turn: pay"), text, _pay(view), out, mine=True)
    day = until.isoformat() if until else ""
    return Turn(
        _("Waiting for the licensee's payment"),
        _("It is due by %(day)s; the license takes effect with it. You need do nothing now.") % {"day": day},
        None,
        out,
    )


def _pay(view: View) -> Deed | None:
    if not holds(view.user, view.agreement.licensee, PAYS):
        return None
    first = view.due[0]
    amount = money_text(from_minor(first.amount_minor, first.currency))
    url = url_or_empty("payments:pay", first.code)
    return Deed(_("Pay %(amount)s") % {"amount": amount}, url) if url else None


def _active(view: View) -> Turn:
    after = _deed(view, "after", _("See what happens now"))
    ends = view.agreement.ends_on.isoformat() if view.agreement.ends_on else ""
    text = _("In force through %(day)s. Have it recorded at the patent office in time.") % {"day": ends}
    if Who.LICENSEE in view.sides and view.due and (pay := _pay(view)):
        words = _("The license is in force. This payment is due to the licensor.")
        return Turn(_("Your turn: pay"), words, pay, (after, *_ways_out(view)), mine=True)
    return Turn(_("The license is in force"), text, after, _ways_out(view))


def _closed(view: View) -> Turn:
    agreement = view.agreement
    texts = {
        State.DECLINED: _("The request was declined. Nothing is owed."),
        State.CANCELLED: _("The request was cancelled. Nothing is owed."),
        State.LAPSED: _("The time to act ran out. Nothing is owed; you may ask again at any time."),
        State.ENDED: _("The license has ended. New use needs a new license."),
    }
    text = " ".join(part for part in (texts[State(agreement.state)], agreement.state_reason) if part)
    main = None
    if Who.LICENSEE in view.sides and (url := url_or_empty("listings:listing", agreement.listing.code)):
        main = Deed(_("Back to the offer"), url)
    return Turn(str(State(agreement.state).label), text, main)


# the process line


def stations(view: View) -> list[Station]:
    """The process line: what is done and when, whose turn it is, what follows."""
    agreement = view.agreement
    if agreement.track == Track.OPEN:
        rows = [
            (_("Request"), agreement.requested_at, ""),
            (_("Written notice"), agreement.noticed_at, _("you sign and send it")),
            *_money(view, agreement.noticed_at),
            (_("In force"), agreement.effective_at, _("at once with the payment")),
        ]
    else:
        rows = [
            (_("Request"), agreement.requested_at, ""),
            *_platform(agreement),
            (_("Confirm clauses"), _confirmed_at(view), _("one by one")),
            (_("Both sign"), agreement.signed_at, _signature_note(view)),
            *_money(view, agreement.signed_at),
            (_("In force"), agreement.effective_at, _("recordal within three months")),
            *_later_money(view),
        ]
    return _line(rows, stopped=agreement.state in CLOSED and agreement.effective_at is None)


def _line(rows: list[tuple[str, datetime | bool | None, str]], *, stopped: bool) -> list[Station]:
    """Stations behind us carry their instant; the first one ahead is where we are, unless the deal has stopped."""
    found: list[Station] = []
    for label, done, note in rows:
        if done:
            found.append(Station(label, when(done) if not isinstance(done, bool) else note, "done"))
        elif not stopped and all(one.state == "done" for one in found):
            found.append(Station(label, note, "now"))
        else:
            found.append(Station(label, note))
    return found


def _platform(agreement: Agreement) -> list[tuple[str, datetime | bool | None, str]]:
    if not agreement.needs_person:
        return []
    passed = agreement.state != State.REQUESTED and bool(agreement.contract_sha256)
    return [(_("The platform looks"), passed, _("needed here: %(rules)s") % {"rules": agreement.needs_person})]


def _confirmed_at(view: View) -> datetime | None:
    agreement = view.agreement
    if agreement.signed_at or (agreement.contract_sha256 and not view.unconfirmed and agreement.state == State.OFFERED):
        last = agreement.confirmations.order_by("-at").first()
        return last.at if last else agreement.signed_at
    return None


def _signature_note(view: View) -> str:
    names = {Party.LICENSEE: view.agreement.licensee.name, Party.LICENSOR: view.agreement.licensor.name}
    signed = [name for party, name in names.items() if party in view.signed]
    return _("signed: %(names)s") % {"names": "、".join(signed)} if signed else ""


def _later_money(view: View) -> list[tuple[str, datetime | bool | None, str]]:
    """The station of a first payment that falls due with or after the effect of the license."""
    agreement = view.agreement
    if read(agreement.version.snapshot).flag("payment_is_condition"):
        return []
    first = agreement.obligations.filter(state=ObligationState.SETTLED).order_by("settled_at").first()
    price = price_for(agreement.version.snapshot, agreement.licensee_class)
    if not (price.now_minor or view.due or first):
        return []
    amount = view.due[0].amount_minor if view.due else price.now_minor
    return [(_("Payment"), first.settled_at if first else None, money_text(from_minor(amount, agreement.currency)))]


def act_by(view: View) -> date | None:
    """The day by which the next person has to act; where money is waited for the last day to pay, without the grace."""
    if view.agreement.state in (State.SIGNED, State.NOTICED) and view.due:
        return view.due[0].due_on
    return view.agreement.last_day_to_act


def _money(view: View, since: datetime | None) -> list[tuple[str, datetime | bool | None, str]]:
    """The station of the first payment, where one stands before the effect of the license."""
    offer = read(view.agreement.version.snapshot)
    conditional = view.agreement.track == Track.OPEN or offer.flag("payment_is_condition")
    first = view.agreement.obligations.filter(state=ObligationState.SETTLED).order_by("settled_at").first()
    amount = view.due[0] if view.due else None
    if not conditional:
        return []
    if since and view.agreement.effective_at and not first:
        return [(_("Payment"), True, _("nothing to pay first"))]
    note = money_text(from_minor(amount.amount_minor, amount.currency)) if amount else ""
    return [(_("Payment"), first.settled_at if first else None, note)]


# the list


class Row(NamedTuple):
    """One deal in a list."""

    url: str
    title: str
    reference: str
    other: str
    asked_at: datetime
    track: str
    state: str
    tone: str
    mine: bool


_TONES = {State.ACTIVE: "good", State.DECLINED: "stop", State.LAPSED: "plain", State.CANCELLED: "plain"}


def row(agreement: Agreement, ours: set[int]) -> Row:
    """A deal as its row tells it; needs signatures prefetched and the parties joined: it asks nothing itself."""
    we_take = agreement.licensee_id in ours
    party = Who.LICENSEE if we_take else Who.LICENSOR if agreement.licensor_id in ours else Who.MODERATOR
    signed = {signature.party for signature in agreement.signatures.all() if signature.paper_id is None}
    missing = frozenset(Who(one.value) for one in Party if one.value not in signed)
    return Row(
        url=agreement.get_absolute_url(),
        title=agreement.listing.patent.title,
        reference=agreement.reference,
        other=agreement.licensor.name if we_take else agreement.licensee.name,
        asked_at=agreement.requested_at,
        track=agreement.track,
        state=agreement.get_state_display(),
        tone=_TONES.get(State(agreement.state), "warn" if agreement.state in OPEN_STATES else "plain"),
        mine=turn_of(agreement.track, agreement.state, missing) is party,
    )
