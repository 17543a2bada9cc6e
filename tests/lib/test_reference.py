"""Places, classes and industries are known by their codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.utils import translation

from marketplace.lib import classes, divisions, industries


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("419001", "河南省济源市"),
        ("410000", "河南省"),
        ("41", "河南省"),
        ("410300", "河南省洛阳市"),
        ("410305", "河南省洛阳市涧西区"),
        ("110108", "北京市海淀区"),
        ("441900", "广东省东莞市"),
        ("710000", "台湾省"),
        ("999999", ""),
        ("", ""),
        ("x", ""),
    ],
)
def test_a_place_has_its_full_name(code: str, name: str) -> None:
    with translation.override("zh-hans"):
        assert divisions.name_of(code) == name


def test_a_place_begins_with_its_province_in_english_for_english_readers() -> None:
    with translation.override("en"):
        assert divisions.name_of("410300") == "Henan 洛阳市"


def test_there_are_34_provinces() -> None:
    english = divisions.provinces()
    with translation.override("zh-hans"):
        chinese = divisions.provinces()

    assert len(chinese) == len(english) == 34
    assert ("410000", "河南省") in chinese
    assert ("410000", "Henan") in english


def test_a_county_that_belongs_to_no_city_is_offered_beside_the_cities() -> None:
    henan = divisions.cities("410000")

    assert len(henan) == 18
    assert ("419001", "济源市") in henan
    assert ("410300", "洛阳市") in henan


def test_a_city_has_its_counties() -> None:
    assert ("410305", "涧西区") in divisions.counties("410300")


def test_every_choice_has_a_code_of_six_digits_and_a_name_and_stands_once() -> None:
    choices = divisions.choices()
    codes = [code for code, _name in choices]

    assert len(codes) == len(set(codes))
    assert all(len(code) == 6 and name and name == divisions.name_of(code) for code, name in choices)
    assert 370 < len(choices) < 420


def test_a_place_lies_in_its_province_and_not_in_another() -> None:
    assert divisions.within("419001", "410000")
    assert divisions.within("410300", "410300")
    assert not divisions.within("110108", "410000")
    assert not divisions.within("410300", "")


@pytest.mark.shared
def test_every_code_of_the_source_is_kept(shared: Path) -> None:
    for name in ("provinces", "cities", "areas"):
        for row in json.loads((shared / "data" / "reference" / f"{name}.json").read_text(encoding="utf-8")):
            assert divisions.name_of(row["code"])


def test_a_class_is_explained_from_section_to_subclass() -> None:
    ladder = classes.ladder("F27D 17/00")

    assert [code for code, _title in ladder] == ["F", "F27", "F27D"]
    assert ladder[1][1] == classes.Title("炉；窑；烘烤炉；蒸馏炉", "Furnaces; kilns; ovens; retorts")


def test_a_title_is_shown_in_the_readers_language() -> None:
    title = classes.title_of("F27")

    with translation.override("en"):
        assert str(title) == "Furnaces; kilns; ovens; retorts"
    with translation.override("zh-hans"):
        assert str(title) == "炉；窑；烘烤炉；蒸馏炉"


def test_a_retired_or_foreign_class_has_no_title() -> None:
    assert classes.title_of("H01Z") is None
    assert classes.ladder("09-03") == []
    assert [code for code, _title in classes.ladder("F27Z 1/00")] == ["F", "F27"]


def test_there_are_eight_sections_and_every_title_has_both_languages() -> None:
    sections = classes.sections()

    assert [code for code, _title in sections] == list("ABCDEFGH")
    assert all(title.zh and title.en for _code, title in sections)
    assert ("F27D" in dict(classes.below("F27"))) is True
    assert "F27" in dict(classes.below("F"))


def test_every_industry_has_a_label_and_an_unknown_key_is_shown_as_it_is() -> None:
    assert len(industries.INDUSTRIES) == 11
    with translation.override("en"):
        assert industries.label("chemicals") == "Chemicals"
    assert industries.label("gone") == "gone"
