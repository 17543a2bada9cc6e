"""What each rule looks at: the fields it reads and the evidence that satisfies it, for the catalog page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

_MODELS = {
    "patent": ("listings", "Patent"),
    "listing": ("listings", "Listing"),
    "terms": ("listings", "OfferTerms"),
    "price": ("listings", "ClassPrice"),
    "declaration": ("listings", "Declaration"),
    "publicity": ("listings", "Publicity"),
    "encumbrance": ("listings", "Encumbrance"),
    "owner": ("listings", "CoOwner"),
    "step": ("listings", "ApprovalStep"),
    "share": ("listings", "ShareRule"),
    "organization": ("accounts", "Organization"),
}

_WORDS: dict[str, Words] = {  # of columns that no form shows under these words
    "declaration.number": _("number of the declaration"),
    "declaration.announced_on": _("day of its announcement"),
    "declaration.withdrawal_reason": _("reason of the withdrawal"),
    "declaration.withdrawn_on": _("day of the withdrawal"),
    "encumbrance.kind": _("kind of license on record"),
    "encumbrance.starts_at": _("its first day"),
    "encumbrance.ends_at": _("its last day"),
    "listing.confirmed_alive_at": _("last confirmation of the status"),
    "owner.consent": _("consent of each co-owner"),
    "patent.evaluation_conclusion": _("conclusion of the evaluation report"),
    "patent.pledgee_consent": _("consent of the pledgee"),
    "price.licensee_class": _("class of licensee"),
    "terms.royalty_base": _("what the royalty is a share of"),
}


@dataclass(frozen=True, slots=True)
class Needs:
    """`fields` are "model.column" by the short names above; `evidence` says in words what proves it, '' for nothing."""

    fields: tuple[str, ...]
    evidence: Words = ""

    @property
    def labels(self) -> list[str]:
        """The fields in the reader's words, each once."""
        found: dict[str, None] = {}
        for name in self.fields:
            model, column = name.split(".")
            field = apps.get_model(*_MODELS[model])._meta.get_field(column)
            found.setdefault(str(_WORDS.get(name, getattr(field, "verbose_name", column))))
        return list(found)


_REGISTER = _("An extract of the register or the patent office's notice, with the day of the look-up.")
_TEXTS = ("listing.headline", "listing.problem", "listing.products", "listing.adoption", "listing.also_needed")
_PRICE = ("terms.fee_mode", "terms.fee_minor", "terms.royalty_bp")
_CONSENT = _("The signed consent of each co-owner as a file, or the answer by mailed link.")

NEEDS: dict[str, Needs] = {
    "STORY-1": Needs(
        (*_TEXTS, "listing.gains", "listing.maturity", "listing.contact_name"),
        _("A report, a link or a file that proves the maturity and the numbers."),
    ),
    "TRACK-1": Needs(
        ("declaration.number", "declaration.announced_on", "terms.classes_only", "terms.fee_mode", "terms.territory"),
        _("The page of the gazette or the office's notice of the announcement."),
    ),
    "TRACK-2": Needs(("listing.headline", "listing.problem", "listing.products")),
    "TRACK-3": Needs(("encumbrance.kind", "encumbrance.starts_at"), _("The other license, or its recordal.")),
    "TRACK-4": Needs((*_TEXTS, "terms.field_of_use", "terms.guidance")),
    "TRACK-5": Needs(("terms.classes_only", "price.licensee_class")),
    "GATE-1": Needs(("patent.status", "patent.granted_on"), _REGISTER),
    "GATE-2": Needs(("encumbrance.kind", "encumbrance.starts_at", "encumbrance.ends_at"), _REGISTER),
    "GATE-3": Needs(("patent.status",), _REGISTER),
    "GATE-4": Needs(
        ("patent.status", "patent.fees_paid_through", "patent.filed_on"), _("The receipt of the last fee.")
    ),
    "GATE-5": Needs(("patent.pledged", "patent.pledgee_consent"), _("The pledgee's signed consent as a file.")),
    "GATE-6": Needs(("patent.status", "patent.filed_on"), _REGISTER),
    "GATE-7": Needs(
        ("patent.kind", "patent.evaluation_conclusion"), _("The patent office's evaluation report as a file.")
    ),
    "GATE-8": Needs(("patent.patentee", "owner.consent"), _CONSENT),
    "DECL-1": Needs(
        (
            "patent.patentee",
            *_PRICE,
            "terms.royalty_base",
            "listing.contact_name",
            "listing.contact_phone",
            "listing.contact_email",
            "listing.undertaking_at",
        )
    ),
    "DECL-2": Needs(("terms.fee_explanation",)),
    "DECL-3": Needs((*_TEXTS, "terms.fee_explanation")),
    "DECL-4": Needs((*_PRICE, "terms.royalty_base"), _("Above a ceiling: a moderator's written reason.")),
    "DECL-5": Needs(("terms.months", "patent.filed_on")),
    "DECL-6": Needs(("listing.undertaking_at",)),
    "DECL-7": Needs(
        ("declaration.withdrawal_reason", "declaration.withdrawn_on"),
        _("Every owner's consent, and the page of the announcement of the withdrawal."),
    ),
    "DECL-8": Needs(("patent.status", "patent.patentee", "patent.pledged"), _REGISTER),
    "PRESET-1": Needs(
        ("patent.status", "patent.granted_on", "patent.pledged", "owner.consent", "listing.co_owner_default"), _CONSENT
    ),
    "PRESET-2": Needs(
        (
            *_PRICE,
            "terms.free_months",
            "terms.trigger",
            "terms.milestone",
            "terms.later_mode",
            "terms.instalments",
            "terms.nonpayment",
            "terms.months",
        )
    ),
    "PRESET-3": Needs(
        (
            "terms.guidance_none",
            "terms.guidance",
            "terms.guidance_hours",
            "terms.response_days",
            "terms.guidance_persons",
            "terms.travel",
        )
    ),
    "PRESET-4": Needs(
        (
            "terms.nonpayment",
            "terms.field_of_use",
            "terms.guidance",
            "terms.milestone",
            "listing.also_needed",
            "listing.adoption",
        )
    ),
    "INST-1": Needs(
        ("organization.state_established", "listing.related_party_mark"),
        _("The publicity held here, or elsewhere with its place, its dates and the page or the stamped notice."),
    ),
    "INST-2": Needs((), _("The recorded decision on each objection.")),
    "INST-3": Needs(("share.share_bp",)),
    "INST-4": Needs(
        ("step.capacity", "step.above_minor", "step.up_to_minor", *_PRICE),
        _("The answer of each step by a mailed link, with name, capacity, time and address."),
    ),
    "INST-5": Needs(("organization.name",), _("The documents by which the platform verified the organization.")),
    "LIC-B": Needs(("terms.fee_mode", "terms.royalty_bp")),
    "LIC-E": Needs(
        ("patent.title", "patent.patentee", "patent.filed_on", "terms.acts", "terms.territory", "terms.months")
    ),
    "LIC-H": Needs((*_TEXTS, "terms.field_of_use", "terms.guidance")),
    "LIC-I": Needs(("organization.country",), _("The technology-export registration or permit.")),
    "LIC-J": Needs(("listing.related_party_mark", "listing.related_parties", "organization.legal_representative")),
    "LIC-K": Needs(("terms.fee_mode",), _("The term sheet as its signatory signed it.")),
    "LIC-9": Needs(("patent.status", "listing.confirmed_alive_at"), _REGISTER),
    "NUM-1": Needs(("patent.application_number", "patent.kind")),
    "NUM-2": Needs(("organization.credit_code", "organization.credit_code_override")),
    "NUM-3": Needs(
        ("patent.last_day_override", "patent.filed_on", "patent.kind"), _("The decision that compensates the term.")
    ),
    "NUM-4": Needs(("patent.fees_paid_through", "patent.filed_on", "patent.status"), _("The receipt of the last fee.")),
    "NUM-5": Needs(("patent.ipc_main",)),
    "NUM-6": Needs(
        (
            "organization.industry",
            "organization.people",
            "organization.revenue_wan",
            "organization.assets_wan",
            "organization.size_year",
        )
    ),
}


def needs_of(rule_id: str) -> Needs:
    """What a rule looks at; nothing for one that is not told here."""
    return NEEDS.get(rule_id, Needs(()))
