"""The mend for lengths that end in 0x80."""

from __future__ import annotations

import pytest
from asn1crypto import core

from marketplace.lib import der

der.mend()


@pytest.mark.parametrize(
    ("header", "indefinite"),
    [
        ("3080", True),
        ("308180", False),
        ("30820180", False),
        ("a082018430820180", False),
        ("a0803080", True),
        ("a08201843080", True),
        ("0405", False),
        ("bf8f0180", True),
        ("bf8f018180", False),
        ("30", False),
        ("", False),
    ],
)
def test_only_a_length_byte_of_its_own_is_indefinite(header: str, indefinite: bool) -> None:
    assert der.is_indefinite(bytes.fromhex(header)) is indefinite


@pytest.mark.parametrize("size", [126, 128, 130, 384, 640])
def test_what_was_read_is_written_back_byte_for_byte(size: int) -> None:
    raw = core.OctetString(b"x" * size).dump()

    assert core.OctetString.load(raw).dump() == raw
    assert core.SequenceOf.load(
        core.SequenceOf([core.OctetString(b"x" * (size - 4))], spec=core.OctetString).dump()
    ).dump()


def test_an_indefinite_length_is_still_written_anew() -> None:
    indefinite = bytes.fromhex("3080") + bytes.fromhex("020101") + bytes.fromhex("0000")

    assert core.SequenceOf.load(indefinite, spec=core.Integer).dump() == bytes.fromhex("3003020101")


def test_mending_twice_changes_nothing() -> None:
    before = core.Sequence.dump
    der.mend()

    assert core.Sequence.dump is before
