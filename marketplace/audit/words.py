"""The entries of the trail in words, for the people who read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

from marketplace.audit.actions import Action

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

WORDS: dict[Action, _StrPromise] = {
    Action.ACCEPTANCE_GIVE: pgettext_lazy("trail", "Accepted a legal text"),
    Action.AGREEMENT_ACTIVATE: pgettext_lazy("trail", "License took effect"),
    Action.AGREEMENT_CANCEL: pgettext_lazy("trail", "Request cancelled"),
    Action.AGREEMENT_CONFIRM_CLAUSE: pgettext_lazy("trail", "Highlighted clause confirmed"),
    Action.AGREEMENT_DECLINE: pgettext_lazy("trail", "Request declined"),
    Action.AGREEMENT_END: pgettext_lazy("trail", "License ended"),
    Action.AGREEMENT_LAPSE: pgettext_lazy("trail", "Request lapsed"),
    Action.AGREEMENT_LEAVE: pgettext_lazy("trail", "Left within the free period"),
    Action.AGREEMENT_NOTICE: pgettext_lazy("trail", "Written notice served"),
    Action.AGREEMENT_OFFER: pgettext_lazy("trail", "Contract made ready to sign"),
    Action.AGREEMENT_REFUSE: pgettext_lazy("trail", "Step refused"),
    Action.AGREEMENT_REQUEST: pgettext_lazy("trail", "License requested"),
    Action.AGREEMENT_SETTLE: pgettext_lazy("trail", "Payment booked"),
    Action.AGREEMENT_SIGN: pgettext_lazy("trail", "Contract signed"),
    Action.AUTHORITY_CONFIRM: pgettext_lazy("trail", "Signing authority confirmed"),
    Action.AUTHORITY_GRANT: pgettext_lazy("trail", "Signing authority asked for"),
    Action.AUTHORITY_REVOKE: pgettext_lazy("trail", "Signing authority revoked"),
    Action.CONTACT_ANSWER: pgettext_lazy("trail", "Message answered"),
    Action.CONTACT_RECEIVE: pgettext_lazy("trail", "Message received"),
    Action.DECLARATION_RECORD: pgettext_lazy("trail", "Declaration recorded"),
    Action.ENCUMBRANCE_END: pgettext_lazy("trail", "End of an encumbrance recorded"),
    Action.ENCUMBRANCE_RECORD: pgettext_lazy("trail", "Encumbrance recorded"),
    Action.FILE_READ: pgettext_lazy("trail", "File read"),
    Action.FILE_STORE: pgettext_lazy("trail", "File stored"),
    Action.FLAG_ACT: pgettext_lazy("trail", "Flag acted upon"),
    Action.FLAG_DISMISS: pgettext_lazy("trail", "Flag dismissed"),
    Action.IMPORT_COMMIT: pgettext_lazy("trail", "Sheet stored"),
    Action.INVITATION_ACCEPT: pgettext_lazy("trail", "Invitation accepted"),
    Action.INVITATION_SEND: pgettext_lazy("trail", "Invitation sent"),
    Action.LISTING_APPROVE: pgettext_lazy("trail", "Listing approved"),
    Action.LISTING_ASSIGN: pgettext_lazy("trail", "Given to a moderator"),
    Action.LISTING_CONFIRM: pgettext_lazy("trail", "Legal status confirmed"),
    Action.LISTING_CREATE: pgettext_lazy("trail", "Listing created"),
    Action.LISTING_EDIT: pgettext_lazy("trail", "Listing changed"),
    Action.LISTING_EXPIRE: pgettext_lazy("trail", "Listing expired"),
    Action.LISTING_OBJECTION: pgettext_lazy("trail", "Objection made"),
    Action.LISTING_OBJECTION_DECIDE: pgettext_lazy("trail", "Objection decided"),
    Action.LISTING_OVERRIDE: pgettext_lazy("trail", "Rule let pass"),
    Action.LISTING_PUBLICITY: pgettext_lazy("trail", "Publicity recorded"),
    Action.LISTING_PUBLISH: pgettext_lazy("trail", "Listing opened"),
    Action.LISTING_RECHECK: pgettext_lazy("trail", "To be checked again"),
    Action.LISTING_REFUSE: pgettext_lazy("trail", "Listing refused"),
    Action.LISTING_RELEASE: pgettext_lazy("trail", "Given back to the queue"),
    Action.LISTING_RESUME: pgettext_lazy("trail", "Listing resumed"),
    Action.LISTING_RETURN: pgettext_lazy("trail", "Listing sent back"),
    Action.LISTING_SUBMIT: pgettext_lazy("trail", "Listing submitted"),
    Action.LISTING_SUSPEND: pgettext_lazy("trail", "Listing suspended"),
    Action.LISTING_WITHDRAW: pgettext_lazy("trail", "Listing withdrawn"),
    Action.LISTING_WITHDRAW_REQUEST: pgettext_lazy("trail", "Withdrawal requested"),
    Action.MEMBERSHIP_END: pgettext_lazy("trail", "Role ended"),
    Action.MEMBERSHIP_START: pgettext_lazy("trail", "Role given"),
    Action.OBLIGATION_DUE: pgettext_lazy("trail", "Payment fell due"),
    Action.ORGANIZATION_CHANGE: pgettext_lazy("trail", "Details changed"),
    Action.ORGANIZATION_REFUSE: pgettext_lazy("trail", "Verification refused"),
    Action.ORGANIZATION_REGISTER: pgettext_lazy("trail", "Organization registered"),
    Action.ORGANIZATION_REINSTATE: pgettext_lazy("trail", "Suspension lifted"),
    Action.ORGANIZATION_SUSPEND: pgettext_lazy("trail", "Organization suspended"),
    Action.ORGANIZATION_VERIFY: pgettext_lazy("trail", "Organization verified"),
    Action.ORGANIZATION_VETO: pgettext_lazy("trail", "Organization vetoed"),
    Action.ORGANIZATION_VETO_LIFT: pgettext_lazy("trail", "Veto lifted"),
    Action.PAPER_MAKE: pgettext_lazy("trail", "Paper made"),
    Action.PAPER_SEAL: pgettext_lazy("trail", "Paper sealed"),
    Action.PATENT_CHANGE: pgettext_lazy("trail", "Patent record changed"),
    Action.PATENT_STATUS: pgettext_lazy("trail", "Legal status recorded"),
    Action.PAYMENT_ABANDON: pgettext_lazy("trail", "Online payment given up"),
    Action.PAYMENT_APPROVE: pgettext_lazy("trail", "Arrival agreed by a second person"),
    Action.PAYMENT_CONFIRM: pgettext_lazy("trail", "Arrival confirmed"),
    Action.PAYMENT_DECLARE: pgettext_lazy("trail", "Transfer declared"),
    Action.PAYMENT_DISPUTE: pgettext_lazy("trail", "Payment disputed by the bank"),
    Action.PAYMENT_NOT_FOUND: pgettext_lazy("trail", "Transfer not found"),
    Action.PAYMENT_RECEIVE: pgettext_lazy("trail", "Money received"),
    Action.PAYMENT_REFUND: pgettext_lazy("trail", "Money paid back"),
    Action.PAYMENT_START: pgettext_lazy("trail", "Online payment begun"),
    Action.PAYMENT_SUSPEND: pgettext_lazy("trail", "Money put in suspense"),
    Action.REASON_ARCHIVE: pgettext_lazy("trail", "Reason archived"),
    Action.REASON_CHANGE: pgettext_lazy("trail", "Reason changed"),
    Action.REASON_RESTORE: pgettext_lazy("trail", "Reason taken up again"),
    Action.SUSPENSE_RESOLVE: pgettext_lazy("trail", "Suspense resolved"),
    Action.TERM_SHEET_DRAFT: pgettext_lazy("trail", "Term sheet drafted"),
    Action.TERM_SHEET_REVOKE: pgettext_lazy("trail", "Term sheet revoked"),
    Action.TERM_SHEET_SIGN: pgettext_lazy("trail", "Term sheet signed"),
    Action.VERIFICATION_SUBMIT: pgettext_lazy("trail", "Evidence handed in"),
}


def words(action: str) -> str:
    """What happened, in the reader's language; an entry of an unknown kind keeps its name."""
    return str(WORDS[Action(action)]) if action in set(Action) else action
