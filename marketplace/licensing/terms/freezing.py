"""Freezing what is on offer under its SHA-256, and telling how one version differs from another (LIC-D, LIC-5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from listings import negotiated, offers, variants
from listings.changes import Change, between
from listings.models import Listing
from marketplace.lib.findings import refuse
from marketplace.licensing.errors import TermsChanged
from marketplace.licensing.models import OfferVersion

# A later look at the register that finds the same status changes nothing that binds; what it found is compared.
LOOKED_AT = frozenset({("patent", "status_source"), ("patent", "status_checked_at"), ("patent", "fees_paid_through")})


def freeze(listing: Listing) -> OfferVersion:
    """The version of what is on offer now; the same offer always gives the same row. Needs a locked listing."""
    snapshot = offers.snapshot(listing)
    version, _made = OfferVersion.objects.get_or_create(
        listing=listing, sha256=offers.canonical_sha256(snapshot), defaults={"snapshot": snapshot}
    )
    return version


def freeze_negotiated(listing: Listing, terms: Mapping[str, Any], source: Mapping[str, Any]) -> OfferVersion:
    """The version of an offer on terms that two parties negotiated; `source` says in which version of which talk."""
    snapshot = offers.snapshot(negotiated.under(listing, terms)) | {negotiated.KEY: dict(source)}
    version, _made = OfferVersion.objects.get_or_create(
        listing=listing, sha256=offers.canonical_sha256(snapshot), defaults={"snapshot": snapshot}
    )
    return version


def require_seen(listing: Listing, seen_sha256: str) -> OfferVersion:
    """Freeze the offer and make sure it is the one the person saw. Raises TermsChanged; then nothing is stored."""
    snapshot = offers.snapshot(listing)
    sha256 = offers.canonical_sha256(snapshot)
    if sha256 != seen_sha256:
        known = OfferVersion.objects.filter(listing=listing, sha256=seen_sha256).first()
        raise TermsChanged(old=known.snapshot if known else {}, new=snapshot, sha256=sha256)
    return freeze(listing)


def require_unchanged(listing: Listing, version: OfferVersion) -> None:
    """Make sure that what is on offer now still says what the version says. Raises TermsChanged."""
    snapshot = offers.snapshot(as_frozen(listing, version.snapshot))
    if negotiated.KEY in version.snapshot:
        snapshot[negotiated.KEY] = version.snapshot[negotiated.KEY]
    if binding_differences(version.snapshot, snapshot):
        raise TermsChanged(old=version.snapshot, new=snapshot, sha256=offers.canonical_sha256(snapshot))


def as_frozen(listing: Listing, snapshot: Mapping[str, Any]) -> Listing:
    """The listing as it is now, read under the variant or the negotiated terms that a snapshot froze.

    Raises Refused when the variant is gone.
    """
    if negotiated.KEY in snapshot:
        return negotiated.under(listing, snapshot["terms"])
    return under(listing, offers.variant_key(snapshot))


def under(listing: Listing, variant: str) -> Listing:
    """The listing read under a variant ('' for its own terms). Raises Refused when there is none of this name."""
    try:
        return variants.under(listing, variant)
    except variants.NoVariant:
        raise refuse(
            "LIC-D",
            _("This variant of the offer does not exist any more. Nothing was sent."),
            _("Go back to the offer and choose among those that stand."),
        ) from None


def binding_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """The differences that matter for an acceptance: all but when and where the status was last looked up."""
    return [change for change in between(old, new) if change.path not in LOOKED_AT]
