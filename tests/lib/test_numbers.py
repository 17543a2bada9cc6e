"""Application numbers, publication numbers, credit codes and classes are read one way (NUM-1, NUM-2, NUM-5, IMP-2)."""

from __future__ import annotations

from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from marketplace.lib.findings import Severity
from marketplace.lib.numbers import (
    BadNumber,
    application_check_digit,
    check_credit_code,
    credit_check_character,
    parse_application_number,
    parse_ipc,
    parse_publication_number,
    patent_number,
)

FULL_WIDTH = str.maketrans("0123456789.XZLCN ", "０１２３４５６７８９．ＸＺＬＣＮ　")


def lines(shared: Path, name: str) -> list[str]:
    return (shared / "data" / "vectors" / name).read_text().split()


# application numbers


@pytest.mark.parametrize(
    ("digits", "check"),
    [
        ("201921898050", "0"),
        ("201921897980", "4"),
        ("201921897855", "3"),
        ("85100001", "0"),
        ("202010000005", "X"),
    ],
)
def test_the_check_digit_is_the_weighted_sum_modulo_eleven(digits: str, check: str) -> None:
    assert application_check_digit(digits) == check


@pytest.mark.shared
def test_every_real_application_number_is_accepted_as_it_stands(shared: Path) -> None:
    numbers = lines(shared, "application_numbers_valid.txt")

    read = [parse_application_number(number).value for number in numbers]

    assert len(numbers) > 1_800
    assert read == [number.replace(".", "") for number in numbers]


@pytest.mark.shared
def test_every_real_application_number_with_one_digit_changed_is_refused(shared: Path) -> None:
    for number in lines(shared, "application_numbers_valid.txt")[::20]:
        last = "1" if number[-1] != "1" else "2"
        with pytest.raises(BadNumber):
            parse_application_number(number[:-1] + last)


@pytest.mark.parametrize(
    ("text", "value", "kind", "year"),
    [
        ("ZL 2019 2 1898050.0", "2019218980500", "utility_model", 2019),
        ("CN201921898050.0", "2019218980500", "utility_model", 2019),
        ("zl201921898050.0", "2019218980500", "utility_model", 2019),
        ("2019218980500", "2019218980500", "utility_model", 2019),
        ("ＺＬ　２０１９　２　１８９８０５０．０", "2019218980500", "utility_model", 2019),
        ("专利号：ZL 2019 2 1898050.0", "2019218980500", "utility_model", 2019),
        ("202010000005.x", "202010000005X", "invention", 2020),
        ("85100001.0", "851000010", "invention", 1985),
        ("85100001", "851000010", "invention", 1985),
        ("02103734.5", "021037345", "invention", 2002),
        ("201380000017.3", None, None, None),
    ],
)
def test_an_application_number_is_read_in_any_usual_spelling(
    text: str, value: str | None, kind: str | None, year: int | None
) -> None:
    if value is None:
        digits = text.split(".")[0]
        text = f"{digits}.{application_check_digit(digits)}"
        value, kind, year = text.replace(".", ""), "invention", 2013  # type 8: an invention that came by the PCT

    number = parse_application_number(text)

    assert (number.value, number.kind, number.year) == (value, kind, year)


@given(
    year=st.integers(2004, 2025),
    kind=st.sampled_from("12389"),
    serial=st.integers(0, 9_999_999),
    prefix=st.sampled_from(["", "ZL", "CN", "zl ", "Zl", "专利号：ZL", "申请号:"]),
    gap=st.sampled_from(["", " ", "　", "\u00a0", "-"]),
    dot=st.sampled_from([".", "", "．", " . ", "。"]),
    wide=st.booleans(),
    lower=st.booleans(),
)
def test_every_spelling_of_a_number_gives_one_value(
    year: int, kind: str, serial: int, prefix: str, gap: str, dot: str, wide: bool, lower: bool
) -> None:
    digits = f"{year}{kind}{serial:07}"
    check = application_check_digit(digits)
    text = f" {prefix}{year}{gap}{kind}{gap}{serial:07}{dot}{check.lower() if lower else check} "

    number = parse_application_number(text.translate(FULL_WIDTH) if wide else text)

    assert number.value == digits + check
    assert parse_application_number(patent_number(number.value)) == number


@given(first=st.integers(0, 9_999_999), second=st.integers(0, 9_999_999))
def test_two_numbers_are_never_merged(first: int, second: int) -> None:
    def value(serial: int) -> str:
        digits = f"20201{serial:07}"
        return parse_application_number(f"{digits}.{application_check_digit(digits)}").value

    assert (value(first) == value(second)) == (first == second)


def test_a_missing_check_digit_is_refused_and_the_right_one_is_named() -> None:
    with pytest.raises(BadNumber) as refused:
        parse_application_number("201921898050")

    assert refused.value.finding.rule == "NUM-1"
    assert refused.value.finding.severity is Severity.BLOCK
    assert "201921898050.0" in str(refused.value.finding.remedy)


def test_a_wrong_check_digit_is_refused_and_the_right_one_is_named() -> None:
    with pytest.raises(BadNumber) as refused:
        parse_application_number("ZL 2019 2 1898050.7")

    assert "7" in str(refused.value.finding.message)
    assert "201921898050.0" in str(refused.value.finding.remedy)


@pytest.mark.parametrize(
    "text",
    [
        "CN112345678B",
        "cn 212345678 U",
        "CN305123456S",
        "CN1234567A",
        "CN85100001A",
        "112345678",
        "CN302644312",
    ],
)
def test_a_publication_number_in_its_place_is_recognized_and_said_so(text: str) -> None:
    with pytest.raises(BadNumber) as refused:
        parse_application_number(text)

    assert refused.value.finding.rule == "NUM-1"
    assert "publication number" in str(refused.value.finding.message)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "ZL", "12", "abc", "2019218980500 0", "2019418980500", "201921898050.0.0x", "US1234567",
        "٢٠١٩٢١٨٩٨٠٥٠٠",
        "2" * 5_000, "2019\x002 1898050.0x", "84100001.0", "=2019218980500", "2019218980500; DROP TABLE",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadNumber) as refused:
        parse_application_number(text)

    assert refused.value.finding.rule == "NUM-1"
    assert refused.value.finding.remedy


@given(st.text(max_size=60))
def test_any_text_is_either_a_number_or_refused(text: str) -> None:
    try:
        number = parse_application_number(text)
    except BadNumber:
        return
    assert number.value.isascii()
    assert application_check_digit(number.value[:-1]) == number.value[-1]


def test_a_number_of_a_year_to_come_is_refused() -> None:
    digits = "202710000005"
    text = f"{digits}.{application_check_digit(digits)}"

    with time_machine.travel("2026-11-24"), pytest.raises(BadNumber) as refused:
        parse_application_number(text)
    with time_machine.travel("2027-03-01"):
        number = parse_application_number(text)

    assert "2027" in str(refused.value.finding.message)
    assert number.year == 2027


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2019218980500", "ZL 2019 2 1898050.0"),
        ("202010000005X", "ZL 2020 1 0000005.X"),
        ("851000010", "ZL 85 1 00001.0"),
        ("?", "?"),
        ("", ""),
    ],
)
def test_a_stored_number_is_shown_as_on_the_certificate(value: str, shown: str) -> None:
    assert patent_number(value) == shown


# publication numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("CN112345678B", "CN112345678B"),
        ("cn 112345678 b", "CN112345678B"),
        ("ＣＮ２１２３４５６７８Ｕ", "CN212345678U"),
        ("112345678C1", "CN112345678C1"),
        ("CN1234567A", "CN1234567A"),
        ("CN305123456S", "CN305123456S"),
    ],
)
def test_a_publication_number_is_read_in_any_usual_spelling(text: str, number: str) -> None:
    assert parse_publication_number(text) == number


@pytest.mark.parametrize("text", ["", "CN112345678", "CN412345678B", "2019218980500", "CN112345678X", "B" * 999])
def test_what_is_no_publication_number_is_refused(text: str) -> None:
    with pytest.raises(BadNumber):
        parse_publication_number(text)


# unified social credit codes


@pytest.mark.parametrize(
    ("body", "check"),
    [
        ("91110108551385082", "Q"),
        ("12100000400000624", "D"),
        ("12100000400002259", "P"),
        ("12410000400000376", "0"),
        ("91350203M0001QKT1", "F"),
        ("91310115MA1H8R7C6", "7"),
    ],
)
def test_the_check_character_follows_the_standard_also_where_the_sum_is_a_multiple_of_31(body: str, check: str) -> None:
    assert credit_check_character(body) == check


@pytest.mark.shared
def test_every_valid_credit_code_passes_without_a_word(shared: Path) -> None:
    codes = lines(shared, "credit_codes_valid.txt")

    assert len(codes) > 200
    assert [check_credit_code(code) for code in codes] == [(code, None) for code in codes]


@pytest.mark.shared
def test_a_real_code_that_fails_the_check_is_warned_of_and_kept(shared: Path) -> None:
    for code in lines(shared, "credit_codes_failing_checksum.txt"):
        normalized, finding = check_credit_code(code)

        assert normalized == code
        assert finding is not None
        assert (finding.rule, finding.severity) == ("NUM-2", Severity.WARN)


def test_a_credit_code_is_normalized() -> None:
    assert check_credit_code(" 9111 0108-5513 85082q ") == ("91110108551385082Q", None)
    assert check_credit_code("９１１１０１０８５５１３８５０８２Ｑ") == ("91110108551385082Q", None)


@pytest.mark.parametrize(
    "text", ["", "9111010855138508", "91110108551385082QQ", "9111010855138508IQ", "91ABC108551385082Q"]
)
def test_what_is_no_credit_code_is_refused(text: str) -> None:
    with pytest.raises(BadNumber) as refused:
        check_credit_code(text)

    assert refused.value.finding.rule == "NUM-2"


# classes


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("F27D 17/00", "F27D 17/00"),
        ("f27d17/00", "F27D 17/00"),
        ("E01B3/32(2006.01)I", "E01B 3/32"),
        ("G06F 16/9535 (2019.01) I", "G06F 16/9535"),
        ("Ｇ０６Ｆ　１６／９５３５", "G06F 16/9535"),
        ("Int.Cl. H01L 21/00", "H01L 21/00"),
        ("09-03", "09-03"),
        ("LOC(13)Cl. 09-03", "09-03"),
        ("09-03(13)", "09-03"),
    ],
)
def test_a_class_is_read_without_its_edition(text: str, symbol: str) -> None:
    assert parse_ipc(text) == symbol


@pytest.mark.parametrize("text", ["", "I27D 17/00", "F27D", "F27D 17", "F27D 17/0", "9-03", "F27D 17/00 x", "A" * 99])
def test_what_is_no_class_is_refused(text: str) -> None:
    with pytest.raises(BadNumber) as refused:
        parse_ipc(text)

    assert refused.value.finding.rule == "NUM-5"
