"""A listing a factory owner understands: its score and line, words marked in place, pictures and proof."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image

from listings import flow, rules
from listings.completeness import LINE, hints
from listings.marking import marked, pieces
from listings.models import Listing, Patent, Picture
from listings.pictures import EDGE, BadPicture, encode
from listings.rules import RULES
from marketplace.accounts.models import User
from marketplace.lib.findings import Refused, blocking
from marketplace.vault import files
from tests.listings.building import TEXTS, sound_draft

WHOLE: dict[str, Any] = TEXTS | {
    "gains": [["废品率", "9 %", "3 %"]],
    "gains_source": "中试报告第 12 页",
    "also_needed": "不需要",
    "maturity": 7,
    "maturity_proof": "https://example.edu.cn/report",
}


def told(listing: Listing, **texts: Any) -> Listing:
    Listing.objects.filter(pk=listing.pk).update(**texts)
    return Listing.objects.get(pk=listing.pk)


def story_blocks(listing: Listing) -> list[str]:
    return [finding.field for finding in blocking(rules.check(listing)) if finding.rule == "STORY-1"]


def as_(user: User) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user)
    return client


def photo(size: tuple[int, int] = (2400, 1200), kind: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else (255, 0, 0, 0)).save(out, kind, **options)
    return out.getvalue()


# the score


def test_the_points_are_a_hundred_and_the_whole_story_has_all_but_the_picture(draft: Listing) -> None:
    assert sum(hint.points for hint in hints(draft).hints) == 100
    whole = hints(told(draft, **WHOLE))
    assert (whole.score, [hint.field for hint in whole.missing]) == (95, ["pictures"])


def test_the_next_best_thing_is_what_is_needed_then_what_counts_most(draft: Listing) -> None:
    bare = hints(told(draft, headline="", problem="", products="", adoption="", industry=""))
    assert (bare.score, [hint.field for hint in bare.lacking]) == (5, ["problem", "headline", "products"])
    assert bare.next is not None
    assert bare.next.field == "problem"

    needed = hints(told(draft, **TEXTS))
    assert needed.next is not None
    assert (needed.score, needed.next.field) == (60, "gain0_what")


@pytest.mark.parametrize(
    ("texts", "stopped_at"),
    [
        ({}, []),  # exactly on the line
        ({"industry": ""}, ["gain0_what"]),  # five points below it
        ({"industry": "", "maturity": 6}, []),
        ({"problem": "太短了，看不懂。"}, ["problem"]),
        ({"problem": "问" * 19}, ["problem"]),
        ({"problem": "问" * 20}, []),
        ({"headline": "  "}, ["headline"]),
        ({"contact_phone": "", "contact_email": ""}, ["contact_name"]),
        (WHOLE | {"products": ""}, ["products"]),  # no score makes up for what is needed
    ],
)
def test_below_the_line_nothing_is_submitted(
    draft: Listing, alice: User, texts: dict[str, Any], stopped_at: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = told(draft, **texts)
    assert story_blocks(draft) == stopped_at

    if stopped_at:
        with pytest.raises(Refused):
            flow.submit(draft, by=alice)
        assert Listing.objects.get(pk=draft.pk).state == "draft"
        monkeypatch.delitem(RULES, "STORY-1")
    assert flow.submit(draft, by=alice).state == "submitted"


def test_what_was_on_offer_is_not_taken_down_by_its_score(offer: Listing) -> None:
    offer = told(offer, problem="", products="")

    assert hints(offer).score < LINE
    assert story_blocks(offer) == []
    assert rules.acceptable(offer) == []


# words marked in place


@pytest.mark.parametrize(
    ("text", "field", "track", "marks"),
    [
        ("效果最好，国家级成果", "headline", "preset", [("最", "DECL-3"), ("国家级", "DECL-3")]),
        ("最高温度 900 ℃", "headline", "preset", []),
        ("被许可人不得对专利提出无效", "nonpayment", "preset", [("不得对专利提出无效", "PRESET-4")]),
        ("被许可人不得对专利提出无效", "nonpayment", "open", []),
        ("可以再许可给子公司", "guidance", "preset", [("再许可", "LIC-H")]),
        ("不得再许可", "guidance", "preset", []),
        ("独占许可", "problem", "open", [("独占许可", "TRACK-4")]),
        ("最好", "nonpayment", "preset", []),  # advertising is looked for in the story
        ("", "headline", "preset", []),
    ],
)
def test_marks_stand_where_the_words_are(text: str, field: str, track: str, marks: list[tuple[str, str]]) -> None:
    cut = pieces(text, field, track)

    assert "".join(piece.text for piece in cut) == text
    assert [(piece.text, piece.rule) for piece in cut if piece.rule] == marks
    assert bool(marked(text, field, track)) is bool(marks)
    assert all(str(piece.why) for piece in cut if piece.rule)


def test_the_owner_sees_the_marks_with_their_rule(draft: Listing, alice: User) -> None:
    draft = told(draft, problem="这是国内领先的<b>方法</b>，冶炼尾气浓度忽高忽低也不怕。")

    page = as_(alice).get(reverse("listings:edit", args=[draft.code])).content.decode()

    assert "<mark>领先</mark>" in page
    assert "&lt;b&gt;方法&lt;/b&gt;" in page
    assert '#DECL-3">DECL-3</a>' in page
    told(draft, problem="冶炼尾气浓度忽高忽低，吸收塔跟不上，排放时常超标。")
    assert "<mark>" not in as_(alice).get(reverse("listings:edit", args=[draft.code])).content.decode()


# pictures and proof


def test_a_picture_is_encoded_anew_and_made_smaller() -> None:
    exif = Image.Exif()
    exif[0x010F] = "secret camera"
    exif[0x0112] = 6  # lies on its side

    kept = encode(photo(exif=exif))

    assert (kept.width, kept.height) == (EDGE // 2, EDGE)
    assert b"secret camera" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as again:
        assert (again.format, again.size, dict(again.getexif())) == ("JPEG", (800, 1600), {})


def test_what_was_transparent_is_white() -> None:
    kept = encode(photo((10, 10), "PNG", "RGBA"))

    with Image.open(io.BytesIO(kept.data)) as again:
        assert again.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7 not a picture",
        photo()[:400],
        photo((10, 10), "GIF"),
        photo((7000, 7000), "PNG"),  # more pixels than anybody needs
        b"\xff\xd8\xff" + b"0" * 11_000_000,
    ],
    ids=["nothing", "svg", "pdf", "torn", "gif", "flood", "heavy"],
)
def test_what_is_no_picture_is_refused_and_nothing_kept(draft: Listing, alice: User, data: bytes) -> None:
    with pytest.raises(BadPicture):
        flow.add_picture(draft, by=alice, data=data, alt="照片")

    assert Picture.objects.count() == 0


def test_a_picture_is_told_in_words_and_there_are_six_at_most(draft: Listing, alice: User) -> None:
    for number in range(6):
        flow.add_picture(draft, by=alice, data=photo((20, 20)), alt=f"第 {number} 张")

    for alt in ("第七张", " "):
        with pytest.raises(Refused):
            flow.add_picture(draft, by=alice, data=photo((20, 20)), alt=alt)
    assert [picture.alt for picture in draft.pictures.all()] == [f"第 {number} 张" for number in range(6)]
    assert hints(draft).score == 65


def test_pictures_open_for_whoever_may_see_the_listing(
    draft: Listing, alice: User, mallory: User, moderator: User, bob: User
) -> None:
    add = reverse("listings:picture_add", args=[draft.code])
    upload = SimpleUploadedFile("塔.png", photo((40, 30), "PNG"), "image/png")
    as_(alice).post(add, {"pic-picture": upload, "pic-alt": "两段吸收塔"})
    picture = draft.pictures.get()
    path = f"/files/{picture.file.code}/"

    assert Image.open(io.BytesIO(files.read(picture.file))).format == "JPEG"
    assert as_(alice).get(path)["Content-Type"] == "image/jpeg"
    assert [as_(who).get(path).status_code for who in (mallory, bob)] == [404, 404]
    assert Client().get(path).status_code == 404

    listing = flow.submit(draft, by=alice)
    flow.approve(listing, by=moderator, revision=listing.revision)
    answer = Client().get(path)
    assert answer.status_code == 200
    assert 'alt="两段吸收塔"' in Client().get(listing.get_absolute_url()).content.decode()


def test_a_picture_without_words_is_refused_on_the_page_and_a_stranger_s_is_not_found(
    draft: Listing, alice: User, mallory: User
) -> None:
    add = reverse("listings:picture_add", args=[draft.code])
    made = flow.add_picture(draft, by=alice, data=photo((20, 20)), alt="塔")
    remove = reverse("listings:picture_remove", args=[draft.code, made.code])

    assert as_(alice).post(add, {"pic-picture": SimpleUploadedFile("a.png", photo((9, 9), "PNG"))}).status_code == 422
    assert as_(mallory).post(add, {}).status_code == 404
    assert as_(mallory).post(remove).status_code == 404
    assert draft.pictures.count() == 1
    as_(alice).post(remove)
    assert draft.pictures.count() == 0


def test_the_proof_of_maturity_is_a_file_or_words(patent: Patent, alice: User) -> None:
    from tests.vault.making import pdf

    listing = told(sound_draft(patent, alice), maturity=6)
    before = hints(listing).score
    form: dict[str, Any] = TEXTS | {"maturity": "6"}
    upload = SimpleUploadedFile("报告.pdf", pdf(), "application/pdf")

    as_(alice).post(reverse("listings:edit", args=[listing.code]), form | {"maturity_file": upload})

    listing = Listing.objects.get(pk=listing.pk)
    assert listing.maturity_file is not None
    assert listing.maturity_file.kind == "maturity_proof"
    assert hints(listing).score == before + 5
    as_(alice).post(reverse("listings:edit", args=[listing.code]), form)
    assert Listing.objects.get(pk=listing.pk).maturity_file == listing.maturity_file


def test_words_of_the_score_are_in_both_languages(draft: Listing) -> None:
    with translation.override("en"):
        assert str(hints(draft).hints[0].label) == "In one sentence"


def test_a_moderator_sees_the_marks_the_variants_and_the_pictures(draft: Listing, alice: User, moderator: User) -> None:
    from tests.listings.building import PRESET_TERMS

    draft = told(draft, problem="这是国内领先的方法，冶炼尾气浓度忽高忽低也不怕，不得再许可。")
    draft = flow.put_variant(
        draft,
        by=alice,
        label="五年",
        draft=flow.Draft(terms=PRESET_TERMS | {"field_of_use": "仅限独占许可"}, prices={}),
    )
    flow.add_picture(draft, by=alice, data=photo((20, 20)), alt="吸收塔照片")
    listing = flow.submit(draft, by=alice)

    page = as_(moderator).get(reverse("listings_moderation:listing", args=[listing.code])).content.decode()

    assert ("<mark>领先</mark>" in page, "<mark>独占许可</mark>" in page, "<mark>再许可</mark>" in page) == (
        True,
        True,
        False,
    )
    assert ("吸收塔照片" in page, page.count("五年") > 0) == (True, True)
