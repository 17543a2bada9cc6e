"""A licensor's own approval of one contract, where no term sheet binds it: its steps are asked by mailed link (INST-4).

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
from listings import offers
from listings.asking import body, subjects
from listings.models import ApprovalStep, Asking, AskingKind, AskingState, Track
from marketplace.lib.canonical import canonical_json
from marketplace.lib.findings import refuse
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.lib.numbers import patent_number
from marketplace.licensing.letters import change_letters
from marketplace.licensing.models import Agreement, Party, State

if TYPE_CHECKING:
    from marketplace.accounts.models import User


@dataclass(frozen=True, slots=True)
class Stage:
    """One step for the deal's page: the office, how it stands, and the question put to it (None: not asked yet)."""

    capacity: str
    state: str  # "agreed", "refused", "waiting", "expired" or "" where it is not its turn yet
    asking: Asking | None


def register() -> None:
    """Hear the answers; called from LicensingConfig.ready()."""
    subjects.register(AskingKind.DEAL, subjects.Subject(still_asked=_still_asked, answered=_answered))


def steps_for(agreement: Agreement) -> list[ApprovalStep]:
    """The licensor's steps that a contract of this amount goes through; none where a term sheet has signed (LIC-K)."""
    if agreement.track != Track.PRESET or agreement.term_sheet_id is not None:
        return []
    steps = list(agreement.licensor.approval_steps.order_by("position"))
    if not steps:
        return []
    amount = amount_of(agreement)
    return [step for step in steps if step.takes(amount)]


def amount_of(agreement: Agreement) -> int | None:
    """What the contract comes to over its term, in minor units; None: a royalty, without upper end."""
    price = offers.price_for(agreement.version.snapshot, agreement.licensee_class)
    if price.royalty_bp:
        return None
    return max(price.fee_minor, price.total_minor or 0)


def _askings(agreement: Agreement) -> list[Asking]:
    rows = agreement.listing.askings.filter(kind=AskingKind.DEAL, about=str(agreement.code))
    return list(rows.exclude(state=AskingState.VOID).order_by("asked_at", "pk"))


def stages(agreement: Agreement) -> list[Stage]:
    """Every step in its order with the newest question put to it."""
    newest = {(asking.position, asking.capacity): asking for asking in _askings(agreement)}
    found = []
    for step in steps_for(agreement):
        asking = newest.get((step.position, step.capacity))
        found.append(Stage(step.capacity, str(asking.state) if asking else "", asking))
    return found


def _missing(agreement: Agreement) -> list[ApprovalStep]:
    agreed = {(one.position, one.capacity) for one in _askings(agreement) if one.state == AskingState.AGREED}
    return [step for step in steps_for(agreement) if (step.position, step.capacity) not in agreed]


def require_all(agreement: Agreement, party: Party) -> None:
    """Refuse the licensor's signature while a step of its institution is open. Raises Refused (INST-4)."""
    if party != Party.LICENSOR:
        return
    missing = _missing(agreement)
    if missing:
        raise refuse(
            "INST-4",
            _("Step %(position)d of the approval inside the institution is still open: %(capacity)s.")
            % {"position": missing[0].position, "capacity": missing[0].capacity},
            _("The platform has asked by mail; you can ask again on the deal's page."),
            citation="《促进科技成果转化法》第18条",
        )


def begin(agreement: Agreement, *, by: User) -> None:
    """Ask the first step, if there is one, in the transaction that makes the contract ready."""
    _ask_next(agreement, by)


def ask_again(agreement: Agreement, *, by: User) -> None:
    """Put the question to the first open step anew, with a fresh link; after a no as well. Raises Refused."""
    if _ask_next(agreement, by) is None:
        raise refuse(
            "INST-4",
            _("Every step has agreed."),
            _("The signatory can sign now."),
            citation="《促进科技成果转化法》第18条",
        )


def void(agreement: Agreement, *, by: User | None) -> None:
    """Open links about a contract that is no more lead nowhere. Requires a transaction."""
    listings_flow.void_askings(
        agreement.listing.askings.filter(kind=AskingKind.DEAL, about=str(agreement.code), state=AskingState.WAITING),
        by=by,
    )


def _ask_next(agreement: Agreement, by: User) -> Asking | None:
    missing = _missing(agreement)
    if not missing:
        return None
    return listings_flow.ask_about(
        agreement.listing,
        missing[0],
        about=str(agreement.code),
        told=_question(agreement, missing[0]),
        bound=agreement.contract_sha256,
        by=by,
    )


def _agreement_of(asking: Asking) -> Agreement | None:
    rows = Agreement.objects.select_related("version", "licensor", "licensee", "listing__patent")
    return rows.filter(code=asking.about).first()


def _still_asked(asking: Asking) -> bool:
    agreement = _agreement_of(asking)
    if agreement is None or agreement.state != State.OFFERED or asking.terms_sha256 != agreement.contract_sha256:
        return False
    return agreement.acts_until is None or agreement.acts_until > timezone.now()


def _answered(asking: Asking) -> None:
    agreement = _agreement_of(asking)
    if agreement is None:
        return
    if asking.state == AskingState.REFUSED:
        change_letters.refused_inside(agreement, asking)
    elif _ask_next(agreement, asking.asked_by) is None:
        change_letters.approved_inside(agreement)


def _question(agreement: Agreement, step: ApprovalStep) -> str:
    """What the step is asked, as canonical JSON in both languages."""
    told: dict[str, Any] = {
        "v": body.VERSION,
        "kind": str(AskingKind.DEAL),
        "deal": str(agreement.code),
        "contract_sha256": agreement.contract_sha256,
        "asked": {"name": step.name, "capacity": step.capacity, "owner": ""},
    }
    for language in body.LANGUAGES:
        with translation.override(language):
            told[language] = {
                "title": _("Approval of one contract"),
                "question": _("Do you approve that %(licensor)s gives %(licensee)s a license on these terms?")
                % {"licensor": agreement.licensor.name, "licensee": agreement.licensee.name},
                "lines": [[label, value] for label, value in _lines(agreement) if value],
            }
    return canonical_json(told)


def _lines(agreement: Agreement) -> list[tuple[str, str]]:
    snapshot = agreement.version.snapshot
    told, patent = snapshot["terms"], snapshot["patent"]
    price = offers.price_for(snapshot, agreement.licensee_class)
    amount = amount_of(agreement)
    most = _("open upward: a royalty") if amount is None else money_text(from_minor(amount, agreement.currency))
    return [
        (_("Contract"), agreement.reference),
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
        (_("SHA-256 of the contract"), agreement.contract_sha256),
    ]


STATE_WORDS = {
    "agreed": gettext_lazy("approved"),
    "refused": gettext_lazy("refused"),
    "waiting": gettext_lazy("asked by mail"),
    "expired": gettext_lazy("not answered in time"),
    "": gettext_lazy("not asked yet"),
}
