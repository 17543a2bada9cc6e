"""One term sheet for many: applied to a selection, each finding shown, the green ones submitted, the rest left."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from listings import story_sheet, term_sheets, together
from listings.models import Listing, Patent, TermSheet
from marketplace.accounts.models import Organization, User
from marketplace.lib import sheets
from tests.listings.building import PRESET_TERMS, TEXTS, sound_draft, sound_patent

TERMS: dict[str, Any] = PRESET_TERMS | {"nonpayment": "逾期 30 天可以书面解除"}


def as_(user: User) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def signed(organization: Organization, by: User, name: str = "小微一口价", **fields: Any) -> TermSheet:
    """A term sheet with its signature, by the columns; the signing itself is tried elsewhere."""
    from django.utils import timezone

    from marketplace.accounts.models import SigningAuthority

    fields = TERMS | fields
    sheet = TermSheet(organization=organization, name=name, **fields)
    told = term_sheets.snapshot(sheet)
    sheet.snapshot, sheet.sha256, sheet.state = told, term_sheets.sha256(sheet), "signed"
    sheet.signed_by, sheet.signed_at = by, timezone.now()
    sheet.authority = SigningAuthority.objects.get(user=by, organization=organization)
    sheet.save()
    return sheet


@pytest.fixture
def sheet(university: Organization, alice: User) -> TermSheet:
    return signed(university, alice)


@pytest.fixture
def patents(university: Organization) -> list[Patent]:
    return [sound_patent(university, title=f"示例方法{n}") for n in range(4)]


def apply(sheet: TermSheet, by: User, **chosen: Any) -> together.Outcome:
    told: dict[str, Any] = {"patents": [], "listings": []} | chosen
    return together.apply(sheet, organization=sheet.organization, by=by, **told)


def test_each_chosen_patent_becomes_a_draft_on_the_sheet(sheet: TermSheet, patents: list[Patent], alice: User) -> None:
    told = apply(sheet, alice, patents=[patent.code for patent in patents[:3]])

    assert [listing.patent.title for listing in told.done] == ["示例方法0", "示例方法1", "示例方法2"]
    assert {listing.term_sheet for listing in told.done} == {sheet}
    assert {listing.terms.fee_minor for listing in told.done} == {3_000_000}
    assert list(together.unlisted(sheet.organization)) == [patents[3]]


def test_what_belongs_to_others_or_is_listed_already_is_passed_over(
    sheet: TermSheet, patents: list[Patent], alice: User, other_university: Organization, mallory: User
) -> None:
    theirs = sound_patent(other_university)
    apply(sheet, alice, patents=[patents[0].code])

    told = apply(sheet, alice, patents=[patents[0].code, theirs.code])

    assert told.done == []
    assert Listing.objects.count() == 1
    from django.core.exceptions import PermissionDenied

    with pytest.raises(PermissionDenied):
        apply(sheet, mallory, patents=[patents[1].code])


def test_the_green_ones_are_submitted_and_the_others_stay_with_what_to_mend(
    sheet: TermSheet, patents: list[Patent], alice: User
) -> None:
    done = apply(sheet, alice, patents=[patent.code for patent in patents]).done
    for listing in done[:2]:
        Listing.objects.filter(pk=listing.pk).update(**TEXTS)
    Patent.objects.filter(pk=patents[1].pk).update(status="lapsed")
    client = as_(alice)
    page = client.get(reverse("listings:drafts")).content.decode()
    assert ("Submit 1 that is ready" in page, page.count("STORY-1") > 3, "PRESET-1" in page) == (True, True, True)

    every = [str(listing.code) for listing in done]
    unsaid = client.post(reverse("listings:drafts"), {"listing": every})
    assert (unsaid.status_code, Listing.objects.filter(state="submitted").count()) == (422, 0)
    client.post(reverse("listings:drafts"), {"listing": every, "undertaking": "on"})

    states = {listing.patent.title: listing.state for listing in Listing.objects.select_related("patent")}
    assert states == {"示例方法0": "submitted", "示例方法1": "draft", "示例方法2": "draft", "示例方法3": "draft"}
    assert Listing.objects.get(patent=patents[0]).undertaking_at is not None
    assert Listing.objects.get(patent=patents[2]).undertaking_at is None


def test_from_chosen_patents_to_submitted_offers_in_three_forms(
    sheet: TermSheet, patents: list[Patent], alice: User
) -> None:
    client = as_(alice)
    page = client.get(f"{reverse('listings:together')}?all=1").content.decode()
    assert page.count('name="patent"') == page.count("示例方法") == 4
    assert f'value="{sheet.code}" checked' in page  # the only sheet is chosen

    answer = client.post(reverse("listings:together"), {"sheet": sheet.code, "patent": [p.code for p in patents]})
    assert answer["Location"] == f"{reverse('listings:drafts')}?sheet={sheet.code}"
    book = sheets.read(client.get(f"{reverse('listings:stories')}?sheet={sheet.code}").content, "stories.xlsx")
    rows = [[*row] for row in book.rows]
    for row in rows[1:]:
        row[2:6] = ["废热也能用", "冷却水的热白白排掉，一年电费很高，夏天还常常停机。", "铸造线", rows_industry()]
        row[10] = "换热器 8 万元，两天装完。"
    upload = SimpleUploadedFile("filled.xlsx", sheets.write_xlsx("s", rows[0], rows[1:]))
    client.post(reverse("listings:stories_read"), {"file": upload})
    client.post(answer["Location"], {"listing": [row.code for row in Listing.objects.all()], "undertaking": "on"})

    assert Listing.objects.filter(state="submitted", headline="废热也能用").count() == 0  # no contact is known yet
    Listing.objects.update(contact_name="张老师", contact_phone="13800000001")
    client.post(answer["Location"], {"listing": [row.code for row in Listing.objects.all()], "undertaking": "on"})
    assert Listing.objects.filter(state="submitted", headline="废热也能用", industry="nonferrous").count() == 4


def rows_industry() -> str:
    from marketplace.lib.industries import label

    return str(label("nonferrous"))


def test_a_wrong_row_of_stories_is_named_and_holds_up_no_other(
    sheet: TermSheet, patents: list[Patent], alice: User
) -> None:
    done = apply(sheet, alice, patents=[patent.code for patent in patents[:2]]).done
    first, second = (listing.patent.application_number for listing in done)
    head = ["Patent number", "In one sentence", "What is measured", "Maturity (1-9)", "Phone"]
    rows = [
        [first, "好懂的一句", "", "7", ""],
        [second, "这一行不完整", "废品率", "", ""],
        ["2019218980500", "不是我们的", "", "", ""],
        ["12345", "不是号码", "", "", ""],
    ]

    told = story_sheet.read(
        sheets.write_xlsx("s", head, rows), "s.xlsx", drafts=together.drafts(sheet.organization), by=alice
    )

    assert told.stored == 1
    assert [wrong.row for wrong in told.wrong] == [3, 4, 5]
    kept = Listing.objects.get(patent__application_number=first)
    assert (kept.headline, kept.maturity) == ("好懂的一句", 7)
    assert Listing.objects.get(patent__application_number=second).headline == ""


def test_a_sheet_without_numbers_and_a_file_that_is_none_are_refused(
    sheet: TermSheet, patents: list[Patent], alice: User
) -> None:
    apply(sheet, alice, patents=[patents[0].code])
    client = as_(alice)
    for data in (sheets.write_xlsx("s", ["Title"], [["x"]]), b"%PDF-1.7", b""):
        upload = SimpleUploadedFile("s.xlsx", data)
        assert client.post(reverse("listings:stories_read"), {"file": upload}).status_code == 422


def test_a_later_version_supersedes_and_listings_keep_theirs_until_it_is_applied(
    sheet: TermSheet, patents: list[Patent], alice: User
) -> None:
    listing = apply(sheet, alice, patents=[patents[0].code]).done[0]
    second = signed(sheet.organization, alice, version=2, fee_minor=2_000_000)

    listing.refresh_from_db()
    assert (listing.term_sheet, listing.terms.fee_minor) == (sheet, 3_000_000)
    assert list(together.older(second)) == [listing]
    page = as_(alice).get(reverse("listings:together")).content.decode()
    assert (f'value="{second.code}"' in page, f'value="{sheet.code}"' in page) == (True, False)
    form = as_(alice).get(reverse("listings:terms", args=[listing.code])).context["form"]
    assert set(form.fields["sheet"].queryset) == {sheet, second}

    apply(second, alice, listings=[listing.code])

    listing = Listing.objects.get(pk=listing.pk)
    assert (listing.term_sheet, listing.terms.fee_minor) == (second, 2_000_000)
    assert list(together.older(second)) == []


def test_the_page_of_a_version_shows_in_what_it_differs(sheet: TermSheet, alice: User) -> None:
    second = signed(sheet.organization, alice, version=2, fee_minor=2_000_000)

    page = as_(alice).get(reverse("listings:term_sheet", args=[second.code])).content.decode()

    assert "What differs from version 1" in page
    assert ("<del>30</del>" in page, "<ins>20</ins>" in page) == (True, True)
    first = as_(alice).get(reverse("listings:term_sheet", args=[sheet.code])).content.decode()
    assert "What differs from" not in first
    assert reverse("listings:term_sheet", args=[second.code]) in first  # it has been superseded


def test_strangers_have_no_part_in_it(sheet: TermSheet, mallory: User, other_university: Organization) -> None:
    client = as_(mallory)

    page = client.get(f"{reverse('listings:together')}?sheet={sheet.code}&all=1").content.decode()
    assert f'value="{sheet.code}"' not in page
    assert client.post(reverse("listings:together"), {"sheet": sheet.code, "patent": ["x"]}).status_code == 422
    assert Listing.objects.count() == 0


def test_the_list_of_choices_asks_a_constant_number_of_queries(
    sheet: TermSheet, university: Organization, alice: User, django_assert_max_num_queries: Any
) -> None:
    client = as_(alice)
    for count in (2, 12):
        for _ in range(count):
            sound_patent(university)
        with django_assert_max_num_queries(26):
            client.get(reverse("listings:together"))
    assert sound_draft(sound_patent(university), alice).state == "draft"
