"""The public record of licenses names nobody who did not want it, tells no exact amount, and counts honestly."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.lib import sheets
from marketplace.lib.findings import Refused
from marketplace.lib.sheets import formula_safe
from marketplace.licensing.flow import naming
from marketplace.licensing.models import Agreement, Naming, Party, State
from marketplace.licensing.public import record
from tests.licensing.conftest import ask, confirm_all, make_firm, sign

pytestmark = pytest.mark.django_db
PAGE = reverse("licensing:licenses")


@pytest.fixture
def reader() -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def everything(client: Client) -> str:
    """What the public can read in any form."""
    pages = [PAGE, f"{PAGE}?track=preset", reverse("licensing:licenses_feed")]
    pages.append(reverse("licensing:licenses_sheet", args=["csv"]))
    text = "".join(client.get(path).content.decode() for path in pages)
    book = client.get(reverse("licensing:licenses_sheet", args=["xlsx"])).content
    return text + str(sheets.read(book, "licenses.xlsx").rows)


def canaries(deal: Agreement) -> list[str]:
    """What would tell who it was, or exactly how much."""
    firm, amount = deal.licensee, deal.fee_minor
    assert deal.effective_at
    assert deal.ends_on
    return [
        firm.name, firm.legal_representative, firm.contact_name, firm.contact_phone, firm.contact_email, firm.address,
        deal.licensor.name, deal.reference, deal.verify_code, str(deal.code), str(amount), f"{amount // 100:,}",
        str(amount // 100), deal.ends_on.isoformat(), timezone.localtime(deal.effective_at).strftime("%Y-%m-%d"),
        deal.contract_sha256, deal.intended_use,
    ]  # fmt: skip


def test_the_record_tells_the_license_and_nothing_that_names_anybody(reader: Client, active: Agreement) -> None:
    text = everything(reader)

    assert "低浓度 SO₂ 烟气的两段吸收方法" in text
    with translation.override("en"):
        assert record.band(active.fee_minor) in text
    assert "a small firm in" in text
    assert [each for each in canaries(active) if each and each in text] == []


def test_the_search_for_canaries_finds_them_where_a_party_reads(reader: Client, active: Agreement, bob: User) -> None:
    reader.force_login(bob)

    text = reader.get(active.get_absolute_url()).content.decode()

    assert active.reference in text
    assert active.licensor.name in text


@pytest.mark.parametrize("party", list(Party))
def test_each_party_is_named_by_its_own_word_alone(
    reader: Client, active: Agreement, alice: User, bob: User, party: Party
) -> None:
    own, other = active.licensee, active.licensor
    by, stranger = bob, alice
    if party == Party.LICENSOR:
        own, other, by, stranger = other, own, alice, bob
    with pytest.raises(Refused, match=r"Owners and signatories|负责人"):
        naming.set_named(active, party, named=True, by=stranger)
    assert own.name not in everything(reader)

    naming.set_named(active, party, named=True, by=by)

    text = everything(reader)
    assert own.name in text
    assert other.name not in text
    assert trail.of(active).filter(action="agreement.name").count() == 1

    naming.set_named(active, party, named=False, by=by)

    assert own.name not in everything(reader)


def test_a_party_names_itself_on_the_page_of_the_deal(reader: Client, active: Agreement, bob: User) -> None:
    reader.force_login(bob)
    page = reverse("licensing:shown", args=[active.code])

    assert "not its name" in reader.get(page).content.decode()
    reader.post(page, {"decision": "name"})

    assert Naming.objects.get().party == Party.LICENSEE
    assert "Take our name out" in reader.get(page).content.decode()


def test_a_license_that_never_took_effect_is_not_in_the_record(reader: Client, offered: Agreement) -> None:
    assert "SO₂" not in everything(reader)
    assert [total.number for total in record.totals()] == [0] * 7


def test_an_ended_license_stays_in_the_record_and_is_counted_as_ended(reader: Client, active: Agreement) -> None:
    Agreement.objects.filter(pk=active.pk).update(state=State.ENDED, closed_at=timezone.now())

    assert f"Ended in {timezone.localtime():%Y-%m}" in everything(reader)
    assert [total.number for total in record.totals()] == [1, 0, 1, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("asked", "found"),
    [({}, 1), ({"track": "preset"}, 1), ({"track": "open"}, 0), ({"year": "1999"}, 0), ({"field": "food"}, 0),
     ({"track": "x", "year": "twenty", "field": "'"}, 1)],
)  # fmt: skip
def test_filters_narrow_and_nonsense_is_left_out(
    reader: Client, active: Agreement, asked: dict[str, str], found: int
) -> None:
    page = reader.get(PAGE, asked)

    assert page.status_code == 200
    assert len(page.context["rows"]) == found


@pytest.mark.parametrize(
    ("fee", "words"),
    [(0, "No fixed amount"), (1, "Up to ¥10,000"), (1_000_000, "Up to ¥10,000"), (1_000_001, "¥10,000 to ¥50,000"),
     (100_000_000, "¥200,000 to ¥1,000,000"), (100_000_001, "Over ¥1,000,000")],
)  # fmt: skip
def test_amounts_fall_into_bands(fee: int, words: str) -> None:
    with translation.override("en"):
        assert record.band(fee).startswith(words)


def test_a_city_is_told_only_where_five_firms_share_it(active: Agreement, person: Any) -> None:
    Organization.objects.filter(pk=active.licensee_id).update(division="410301")

    def place() -> str:
        return record.shown(record.granted())[0].licensee

    assert "洛阳" not in place()
    for number in range(4):
        firm = make_firm(person(f"Other{number}"), f"另一家 {number}")
        Organization.objects.filter(pk=firm.pk).update(division="410300")

    assert "洛阳" in place()


def test_cells_of_the_sheet_are_no_formulas(reader: Client, active: Agreement, bob: User) -> None:
    Organization.objects.filter(pk=active.licensee_id).update(name="=HYPERLINK(1)")
    naming.set_named(active, Party.LICENSEE, named=True, by=bob)

    text = reader.get(reverse("licensing:licenses_sheet", args=["csv"])).content.decode()

    assert formula_safe("=HYPERLINK(1)") in text
    assert ",=HYPERLINK" not in text


def test_an_unknown_form_of_sheet_is_not_there(reader: Client) -> None:
    assert reader.get("/licenses/sheet.exe").status_code == 404


def test_the_page_asks_as_much_for_four_as_for_one(
    reader: Client, active: Agreement, listing: Listing, person: Any, any_code: list[str]
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            reader.get(PAGE)
        return len(asked)

    reader.get(PAGE)
    before = questions()
    for number in range(3):
        boss = person(f"Boss{number}")
        deal = ask(listing, make_firm(boss, f"第 {number} 家"), boss)
        confirm_all(deal, boss)
        sign(deal, boss)

    assert len(reader.get(PAGE).context["rows"]) == 4
    assert questions() == before
