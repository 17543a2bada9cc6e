"""A licensor's own approval of one contract or amendment that no term sheet binds: its steps asked by link (INST-4).

A step is asked one after the other, by a signed, expiring link that works once; the licensor's signatory signs when all
have agreed. Both sides see how many have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from listings import flow as listings_flow
from listings import negotiated, offers
from listings.asking import body, subjects
from listings.models import ApprovalStep, Asking, AskingKind, AskingState, Track
from marketplace.lib.canonical import canonical_json
from marketplace.lib.findings import refuse
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.lib.numbers import patent_number
from marketplace.licensing.letters import change_letters
from marketplace.licensing.models import Agreement, Amendment, AmendmentState, Party, State
from marketplace.licensing.terms import redlines

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from marketplace.accounts.models import User

Signed = Agreement | Amendment


@dataclass(frozen=True, slots=True)
class Stage:
    """One step for the deal's page: the office, how it stands, and the question put to it (None: not asked yet)."""

    capacity: str
    state: str  # "agreed", "refused", "waiting", "expired" or "" where it is not its turn yet
    asking: Asking | None


def register() -> None:
    """Hear the answers; called from LicensingConfig.ready()."""
    subjects.register(AskingKind.DEAL, subjects.Subject(still_asked=_still_asked, answered=_answered))


def _deal(signed: Signed) -> Agreement:
    return signed.agreement if isinstance(signed, Amendment) else signed


def _bound(signed: Signed) -> str:
    """The hash of what the signature will stand under: a yes binds to these bytes alone."""
    if isinstance(signed, Amendment):
        return signed.paper.sha256 if signed.paper is not None else ""
    return signed.contract_sha256


def steps_for(signed: Signed) -> list[ApprovalStep]:
    """The licensor's steps that a contract or amendment of this amount goes through.

    None where a term sheet has agreed beforehand (LIC-K), and never one on the open track (TRACK-1).
    """
    agreement = _deal(signed)
    if agreement.track != Track.PRESET or signed.term_sheet_id is not None:
        return []
    steps = list(agreement.licensor.approval_steps.order_by("position"))
    if not steps:
        return []
    amount = amount_of(signed)
    return [step for step in steps if step.takes(amount)]


def amount_of(signed: Signed) -> int | None:
    """What it comes to over the term, in minor units; None: a royalty, without upper end."""
    price = offers.price_for(signed.version.snapshot, _deal(signed).licensee_class)
    if price.royalty_bp:
        return None
    return max(price.fee_minor, price.total_minor or 0)


def _asked_of(signed: Signed) -> QuerySet[Asking]:
    return _deal(signed).listing.askings.filter(kind=AskingKind.DEAL, about=str(signed.code))


def stages(signed: Signed) -> list[Stage]:
    """Every step in its order with the newest question put to it."""
    rows = _asked_of(signed).exclude(state=AskingState.VOID).order_by("asked_at", "pk")
    newest = {(asking.position, asking.capacity): asking for asking in rows}
    found = []
    for step in steps_for(signed):
        asking = newest.get((step.position, step.capacity))
        found.append(Stage(step.capacity, str(asking.state) if asking else "", asking))
    return found


def _missing(signed: Signed) -> list[ApprovalStep]:
    rows = _asked_of(signed).filter(state=AskingState.AGREED)
    agreed = set(rows.values_list("position", "capacity"))
    return [step for step in steps_for(signed) if (step.position, step.capacity) not in agreed]


def require_all(signed: Signed, party: Party) -> None:
    """Refuse the licensor's signature while a step of its institution is open. Raises Refused (INST-4)."""
    if party != Party.LICENSOR:
        return
    missing = _missing(signed)
    if missing:
        raise refuse(
            "INST-4",
            _("Step %(position)d of the approval inside the institution is still open: %(capacity)s.")
            % {"position": missing[0].position, "capacity": missing[0].capacity},
            _("The platform has asked by mail; you can ask again on the deal's page."),
            citation="《促进科技成果转化法》第18条",
        )


def begin(signed: Signed, *, by: User) -> None:
    """Ask the first step, if there is one, in the transaction that makes the paper ready."""
    _ask_next(signed, by)


def ask_again(signed: Signed, *, by: User) -> None:
    """Put the question to the first open step anew, with a fresh link; after a no as well. Raises Refused."""
    if _ask_next(signed, by) is None:
        raise refuse(
            "INST-4",
            _("Every step has agreed."),
            _("The signatory can sign now."),
            citation="《促进科技成果转化法》第18条",
        )


def void(signed: Signed, *, by: User | None) -> None:
    """Open links about a paper that is no more lead nowhere. Requires a transaction."""
    listings_flow.void_askings(_asked_of(signed).filter(state=AskingState.WAITING), by=by)


def _ask_next(signed: Signed, by: User) -> Asking | None:
    missing = _missing(signed)
    if not missing:
        return None
    return listings_flow.ask_about(
        _deal(signed).listing,
        missing[0],
        about=str(signed.code),
        told=_question(signed, missing[0]),
        bound=_bound(signed),
        by=by,
    )


def _signed_of(asking: Asking) -> Signed | None:
    """What a question is about."""
    deals = Agreement.objects.select_related("version", "licensor", "licensee", "listing__patent")
    changes = Amendment.objects.select_related(
        "before", "version", "paper", "proposal", "agreement__licensor", "agreement__licensee",
        "agreement__listing__patent",
    )  # fmt: skip
    return deals.filter(code=asking.about).first() or changes.filter(code=asking.about).first()


def _still_asked(asking: Asking) -> bool:
    signed = _signed_of(asking)
    if signed is None or asking.terms_sha256 != _bound(signed):
        return False
    waits = AmendmentState.SIGNING if isinstance(signed, Amendment) else State.OFFERED
    return signed.state == waits and (signed.acts_until is None or signed.acts_until > timezone.now())


def _answered(asking: Asking) -> None:
    signed = _signed_of(asking)
    if signed is None:
        return
    if asking.state == AskingState.REFUSED:
        change_letters.refused_inside(signed, asking)
    elif _ask_next(signed, asking.asked_by) is None:
        change_letters.approved_inside(signed)


def _question(signed: Signed, step: ApprovalStep) -> str:
    """What the step is asked, as canonical JSON in both languages."""
    told: dict[str, Any] = {
        "v": body.VERSION,
        "kind": str(AskingKind.DEAL),
        "deal": str(_deal(signed).code),
        "contract_sha256": _bound(signed),
        "asked": {"name": step.name, "capacity": step.capacity, "owner": ""},
    }
    if isinstance(signed, Amendment):
        told["amendment"] = str(signed.code)
    for language in body.LANGUAGES:
        with translation.override(language):
            title, question = _asks(signed)
            told[language] = {
                "title": title,
                "question": question,
                "lines": [[label, value] for label, value in _lines(signed) if value],
            }
    return canonical_json(told)


def _asks(signed: Signed) -> tuple[str, str]:
    """Title and question, in the active language."""
    names = {"licensor": _deal(signed).licensor.name, "licensee": _deal(signed).licensee.name}
    if not isinstance(signed, Amendment):
        question = _("Do you approve that %(licensor)s gives %(licensee)s a license on these terms?")
        return _("Approval of one contract"), question % names
    if signed.renews:
        question = _("Do you approve that %(licensor)s renews the license of %(licensee)s on these terms?")
        return _("Approval of one renewal"), question % names
    question = _("Do you approve that %(licensor)s changes the license of %(licensee)s to these terms?")
    return _("Approval of one amendment"), question % names


def _lines(signed: Signed) -> list[tuple[str, str]]:
    agreement, snapshot = _deal(signed), signed.version.snapshot
    told, patent = snapshot["terms"], snapshot["patent"]
    price = offers.price_for(snapshot, agreement.licensee_class)
    amount = amount_of(signed)
    most = _("open upward: a royalty") if amount is None else money_text(from_minor(amount, agreement.currency))
    return [
        (_("Contract"), agreement.reference),
        *_changed(signed),
        (_("Patent"), patent["title"]),
        (_("Patent number"), patent_number(patent["application_number"])),
        (_("Licensee"), agreement.licensee.name),
        (_("What it is for"), agreement.intended_use),
        (_("Price"), price.words),
        (_("At most, this contract"), most),
        (_("License term"), offers.term_words(told, patent["last_day"])),
        (_("Where"), offers.territory_words(told["territory"])),
        (_("Permitted"), offers.acts_words(told["acts"])),
        (_("Field of use"), told["field_of_use"]),
        (_("Guidance"), offers.guidance_words(told)),
        (_("Related parties"), agreement.related_detail or (_("none named") if not agreement.related_party else "")),
        (_("SHA-256 of the contract"), _bound(signed)),
    ]


def _changed(signed: Signed) -> list[tuple[str, str]]:
    """What an amendment changes, point by point, and the last day under it."""
    if not isinstance(signed, Amendment):
        return []
    before = negotiated.starting(signed.before.snapshot, signed.agreement.licensee_class)
    lines = redlines.lines(before, signed.version.snapshot["terms"])
    changed = [(_("Changes: %(term)s") % {"term": line.label}, f"{line.was} → {line.now}") for line in lines]
    ends = signed.ends_on.isoformat() if signed.ends_on else ""
    return [*changed, (_("Why"), signed.proposal.reason), (_("Last day of the license"), ends)]


STATE_WORDS = {
    "agreed": gettext_lazy("approved"),
    "refused": gettext_lazy("refused"),
    "waiting": gettext_lazy("asked by mail"),
    "expired": gettext_lazy("not answered in time"),
    "": gettext_lazy("not asked yet"),
}
