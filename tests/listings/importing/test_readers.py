"""One reader for each kind of file, and all of them give rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from listings.importing import flow, readers
from listings.importing.readers import xml
from listings.models import ImportRun, Mapped, Patent
from marketplace.accounts.models import Organization, User
from marketplace.lib.numbers import application_check_digit
from marketplace.lib.sheets import BadSheet
from tests.listings.importing.conftest import HEADER, sheet
from tests.listings.making import number

OWN = "示范理工大学"
DIGITS = "202110000123"
CHECK = application_check_digit(DIGITS)

ST96 = """<?xml version="1.0" encoding="UTF-8"?>
<pat:PatentPublicationBag xmlns:pat="http://www.wipo.int/standards/XMLSchema/ST96/Patent"
                          xmlns:com="http://www.wipo.int/standards/XMLSchema/ST96/Common">
 <pat:PatentPublication>
  <pat:BibliographicData>
   <pat:PatentGrantIdentification>
    <com:IPOfficeCode>CN</com:IPOfficeCode>
    <pat:PublicationNumber>113000123</pat:PublicationNumber>
    <com:PatentDocumentKindCode>B</com:PatentDocumentKindCode>
    <pat:GrantDate>2023-05-02</pat:GrantDate>
   </pat:PatentGrantIdentification>
   <pat:ApplicationIdentification>
    <com:IPOfficeCode>CN</com:IPOfficeCode>
    <com:ApplicationNumber><com:ApplicationNumberText>{number}</com:ApplicationNumberText></com:ApplicationNumber>
    <pat:FilingDate>2021-03-15+08:00</pat:FilingDate>
   </pat:ApplicationIdentification>
   <pat:InventionTitle com:languageCode="en">A drying device</pat:InventionTitle>
   <pat:InventionTitle com:languageCode="zh">一种示例干燥装置</pat:InventionTitle>
   <pat:IPCRClassificationBag>
    <pat:IPCRClassification><pat:Section>F</pat:Section><pat:Class>26</pat:Class><pat:Subclass>B</pat:Subclass>
     <pat:MainGroup>3</pat:MainGroup><pat:Subgroup>08</pat:Subgroup></pat:IPCRClassification>
    <pat:IPCRClassification>
     <pat:PatentClassificationText>F26B 21/00 (2006.01)</pat:PatentClassificationText></pat:IPCRClassification>
   </pat:IPCRClassificationBag>
   <pat:PartyBag>
    <pat:ApplicantBag>
     <pat:Applicant><com:Contact><com:Name><com:OrganizationName>
      <com:OrganizationStandardName>示范理工大学</com:OrganizationStandardName></com:OrganizationName></com:Name>
      <com:PostalAddressBag>某市某路</com:PostalAddressBag></com:Contact></pat:Applicant>
     <pat:Applicant><com:Contact><com:Name><com:EntityName>示范企业有限公司</com:EntityName></com:Name></com:Contact>
     </pat:Applicant>
    </pat:ApplicantBag>
    <pat:InventorBag><pat:Inventor><com:Contact><com:Name><com:PersonName>
     <com:PersonFullName>甲乙</com:PersonFullName></com:PersonName></com:Name></com:Contact></pat:Inventor></pat:InventorBag>
   </pat:PartyBag>
  </pat:BibliographicData>
  <pat:Abstract com:languageCode="zh"><com:P>本发明公开一种示例。</com:P></pat:Abstract>
 </pat:PatentPublication>
</pat:PatentPublicationBag>
"""

OPS = """<?xml version="1.0" encoding="UTF-8"?>
<ops:world-patent-data xmlns="http://www.epo.org/exchange" xmlns:ops="http://ops.epo.org">
 <exchange-documents>
  <exchange-document system="ops.epo.org" family-id="1" country="CN" doc-number="113000123" kind="B">
   <bibliographic-data>
    <publication-reference>
     <document-id document-id-type="docdb"><country>CN</country><doc-number>113000123</doc-number><kind>B</kind>
      <date>20230502</date></document-id>
     <document-id document-id-type="epodoc"><doc-number>CN113000123</doc-number><date>20230502</date></document-id>
    </publication-reference>
    <classifications-ipcr>
     <classification-ipcr sequence="1"><text>F26B   3/    08            A I</text></classification-ipcr>
     <classification-ipcr sequence="2"><text>F26B  21/00        20060101ALI20230502BHCN</text></classification-ipcr>
    </classifications-ipcr>
    <application-reference>
     <document-id document-id-type="docdb"><country>CN</country><doc-number>{number}</doc-number><kind>A</kind>
      <date>20210315</date></document-id>
    </application-reference>
    <parties>
     <applicants>
      <applicant sequence="1" data-format="epodoc">
       <applicant-name><name>UNIV EXAMPLE [CN]</name></applicant-name></applicant>
      <applicant sequence="1" data-format="original">
       <applicant-name><name>示范理工大学，</name></applicant-name></applicant>
      <applicant sequence="2" data-format="original">
       <applicant-name><name>示范企业有限公司</name></applicant-name></applicant>
     </applicants>
     <inventors>
      <inventor sequence="1" data-format="original"><inventor-name><name>甲乙</name></inventor-name></inventor>
     </inventors>
    </parties>
    <invention-title lang="en">A drying device</invention-title>
    <invention-title lang="zh">一种示例干燥装置</invention-title>
   </bibliographic-data>
   <abstract lang="en"><p>An example.</p></abstract>
   <abstract lang="zh"><p>本发明公开一种示例。</p></abstract>
  </exchange-document>
 </exchange-documents>
</ops:world-patent-data>
"""
FACTS = {
    "专利名称": "一种示例干燥装置", "专利号": f"{DIGITS}.{CHECK}", "授权公告号": "CN113000123B", "申请日": "2021-03-15",
    "专利权人": "示范理工大学;示范企业有限公司", "发明人": "甲乙", "摘要": "本发明公开一种示例。",
}  # fmt: skip


def read(data: bytes, name: str) -> tuple[str, list[list[str]]]:
    kind, rows = readers.open_rows(data, name)
    return kind, list(rows)


@pytest.mark.parametrize(("kind", "text"), [("st96", ST96), ("ops", OPS)])
@pytest.mark.parametrize("written", [DIGITS, f"{DIGITS}.{CHECK}", f"{DIGITS}{CHECK}"])
def test_a_record_of_an_office_is_a_row_under_our_headings(kind: str, text: str, written: str) -> None:
    found, (header, row) = read(text.format(number=written).encode(), "a.xml")

    told = dict(zip(header, row, strict=True))
    assert found == kind
    assert told | {"专利号": told["专利号"].replace(".", "")} == told | {"专利号": DIGITS + CHECK}
    assert {key: told[key] for key in FACTS if key != "专利号"} == {k: v for k, v in FACTS.items() if k != "专利号"}
    assert "2023-05-02" in (told["授权公告日"], told["公开（公告）日"])
    assert [part.split()[0] for part in told["分类号"].split(";")] in (["F26B", "F26B"], ["F26B3/08", "F26B21/00"])


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "text"), [("st96", ST96), ("ops", OPS)])
def test_a_record_of_an_office_becomes_a_patent(kind: str, text: str, school: Organization, lister: User) -> None:
    run, _new = flow.stage(text.format(number=DIGITS).encode(), "a.xml", organization=school, by=lister)
    assert (run.reader, run.counts) == (kind, {"new": 1})

    flow.commit(run, by=lister)

    made = Patent.objects.get()
    assert (made.title, made.application_number, made.publication_number) == (
        "一种示例干燥装置", DIGITS + CHECK, "CN113000123B",
    )  # fmt: skip
    assert (str(made.filed_on), str(made.granted_on), made.abstract) == (
        "2021-03-15",
        "2023-05-02",
        "本发明公开一种示例。",
    )
    assert (made.ipc_main, made.ipc, made.inventors) == ("F26B 3/08", ["F26B 3/08", "F26B 21/00"], "甲乙")
    assert made.patentees == [OWN, "示范企业有限公司"]


def test_another_countrys_record_keeps_its_number_and_is_refused_by_it() -> None:
    text = OPS.format(number="19123456").replace("<country>CN</country>", "<country>EP</country>")

    _kind, (_header, row) = read(text.encode(), "a.xml")

    assert row[1] == "EP 19123456"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_xml_is_read_in_every_encoding_that_it_names(encoding: str) -> None:
    named = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    text = ST96.format(number=DIGITS).replace('encoding="UTF-8"', f'encoding="{named}"')

    _kind, (_header, row) = read(text.encode(encoding), "a.xml")

    assert row[0] == "一种示例干燥装置"


def test_a_thousand_records_are_read_one_by_one() -> None:
    head, _tag, rest = ST96.format(number=DIGITS).partition(" <pat:PatentPublication>")
    one, tail = rest.split("</pat:PatentPublication>")
    many = head + (f" <pat:PatentPublication>{one}</pat:PatentPublication>" * 1_000) + tail

    _kind, rows = readers.open_rows(many.encode(), "a.xml")

    next(rows)
    assert next(rows)[0] == "一种示例干燥装置"
    assert sum(1 for _row in rows) == 999


@pytest.mark.parametrize(
    "text",
    [
        "<a/>",
        "<?xml version='1.0'?><PatentPublicationBag/>",
        ST96.format(number=DIGITS)[:-80],
        "<PatentPublication><a",
        "",
    ],
)
def test_xml_that_holds_no_records_or_breaks_off_is_refused(text: str) -> None:
    with pytest.raises(BadSheet) as refused:
        read(text.encode(), "a.xml")

    assert refused.value.finding.rule == "IMP-3"


def test_the_name_of_the_root_is_found_behind_comments_and_marks() -> None:
    for text in (
        "<a:b>",
        "\ufeff<a:b/>",
        "<?xml version='1.0'?>\n<!-- <x> --><a:b c='d'>",
        "<!DOCTYPE y [<!ENTITY e ''>]><b>",
    ):
        assert xml.root_of(text.encode()) == "b"
    assert xml.root_of(b"a,b\n") == ""


# what columns mean, and who remembers


ODD = ("内部码", "内容", "代码", "归属")


@pytest.mark.django_db
def test_what_columns_mean_is_remembered_for_the_organization(
    staged: Callable[..., ImportRun], school: Organization, lister: User
) -> None:
    first = staged([["甲", "一种装置", number(), OWN]], header=ODD)
    assert first.mapped_by == Mapped.GUESSED
    flow.remap(first, {"1": "title", "2": "number", "3": "patentee"}, by=lister)

    again = staged([[number(), "另一装置", OWN, "乙"]], header=("代码", "内容", "归属", "内部码"))  # in another order

    assert again.mapped_by == Mapped.REMEMBERED
    assert again.mapping == {"0": "number", "1": "title", "2": "patentee"}
    assert again.counts == {"new": 1}


@pytest.mark.django_db
def test_nobody_else_gets_what_one_organization_said(
    staged: Callable[..., ImportRun], lister: User, moderator: User
) -> None:
    flow.remap(staged([["甲", "一种装置", number(), OWN]], header=ODD), {"1": "title"}, by=lister)

    theirs, _new = flow.stage(
        sheet([["甲", "一种装置", number(), OWN]], ODD), "b.xlsx", organization=None, by=moderator
    )

    assert theirs.mapped_by == Mapped.GUESSED


@pytest.mark.django_db
def test_a_column_said_to_mean_nothing_is_not_guessed_again(staged: Callable[..., ImportRun], lister: User) -> None:
    first = staged([["一种装置", number(), OWN, "2021-01-01"]], header=("名称", "专利号", "专利权人", "申请日"))
    flow.remap(first, {"0": "title", "1": "number", "2": "patentee"}, by=lister)

    again = staged([["一种装置", number(), OWN, "2021-01-02"]], header=("名称", "专利号", "专利权人", "申请日"))

    assert "3" not in again.mapping


@pytest.mark.django_db
def test_storing_confirms_a_guess_for_the_next_sheet(staged: Callable[..., ImportRun], lister: User) -> None:
    flow.commit(staged([["一种装置", number(), OWN]], header=("名称", "专利号", "专利权人")), by=lister)

    again = staged([["一种新装置", number(), OWN]], header=("名称", "专利号", "专利权人"))

    assert again.mapped_by == Mapped.REMEMBERED
    assert len(HEADER) == 8  # the common sheet of these tests has other columns
