"""The pages: who sees what, one main action, honest words, nothing typed is lost."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.terms import today
from marketplace.licensing.models import Obligation, ObligationState
from marketplace.payments import attempts, bank_transfer
from marketplace.payments.bank_transfer import Arrival
from marketplace.payments.models import BankTransfer, LedgerEntry, Payment, PracticeCheckout, Way
from tests.payments.conftest import member

LARGE = 10_000_000


def picture() -> bytes:
    """A photo of a bank's receipt, one pixel wide."""
    out = io.BytesIO()
    Image.new("RGB", (1, 1), "white").save(out, "PNG")
    return out.getvalue()


def read(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def primaries(page: str) -> int:
    return len(re.findall(r'class="button[^"]*\bprimary\b', page))


def test_the_pay_page_says_what_to_whom_and_by_when(
    owed: Obligation, bob: User, enter: Callable[[User], Client]
) -> None:
    page = read(enter(bob).get(f"/pay/{owed.code}/"))

    assert "¥8,000" in page
    assert "示范理工大学" in page
    assert "6222 0000 0000 1234" in page
    assert "KX-2026-00001-1" in page
    assert owed.due_on is not None
    assert owed.due_on.isoformat() in page
    assert "By bank transfer" in page
    assert 'value="practice"' in page
    assert primaries(page) == 1


def test_without_a_gateway_the_transfer_is_the_main_action(
    owed: Obligation, bob: User, enter: Callable[[User], Client], settings: Any
) -> None:
    settings.GATEWAYS = ["bank_transfer"]

    page = read(enter(bob).get(f"/pay/{owed.code}/"))

    assert "By bank transfer" in page
    assert 'name="way"' not in page
    assert primaries(page) == 1


def test_the_slip_writes_the_amount_in_capitals(owed: Obligation, bob: User, enter: Callable[[User], Client]) -> None:
    page = read(enter(bob).get(f"/pay/{owed.code}/slip/"))

    assert "捌仟元整" in page
    assert "¥8,000" in page
    assert "KX-2026-00001-1" in page


def test_the_account_is_the_one_in_the_signed_offer(
    owed: Obligation, university: Organization, bob: User, enter: Callable[[User], Client]
) -> None:
    Organization.objects.filter(pk=university.pk).update(bank_account="6666 forged")

    page = read(enter(bob).get(f"/pay/{owed.code}/slip/"))

    assert "6222 0000 0000 1234" in page
    assert "forged" not in page


PAYERS_PAGES = ["/pay/{owed}/", "/pay/{owed}/slip/", "/pay/{owed}/receipt/", "/pay/back/{payment}/"]


def test_strangers_meet_404_everywhere(
    owed: Obligation, rival: Organization, bob: User, mallory: User, enter: Callable[[User], Client]
) -> None:
    payment = attempts.start(owed, by=bob, way=Way.PRACTICE)
    checkout = PracticeCheckout.objects.get()
    attempts.abandon(payment)
    transfer = bank_transfer.declare(owed, by=bob, payer="x", paid_on=today())
    client = enter(mallory)
    gets = [path.format(owed=owed.code, payment=payment.code) for path in PAYERS_PAGES]
    gets += [f"/pay/{owed.code}/transfer/", f"/arrivals/{transfer.code}/", f"/practice/checkout/{checkout.code}/"]
    posts = [f"/pay/{owed.code}/{act}/" for act in ("online", "transfer", "transfer/withdraw")]
    posts += [f"/arrivals/{transfer.code}/{act}" for act in ("", "second/", "not-found/")]
    posts += [f"/practice/checkout/{checkout.code}/"]

    statuses = {path: client.get(path).status_code for path in gets}
    statuses |= {
        f"POST {path}": client.post(path, {"way": "practice", "button": "approve"}).status_code for path in posts
    }

    assert set(statuses.values()) == {404}, statuses
    transfer.refresh_from_db()
    assert transfer.state == "declared"
    assert not LedgerEntry.objects.exists()


def test_people_who_are_not_logged_in_are_sent_to_log_in(owed: Obligation, client: Client) -> None:
    for path in (f"/pay/{owed.code}/", f"/pay/{owed.code}/slip/", "/payments/", "/arrivals/", "/arrivals/record/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("who", ["alice", "vera"])
def test_those_who_may_not_pay_see_no_button(
    owed: Obligation, alice: User, firm: Organization, person: Any, enter: Callable[[User], Client], who: str
) -> None:
    vera = person("Vera")
    member(vera, firm, Role.VIEWER)
    client = enter({"alice": alice, "vera": vera}[who])

    page = read(client.get(f"/pay/{owed.code}/"))

    assert "<form" not in page.split("<main")[1].split("</main>")[0]
    assert client.post(f"/pay/{owed.code}/online/", {"way": "practice"}).status_code == 404
    assert client.get(f"/pay/{owed.code}/transfer/").status_code == 404
    assert not Payment.objects.exists()


def test_the_whole_way_online(owed: Obligation, bob: User, enter: Callable[[User], Client]) -> None:
    from marketplace.outbox import worker

    client = enter(bob)
    to_gateway = client.post(f"/pay/{owed.code}/online/", {"way": "practice"})
    checkout = PracticeCheckout.objects.get()
    assert to_gateway["Location"] == f"/practice/checkout/{checkout.code}/"
    assert primaries(read(client.get(to_gateway["Location"]))) == 1

    back = client.post(to_gateway["Location"], {"button": "approve"}, follow=True)
    assert "We have not heard from the gateway yet" in read(back)
    worker.run_pending()

    after = read(client.get(back.request["PATH_INFO"]))
    assert "has received ¥8,000" in after
    receipt = read(client.get(f"/pay/{owed.code}/receipt/"))
    assert "Practice payment" in receipt
    assert "not a tax invoice" in receipt


def test_the_whole_way_by_transfer(owed: Obligation, alice: User, bob: User, enter: Callable[[User], Client]) -> None:
    paper = SimpleUploadedFile("回单.png", picture())
    told = {"payer": "示例冶炼有限公司", "paid_on": today().isoformat(), "serial": "9988", "receipt": paper}
    client = enter(bob)
    assert client.post(f"/pay/{owed.code}/transfer/", told).status_code == 302
    page = read(client.get(f"/pay/{owed.code}/"))
    assert "Your transfer is being looked for" in page
    transfer = BankTransfer.objects.get()
    assert transfer.receipt is not None

    client = enter(alice)
    assert "示例冶炼有限公司" in read(client.get("/arrivals/"))
    looked = read(client.get(f"/arrivals/{transfer.code}/"))
    assert "9988" in looked
    assert primaries(looked) == 1
    line = {"amount": "8000.00", "received_on": today().isoformat(), "bank_reference": "ICBC 77"}
    assert client.post(f"/arrivals/{transfer.code}/", line).status_code == 302

    owed.refresh_from_db()
    assert owed.state == ObligationState.SETTLED
    assert "ICBC77" in read(client.get(f"/pay/{owed.code}/receipt/"))


def test_only_both_sides_open_the_receipt_file(
    owed: Obligation, alice: User, bob: User, rival: Organization, mallory: User, client: Client
) -> None:
    from marketplace.vault import files

    file = files.store(picture(), kind="transfer_receipt", name="r.png", by=bob, subject=owed)
    bank_transfer.declare(owed, by=bob, payer="x", paid_on=today(), receipt=file)

    seen = {}
    for user in (alice, bob, mallory):
        client.force_login(user)
        seen[user.name] = client.get(f"/files/{file.code}/").status_code

    assert seen == {"Alice": 200, "Bob": 200, "Mallory": 404}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("paid_on", ""),
        ("paid_on", "2026-13-45"),
        ("paid_on", (today() + timedelta(days=1)).isoformat()),
        ("paid_on", "1999-01-01"),
        ("payer", ""),
        ("payer", "x" * 121),
        ("serial", "9" * 61),
        ("receipt", SimpleUploadedFile("virus.exe", b"MZ\x90\x00")),
        ("receipt", SimpleUploadedFile("empty.pdf", b"")),
    ],
)
def test_a_wrong_declaration_keeps_what_was_typed(
    owed: Obligation, bob: User, enter: Callable[[User], Client], field: str, value: Any
) -> None:
    told = {"payer": "示例冶炼有限公司", "paid_on": today().isoformat(), "serial": "9988"} | {field: value}

    answer = enter(bob).post(f"/pay/{owed.code}/transfer/", told)

    page = read(answer)
    assert answer.status_code == 422
    assert "error-summary" in page
    assert "9988" in page or field == "serial"
    assert not BankTransfer.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", "0"),
        ("amount", "-1"),
        ("amount", "0.001"),
        ("amount", "abc"),
        ("amount", "1e400"),
        ("amount", "NaN"),
        ("received_on", (today() + timedelta(days=1)).isoformat()),
        ("bank_reference", "  "),
        ("bank_reference", "x\x00y"),
    ],
)
def test_a_wrong_line_books_nothing(
    owed: Obligation, alice: User, bob: User, enter: Callable[[User], Client], field: str, value: str
) -> None:
    transfer = bank_transfer.declare(owed, by=bob, payer="x", paid_on=today())
    line = {"amount": "8000", "received_on": today().isoformat(), "bank_reference": "ICBC77"} | {field: value}

    answer = enter(alice).post(f"/arrivals/{transfer.code}/", line)

    assert answer.status_code == 422
    transfer.refresh_from_db()
    assert transfer.state == "declared"
    assert not LedgerEntry.objects.exists()


def test_a_line_booked_before_is_said_with_its_rule(
    owe: Callable[..., Obligation], alice: User, bob: User, enter: Callable[[User], Client]
) -> None:
    bank_transfer.confirm(
        bank_transfer.declare(owe(), by=bob, payer="x", paid_on=today()), Arrival("S", today(), 800_000), by=alice
    )
    second = bank_transfer.declare(owe(), by=bob, payer="x", paid_on=today())
    line = {"amount": "8000", "received_on": today().isoformat(), "bank_reference": "S"}

    answer = enter(alice).post(f"/arrivals/{second.code}/", line)

    assert answer.status_code == 422
    assert "PAY-12" in read(answer)
    assert 'value="S"' in read(answer)


def test_a_large_sum_takes_two_people_on_the_pages(
    owe: Callable[..., Obligation], alice: User, bob: User, carol: User, enter: Callable[[User], Client]
) -> None:
    owed = owe(LARGE)
    transfer = bank_transfer.declare(owed, by=bob, payer="x", paid_on=today())
    line = {"amount": "100000", "received_on": today().isoformat(), "bank_reference": "S"}
    client = enter(alice)
    client.post(f"/arrivals/{transfer.code}/", line)
    own = read(client.get(f"/arrivals/{transfer.code}/"))
    assert "I have found it too" not in own
    refused = client.post(f"/arrivals/{transfer.code}/second/")
    assert refused.status_code == 422
    assert "PAY-13" in read(refused)
    owed.refresh_from_db()
    assert owed.state == ObligationState.DUE

    assert enter(carol).post(f"/arrivals/{transfer.code}/second/").status_code == 302

    owed.refresh_from_db()
    assert owed.state == ObligationState.SETTLED


def test_finance_that_opens_the_payers_page_is_led_to_the_arrival(
    owed: Obligation, alice: User, bob: User, enter: Callable[[User], Client]
) -> None:
    transfer = bank_transfer.declare(owed, by=bob, payer="x", paid_on=today())

    page = read(enter(alice).get(f"/pay/{owed.code}/"))

    assert f'href="/arrivals/{transfer.code}/"' in page
    assert "I declared it by mistake" not in page
    assert primaries(page) == 1


def test_not_found_needs_a_reason(owed: Obligation, alice: User, bob: User, enter: Callable[[User], Client]) -> None:
    transfer = bank_transfer.declare(owed, by=bob, payer="x", paid_on=today())
    client = enter(alice)

    assert client.post(f"/arrivals/{transfer.code}/not-found/", {"reason": ""}).status_code == 422
    transfer.refresh_from_db()
    assert transfer.state == "declared"
    assert client.post(f"/arrivals/{transfer.code}/not-found/", {"reason": "没有这一笔"}).status_code == 302
    assert "没有这一笔" in read(enter(bob).get(f"/pay/{owed.code}/"))


def test_a_gateway_that_is_not_there_is_no_way(owed: Obligation, bob: User, enter: Callable[[User], Client]) -> None:
    for way in ("stripe", "bank_transfer", "", "x" * 500):
        assert enter(bob).post(f"/pay/{owed.code}/online/", {"way": way}).status_code == 422
    assert not Payment.objects.exists()


def test_the_practice_pages_are_gone_where_practice_is_off(
    owed: Obligation, bob: User, enter: Callable[[User], Client], settings: Any
) -> None:
    attempts.start(owed, by=bob, way=Way.PRACTICE)
    settings.GATEWAYS = ["bank_transfer"]

    assert enter(bob).get(f"/practice/checkout/{PracticeCheckout.objects.get().code}/").status_code == 404


def test_a_firm_has_no_arrivals_and_a_viewer_no_list(
    owed: Obligation, university: Organization, bob: User, person: Any, enter: Callable[[User], Client]
) -> None:
    vera = person("Vera")
    member(vera, university, Role.VIEWER)

    assert enter(bob).get("/arrivals/").status_code == 404
    assert enter(vera).get("/arrivals/").status_code == 403
