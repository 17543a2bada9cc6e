"""What every source of legal status must do, tried on the one that ships; add yours to SOURCES."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from listings.health import sources
from listings.health.sources import FileDrop, SourceDown, StatusSource, pull
from listings.models import HealthEvent, Listing, ListingState, Patent, StatusRecord, StatusRun

Setup = Callable[[str], StatusSource]  # a source that has to say the given words about the given number


@pytest.fixture
def drop(tmp_path: Path) -> Setup:
    """A folder with one file."""

    def make(line: str) -> StatusSource:
        (tmp_path / "day.csv").write_text(f"专利号,法律状态,日期,事件,年费缴至\n{line}\n", encoding="utf-8")
        return FileDrop(tmp_path, "代理机构")

    return make


SOURCES = ["drop"]


@pytest.fixture(params=SOURCES)
def connect(request: pytest.FixtureRequest) -> Setup:
    """Each source in turn."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def test_a_source_is_named_and_says_its_statements(connect: Setup, patent: Patent) -> None:
    source = connect(f"{patent.application_number},有效,,,6")

    deliveries = list(source.deliveries())

    assert source.name
    assert [(s.number, str(s.status), s.fees_year) for d in deliveries for s in d.statements] == [
        (patent.application_number, "in_force", 6)
    ]


def test_what_was_not_taken_comes_again_under_the_same_mark(connect: Setup, patent: Patent) -> None:
    source = connect(f"{patent.application_number},有效,,,6")

    first = [delivery.mark for delivery in source.deliveries()]

    assert [delivery.mark for delivery in source.deliveries()] == first


def test_what_was_taken_need_not_come_again(connect: Setup, patent: Patent) -> None:
    source = connect(f"{patent.application_number},有效,,,6")

    for delivery in list(source.deliveries()):
        source.done(delivery.mark)

    assert list(source.deliveries()) == []


def test_what_a_source_says_is_stored_with_its_name(connect: Setup, patent: Patent) -> None:
    source = connect(f"{patent.application_number},有效,,,9")

    stored = pull(source)

    patent.refresh_from_db()
    assert (len(stored), patent.fees_paid_through, patent.status_source) == (1, 9, source.name)
    assert StatusRecord.objects.get().recorded_by is None


def test_the_same_delivery_twice_is_stored_once(connect: Setup, patent: Patent) -> None:
    line = f"{patent.application_number},有效,,,9"

    assert (len(pull(connect(line))), len(pull(connect(line)))) == (1, 0)
    assert (StatusRun.objects.count(), StatusRecord.objects.count()) == (1, 1)


def test_an_event_from_a_source_stops_the_offer(connect: Setup, offer: Listing) -> None:
    pull(connect(f"{offer.patent.application_number},,,提出无效宣告请求,"))

    offer.refresh_from_db()
    assert (offer.state, HealthEvent.objects.get().kind) == (ListingState.SUSPENDED, "invalidation")


def test_the_folder_keeps_what_it_read_and_what_is_no_table(tmp_path: Path, patent: Patent) -> None:
    (tmp_path / "good.csv").write_text(f"专利号,法律状态\n{patent.application_number},有效\n", encoding="utf-8")
    (tmp_path / "bad.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    (tmp_path / "half.csv.part").write_text("专利号", encoding="utf-8")
    (tmp_path / ".hidden.csv").write_text("专利号", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(tmp_path / "good.csv")

    pull(FileDrop(tmp_path, "x"))

    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.*")) == [
        ".hidden.csv", "done/good.csv", "half.csv.part", "link.csv", "refused/bad.csv",
    ]  # fmt: skip


def test_one_source_that_is_down_does_not_silence_the_others(
    tmp_path: Path, patent: Patent, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text(f"专利号,法律状态\n{patent.application_number},有效\n", encoding="utf-8")
    monkeypatch.setattr(sources, "sources", lambda: [FileDrop(tmp_path / "none", "down"), FileDrop(tmp_path, "up")])

    assert sources.pull_due() == 1
    with pytest.raises(SourceDown):
        list(FileDrop(tmp_path / "none", "down").deliveries())


def test_no_source_is_connected_unless_settings_name_one(settings: Any, tmp_path: Path) -> None:
    assert sources.connected() is False

    settings.STATUS_SOURCES, settings.STATUS_DROP = ["listings.health.sources.FileDrop"], tmp_path

    assert (sources.connected(), [type(one) for one in sources.sources()]) == (True, [FileDrop])
