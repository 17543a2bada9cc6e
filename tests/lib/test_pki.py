"""The TEST hierarchy of development."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from marketplace.lib import pki


def test_every_certificate_says_test(tmp_path: Path) -> None:
    made = pki.ensure_test_hierarchy(tmp_path / "pki")

    found = pki.certificates(made.root, made.chain, made.seal_certificate, made.tsa_certificate)
    assert [str(c.subject.native["common_name"]) for c in found] == [
        "Kaixu TEST root",
        "Kaixu TEST issuing CA",
        "Kaixu TEST root",
        "Kaixu TEST platform seal",
        "Kaixu TEST time-stamp authority",
    ]
    assert all(pki.is_test(c) for c in found)


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = pki.ensure_test_hierarchy(tmp_path / "pki").seal_key.read_bytes()

    again = pki.ensure_test_hierarchy(tmp_path / "pki")
    assert again.seal_key.read_bytes() == first
    assert again.seal_key.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["pki"]


def test_several_processes_agree_on_one_hierarchy(tmp_path: Path) -> None:
    threads = [Thread(target=pki.ensure_test_hierarchy, args=(tmp_path / "pki",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    made = pki.Hierarchy(tmp_path / "pki")
    issuing, root = pki.certificates(made.chain)
    seal, *_ = pki.certificates(made.seal_certificate)
    assert seal.issuer == issuing.subject
    assert [p.name for p in tmp_path.iterdir()] == ["pki"]
    assert pki.anchors([issuing, root]) == [root]


@pytest.mark.parametrize(
    "content", [b"", b"nothing", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.pem"
    file.write_bytes(content)

    with pytest.raises(pki.BadKeyFile, match=r"broken\.pem"):
        pki.certificates(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(pki.BadKeyFile, match=r"absent\.pem"):
        pki.certificates(tmp_path / "absent.pem")
