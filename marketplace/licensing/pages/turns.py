"""What a deal looks like to one person: whose turn it is, and the one thing to do next."""

from __future__ import annotations

from django.utils.translation import gettext as _

from marketplace.lib.navigation import url_or_empty
from marketplace.licensing.models import Party, State
from marketplace.licensing.pages import running
from marketplace.licensing.pages.line import act_by, stations
from marketplace.licensing.pages.looking import CLOSED, Deed, Turn, View, deed, look, pay, ways_out
from marketplace.licensing.pages.rows import Row, row
from marketplace.licensing.states import STEPS, Who

__all__ = ["CLOSED", "Deed", "Row", "Turn", "View", "act_by", "look", "row", "stations", "turn"]


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
            found = running.turn(view)
        case _:
            found = _closed(view)
    return found


def _requested(view: View) -> Turn:
    if view.can("offer"):
        text = _("The rules want a person to look first. Let the request pass or decline it with a reason.")
        return Turn(_("Your turn: look at the request"), text, deed(view, "offer"), ways_out(view), mine=True)
    text = _("The platform looks at this request first and answers within a few working days. You will get a message.")
    return Turn(_("The platform looks at the request"), text, None, ways_out(view))


def _offered(view: View) -> Turn:
    out = ways_out(view)
    if Who.LICENSEE in view.sides and Party.LICENSEE not in view.signed:
        return _licensee_signs(view, out)
    if Who.LICENSOR in view.sides and Party.LICENSOR not in view.signed:
        if view.can("sign"):
            text = _("The contract is on your preset terms. Read it and sign; what you see is what you sign.")
            return Turn(_("Your turn: sign the contract"), text, deed(view, "sign"), out, mine=True)
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
        main = deed(view, "confirm") if view.can("confirm") else None
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
    return Turn(title, text, deed(view, "sign", str(STEPS[name].label)), out, mine=True)


def _not_signatory() -> str:
    return _("You may read and prepare; the signature needs a member with the role “signatory” and signing authority.")


def _prepared(view: View) -> Turn:
    text = _(
        "The patent office has announced this open license: anyone may take it by written notice and payment, "
        "without approval. Read the notice, then sign and send it."
    )
    return _signature(view, "send_notice", _("Your turn: sign and send the notice"), text, ways_out(view))


def _waits_for_money(view: View) -> Turn:
    out = ways_out(view)
    until = view.due[0].due_on if view.due else None
    if Who.LICENSEE in view.sides and view.due:
        text = _("The license takes effect when the payment has arrived.")
        return Turn(_("Your turn: pay"), text, pay(view), out, mine=True)
    day = until.isoformat() if until else ""
    return Turn(
        _("Waiting for the licensee's payment"),
        _("It is due by %(day)s; the license takes effect with it. You need do nothing now.") % {"day": day},
        None,
        out,
    )


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
