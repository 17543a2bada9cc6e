"""The right to sign, asked in the transaction of the signature (SIG-3)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from marketplace.accounts import authority, flow
from marketplace.accounts.models import Membership, Organization, SigningAuthority, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused
from marketplace.lib.transactions import NotInTransaction


def _require(user: User, organization: Organization, **changes: Any) -> SigningAuthority:
    wanted: Any = {"scope": "contracts", "amount_minor": 1_000_000} | changes
    with transaction.atomic():
        return authority.require(user, organization, **wanted)


def test_a_confirmed_signatory_of_a_verified_firm_may_sign(bob: User, firm: Organization, verify: Any) -> None:
    verify(firm)

    held = _require(bob, firm)

    assert (held.user, held.basis) == (bob, "legal_representative")


def test_for_an_unverified_firm_nobody_signs(bob: User, firm: Organization, moderator: User) -> None:
    flow.confirm_authority(SigningAuthority.objects.get(organization=firm), by=moderator)

    with pytest.raises(authority.NoAuthority, match="not yet verified") as caught:
        _require(bob, firm)

    assert caught.value.finding.rule == "SIG-3"
    assert "Verification" in str(caught.value.finding.remedy)


def test_strangers_and_other_parties_may_not_sign(
    alice: User, mallory: User, firm: Organization, verify: Callable[[Organization], None]
) -> None:
    verify(firm)

    for user in (alice, mallory):
        with pytest.raises(authority.NoAuthority, match="not a signatory"):
            _require(user, firm)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "pending"}, "still being checked"),
        ({"state": "revoked"}, "was revoked"),
        ({"valid_from": timezone.localdate() + timedelta(days=1)}, "not valid yet"),
        ({"valid_until": timezone.localdate() - timedelta(days=1)}, "has expired"),
        ({"scope_contracts": False}, "does not extend to contracts"),
        ({"ceiling_minor": 999_999}, "up to ¥9,999.99"),
        ({"currency": "USD", "ceiling_minor": 10_000_000}, "above what you may sign"),
    ],
)
def test_an_authority_that_does_not_cover_the_paper_says_why(
    bob: User, firm: Organization, verify: Any, changes: dict[str, Any], words: str
) -> None:
    verify(firm)
    SigningAuthority.objects.filter(organization=firm).update(**changes)

    with pytest.raises(authority.NoAuthority, match=words):
        _require(bob, firm)


@pytest.mark.parametrize("changes", [{"ceiling_minor": 1_000_000}, {"valid_until": timezone.localdate()}])
def test_the_last_day_and_the_last_fen_still_count(
    bob: User, firm: Organization, verify: Any, changes: dict[str, Any]
) -> None:
    verify(firm)
    SigningAuthority.objects.filter(organization=firm).update(**changes)

    assert _require(bob, firm).user == bob


def test_an_owner_who_is_no_signatory_may_not_sign(alice: User, university: Organization, verify: Any) -> None:
    verify(university)

    with pytest.raises(authority.NoAuthority, match="not a signatory"):
        _require(alice, university)


def test_the_right_ends_with_the_membership(bob: User, firm: Organization, verify: Any, alice: User) -> None:
    verify(firm)
    Membership.objects.create(user=alice, organization=firm, role="owner")

    flow.end_membership(Membership.objects.get(user=bob, organization=firm, role="signatory"), by=alice)

    with pytest.raises(authority.NoAuthority, match="not a signatory"):
        _require(bob, firm)
    assert SigningAuthority.objects.get(organization=firm).state == "revoked"


def test_a_second_authority_covers_where_the_first_does_not(bob: User, firm: Organization, verify: Any) -> None:
    verify(firm)
    SigningAuthority.objects.filter(organization=firm).update(ceiling_minor=1)
    wide = flow.grant_authority(firm, user=bob, by=bob, basis="legal_representative")
    SigningAuthority.objects.filter(pk=wide.pk).update(state="confirmed", confirmed_at=timezone.now())

    assert _require(bob, firm).pk == wide.pk


@pytest.mark.parametrize("kind", ["individual", "sole_trader"])
def test_who_acts_for_himself_needs_no_confirmation(bob: User, moderator: User, kind: str) -> None:
    own = flow.register_organization(by=bob, kind=kind, name="Bob")
    Organization.objects.filter(pk=own.pk).update(state="verified")

    assert _require(bob, own).basis == "self"


def test_nobody_else_acts_for_himself(bob: User, firm: Organization) -> None:
    with pytest.raises(Refused, match="SIG-3"):
        flow.grant_authority(firm, user=bob, by=bob, basis="self")

    assert SigningAuthority.objects.filter(organization=firm).count() == 1


def test_a_power_of_attorney_needs_its_paper(bob: User, firm: Organization) -> None:
    with pytest.raises(Refused, match="must be uploaded"):
        flow.grant_authority(firm, user=bob, by=bob, basis="power_of_attorney")

    assert SigningAuthority.objects.filter(organization=firm).count() == 1


def test_only_a_moderator_confirms_and_only_once(bob: User, mallory: User, moderator: User, firm: Organization) -> None:
    asked = SigningAuthority.objects.get(organization=firm)

    for user in (bob, mallory):
        with pytest.raises(Refused):
            flow.confirm_authority(asked, by=user)
    asked.refresh_from_db()
    assert asked.state == "pending"

    flow.confirm_authority(asked, by=moderator)
    with pytest.raises(Refused, match="not waiting"):
        flow.confirm_authority(asked, by=moderator)


def test_a_stranger_revokes_nothing(alice: User, mallory: User, firm: Organization, verify: Any) -> None:
    verify(firm)
    held = SigningAuthority.objects.get(organization=firm)

    for user in (alice, mallory):
        with pytest.raises(Refused):
            flow.revoke_authority(held, by=user)

    held.refresh_from_db()
    assert held.state == "confirmed"


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_authority_is_not_asked(transactional_db: None, bob: User, firm: Organization) -> None:
    with pytest.raises(NotInTransaction):
        authority.require(bob, firm, scope="contracts", amount_minor=0)


@pytest.mark.django_db(transaction=True)
def test_a_signature_never_follows_a_revocation(transactional_db: None, bob: User, moderator: User) -> None:
    for round_ in range(8):
        own = flow.register_organization(by=bob, kind="individual", name=f"Bob {round_}")
        Organization.objects.filter(pk=own.pk).update(state="verified")
        held = SigningAuthority.objects.get(organization=own)
        together = Barrier(2)

        def sign(own: Organization = own, together: Barrier = together) -> None:
            together.wait()
            with closing(connection), suppress(authority.NoAuthority), transaction.atomic():
                authority.require(bob, own, scope="contracts", amount_minor=0)
                trail.record(Action.AGREEMENT_SIGN, own, by=bob)

        def revoke(held: SigningAuthority = held, together: Barrier = together) -> None:
            together.wait()
            flow.revoke_authority(held, by=moderator)
            connection.close()

        with ThreadPoolExecutor(2) as threads:
            for done in [threads.submit(sign), threads.submit(revoke)]:
                done.result()

        signed = trail.of(own).filter(action=Action.AGREEMENT_SIGN).values_list("number", flat=True)
        revoked = trail.of(held).filter(action=Action.AUTHORITY_REVOKE).values_list("number", flat=True)
        assert len(revoked) == 1
        assert all(number < revoked[0] for number in signed)
