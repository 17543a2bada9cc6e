"""The owner's pages: Alice works, Bob and Mallory meet 404, nothing typed is lost."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from listings.models import Patent, Track
from marketplace.accounts.models import Acceptance, LegalText, Organization, User
from marketplace.lib.numbers import patent_number
from marketplace.lib.terms import today
from tests.listings.building import offered, sound_patent
from tests.listings.making import number
from tests.vault.making import pdf


def english() -> Client:
    """A browser that reads English."""
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def as_(user: User) -> Client:
    """A browser in which the person has just logged in and accepted the site's rules."""
    for text in LegalText.objects.all():
        Acceptance.objects.get_or_create(user=user, text=text)
    client = english()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"listings:{name}", args=args)


def upload(name: str = "scan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf(), content_type="application/pdf")


PATENT = {
    "title": "低浓度烟气两段吸收方法（示例）",
    "patentee": "示范理工大学",
    "ipc_main": "B01D 53/50 (2006.01)I",
    "filed_on": "2021-03-15",
    "granted_on": "2023-05-02",
}


def test_a_patent_is_put_on_record_as_people_write_numbers(alice: User, university: Organization) -> None:
    value = number(2021, 1)

    answer = as_(alice).post(url("patent_new"), PATENT | {"application_number": patent_number(value)})

    patent = Patent.objects.get()
    assert answer["Location"] == url("patent", patent.code)
    assert (patent.application_number, patent.kind, patent.ipc_main) == (value, "invention", "B01D 53/50")
    assert patent.last_day is not None
    assert patent.organization == university


@pytest.mark.parametrize(
    ("field", "typed", "rule"),
    [
        ("application_number", "2021190000019", "NUM-1"),
        ("application_number", "CN112345678B", "NUM-1"),
        ("ipc_main", "脱硫", "NUM-5"),
        ("filed_on", "2999-01-01", "NUM-3"),
        ("granted_on", "2020-01-01", "NUM-3"),
        ("last_day_override", "2042-01-01", "NUM-3"),
    ],
)
def test_a_wrong_patent_is_refused_with_the_rule_and_nothing_typed_is_lost(
    alice: User, university: Organization, field: str, typed: str, rule: str
) -> None:
    data = PATENT | {"application_number": number(2021, 1)} | {field: typed}

    answer = as_(alice).post(url("patent_new"), data)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert rule in page
    assert typed in page
    assert PATENT["title"] in page
    assert Patent.objects.count() == 0


def test_a_number_that_is_on_record_is_refused(alice: User, patent: Patent) -> None:
    answer = as_(alice).post(url("patent_new"), PATENT | {"application_number": patent.application_number})

    assert answer.status_code == 422
    assert Patent.objects.count() == 1


def test_a_status_is_recorded_with_source_day_and_evidence(alice: User, patent: Patent) -> None:
    day = today() - timedelta(days=2)
    data = {
        "status-status": "in_force",
        "status-fees_paid_through": "7",
        "status-source": "专利业务办理系统",
        "status-checked_on": day.isoformat(),
        "status-evidence": upload(),
    }
    Patent.objects.filter(pk=patent.pk).update(status_checked_at=None)

    assert as_(alice).post(url("patent_status", patent.code), data).status_code == 302

    patent.refresh_from_db()
    record = patent.status_records.get()
    assert (patent.status_source, patent.fees_paid_through) == ("专利业务办理系统", 7)
    assert record.evidence is not None
    assert record.evidence.name == "scan.pdf"


def test_a_file_that_is_no_scan_is_refused_and_the_rest_kept(alice: User, patent: Patent) -> None:
    data = {
        "status-status": "lapsed",
        "status-source": "某处来源",
        "status-checked_on": today().isoformat(),
        "status-evidence": SimpleUploadedFile("a.pdf", b"MZ not a scan"),
    }

    answer = as_(alice).post(url("patent_status", patent.code), data)

    assert answer.status_code == 422
    assert "某处来源" in answer.content.decode()
    assert patent.status_records.count() == 0
    patent.refresh_from_db()
    assert patent.status == "in_force"


def test_co_owners_encumbrances_pledge_and_report_are_recorded(alice: User, university: Organization) -> None:
    patent = sound_patent(university, "utility_model")
    client, day = as_(alice), today().isoformat()

    client.post(
        url("patent_owner", patent.code),
        {"owner-name": "示范设计院", "owner-consent": upload(), "owner-consented_on": day},
    )
    client.post(
        url("patent_encumber", patent.code),
        {"enc-kind": "exclusive", "enc-holder": "独占厂", "enc-starts_on": "2024-01-01", "enc-ends_on": "2024-12-31"},
    )
    client.post(url("patent_pledge", patent.code), {"pledge-pledged": "on", "pledge-pledgee_consent": upload()})
    client.post(
        url("patent_evaluation", patent.code),
        {"eval-evaluation_conclusion": "positive", "eval-evaluation_on": day, "eval-evaluation_report": upload()},
    )

    patent.refresh_from_db()
    assert [(row.name, row.consented_on) for row in patent.co_owners.all()] == [("示范设计院", today())]
    assert [(row.kind, row.holder) for row in patent.encumbrances.all()] == [("exclusive", "独占厂")]
    assert patent.pledged
    assert patent.pledgee_consent is not None
    assert patent.evaluation_conclusion == "positive"
    client.post(url("patent_owner_remove", patent.code, patent.co_owners.get().pk))
    assert patent.co_owners.count() == 0


def test_an_exclusive_license_beside_an_offer_is_refused_on_the_page(
    alice: User, moderator: User, patent: Patent
) -> None:
    offered(patent, alice, moderator, track=Track.OPEN)

    answer = as_(alice).post(
        url("patent_encumber", patent.code),
        {"enc-kind": "exclusive", "enc-holder": "独占厂", "enc-starts_on": today().isoformat()},
    )

    assert answer.status_code == 422
    assert "TRACK-3" in answer.content.decode()
    assert patent.encumbrances.count() == 1
