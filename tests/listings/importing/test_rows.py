"""What is read from a row, and what is said about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listings.importing import remarks
from listings.importing.columns import FIELDS, layout_of, named
from listings.importing.reading import read_day, read_row
from listings.models import ImportRun, Outcome
from marketplace.lib.findings import Severity
from marketplace.lib.numbers import parse_application_number, patent_number
from tests.listings.making import number

GOOD = "2019218980500"
MAPPING = {
    "0": "title", "1": "number", "2": "publication", "3": "filed_on", "4": "granted_on", "5": "patentee",
    "6": "ipc", "7": "status", "8": "fees", "9": "note", "10": "published_on", "11": "kind",
}  # fmt: skip


def row(**cells: str) -> list[str]:
    told = {"title": "一种装置", "number": GOOD, "filed_on": "2019-11-06", "patentee": "示范理工大学"} | cells
    return [told.get(MAPPING[str(place)], "") for place in range(len(MAPPING))]


def keys(**cells: str) -> set[str]:
    return {stored[0] for stored in read_row(row(**cells), MAPPING, {}).remarks}


def facts(**cells: str) -> dict[str, object]:
    return read_row(row(**cells), MAPPING, {}).facts


# columns


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("发明名称", "title"), ("专利名称", "title"), ("名称", "title"), ("成果名称", "title"),
        ("申请号", "number"), ("专利号", "number"), ("申请（专利）号", "number"), ("专利号（ZL）", "number"),
        ("公告号", "publication"), ("授权公告号", "publication"), ("公开（公告）号", "publication"),
        ("申请日", "filed_on"), ("申请日期", "filed_on"), ("申请日（必填）", "filed_on"),
        ("授权公告日", "granted_on"), ("授权日期", "granted_on"), ("公开（公告）日", "published_on"),
        ("专利权人", "patentee"), ("申请人", "patentee"), ("申请（专利权）人", "patentee"),
        ("发明人", "inventors"), ("发明（设计）人", "inventors"), ("主分类号", "ipc_main"),
        ("IPC", "ipc"), ("分类号", "ipc"),
        ("法律状态", "status"), ("年费", "fees"), ("摘要", "abstract"), ("备注", "note"),
        ("序号", ""), ("专利代理机构", ""), ("", ""), ("Patent number", "number"), ("Filing date", "filed_on"),
    ],
)  # fmt: skip
def test_column_names_are_understood(heading: str, field: str) -> None:
    assert named(heading) == field


def test_every_name_means_one_field() -> None:
    names = [name for field in FIELDS.values() for name in field.names]
    assert len(names) == len(set(names))


def test_our_own_template_is_understood_whole() -> None:
    assert all(named(field.heading) == key for key, field in FIELDS.items())


def test_a_header_below_a_title_row_is_found() -> None:
    layout = layout_of([["学院台账", "", ""], ["", "", ""], ["序号", "名称", "专利号"], ["1", "一种装置", GOOD]])

    assert layout.header_row == 2
    assert layout.mapping == {"1": "title", "2": "number"}


def test_columns_without_telling_names_are_guessed_by_their_cells() -> None:
    rows = [["编码", "所属", "内容", "公示"]] + [
        [number(), "示范理工大学", f"一种用于余热回收的第{n}号装置", f"CN11234567{n}B"] for n in range(5)
    ]
    layout = layout_of([["甲", "乙", "丙", "丁"], *rows[1:]])

    assert layout.mapping == {"0": "number", "1": "patentee", "2": "title", "3": "publication"}


def test_a_sheet_without_header_is_read_from_its_first_row() -> None:
    layout = layout_of(
        [[number(), "一种余热回收的装置", "示范理工大学"], [number(), "另一种除尘用的装置", "示范理工大学"]]
    )

    assert layout.header == []
    assert layout.first_data_row == 0
    assert layout.mapping["0"] == "number"


# cells


@pytest.mark.parametrize(
    "spelling",
    ["ZL201921898050.0", "201921898050.0", "ZL 2019 2 1898050.0", "CN201921898050.0", "２０１９２１８９８０５０．０",
     GOOD,
     "申请号：CN201921898050.0"],
)  # fmt: skip
def test_a_number_is_read_in_every_spelling(spelling: str) -> None:
    assert facts(number=spelling)["application_number"] == GOOD
    assert facts(number=spelling)["kind"] == "utility_model"


@given(st.integers(min_value=0, max_value=9_999_999), st.sampled_from(["{}", "ZL{}", "CN{}", " ZL {} ", "zl{}"]))
def test_all_spellings_of_a_number_are_one_number(serial: int, form: str) -> None:
    from marketplace.lib.numbers import application_check_digit

    digits = f"20211{serial:07d}"
    value = digits + application_check_digit(digits)
    for spelled in (value, f"{digits}.{value[-1]}", patent_number(value)):
        assert parse_application_number(form.format(spelled)).value == value


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"number": ""}, "number_missing"),
        ({"number": "201921898050.1"}, "number_bad"),
        ({"number": "CN112345678B"}, "number_bad"),
        ({"title": ""}, "title_missing"),
        ({"title": "长" * 301}, "too_long"),
        ({"granted_on": "2019-01-01"}, "granted_before_filed"),
    ],
)
def test_what_makes_a_row_useless_refuses_it(cells: dict[str, str], key: str) -> None:
    assert key in keys(**cells)
    assert remarks.blocks(read_row(row(**cells), MAPPING, {}).remarks)


@pytest.mark.parametrize(
    ("cells", "key", "left_out"),
    [
        ({"publication": "CN112345678"}, "announcement_kindless", "publication_number"),
        ({"publication": "乱写"}, "announcement_bad", "publication_number"),
        ({"filed_on": ""}, "filed_on_missing", "filed_on"),
        ({"filed_on": "去年"}, "date_bad", "filed_on"),
        ({"filed_on": "2019-13-40"}, "date_bad", "filed_on"),
        ({"filed_on": "2999-01-01"}, "date_future", "filed_on"),
        ({"ipc": "热工"}, "class_bad", "ipc_main"),
        ({"status": "谁知道"}, "status_unknown", "status"),
        ({"fees": "已缴"}, "fees_bad", "fees_paid_through"),
        ({"fees": "99"}, "fees_bad", "fees_paid_through"),
    ],
)
def test_what_cannot_be_read_is_said_and_left_out(cells: dict[str, str], key: str, left_out: str) -> None:
    reading = read_row(row(**cells), MAPPING, {})

    assert key in {stored[0] for stored in reading.remarks}
    assert left_out not in reading.facts
    assert not remarks.blocks(reading.remarks)


def test_a_missing_filing_date_names_the_year_of_the_number_and_invents_nothing() -> None:
    reading = read_row(row(filed_on=""), MAPPING, {})
    asked = next(stored for stored in reading.remarks if stored[0] == "filed_on_missing")

    assert "2019" in remarks.told(asked).message
    assert "filed_on" not in reading.facts


def test_an_answer_fills_in_what_the_sheet_lacks() -> None:
    reading = read_row(row(filed_on=""), MAPPING, {"filed_on": "2019-11-06"})

    assert reading.facts["filed_on"] == "2019-11-06"
    assert "filed_on_missing" not in {stored[0] for stored in reading.remarks}


def test_two_different_numbers_in_one_row_refuse_it() -> None:
    reading = read_row([GOOD, number()], {"0": "number", "1": "number"}, {})

    assert "numbers_differ" in {stored[0] for stored in reading.remarks}


def test_what_is_published_under_a_grant_number_dates_the_grant() -> None:
    assert facts(publication="CN212345678U", published_on="2020-05-01")["granted_on"] == "2020-05-01"
    assert "granted_on" not in facts(publication="CN112345678A", published_on="2020-05-01")


def test_the_edition_of_a_class_is_taken_off() -> None:
    assert facts(ipc="E01B3/32(2006.01)I;E01B9/10(2006.01)I")["ipc"] == ["E01B 3/32", "E01B 9/10"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("有效", "in_force"), ("专利权维持", "in_force"), ("授权", "in_force"), ("失效", "lapsed"),
        ("未缴年费终止失效", "lapsed"), ("无效", "invalid"), ("部分无效", "partly_invalid"), ("期限届满", "expired"),
        ("实质审查的生效", "pending"), ("未授权", "pending"), ("放弃", "waived"), ("滞纳期", "late_period"),
        ("中止", "suspended"), ("保全", "preserved"),
    ],
)  # fmt: skip
def test_the_words_for_a_legal_status(text: str, status: str) -> None:
    assert facts(status=text)["status"] == status


@pytest.mark.parametrize(
    ("cells", "pending"),
    [
        ({"note": "未授权"}, True),
        ({"number": "申请号：CN201921898050.0"}, True),
        ({"number": "申请号：CN201921898050.0", "granted_on": "2020-05-01"}, False),
        ({"note": "与企业合作"}, False),
    ],
)
def test_a_row_that_says_so_is_an_application_only(cells: dict[str, str], pending: bool) -> None:
    assert (facts(**cells).get("status") == "pending") is pending
    assert ("not_granted" in keys(**cells)) is pending


@pytest.mark.parametrize(
    ("text", "day"),
    [("2021-03-15", date(2021, 3, 15)), ("2021.3.5", date(2021, 3, 5)), ("2021/03/15", date(2021, 3, 15)),
     ("2021年3月15日", date(2021, 3, 15)), ("20210315", date(2021, 3, 15)), ("2021-03-15 00:00:00", date(2021, 3, 15)),
     ("２０２１－０３－１５", date(2021, 3, 15)), ("03/15/2021", None), ("2021", None), ("44270", None), ("", None)],
)  # fmt: skip
def test_days_are_read_in_the_usual_spellings_only(text: str, day: date | None) -> None:
    assert read_day(text) == day


@given(st.lists(st.text(max_size=80), min_size=12, max_size=12))
def test_no_cell_breaks_the_reading(cells: list[str]) -> None:
    for stored in read_row(cells, MAPPING, {}).remarks:
        assert str(remarks.told(stored).message)


def test_every_remark_has_words_a_rule_and_a_remedy() -> None:
    values = dict.fromkeys(
        ("text", "first", "second", "most", "patentee", "organization", "row", "number", "rows", "other", "year", "day",
         "granted", "filed", "kind", "status", "field", "was", "now"), "1")  # fmt: skip
    for key in remarks.REMARKS:
        finding = remarks.told(remarks.note(key, "title", **values))
        assert finding.rule
        assert "%(" not in f"{finding.message}{finding.remedy}"
        assert finding.remedy


# row against row


def cells(title: str, written: str, announced: str = "", owner: str = "示范理工大学") -> list[str]:
    return [title, written, announced, "2021-03-15", "2023-05-02", owner, "张某", "F27D 17/00"]


def outcomes(run: ImportRun) -> list[str]:
    return list(run.rows.order_by("number").values_list("outcome", flat=True))


def test_one_patent_in_several_spellings_is_one_row(staged: Callable[..., ImportRun]) -> None:
    value = number()
    spelled = [value, patent_number(value), f"CN{value[:-1]}.{value[-1]}"]

    run = staged([cells("一种装置", one) for one in spelled])

    assert outcomes(run) == [Outcome.NEW, Outcome.DOUBLE, Outcome.DOUBLE]
    assert run.rows.get(number=3).findings[0] == ["double", "number", {"row": "2"}]


def test_a_double_with_another_title_warns(staged: Callable[..., ImportRun]) -> None:
    value = number()

    run = staged([cells("一种装置", value), cells("另一种", value)])

    told = remarks.told(run.rows.get(number=3).findings[0])
    assert told.severity is Severity.WARN
    assert "2" in told.message


def test_a_refused_row_does_not_make_a_later_one_a_double(staged: Callable[..., ImportRun]) -> None:
    value = number()

    run = staged([cells("一种装置", value, owner="别的大学"), cells("一种装置", value)])

    assert outcomes(run) == [Outcome.REFUSED, Outcome.NEW]


def test_a_doubled_announcement_number_is_left_out_of_all_its_rows(staged: Callable[..., ImportRun]) -> None:
    run = staged([cells("甲", number(), "CN112345678B"), cells("乙", number(), "CN112345678B")])

    assert outcomes(run) == [Outcome.NEW, Outcome.NEW]
    for row_ in run.rows.all():
        assert "announcement_doubled" in {stored[0] for stored in row_.findings}
        assert "publication_number" not in row_.facts


@pytest.mark.parametrize(
    ("owner", "refused"),
    [
        ("示范理工大学", False), (" 示范 理工大学 ", False), ("另一研究所；示范理工大学", False),
        ("示范理工大学,某公司", False), ("别的大学", True), ("示范理工大学附属医院", True), ("", True),
    ],
)  # fmt: skip
def test_only_the_patentees_own_rows_come_in(staged: Callable[..., ImportRun], owner: str, refused: bool) -> None:
    run = staged([cells("一种装置", number(), owner=owner)])

    assert outcomes(run) == [Outcome.REFUSED if refused else Outcome.NEW]
