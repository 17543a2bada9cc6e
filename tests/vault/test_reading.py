"""A file is read by whom a rule lets in, by moderators where it is evidence, and by nobody else (DOC-4, IDN-5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.audit.models import Entry
from marketplace.audit.trail import Action
from marketplace.vault import reading
from marketplace.vault.files import store
from marketplace.vault.models import VaultFile
from tests.vault.making import image, pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_RULES", {})


@pytest.fixture
def evidence(alice: User) -> VaultFile:
    """Alice's evaluation report; she alone may read it by rule."""
    reading.readable("evaluation_report", lambda user, _file: user.pk == alice.pk)
    return store(pdf("报告"), kind="evaluation_report", name="报告.pdf", by=alice)


@pytest.fixture
def contract(alice: User, bob: User) -> VaultFile:
    """A contract between Alice and Bob; both may read it by rule."""
    reading.readable("contract", lambda user, _file: user.pk in {alice.pk, bob.pk})
    return store(pdf("合同"), kind="contract", name="合同.pdf", by=None)


@pytest.fixture
def get() -> Callable[..., Any]:
    """`get(file, person, **query)`: the answer to that person; None is somebody without log-in."""

    def ask(file: VaultFile | Any, person: User | None, method: str = "get", **query: str) -> Any:
        client = Client()
        if person is not None:
            client.force_login(person)
        code = file.code if isinstance(file, VaultFile) else file
        return getattr(client, method)(reverse("vault:file", args=[code]), query)

    return ask


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_the_owner_reads_her_file(evidence: VaultFile, alice: User, get: Callable[..., Any]) -> None:
    response = get(evidence, alice)

    assert response.status_code == 200
    assert body(response) == pdf("报告")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(evidence.size)


def test_strangers_get_the_same_answer_as_for_a_file_that_does_not_exist(
    evidence: VaultFile, contract: VaultFile, mallory: User, bob: User, get: Callable[..., Any]
) -> None:
    unknown = uuid4()
    nothing = get(unknown, mallory)
    hidden = get(evidence, mallory)
    others = [get(evidence, bob), get(evidence, None), get(contract, mallory), get(contract, None)]

    assert nothing.status_code == 404
    assert {answer.status_code for answer in (hidden, *others)} == {404}
    assert anonymous(hidden, evidence.code) == anonymous(nothing, unknown)
    assert all(evidence.sha256 not in answer.content.decode() for answer in others)


def anonymous(response: Any, code: UUID) -> str:
    """The page without what differs from one request to the next: the address asked for, and nonces."""
    return re.sub(r'nonce="[^"]*"|value="[^"]*"', "", response.content.decode().replace(str(code), "code"))


def test_both_parties_read_their_contract_in_the_browser_and_a_moderator_does_not(
    contract: VaultFile, alice: User, bob: User, moderator: User, get: Callable[..., Any]
) -> None:
    for party in (alice, bob):
        response = get(contract, party)
        assert response.status_code == 200
        assert response["Content-Disposition"].startswith("inline")

    assert get(contract, moderator).status_code == 404


def test_a_moderator_reads_evidence_and_that_is_recorded_each_time(
    evidence: VaultFile, moderator: User, alice: User, get: Callable[..., Any]
) -> None:
    get(evidence, alice)
    assert not Entry.objects.filter(action=Action.FILE_READ).exists()

    assert body(get(evidence, moderator)) == pdf("报告")
    get(evidence, moderator, download="1")

    entries = Entry.objects.filter(action=Action.FILE_READ)
    assert [(entry.by, entry.subject_id, entry.facts) for entry in entries] == [
        (moderator, str(evidence.pk), {"kind": "evaluation_report"})
    ] * 2


def test_a_moderator_whose_account_was_closed_reads_nothing(
    evidence: VaultFile, moderator: User, get: Callable[..., Any]
) -> None:
    moderator.is_active = False
    moderator.save()

    assert reading.may_read(moderator, evidence) is False
    assert get(evidence, moderator).status_code == 404
    assert not Entry.objects.filter(action=Action.FILE_READ).exists()


def test_a_kind_without_a_rule_is_closed_to_everybody_also_to_who_stored_it(
    alice: User, get: Callable[..., Any]
) -> None:
    file = store(image("PNG"), kind="unheard_of", name="a.png", by=alice)

    assert reading.may_read(alice, file) is False
    assert get(file, alice).status_code == 404


def test_one_of_several_rules_is_enough(alice: User, bob: User, mallory: User) -> None:
    reading.readable("proof", lambda user, _file: user.pk == alice.pk)
    reading.readable("proof", lambda user, _file: user.pk == bob.pk)
    file = store(pdf(), kind="proof", name="a.pdf", by=alice)

    assert [reading.may_read(user, file) for user in (alice, bob, mallory, AnonymousUser())] == [
        True,
        True,
        False,
        False,
    ]


def test_what_people_stored_is_saved_and_never_shown_in_the_browser(
    evidence: VaultFile, alice: User, get: Callable[..., Any]
) -> None:
    response = get(evidence, alice)

    assert response["Content-Disposition"].startswith("attachment")
    assert "%E6%8A%A5%E5%91%8A.pdf" in response["Content-Disposition"]
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_paper_can_be_saved_too(contract: VaultFile, alice: User, get: Callable[..., Any]) -> None:
    assert get(contract, alice, download="1")["Content-Disposition"].startswith("attachment")


def test_no_cache_keeps_a_file_and_no_browser_guesses_its_type(
    evidence: VaultFile, contract: VaultFile, alice: User, get: Callable[..., Any]
) -> None:
    for file in (evidence, contract):
        response = get(file, alice)
        assert response["Cache-Control"] == "private, no-store"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "ETag" not in response
        assert "Last-Modified" not in response


@pytest.mark.parametrize(("method", "status"), [("head", 200), ("post", 405), ("put", 405), ("delete", 405)])
def test_a_file_can_only_be_read(
    evidence: VaultFile, alice: User, get: Callable[..., Any], method: str, status: int
) -> None:
    assert get(evidence, alice, method=method).status_code == status
    assert VaultFile.objects.filter(pk=evidence.pk).exists()


def test_a_damaged_file_is_not_given_out(
    evidence: VaultFile, alice: User, get: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / evidence.stored_as).write_bytes(pdf("changed"))

    response = get(evidence, alice)

    assert response.status_code == 503
    assert b"%PDF" not in response.content
