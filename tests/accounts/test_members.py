"""Who belongs to an organization, and what ends with that."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts import codes, flow, people
from marketplace.accounts.current import may, roles
from marketplace.accounts.models import Invitation, Membership, Organization, Role, SigningAuthority, User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused
from marketplace.outbox.models import Effect
from tests.accounts.conftest import deliver, mailed_token

ROLES = list(Role)


@pytest.mark.parametrize("held", ROLES)
@pytest.mark.parametrize("wanted", ROLES)
def test_an_owner_may_everything_but_sign_and_the_others_their_own(
    bob: User, mallory: User, firm: Organization, held: Role, wanted: Role
) -> None:
    Membership.objects.filter(organization=firm).delete()
    Membership.objects.create(user=bob, organization=firm, role=held)

    expected = held == wanted or (held == Role.OWNER and wanted != Role.SIGNATORY)
    assert may(bob, firm, wanted) is expected
    assert may(mallory, firm, wanted) is False


def test_a_disabled_person_has_no_rights(bob: User, firm: Organization) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    bob.refresh_from_db()

    assert roles(bob, firm) == set()
    assert list(people.members(firm)) == []


def test_an_owner_invites_and_the_invited_joins_once(alice: User, bob: User, firm: Organization) -> None:
    flow.invite(firm, email=alice.email.upper(), role="finance", by=bob)
    token = mailed_token(alice.email)

    flow.accept_invitation(token, by=alice)

    assert roles(alice, firm) == {"finance"}
    with pytest.raises(Refused, match="no longer valid"):
        flow.accept_invitation(token, by=alice)
    assert trail.of(firm).filter(action=Action.INVITATION_ACCEPT).count() == 1


def test_an_ended_member_cannot_use_the_old_invitation(alice: User, bob: User, firm: Organization) -> None:
    flow.invite(firm, email=alice.email, role="owner", by=bob)
    token = mailed_token(alice.email)
    flow.accept_invitation(token, by=alice)
    flow.remove_member(firm, user=alice, by=bob)

    with pytest.raises(Refused):
        flow.accept_invitation(token, by=alice)

    assert roles(alice, firm) == set()


def test_only_an_owner_invites(alice: User, mallory: User, firm: Organization, bob: User) -> None:
    Membership.objects.create(user=alice, organization=firm, role="lister")

    for user in (alice, mallory):
        with pytest.raises(Refused):
            flow.invite(firm, email="x@example.test", role="owner", by=user)

    assert not Invitation.objects.exists()
    assert not Effect.objects.filter(topic="accounts.invitation").exists()


def test_an_invitation_serves_its_own_address_only(alice: User, mallory: User, bob: User, firm: Organization) -> None:
    flow.invite(firm, email=alice.email, role="viewer", by=bob)
    token = mailed_token(alice.email)

    with pytest.raises(Refused, match="another e-mail address"):
        flow.accept_invitation(token, by=mallory)

    assert roles(mallory, firm) == set()
    assert Invitation.objects.get().accepted_at is None


def test_an_invitation_lives_seven_days(alice: User, bob: User, firm: Organization) -> None:
    flow.invite(firm, email=alice.email, role="viewer", by=bob)
    token = mailed_token(alice.email)

    late = time_machine.travel(timezone.now() + timedelta(days=7, seconds=1))
    with late, pytest.raises(Refused, match="no longer valid"):
        flow.accept_invitation(token, by=alice)

    assert roles(alice, firm) == set()


def test_a_new_invitation_voids_the_one_before(alice: User, bob: User, firm: Organization) -> None:
    flow.invite(firm, email=alice.email, role="viewer", by=bob)
    first = mailed_token(alice.email)
    flow.invite(firm, email=alice.email, role="viewer", by=bob)
    second = mailed_token(alice.email)

    with pytest.raises(Refused):
        flow.accept_invitation(first, by=alice)
    flow.accept_invitation(second, by=alice)


def test_an_invitation_falls_with_its_inviter(alice: User, bob: User, mallory: User, firm: Organization) -> None:
    Membership.objects.create(user=mallory, organization=firm, role="owner")
    flow.invite(firm, email=alice.email, role="owner", by=mallory)
    token = mailed_token(alice.email)
    flow.remove_member(firm, user=mallory, by=bob)

    with pytest.raises(Refused):
        flow.accept_invitation(token, by=alice)

    assert roles(alice, firm) == set()
    assert Invitation.objects.get().accepted_at is None


def test_a_token_stands_in_clear_nowhere_but_in_the_mail(alice: User, bob: User, firm: Organization) -> None:
    flow.invite(firm, email=alice.email, role="viewer", by=bob)
    token = mailed_token(alice.email)

    kept = json.dumps([effect.payload for effect in Effect.objects.all()])
    kept += json.dumps(model_to_dict(Invitation.objects.get()), default=str)
    assert token not in kept
    assert alice.email not in json.dumps([effect.payload for effect in Effect.objects.all()])


def test_the_owner_hears_who_joined(alice: User, bob: User, firm: Organization) -> None:
    flow.invite(firm, email=alice.email, role="viewer", by=bob)
    flow.accept_invitation(mailed_token(alice.email), by=alice)
    deliver()

    assert mail.outbox[-1].to == [bob.email]
    assert mail.outbox[-1].subject == "Alice has joined Example Smelting"


def test_the_last_owner_stays(bob: User, firm: Organization) -> None:
    with pytest.raises(Refused, match="at least one owner"):
        flow.end_membership(Membership.objects.get(user=bob, role="owner"), by=bob)

    with pytest.raises(Refused, match="at least one owner"):
        flow.remove_member(firm, user=bob, by=bob)

    assert roles(bob, firm) == {"owner", "signatory"}
    assert SigningAuthority.objects.get(organization=firm).state == "pending"


def test_a_member_may_go_and_a_stranger_ends_nothing(alice: User, bob: User, mallory: User, firm: Organization) -> None:
    seat = Membership.objects.create(user=alice, organization=firm, role="lister")

    with pytest.raises(Refused):
        flow.end_membership(seat, by=mallory)
    assert roles(alice, firm) == {"lister"}

    flow.end_membership(seat, by=alice)
    assert roles(alice, firm) == set()


def test_everything_ends_with_the_membership_within_the_same_session(
    alice: User, bob: User, firm: Organization, log_in: Callable[[User], Client]
) -> None:
    for role in ("owner", "signatory"):
        Membership.objects.create(user=alice, organization=firm, role=role)
    asked = flow.grant_authority(firm, user=alice, by=alice, basis="legal_representative")
    codes.send(alice, purpose="sign_agreement", subject="1" * 64)
    browser = log_in(alice)
    assert browser.get(reverse("accounts:members")).status_code == 200

    flow.remove_member(firm, user=alice, by=bob)

    for name in ("organization", "members", "authorities", "verification"):
        answer = browser.get(reverse(f"accounts:{name}"))
        assert (answer.status_code, answer.headers["Location"]) == (302, reverse("accounts:organization_new"))
    answer = browser.post(reverse("accounts:members"), {"email": "new@example.test", "role": "owner"})
    assert answer.status_code == 302
    assert not Invitation.objects.exists()
    assert browser.post(reverse("accounts:switch"), {"organization": firm.code}).status_code == 404
    asked.refresh_from_db()
    assert asked.state == "revoked"
    with pytest.raises(codes.WrongCode, match="no valid code"):
        codes.use(alice, purpose="sign_agreement", subject="1" * 64, code="000000")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
def test_a_member_without_ownership_raises_nobody(
    alice: User, bob: User, firm: Organization, log_in: Callable[[User], Client], role: Role
) -> None:
    Membership.objects.create(user=alice, organization=firm, role=role)
    browser = log_in(alice)

    answers = [
        browser.post(reverse("accounts:member_role"), {"user": alice.pk, "role": "owner"}),
        browser.post(reverse("accounts:members"), {"email": "m@example.test", "role": "owner"}),
        browser.post(reverse("accounts:organization"), {"name": "Mine"}),
        browser.post(reverse("accounts:member_remove", args=[bob.pk])),
    ]

    assert [answer.status_code for answer in answers] == [403, 422, 403, 302]
    assert roles(alice, firm) == {role}
    assert roles(bob, firm) == {"owner", "signatory"}
    assert not Invitation.objects.exists()
    firm.refresh_from_db()
    assert firm.name == "Example Smelting"


def test_a_member_of_another_organization_reaches_nothing_by_number(
    alice: User, university: Organization, bob: User, firm: Organization, log_in: Callable[[User], Client]
) -> None:
    browser = log_in(alice)
    flow.invite(firm, email="x@example.test", role="viewer", by=bob)
    seat = Membership.objects.filter(organization=firm).first()
    asked = SigningAuthority.objects.get(organization=firm)
    assert seat is not None

    answers = [
        browser.post(reverse("accounts:membership_end", args=[seat.pk])),
        browser.post(reverse("accounts:member_remove", args=[bob.pk])),
        browser.post(reverse("accounts:authority_revoke", args=[asked.pk])),
        browser.post(reverse("accounts:invitation_cancel", args=[Invitation.objects.get().pk])),
        browser.post(reverse("accounts:member_role"), {"user": bob.pk, "role": "owner"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert roles(bob, firm) == {"owner", "signatory"}
    asked.refresh_from_db()
    assert asked.state == "pending"


def test_an_owner_gives_roles_and_takes_them(
    alice: User, bob: User, firm: Organization, log_in: Callable[[User], Client]
) -> None:
    Membership.objects.create(user=alice, organization=firm, role="viewer")
    browser = log_in(bob)

    browser.post(reverse("accounts:member_role"), {"user": alice.pk, "role": "finance"})
    assert roles(alice, firm) == {"viewer", "finance"}

    seat = Membership.objects.get(user=alice, role="viewer")
    browser.post(reverse("accounts:membership_end", args=[seat.pk]))
    assert roles(alice, firm) == {"finance"}


def test_the_page_of_members_asks_the_same_number_of_questions_for_two_and_twelve(
    bob: User, person: Any, firm: Organization, log_in: Callable[[User], Client], django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = log_in(bob)
    browser.get(reverse("accounts:members"))

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert browser.get(reverse("accounts:members")).status_code == 200
        return len(asked)

    Membership.objects.create(user=person("Two"), organization=firm, role="viewer")
    few = count()
    for number in range(10):
        Membership.objects.create(user=person(f"More{number}"), organization=firm, role="viewer")

    assert count() == few


def test_an_invitation_page_tells_strangers_nothing_about_a_wrong_token(client: Client, db: None) -> None:
    assert client.get(reverse("accounts:invitation", args=["nonsense"])).status_code == 410


def test_the_invited_accepts_on_the_page(
    alice: User, bob: User, mallory: User, firm: Organization, log_in: Callable[[User], Client]
) -> None:
    flow.invite(firm, email=alice.email, role="lister", by=bob)
    page = reverse("accounts:invitation", args=[mailed_token(alice.email)])

    log_in(mallory).post(page)
    assert roles(mallory, firm) == set()

    log_in(alice).post(page)
    assert roles(alice, firm) == {"lister"}
