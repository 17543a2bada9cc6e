"""Whoever stole one thing of a signatory can do nothing with it: password, session, code, mailbox (IDN-1)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from listings.models import Listing, TermSheet
from marketplace.accounts import login_mail, security
from marketplace.accounts.models import Membership, OneTimeCode, Organization, PersonalCopy, Role, SecurityChange, User
from marketplace.demo import codes as demo_codes
from marketplace.lib.findings import Refused
from marketplace.licensing import flow as licensing
from marketplace.licensing.models import Agreement, Signature
from marketplace.outbox.models import Effect
from marketplace.outbox.worker import run_pending
from tests.conftest import PASSWORD
from tests.licensing.conftest import ask, confirm_all, make_firm, make_listing, make_university, sign_term_sheet

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
CREDIT_CODE = "91110108551385082Q"


class Scene:
    """A signatory with an authenticator app, a contract and a notice that wait for his signature."""

    def __init__(self, university: Organization, firm: Organization, alice: User, bob: User) -> None:
        self.user, self.firm = bob, firm
        colleague = User.objects.create_user("colleague@example.test", PASSWORD, name="Carol")
        Membership.objects.create(user=colleague, organization=firm, role=Role.OWNER)  # so that Bob may go
        listing: Listing = make_listing(university, alice)
        self.sheet: TermSheet = sign_term_sheet(listing, alice)
        self.contract: Agreement = ask(listing, firm, bob)
        confirm_all(self.contract, bob)
        EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
        TOTP.activate(bob, SECRET)
        RecoveryCodes.activate(bob)
        Organization.objects.filter(pk=firm.pk).update(second_factor=True)

    def told(self) -> tuple[Any, ...]:
        """Everything that must not have changed."""
        user, firm = User.objects.get(pk=self.user.pk), Organization.objects.get(pk=self.firm.pk)
        keys = Authenticator.objects.filter(user=user).exclude(type="recovery_codes")
        recovery = [row.data for row in Authenticator.objects.filter(user=user, type="recovery_codes")]
        mails = Effect.objects.filter(topic=login_mail.TOPIC).count()
        return (
            Signature.objects.filter(user=user).count(), Agreement.objects.get(pk=self.contract.pk).state,
            OneTimeCode.objects.filter(user=user).count(), firm.bank_account, firm.name, firm.second_factor,
            sorted(EmailAddress.objects.filter(user=user).values_list("email", "primary")),
            sorted(keys.values_list("type", "pk")), recovery, mails, user.password, user.is_active, user.email,
            PersonalCopy.objects.filter(user=user).count(), firm.invitations.count(),
            firm.memberships.live().count(), firm.signing_authorities.filter(state="confirmed").count(),
        )  # fmt: skip


@pytest.fixture
def scene(alice: User, bob: User) -> Scene:
    made = Scene(make_university(alice), make_firm(bob), alice, bob)
    run_pending()
    mail.outbox.clear()
    return made


def _sign(scene: Scene, client: Client, code: str) -> None:
    page = reverse("licensing:sign", args=[scene.contract.code])
    client.post(page, {"code": code or "000000", "document_sha256": scene.contract.contract_sha256})


def _ask_code(scene: Scene, client: Client, code: str) -> None:
    client.post(reverse("licensing:code", args=[scene.contract.code]))


def _bank(scene: Scene, client: Client, code: str) -> None:
    firm = Organization.objects.get(pk=scene.firm.pk)
    names = ("name", "country", "division", "address", "legal_representative", "contact_name", "contact_phone")
    told = {name: getattr(firm, name) for name in names}
    client.post(reverse("accounts:organization"), told | {"bank_account": "6222-thief", "credit_code": CREDIT_CODE})


def _email(scene: Scene, client: Client, code: str) -> None:
    client.post(reverse("account_email"), {"action_add": "", "email": "thief@example.test"})


def _remove_app(scene: Scene, client: Client, code: str) -> None:
    client.post(reverse("mfa_deactivate_totp"))


def _add_passkey(scene: Scene, client: Client, code: str) -> None:
    answer = client.get(reverse("mfa_add_webauthn"))
    if answer.status_code == 200:  # the page hands out what a device needs to register
        Authenticator.objects.create(user=scene.user, type="webauthn", data={})


def _new_recovery(scene: Scene, client: Client, code: str) -> None:
    client.post(reverse("mfa_generate_recovery_codes"))


def _password(scene: Scene, client: Client, code: str) -> None:
    new = "another secret of a thief 9"
    old = PASSWORD if client.defaults.get("KNOWS_PASSWORD") else "a guess"
    client.post(reverse("account_change_password"), {"oldpassword": old, "password1": new, "password2": new})


def _copy(scene: Scene, client: Client, code: str) -> None:
    client.post(reverse("accounts:copy_ask"))


def _close(scene: Scene, client: Client, code: str) -> None:
    page = client.get(reverse("accounts:close")).content.decode()
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)  # only who sees the page knows it
    client.post(reverse("accounts:close"), {"agreed": "on", "seen": seen[1] if seen else "0" * 64})


def _policy(scene: Scene, client: Client, code: str) -> None:
    client.post(reverse("accounts:second_factor"), {"second_factor": "off"})


def _invite(scene: Scene, client: Client, code: str) -> None:
    client.post(reverse("accounts:members"), {"email": "thief@example.test", "role": "signatory"})


def _leave(scene: Scene, client: Client, code: str) -> None:
    client.post(reverse("accounts:member_role"), {"user": scene.user.pk, "role": "viewer"})


ACTS: dict[str, Callable[[Scene, Client, str], None]] = {
    "sign a contract": _sign,
    "have a signing code sent": _ask_code,
    "change the bank account": _bank,
    "add an e-mail address": _email,
    "remove the app": _remove_app,
    "add a passkey": _add_passkey,
    "make recovery codes": _new_recovery,
    "change the password": _password,
    "copy the data": _copy,
    "close the account": _close,
    "drop the second factor": _policy,
    "invite a member": _invite,
    "give a role": _leave,
}


def app_code() -> str:
    return str(format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time())))))


def _with_password(scene: Scene) -> tuple[Client, str]:
    client = Client(KNOWS_PASSWORD="yes")
    client.post(reverse("account_login"), {"login": scene.user.email, "password": PASSWORD})
    return client, ""


def _with_session(scene: Scene) -> tuple[Client, str]:
    """A session whose owner proved himself ten minutes ago."""
    client = Client()
    client.force_login(scene.user)
    _proven(client, scene.user, time.time() - 600)
    return client, ""


def _with_app_code(scene: Scene) -> tuple[Client, str]:
    client = Client()
    client.post(reverse("mfa_authenticate"), {"code": app_code()})
    client.post(reverse("account_login"), {"login": scene.user.email, "password": app_code()})
    return client, ""


def _with_mailbox(scene: Scene) -> tuple[Client, str]:
    """Logs in by a mailed code as far as that goes, and reads every code that is mailed."""
    licensing.request_code(scene.contract, by=scene.user)
    code = demo_codes.read(scene.user, "sign_agreement")
    client = Client()
    client.post(reverse("account_request_login_code"), {"email": scene.user.email})
    mail.outbox.clear()
    run_pending()
    letters = [one for one in mail.outbox if "log in" in str(one.body) or "登录" in str(one.body)]
    found = re.search(r"^([A-Z0-9-]{6,})$", str(letters[-1].body), re.MULTILINE)
    assert found is not None
    client.post(reverse("account_confirm_login_code"), {"code": found[1]})
    return client, code


def _with_recovery_code(scene: Scene) -> tuple[Client, str]:
    row = Authenticator.objects.get(user=scene.user, type="recovery_codes")
    code = row.wrap().get_unused_codes()[0]
    client = Client()
    client.post(reverse("mfa_authenticate"), {"code": code})
    client.post(reverse("account_login"), {"login": scene.user.email, "password": code})
    return client, ""


THIEVES: dict[str, Callable[[Scene], tuple[Client, str]]] = {
    "password": _with_password,
    "session": _with_session,
    "app code": _with_app_code,
    "mailbox": _with_mailbox,
    "recovery code": _with_recovery_code,
}


def _proven(client: Client, user: User, at: float) -> None:
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": at, "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("artefact", THIEVES)
def test_one_stolen_thing_does_nothing(scene: Scene, artefact: str, act: str) -> None:
    client, code = THIEVES[artefact](scene)
    before = scene.told()

    ACTS[act](scene, client, code)

    assert scene.told() == before


@pytest.mark.parametrize("act", ACTS)
def test_the_rightful_owner_does_it(scene: Scene, act: str) -> None:
    client = Client(KNOWS_PASSWORD="yes")
    client.force_login(scene.user)
    _proven(client, scene.user, time.time())
    licensing.request_code(scene.contract, by=scene.user)
    before = scene.told()

    ACTS[act](scene, client, demo_codes.read(scene.user, "sign_agreement"))

    assert scene.told() != before


def test_there_are_at_least_sixty_pairs() -> None:
    assert len(ACTS) * len(THIEVES) >= 60


def test_a_stolen_mailbox_that_sets_a_new_password_still_meets_the_factor_and_a_day_of_waiting(scene: Scene) -> None:
    client = Client()
    client.post(reverse("account_reset_password"), {"email": scene.user.email})
    run_pending()
    path = re.search(r"https?://[^/\s]+(/accounts/password/reset/key/[^\s]+)", str(mail.outbox[-1].body))
    assert path is not None
    page = client.get(path[1]).headers["Location"]
    new = "a new secret of a thief 9"
    client.post(page, {"password1": new, "password2": new})
    client.post(reverse("account_login"), {"login": scene.user.email, "password": new})

    assert SESSION_KEY not in client.session
    assert SecurityChange.objects.get(user=scene.user).kind == "password_reset"
    with pytest.raises(Refused, match=r"sign again from|起"):
        security.require(scene.user, scene.firm)


def test_without_a_second_factor_nobody_signs_where_it_is_asked_for(scene: Scene) -> None:
    Authenticator.objects.filter(user=scene.user).delete()

    with pytest.raises(Refused, match=r"second factor|第二"):
        licensing.request_code(scene.contract, by=scene.user)
    assert not OneTimeCode.objects.exists()

    Organization.objects.filter(pk=scene.firm.pk).update(second_factor=False)
    licensing.request_code(scene.contract, by=scene.user)  # the control: the same without the policy


def test_the_site_may_ask_everybody(scene: Scene, settings: Any) -> None:
    Authenticator.objects.filter(user=scene.user).delete()
    Organization.objects.filter(pk=scene.firm.pk).update(second_factor=False)
    settings.SECOND_FACTOR_REQUIRED = True

    with pytest.raises(Refused, match=r"second factor|第二"):
        security.require(scene.user, Organization.objects.get(pk=scene.firm.pk))


def test_the_first_factor_counts_at_once_and_a_change_waits_a_day(scene: Scene) -> None:
    security.changed(scene.user, SecurityChange.Kind.FACTOR_ADDED)
    security.require(scene.user, scene.firm)

    Authenticator.objects.create(user=scene.user, type="webauthn", data={})
    security.changed(scene.user, SecurityChange.Kind.FACTOR_ADDED)

    with pytest.raises(Refused):
        security.require(scene.user, scene.firm)
    SecurityChange.objects.update(cools_until=timezone.now() - timedelta(seconds=1))
    security.require(scene.user, scene.firm)


def test_a_change_is_told_to_the_person_and_to_every_owner(scene: Scene, mallory: User) -> None:
    scene.firm.memberships.create(user=mallory, role="owner")

    security.changed(scene.user, SecurityChange.Kind.FACTOR_REMOVED)

    assert scene.user.messages.filter(kind="accounts.security_changed").count() == 1
    told = mallory.messages.get(kind="accounts.security_changed_other")
    assert scene.user.name in told.subject


def test_dropping_the_policy_stops_signing_for_a_day(scene: Scene) -> None:
    from marketplace.accounts import flow

    flow.set_second_factor(scene.firm, on=False, by=scene.user)

    with pytest.raises(Refused):
        security.require(scene.user, Organization.objects.get(pk=scene.firm.pk))
    assert scene.user.messages.filter(kind="accounts.factor_dropped").count() == 1


def test_a_password_alone_cannot_add_the_first_factor(mallory: User) -> None:
    EmailAddress.objects.create(user=mallory, email=mallory.email, verified=True, primary=True)
    client = Client()
    client.post(reverse("account_login"), {"login": mallory.email, "password": PASSWORD})
    assert SESSION_KEY in client.session

    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        assert client.get(reverse(name)).headers["Location"].startswith(reverse("accounts:mailbox"))

    client.post(reverse("accounts:mailbox"), {"send": "1"})
    client.post(reverse("accounts:mailbox"), {"code": "000000"})
    assert client.get(reverse("mfa_activate_totp")).status_code == 302
    client.post(reverse("accounts:mailbox"), {"code": demo_codes.read(mallory, "add_factor")})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
