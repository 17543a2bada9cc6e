"""Time stamps: authorities in order, and none invented in production."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from marketplace.lib import pki, timestamp
from tests.lib.authorities import authority, stamp

NOBODY = "http://127.0.0.1:9/"


@pytest.fixture(autouse=True)
def _own_keys(settings: Any, tmp_path: Path) -> None:
    settings.TEST_PKI_ROOT = tmp_path / "pki"
    settings.TIMESTAMP_URLS = []
    settings.TIMESTAMP_TRUST_FILE = ""


def test_development_stamps_in_its_own_process() -> None:
    assert stamp(timestamp.stamper()) == b"\1" * 32
    assert len(pki.stamp_anchors()) == 1


def test_production_without_an_authority_has_none(settings: Any) -> None:
    settings.PRODUCTION = True

    with pytest.raises(timestamp.NoAuthority):
        timestamp.stamper()
    assert pki.stamp_anchors() == []


@pytest.mark.parametrize("bad", ["error", "garbage", "refuse", "other"])
def test_the_next_authority_is_asked_when_one_answers_badly(settings: Any, tmp_path: Path, bad: str) -> None:
    with authority(tmp_path / "pki", bad) as first, authority(tmp_path / "pki") as second:
        settings.TIMESTAMP_URLS = [NOBODY, first, second]

        assert stamp(timestamp.stamper()) == b"\1" * 32


@pytest.mark.parametrize("bad", ["error", "garbage", "refuse", "other"])
def test_when_no_authority_answers_properly_it_says_so(settings: Any, tmp_path: Path, bad: str) -> None:
    with authority(tmp_path / "pki", bad) as only:
        settings.TIMESTAMP_URLS = [only, NOBODY]

        with pytest.raises(TimestampRequestError, match="none of 2"):
            stamp(timestamp.stamper())
