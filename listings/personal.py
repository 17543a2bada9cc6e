"""What listings keep of people: contacts of institutions, inventors on the register, objectors, those asked by mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.lib import personal
from marketplace.lib.personal import (
    ACCOUNT,
    CONTRACT,
    DRAFTS,
    ORGANIZATION,
    SETTLED,
    SHOWN,
    UPLOADS,
    Basis,
    Ending,
    Hold,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from marketplace.accounts.models import User

OFFER = gettext_lazy("Offer patents, and answer who asks about them")
REGISTER = gettext_lazy("Show whose invention it is, as the patent register does")
LAW = gettext_lazy("Show afterwards that the law's steps were kept")


def register() -> None:
    """Enter this room's fields into the inventory; called from ListingsConfig.ready()."""
    _offers()
    _asked()
    _records()
    _without_people()
    personal.part("saved_searches", gettext_lazy("Saved searches"), _searches)
    personal.part("objections", gettext_lazy("Objections you made"), _objections)
    personal.hold("listings.asked", _hold_asked)
    personal.eraser("listings", _erase)
    personal.sweep("listings.uploads", delete_uploads)


def _offers() -> None:
    personal.keep(
        "listings.Patent", "inventors", "patentee",
        what=gettext_lazy("Names of inventors and patentees"), purpose=REGISTER,
        basis=Basis.PUBLIC, kept=SHOWN, ending=Ending.OTHERS,
    )  # fmt: skip
    personal.keep(
        "listings.CoOwner", "name",
        what=gettext_lazy("Names of co-owners"), purpose=REGISTER,
        basis=Basis.PUBLIC, kept=SHOWN, ending=Ending.OTHERS,
    )  # fmt: skip
    personal.keep(
        "listings.Listing", "contact_name", "contact_phone", "contact_email", "related_parties", "state_reason",
        what=gettext_lazy("The institution's contact for an offer; related parties it names"), purpose=OFFER,
        basis=Basis.LAW, kept=ORGANIZATION, ending=Ending.OTHERS,
    )  # fmt: skip
    personal.keep(
        "listings.Revision", "snapshot",
        what=gettext_lazy("Earlier versions of an offer with its contact"), purpose=LAW,
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.OTHERS,
    )  # fmt: skip
    personal.keep(
        "listings.InventorShare", "name",
        what=gettext_lazy("Inventors' shares of the income"),
        purpose=gettext_lazy("Work out what inventors receive"),
        basis=Basis.LAW, kept=ORGANIZATION, ending=Ending.OTHERS,
    )  # fmt: skip
    personal.keep(
        "listings.SavedSearch", "query",
        what=gettext_lazy("Searches you saved"), purpose=gettext_lazy("Tell you what is new"),
        basis=Basis.CONSENT, kept=ACCOUNT, ending=Ending.GONE,
    )  # fmt: skip


def _asked() -> None:
    personal.keep(
        "listings.ApprovalStep", "name", "email",
        what=gettext_lazy("Who approves prices inside an institution: name and e-mail"),
        purpose=gettext_lazy("Ask for approvals and consents by mail"),
        basis=Basis.CONTRACT, kept=ORGANIZATION, ending=Ending.OTHERS,
    )  # fmt: skip
    personal.keep(
        "listings.Letter", "name", "email",
        what=gettext_lazy("To whom a question was mailed: name and e-mail"),
        purpose=gettext_lazy("Ask for approvals and consents by mail"),
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
    personal.keep(
        "listings.Asking", "owner_name", "name", "email", "body", "answer_name", "answer_capacity", "answer_reason",
        "answer_address",
        what=gettext_lazy("Who was asked and who answered: name, function, e-mail, network address, words"),
        purpose=LAW, basis=Basis.LAW, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
    personal.keep(
        "listings.Objection", "name", "contact", "text",
        what=gettext_lazy("Objections during publicity: name, contact, words"),
        purpose=gettext_lazy("Decide objections and tell who objected"),
        basis=Basis.LAW, kept=SETTLED, ending=Ending.OVERWRITTEN,
    )  # fmt: skip


def _records() -> None:
    personal.keep(
        "listings.TermSheet", "signature", "snapshot",
        what=gettext_lazy("Who signed a term sheet, when and from which network address"),
        purpose=LAW, basis=Basis.CONTRACT, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
    personal.keep(
        "listings.Encumbrance", "holder", "note",
        what=gettext_lazy("Who holds a license or a pledge on a patent"), purpose=REGISTER,
        basis=Basis.LAW, kept=SHOWN, ending=Ending.OTHERS,
    )  # fmt: skip
    for model, fields in {
        "HealthEvent": ("detail",), "StatusRecord": ("note",), "Review": ("reason",), "Override": ("reason",),
        "Declaration": ("withdrawal_reason",), "WithdrawalPaper": ("name",), "IntegrityFlag": ("evidence", "reason"),
        "StatusRow": ("detail", "problem"),
    }.items():  # fmt: skip
        personal.keep(
            f"listings.{model}", *fields,
            what=gettext_lazy("Notes and reasons that members and moderators wrote"), purpose=LAW,
            basis=Basis.LAW, kept=CONTRACT, ending=Ending.OTHERS,
        )  # fmt: skip
    personal.keep(
        "listings.ImportRow", "cells", "answers", "facts",
        what=gettext_lazy("Rows of uploaded inventories, with inventors' names"), purpose=OFFER,
        basis=Basis.CONTRACT, kept=UPLOADS, ending=Ending.OTHERS,
    )  # fmt: skip
    personal.keep(
        "listings.ImportPart", "data",
        what=gettext_lazy("Uploaded inventories while they are read"), purpose=OFFER,
        basis=Basis.CONTRACT, kept=UPLOADS, ending=Ending.OTHERS,
    )  # fmt: skip
    personal.keep(
        "listings.ImportRun", "file_name",
        what=gettext_lazy("Names of uploaded files"), purpose=OFFER,
        basis=Basis.CONTRACT, kept=DRAFTS, ending=Ending.OTHERS,
    )  # fmt: skip


def _without_people() -> None:
    personal.nobody("listings.AskedWords", "words", because="counts of single words that several people searched for")
    personal.nobody("listings.Vocabulary", "words", because="words of the published texts")
    personal.nobody("listings.Listing", "problem", "maturity_proof", because="published text about an invention")
    personal.nobody("listings.Listing", "signature_levels", because="which ways of signing an owner takes")
    personal.nobody("listings.OfferTerms", "guidance_persons", because="how many persons, not who")
    personal.nobody("listings.TermSheet", "guidance_persons", "name", because="how many persons; the sheet's title")
    personal.nobody("listings.Patent", "last_day_reason", because="why a term was compensated")
    personal.nobody("listings.Reason", "text_zh", "text_en", because="the moderators' stock of sentences")
    personal.nobody("listings.StatusRun", "file_name", because="a status file of the patent office")
    personal.nobody("listings.SynonymGroup", "note", because="about words")


def _searches(user: User) -> Iterator[Mapping[str, Any]]:
    from listings.models import SavedSearch

    yield from SavedSearch.objects.filter(user=user).order_by("pk").values("query", "pace", "created_at")


def _objections(user: User) -> Iterator[Mapping[str, Any]]:
    from listings.models import Objection

    rows = Objection.objects.filter(objector=user).order_by("pk")
    yield from rows.values("made_at", "name", "contact", "text", "decision", "decided_at")


def _hold_asked(user: User) -> Iterator[Hold]:
    from listings.models import Asking, Objection, TermSheet

    signed = TermSheet.objects.filter(signed_by=user).count()
    yield Hold(
        _("Term sheets you signed"), _("Contracts rest on them (Civil Code, E-Commerce Law art. 31)"), None, signed
    )
    answered = Asking.objects.filter(email__iexact=user.email).count()
    yield Hold(_("Questions you were asked by mail, and your answers"), _("They prove a consent (Patent Law art. 14)"),
               None, answered)  # fmt: skip
    waiting = Objection.objects.filter(objector=user, decided_at__isnull=True).count()
    yield Hold(_("Objections that are not decided yet"), _("They must be decided and answered first"), None, waiting)


def _erase(user: User) -> int:
    from listings.models import Objection, SavedSearch

    gone = sum(SavedSearch.objects.filter(user=user).delete()[1].values())
    decided = Objection.objects.filter(objector=user, decided_at__isnull=False)
    return gone + decided.update(name="—", contact="—")


def delete_uploads(after: timedelta | None = UPLOADS.after) -> int:
    """Delete the rows and parts of imports that were settled long ago; what they led to stays."""
    from listings.models import ImportPart, ImportRow, ImportRun

    if after is None:
        return 0
    old = ImportRun.objects.filter(created_at__lt=timezone.now() - after)
    rows = ImportRow.objects.filter(run__in=old).delete()[0]
    return rows + ImportPart.objects.filter(run__in=old).delete()[0]
