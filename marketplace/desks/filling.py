"""Fills the registries of lower rooms with what only the whole house knows: the moderators' queues and the figures."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from cms import figures, queues
from listings.models import FlagState, IntegrityFlag, Listing, ListingState, Objection
from marketplace.accounts.models import AuthorityState, Organization, SigningAuthority, VerificationState
from marketplace.licensing.models import Agreement, Claim, ClaimState, Hold, Negotiation, NegotiationState, State
from marketplace.outbox.models import Effect, EffectState


def organizations_waiting() -> int:
    """Organizations whose evidence nobody has looked at."""
    return Organization.objects.filter(state=VerificationState.PENDING).count()


def authorities_waiting() -> int:
    """Signing authorities that were granted and not confirmed."""
    return SigningAuthority.objects.filter(state=AuthorityState.PENDING).count()


def listings_waiting() -> int:
    """Listings that were submitted."""
    return Listing.objects.filter(state=ListingState.SUBMITTED).count()


def objections_waiting() -> int:
    """Objections without a decision."""
    return Objection.objects.filter(upheld__isnull=True).count()


def flags_waiting() -> int:
    """What looks odd to a program and nobody has looked at."""
    return IntegrityFlag.objects.filter(state=FlagState.OPEN).count()


def requests_waiting() -> int:
    """Requests that the rules want a person to look at first (LIC-I, LIC-J)."""
    return Agreement.objects.filter(state=State.REQUESTED).count()


def claims_waiting() -> int:
    """Contested ends of free periods that a moderator decides (PRESET-2)."""
    return Claim.objects.filter(state=ClaimState.CONTESTED).count()


def talks_waiting() -> int:
    """Wishes for other terms that no coordinator has taken (TRACK-3)."""
    return Negotiation.objects.filter(state=NegotiationState.ASKED).count()


def holds_waiting() -> int:
    """Payments that stand still because something happened to a patent (DECL-8)."""
    return Hold.objects.filter(ended_at__isnull=True, agreement__state=State.ACTIVE).count()


def effects_dead() -> int:
    """Effects that failed for good: mail or papers that did not go out."""
    return Effect.objects.filter(state=EffectState.DEAD).count()


def licenses_in_force() -> int:
    """Licenses in force now."""
    return Agreement.objects.filter(state=State.ACTIVE).count()


def register() -> None:
    """Name the queues in the order in which waiting hurts, and count the licenses."""
    rows = (
        ("organizations", _("Organizations to verify"), organizations_waiting, "accounts_moderation:organizations"),
        ("authorities", _("Signing authorities to confirm"), authorities_waiting, "accounts_moderation:organizations"),
        ("listings", _("Listings to check"), listings_waiting, "listings_moderation:listings"),
        ("objections", _("Objections to decide"), objections_waiting, "listings_moderation:objections?open=1"),
        ("flags", _("Integrity flags to look at"), flags_waiting, "listings_moderation:flags"),
        ("requests", _("Requests a person must look at"), requests_waiting, "licensing:deals?state=open"),
        ("claims", _("Contested ends of free periods"), claims_waiting, "licensing:deals?state=contested"),
        ("talks", _("Wishes for other terms"), talks_waiting, "licensing:negotiations"),
        ("holds", _("Payments that are held"), holds_waiting, "licensing:deals?state=active"),
        ("effects", _("Effects that failed for good"), effects_dead, ""),
    )
    for place, (name, label, count, url) in enumerate(rows):
        queues.register(name, label, count, url, order=10 * (place + 1))
    figures.register(
        "licensing.in_force",
        label=_("Licenses in force"),
        how=_("signed or noticed here, and in effect today"),
        count=licenses_in_force,
        order=15,
    )
