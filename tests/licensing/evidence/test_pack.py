"""The evidence pack, checked by its own program without any of ours, by openssl, and after every kind of change."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.audit.models import Anchor, Entry
from marketplace.licensing.evidence import build
from marketplace.licensing.evidence import verify as checker
from marketplace.licensing.models import Agreement
from marketplace.outbox import worker

pytestmark = pytest.mark.django_db
CHANGES = int(os.environ.get("KAIXU_PACK_CHANGES", "12"))  # flipped bytes in one run


@pytest.fixture
def pack(active: Agreement, tmp_path: Path) -> Path:
    """The unpacked folder of a license in force, sealed."""
    worker.run_pending()
    active.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(build(active).data)) as file:
        file.extractall(tmp_path)
    return tmp_path / active.reference


def check(folder: Path) -> tuple[int, str]:
    """Exit code and words of the enclosed program, run by an isolated Python without our packages."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", "--en"], cwd=folder, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def good(folder: Path) -> bool:
    """The same in this process: many changes in little time."""
    report = checker.Report(english=True)
    try:
        checker.run(folder, report)
    except Exception:  # noqa: BLE001  the program's main() says so and ends with 1
        return False
    return report.good


def test_a_stranger_finds_everything_in_order(pack: Path) -> None:
    code, said = check(pack)

    assert code == 0, said
    assert "everything holds" in said
    assert "FAIL" not in said
    assert said.count(".pdf: 20") == len(list((pack / "papers").glob("*-sealed.pdf")))


def test_the_program_needs_nothing_but_the_standard_library(pack: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import runpy,sys; runpy.run_path('verify.py'); print(*sys.modules)"],
        cwd=pack, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip

    assert {name.split(".")[0] for name in said} <= {*sys.stdlib_module_names, "__main__", "_distutils_hack"}


def test_openssl_finds_the_manifest_signed_and_the_trail_stamped(pack: Path, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    roots = tmp_path / "roots.pem"
    with roots.open("wb") as out:
        for der in [*pack.glob("trust/seal/*.der"), *pack.glob("trust/stamp/*.der")]:
            out.write(
                subprocess.run([openssl, "x509", "-inform", "DER", "-in", der], capture_output=True, check=True).stdout
            )
    signed = subprocess.run(
        [openssl, "cms", "-verify", "-binary", "-inform", "DER", "-in", "manifest.p7s", "-content", "manifest.json",
         "-CAfile", roots, "-purpose", "any", "-out", tmp_path / "out"], cwd=pack, capture_output=True, text=True,
    )  # fmt: skip
    assert signed.returncode == 0, signed.stderr
    (anchor,) = json.loads((pack / "trail.json").read_text())["anchors"]
    (tmp_path / "root.bin").write_bytes(bytes.fromhex(anchor["root"]))
    stamped = subprocess.run(
        [openssl, "ts", "-verify", "-token_in", "-in", anchor["file"], "-data", tmp_path / "root.bin",
         "-CAfile", roots],
        cwd=pack, capture_output=True, text=True,
    )  # fmt: skip
    assert stamped.returncode == 0, stamped.stderr


def _rewrite(folder: Path, name: str, change: Callable[[Any], Any]) -> None:
    """Change a JSON file and its line in the manifest, as a forger would."""
    value = json.loads((folder / name).read_text())
    data = json.dumps(change(value) or value, ensure_ascii=False).encode()
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name] = hashlib.sha256(data).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_forger_who_mends_the_manifest_lacks_the_seal(pack: Path) -> None:
    _rewrite(pack, "obligations.json", lambda rows: [*rows, {"kind": "fee", "amount_minor": 1}])
    code, said = check(pack)

    assert code == 1
    assert "FAIL  the platform's seal signed the manifest" in said


def test_a_changed_entry_of_the_trail_is_named(pack: Path) -> None:
    number = json.loads((pack / "trail.json").read_text())["entries"][1]["told"]["number"]
    _rewrite(pack, "trail.json", lambda told: told["entries"][1]["told"].update(action="agreement.cancel"))
    code, said = check(pack)

    assert code == 1
    assert f"entry {number} is not what was written" in said


def test_an_entry_with_a_new_hash_does_not_lead_to_the_stamped_root(pack: Path) -> None:
    def forge(told: Any) -> None:
        entry = told["entries"][1]
        entry["told"]["action"] = "agreement.cancel"
        entry["sha256"] = hashlib.sha256(checker.canonical(entry["told"])).hexdigest()

    _rewrite(pack, "trail.json", forge)

    assert "does not lead to the stamped root" in check(pack)[1]


def test_a_byte_changed_anywhere_is_found(pack: Path) -> None:
    rng = random.Random(20260601)  # noqa: S311  the same changes in each run
    names = sorted(file for file in pack.rglob("*") if file.is_file() and file.name != "verify.py")
    assert good(pack)
    missed = []
    for _ in range(CHANGES):
        file = rng.choice(names)
        data = file.read_bytes()
        at = rng.randrange(len(data))
        file.write_bytes(data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :])
        if good(pack):
            missed.append((file.name, at))
        file.write_bytes(data)

    # A byte beside the signature in the signature's own file says nothing about the deal: only these may pass.
    assert [each for each in missed if each[0] != "manifest.p7s"] == []


@pytest.mark.parametrize("act", ["missing", "added"])
def test_a_file_missing_or_added_is_found(pack: Path, act: str) -> None:
    if act == "missing":
        next((pack / "papers").iterdir()).unlink()
    else:
        (pack / "papers" / "another.pdf").write_bytes(b"%PDF-1.7")

    assert not good(pack)


def test_the_verify_page_names_every_fingerprint_that_the_pack_trusted(pack: Path, client: Client) -> None:
    printed = [line.split()[-1] for line in check(pack)[1].splitlines() if "SHA-256" in line]
    page = client.get(reverse("licensing:verify")).content.decode()

    assert printed
    assert [each for each in printed if each not in page] == []


def test_entries_that_could_not_be_stamped_are_said_to_wait(active: Agreement, settings: Any, tmp_path: Path) -> None:
    worker.run_pending()
    before = Entry.objects.count()
    (anchored,) = [anchor.last for anchor in Anchor.objects.all()] or [0]
    pack = build(active)

    assert pack.waiting == 0
    assert Anchor.objects.order_by("-last").values_list("last", flat=True)[0] == before
    assert anchored <= before


def test_both_parties_get_the_pack_and_strangers_a_404(
    active: Agreement, client: Client, bob: User, alice: User, mallory: User
) -> None:
    worker.run_pending()
    path = reverse("licensing:evidence", args=[active.code])
    for person, status in ((bob, 200), (alice, 200), (mallory, 404)):
        client.force_login(person)
        answer = client.get(path)
        assert answer.status_code == status
    client.logout()
    assert client.get(path).status_code == 302
