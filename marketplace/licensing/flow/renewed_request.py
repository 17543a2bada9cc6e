"""A request whose offer changed under it: taken back and made anew on the terms shown, in one step or not at all."""

from __future__ import annotations

from django.db import transaction

from listings import offers
from marketplace.accounts.models import User
from marketplace.licensing.flow import closing, requesting
from marketplace.licensing.models import Agreement


def ask_anew(agreement: Agreement, *, by: User, seen_sha256: str) -> Agreement:
    """Give up a request and ask again with the same answers on the terms that were shown beside the old ones.

    Raises NotYours, NotNow, Refused, TermsChanged (they changed once more); then the old request still stands.
    """
    with transaction.atomic():
        closing.cancel(agreement, by=by)
        wish = requesting.Wish(
            intended_use=agreement.intended_use,
            seen_sha256=seen_sha256,
            variant=offers.variant_key(agreement.version.snapshot),
            field_ok=bool(agreement.statements.get("field")),
            territory_ok=bool(agreement.statements.get("territory")),
            related_party=agreement.related_party,
            related_detail=agreement.related_detail,
        )
        return requesting.request(agreement.listing, wish, licensee=agreement.licensee, by=by)
